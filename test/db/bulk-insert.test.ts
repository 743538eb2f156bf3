import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { bulkInsert, bulkInsertUnlessTaken } from '../../src/db/bulk-insert.ts';
import { startEmptyApp, type TestApp } from '../support/app.ts';
import { isOnPostgres } from '../support/postgres.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startEmptyApp();
  await app.db.writer.raw('create table things (n integer, same text, other text, flag integer, mixed text)');
});
afterAll(() => app.close());

it('inserts rows as they are, whether they have a value in common or not', async () => {
  const rows = [
    { n: 1, same: "a 'word' \u0000?", other: 'x', flag: true, mixed: 'one' },
    { n: 2, same: "a 'word' \u0000?", other: 'ü 🦊 "', flag: true, mixed: null },
    { n: 3, same: "a 'word' \u0000?", other: '', flag: true, mixed: 'one' },
  ];
  for (const some of [rows, rows.slice(0, 1)]) {
    await app.db.write((trx) => trx('things').delete());
    await app.db.write((trx) => bulkInsert(trx, 'things', some));
    expect(await app.db.writer('things').orderBy('n')).toEqual(some.map((row) => ({ ...row, flag: 1 })));
  }
});

const TAILS = ['x', '', 'ü 🦊 "', 'a\nb', '\\u0000', "it's", ' ', 'half \u0001'];
/** As many as go in places of their own, and more. */
const MANY = 40;

it.each<[string, (n: number) => Record<string, unknown>]>([
  ['texts of any length', (n) => ({ n, other: TAILS[n % TAILS.length] })],
  ['two texts of any length', (n) => ({ n, other: TAILS[n % TAILS.length], mixed: 'y'.repeat(n) })],
  ['three texts of any length', (n) => ({ same: 'ü'.repeat(n), n, other: TAILS[n % 2], mixed: 'é"'.repeat(n % 12) })],
  ['texts of which some are empty', (n) => ({ other: n % 2 === 0 ? '' : 'x', n, mixed: 'y'.repeat(n % 3) })],
  ['texts of any length with letters of two halves', (n) => ({ n, other: '🦊'.repeat(n), mixed: 'y'.repeat(n) })],
  ['texts of one length', (n) => ({ n: 1_000 + n, same: `${10 + n}`, other: `-${10 + n}_`, mixed: 'z'.repeat(n) })],
  [
    'texts of one length that are not plain',
    (n) => ({ n, same: `ü${10 + n}`, other: `"${10 + n}`, mixed: 'z'.repeat(n) }),
  ],
  ['large and small numbers', (n) => ({ n: n % 2 === 0 ? n : Number.MAX_SAFE_INTEGER - n, same: 'a' })],
  ['numbers below nought', (n) => ({ n: n - 20, same: 'a' })],
  ['numbers of texts', (n) => ({ n, same: String(n), other: `0${n}` })],
  ['numbers with a fraction', (n) => ({ n: n + 0.5, same: 'a' })],
  ['some that are not given', (n) => ({ n, same: n % 3 === 0 ? null : 'a', flag: null })],
  ['numbers that are not given', (n) => ({ n: n % 3 === 0 ? null : n, same: 'a' })],
  ['numbers and nothing else', (n) => ({ n, flag: 7 })],
  ['flags', (n) => ({ n, flag: n % 2 === 0 })],
  ['flags that are not all given', (n) => ({ n, flag: n % 3 === 0 ? null : n % 2 === 0 })],
  ['one flag', (n) => ({ n, flag: true, other: 'a', mixed: null })],
  ['what ends a text', (n) => ({ n, other: `a${n}\u0000b` })],
  ['nothing that differs', () => ({ n: 7, same: 'a', flag: false })],
])('inserts many rows as they are: %s', async (_what, rowOf) => {
  if (isOnPostgres) return;
  const rows = Array.from({ length: MANY }, (_, n) => rowOf(n));
  await app.db.write((trx) => trx('things').delete());
  await app.db.write((trx) => bulkInsert(trx, 'things', rows));
  const found: Record<string, unknown>[] = await app.db
    .writer('things')
    .select(Object.keys(rows[0]))
    .orderByRaw('rowid');
  const asStored = (value: unknown) => (typeof value === 'boolean' ? Number(value) : value);
  expect(found).toEqual(
    rows.map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, asStored(value)]))),
  );
});

it('gives what is asked for of many rows that no index refuses', async () => {
  await app.db.writer.raw('create table named (id integer primary key, name text unique)');
  const rows = Array.from({ length: MANY }, (_, n) => ({ id: n + 1, name: `name ${n % 30}` }));
  const inserted = await app.db.write((trx) => bulkInsertUnlessTaken<{ id: number }>(trx, 'named', rows, ['id']));
  expect(inserted.map(({ id }) => id)).toEqual(Array.from({ length: 30 }, (_, n) => n + 1));
});
