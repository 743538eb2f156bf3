import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { bulkInsert } from '../../src/db/bulk-insert.ts';
import { startEmptyApp, type TestApp } from '../support/app.ts';

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
