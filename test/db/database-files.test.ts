import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { DatabaseGone } from '../../src/db/sqlite/database-files.ts';

let folder: string;
let db: Database;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'roster-files-'));
  db = openDatabase(folder);
  await db.writer.raw('create table notes (text text not null)');
});
afterEach(async () => {
  await db.close();
  rmSync(folder, { recursive: true, force: true });
});

const note = (then = () => {}) =>
  db.write(async (trx) => {
    await trx('notes').insert({ text: 'a note' });
    then();
  });

describe('the files of the database', () => {
  it.each(['roster.sqlite', 'roster.sqlite-wal'])('are looked at between a commit and its answer: %s', async (name) => {
    await note();
    await expect(note(() => rmSync(join(folder, name)))).rejects.toThrow(DatabaseGone);
    expect((await db.gone).message).toContain(name);
  });

  it('stay gone whatever is put in their place', async () => {
    const file = join(folder, 'roster.sqlite');
    renameSync(file, `${file}-elsewhere`);
    await expect(note()).rejects.toThrow(DatabaseGone);
    renameSync(`${file}-elsewhere`, file);
    await expect(note()).rejects.toThrow(DatabaseGone);
  });

  it('are the same after the log was moved into the database', async () => {
    await note();
    await db.writer.raw('pragma wal_checkpoint(truncate)');
    await expect(note()).resolves.toBeUndefined();
  });

  it('are not read where others lie in their place', async () => {
    const file = join(folder, 'roster.sqlite');
    renameSync(file, `${file}-elsewhere`);
    writeFileSync(file, '');
    await expect(db.read('notes').first()).rejects.toThrow(DatabaseGone);
  });

  it('are one file when all that was opened only read', async () => {
    await note();
    const copy = join(folder, 'copy');
    mkdirSync(copy);
    // As a crash leaves them, or a server that has not written for a while.
    for (const name of ['roster.sqlite', 'roster.sqlite-wal']) copyFileSync(join(folder, name), join(copy, name));
    const opened = openDatabase(copy);
    expect(await opened.read('notes')).toHaveLength(1);
    await opened.close();
    expect(existsSync(join(copy, 'roster.sqlite-wal'))).toBe(false);
    // Closed before anything was opened, it makes nothing.
    await openDatabase(join(copy, 'new')).close();
    expect(existsSync(join(copy, 'new', 'roster.sqlite'))).toBe(false);
  });
});
