import type { Reader } from '../../src/db/database.ts';

export type Row = Record<string, unknown>;

/** Every table with its columns, index and trigger, each with its definition. */
export async function schemaOf(db: Reader): Promise<Record<string, string>> {
  const rows = await db('sqlite_schema').whereNotNull('sql').whereNot('name', 'like', 'sqlite_%');
  return Object.fromEntries(rows.map(({ name, sql }) => [name, sql]));
}

/** All rows of all tables, without what tells how they came to be. */
export async function contentOf(db: Reader): Promise<Record<string, Row[]>> {
  const tables: string[] = await db('sqlite_schema')
    .where('type', 'table')
    .whereNotIn('name', ['migrations', 'migrations_lock', 'user_changes'])
    .whereRaw("name not glob 'sqlite_*' and name not glob '*_search*'")
    .orderBy('name')
    .pluck('name');
  const rows: Record<string, Row[]> = {};
  for (const table of tables) rows[table] = await db(table);
  return rows;
}
