import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import BetterSqlite from 'better-sqlite3';
import { type Database, openDatabase } from '../../src/db/database.ts';

const WRITERS = 20;

let folder: string;
let db: Database;
let other: BetterSqlite.Database;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'roster-busy-'));
  db = openDatabase(folder);
  await db.writer.raw('create table notes (text text not null)');
  other = new BetterSqlite(join(folder, 'roster.sqlite'));
  other.exec('begin immediate');
});
afterEach(async () => {
  other.close();
  await db.close();
  rmSync(folder, { recursive: true, force: true });
});

const insert = (text: string) => db.write((trx) => trx('notes').insert({ text }));

describe('while another process holds the write lock', () => {
  it('one alone asks for it, the others stand in line, and all are done in their order', async () => {
    let asked = 0;
    db.writer.client.on('query', ({ sql }: { sql: string }) => {
      if (sql.startsWith('BEGIN')) asked++;
    });
    const texts = Array.from({ length: WRITERS }, (_, n) => `note ${n}`);
    const written = texts.map(insert);
    await sleep(300);
    expect(asked).toBeGreaterThan(0);
    expect(asked).toBeLessThan(WRITERS);
    other.exec('rollback');
    await Promise.all(written);
    expect(await db.read('notes').orderBy('rowid').pluck('text')).toEqual(texts);
  });

  it('leaves out what may be written later, though others wait for longer', async () => {
    const written = insert('a change');
    await db.note((trx) => trx('notes').insert({ text: 'left out' }));
    other.exec('rollback');
    await written;
    await db.note((trx) => trx('notes').insert({ text: 'noted' }));
    expect(await db.read('notes').orderBy('rowid').pluck('text')).toEqual(['a change', 'noted']);
  });

  it('refuses after a while, whoever stands in line, and nothing is done by halves', async () => {
    const refused = await Promise.allSettled([insert('one'), insert('other')]);
    expect(refused.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    other.exec('rollback');
    await insert('afterwards');
    expect(await db.read('notes').pluck('text')).toEqual(['afterwards']);
  }, 15_000);
});
