import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Reader } from '../../src/db/database.ts';
import { TABLES } from '../../src/db/tables.ts';
import { startEmptyApp, type TestApp } from '../support/app.ts';

/** What the engine and the migrations keep for themselves. */
const OF_THE_ENGINE = /^(sqlite_|migrations|\w+_search)/;

interface Column {
  name: string;
  type: string;
  notnull: number;
  pk: number;
}

async function schemaOf(db: Reader) {
  const tables: string[] = await db('sqlite_schema').where('type', 'table').pluck('name');
  const known = tables.filter((table) => !OF_THE_ENGINE.test(table));
  return Promise.all(known.map(async (table) => [table, columnsOf(await db.raw('pragma table_info(??)', [table]))]));
}

function columnsOf(found: Column[]) {
  const described = found.map(({ name, type, notnull, pk }) => {
    return [name, { type: type.toLowerCase(), isNullable: notnull === 0 && pk === 0 }];
  });
  return Object.fromEntries(described);
}

describe('the types of the tables', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startEmptyApp();
  });
  afterAll(async () => app.close());

  it('know every table and column of the database, what it holds and whether that may be missing', async () => {
    const known = Object.entries(TABLES).map(([table, columns]) => [
      table,
      Object.fromEntries(
        Object.entries<{ type: string; isNullable: boolean }>(columns).map(([name, { type, isNullable }]) => [
          name,
          { type, isNullable },
        ]),
      ),
    ]);
    expect(Object.fromEntries(known)).toEqual(Object.fromEntries(await schemaOf(app.db.read)));
  });
});
