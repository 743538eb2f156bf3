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

  it('finds one that is new, with the line that freezes it, and one that uses the program', () => {
    writeFileSync(join(folder, '9999-new.ts'), "import { fold } from '../src/text.ts';\n");
    expect(checkMigrations(folder)).toEqual([
      expect.stringMatching(/lacks the line: [0-9a-f]{64} {2}9999-new\.ts$/),
      expect.stringContaining('uses ../src/text.ts'),
      expect.stringContaining('does not name all migrations'),
    ]);
  });
});
