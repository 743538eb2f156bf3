import type { Copying } from '../copying.ts';
import { LooseReference } from '../copying.ts';

export const sqliteCopying: Copying = {
  async rest(trx) {
    const triggers = await trx('sqlite_schema').where('type', 'trigger').orderByRaw('rowid').select('name', 'sql');
    for (const { name } of triggers) await trx.raw('drop trigger ??', [name]);
    return triggers.map(({ sql }) => sql);
  },
  // It holds for the connection, and only outside of transactions can it be told.
  async prepare(writer) {
    await writer.raw('pragma foreign_keys = off');
  },
  async wake(trx, resting) {
    const searches = await trx('sqlite_schema').where('sql', 'like', 'create virtual table%using fts5%').pluck('name');
    for (const name of searches) await trx.raw('insert into ??(??) values (?)', [name, name, 'rebuild']);
    const [loose] = await trx.raw('pragma foreign_key_check');
    if (loose) throw new LooseReference(loose.table);
    for (const sql of resting) await trx.raw(sql.replaceAll('?', '\\?'));
  },
  // A copy of a file is made by SQLite itself; what is read from elsewhere nobody writes.
  snapshot: (db, work) => work(db),
  async tablesOf(db) {
    const names: string[] = await db('sqlite_schema').where('type', 'table').orderBy('name').pluck('name');
    return names.filter((name) => !/^(sqlite_|migrations)|_search(_|$)/.test(name));
  },
  async keyOf(db, table) {
    const columns: { name: string; pk: number }[] = await db.raw('pragma table_info(??)', [table]);
    return columns
      .filter(({ pk }) => pk > 0)
      .sort((a, b) => a.pk - b.pk)
      .map(({ name }) => name);
  },
  async lastGiven(db, table) {
    const [row] = await db.raw('select seq from sqlite_sequence where name = ?', [table]);
    return row?.seq;
  },
  async goOnAfter(trx, table, last) {
    await trx.raw('delete from sqlite_sequence where name = ?', [table]);
    await trx.raw('insert into sqlite_sequence (name, seq) values (?, ?)', [table, last]);
  },
};
