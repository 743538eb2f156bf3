import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { addStored, beginCopy, COPIED, copy, copyAll, endCopy, type StoredRow } from '../../src/db/copied-tables.ts';
import { type Database, openDatabase, type Reader } from '../../src/db/database.ts';
import { dialectOf } from '../../src/db/dialects.ts';
import { migrate } from '../../src/db/migrate.ts';
import { TABLES } from '../../src/db/tables.ts';
import { everything } from '../support/database.ts';
import { dropDatabase, makeDatabase } from '../support/postgres.ts';

/** Everything that is a number is this one, so that whoever names a row finds it. */
const NUMBER = 41;

let folder: string;
let url: string;
let [here, there, back]: Database[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'roster-moving-'));
  url = await makeDatabase('template0');
  here = await opened('here');
  there = await opened('there', url);
  back = await opened('back');
});
afterAll(async () => {
  for (const db of [here, there, back]) await db.close();
  await dropDatabase(url);
  rmSync(folder, { recursive: true, force: true });
});

async function opened(name: string, at?: string): Promise<Database> {
  const db = openDatabase(mkdtempSync(join(folder, name)), at);
  await migrate(db);
  return db;
}

/** What each column may hold only, of `table.column`. */
async function demands(server: Reader): Promise<Map<string, string>> {
  const rows: { place: string; definition: string }[] = await server.raw(
    `select conrelid::regclass || '.' || attname as place, pg_get_constraintdef(pg_constraint.oid) as definition
      from pg_constraint join pg_attribute on attrelid = conrelid and conkey = array[attnum]
      where contype = 'c'`,
  );
  return new Map(rows.map(({ place, definition }) => [place.replaceAll('"', ''), definition]));
}

/** A row of this table in which nothing is missing. */
function filled(table: keyof typeof TABLES, demanded: Map<string, string>): StoredRow {
  const columns = Object.entries<{ type: string }>(TABLES[table]);
  return Object.fromEntries(
    columns.map(([name, { type }]) => {
      const [, word, number] = /'([^']+)'::text|= (\d+)/.exec(demanded.get(`${table}.${name}`) ?? '') ?? [];
      if (type === 'text') return [name, word ?? 'x'];
      if (number !== undefined) return [name, Number(number)];
      return [name, type === 'boolean' ? 1 : NUMBER];
    }),
  );
}

it('takes every table with all its columns there and back, and no number is given twice', async () => {
  const demanded = await demands(there.read);
  await copy(here, async (trx) => {
    const resting = await beginCopy(trx);
    for (const table of COPIED) {
      const row = filled(table as keyof typeof TABLES, demanded);
      // A contact is of one only.
      const rows = table === 'contacts' ? [{ ...row, owner_user_id: null }] : [row];
      await addStored(trx, table, rows);
    }
    await endCopy(trx, here.read, resting);
  });
  const { moves: _moves, ...before } = await everything({ db: here });
  for (const [table, rows] of Object.entries(before)) expect([table, rows.length]).toEqual([table, 1]);

  await copyAll(here.read, there);
  expect(await everything({ db: there })).toMatchObject(before);
  await copyAll(there.read, back);
  expect(await everything({ db: back })).toMatchObject(before);

  for (const { read, writer } of [there, back])
    for (const table of COPIED) {
      const { keyOf, lastGiven } = dialectOf(writer).copying;
      if ((await keyOf(read, table)).join() !== 'id') continue;
      expect([table, (await lastGiven(read, table)) ?? NUMBER]).toEqual([table, NUMBER]);
    }
});
