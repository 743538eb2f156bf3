import { appendFileSync, cpSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { checkMigrations } from '../../bin/checks/migrations.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'roster-frozen-'));
  cpSync(join(import.meta.dirname, '../../migrations'), folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the check of migrations', () => {
  it('accepts what has landed', () => {
    expect(checkMigrations()).toEqual([]);
    expect(checkMigrations(folder)).toEqual([]);
  });

  it('finds one that was edited, were it by a comment', () => {
    appendFileSync(join(folder, '0009-search.ts'), '// later\n');
    expect(checkMigrations(folder)).toEqual([expect.stringContaining('0009-search.ts has landed and was edited')]);
  });

  it('finds one that was renamed', () => {
    renameSync(join(folder, '0021-confirmed-by.ts'), join(folder, '0025-confirmed-by.ts'));
    expect(checkMigrations(folder)).toEqual([
      expect.stringContaining('0021-confirmed-by.ts has landed and was removed or renamed'),
      expect.stringMatching(/lacks the line: [0-9a-f]{64} {2}0025-confirmed-by\.ts$/),
      expect.stringContaining('does not name all migrations'),
    ]);
  });

  it.each([
    ['drops a table', "await knex.schema.dropTable('users');"],
    ['drops a column', "await knex.schema.alterTable('users', (table) => {\n    table.dropColumn('name');\n  });"],
    ['renames', "await knex.raw('alter table users rename to people');"],
    ['changes a column', "await knex.schema.alterTable('users', (table) => {\n    table.text('name').alter();\n  });"],
    [
      'adds a column that has to be given',
      "await knex.schema.alterTable('users', (table) => {\n    table.text('a').defaultTo('');\n    table.text('b').notNullable();\n  });",
    ],
    [
      'demands more of what is written',
      "await knex.schema.alterTable('users', (table) => {\n    table.unique(['email']);\n  });",
    ],
  ])('finds one that %s under those who still use it', (what, work) => {
    const down = "export async function down(knex: Knex): Promise<void> {\n  await knex.schema.dropTable('new');\n}\n";
    const write = (body: string) =>
      writeFileSync(
        join(folder, '9999-new.ts'),
        `export async function up(knex: Knex): Promise<void> {\n  ${body}\n}\n\n${down}`,
      );
    const found = () => checkMigrations(folder).filter((finding) => finding.includes('version before'));
    write("await knex.schema.createTable('new', (table) => {\n    table.text('a').notNullable().unique();\n  });");
    expect(found()).toEqual([]);
    write(
      "await knex.schema.alterTable('users', (table) => {\n    table.text('a').notNullable().defaultTo('');\n    table.index(['a']);\n  });",
    );
    expect(found()).toEqual([]);
    write(work);
    expect(found()).toEqual([`migrations/9999-new.ts ${what}, while a process of the version before may be at work`]);
  });

  it('finds one that is new, with the line that freezes it, and one that uses the program', () => {
    writeFileSync(join(folder, '9999-new.ts'), "import { fold } from '../src/text.ts';\n");
    expect(checkMigrations(folder)).toEqual([
      expect.stringMatching(/lacks the line: [0-9a-f]{64} {2}9999-new\.ts$/),
      expect.stringContaining('uses ../src/text.ts'),
      expect.stringContaining('does not name all migrations'),
    ]);
  });
});
