import type { Reader, Transaction } from '../contract.ts';
import type { Copying } from '../copying.ts';
import { LooseReference } from '../copying.ts';
import { TABLES } from '../tables.ts';
import type { PostgresError } from './errors.ts';
import { TAKES_ITS_TIME } from './writing-clients.ts';

const NOTHING_NAMED = '23503';

export const postgresCopying: Copying = {
  // What an owner may do, who need not be the one who runs the server: references cannot rest, so they go and come again.
  async rest(trx) {
    await trx.raw(TAKES_ITS_TIME);
    const references: { table: string; name: string; definition: string }[] = await trx.raw(
      `select relname as "table", conname as name, pg_get_constraintdef(pg_constraint.oid) as definition
        from pg_constraint join pg_class on pg_class.oid = conrelid
        where contype = 'f' and connamespace = current_schema()::regnamespace and relname = any(?) order by conname`,
      [await ownTables(trx)],
    );
    for (const { table, name } of references) await trx.raw('alter table ?? drop constraint ??', [table, name]);
    await forEachTable(trx, 'alter table ?? disable trigger user');
    return references.map(
      ({ table, name, definition }) => `alter table "${table}" add constraint "${name}" ${definition}`,
    );
  },
  async prepare() {},
  async wake(trx, resting) {
    await forEachTable(trx, 'alter table ?? enable trigger user');
    for (const sql of resting) {
      try {
        await trx.raw(sql.replaceAll('?', '\\?'));
      } catch (error) {
        if ((error as PostgresError).code === NOTHING_NAMED) throw new LooseReference(/"(\w+)"/.exec(sql)![1]);
        throw error;
      }
    }
    await forEachTable(trx, 'analyze ??');
  },
  async snapshot(db, work) {
    let first: unknown;
    const whole = async (trx: Reader) => {
      try {
        return await work(trx);
      } catch (error) {
        first = error;
        throw error;
      }
    };
    try {
      return await db.transaction(whole, { isolationLevel: 'repeatable read', readOnly: true });
    } catch (error) {
      // On a connection that was lost it cannot be undone either, which says less.
      throw first ?? error;
    }
  },
  tablesOf: ownTables,
  async keyOf(db, table) {
    const rows: { name: string }[] = await db.raw(
      `select attname as name from pg_index join pg_attribute on attrelid = indrelid and attnum = any(indkey)
        where indrelid = ?::regclass and indisprimary order by array_position(indkey::int[], attnum::int)`,
      [table],
    );
    return rows.map(({ name }) => name);
  },
  async lastGiven(db, table) {
    const [{ last }] = await db.raw(
      `select pg_sequence_last_value(pg_get_serial_sequence(?, 'id')::regclass) as last`,
      [table],
    );
    return last ?? undefined;
  },
  async goOnAfter(trx, table, last) {
    await trx.raw(`select setval(pg_get_serial_sequence(?, 'id'), ?)`, [table, last]);
  },
};

async function forEachTable(trx: Transaction, sql: string): Promise<void> {
  for (const table of await ownTables(trx)) await trx.raw(sql, [table]);
}

/** Others may keep something beside them. */
async function ownTables(db: Reader): Promise<string[]> {
  const rows: { name: string }[] = await db.raw(
    'select tablename as name from pg_tables where schemaname = current_schema() order by tablename',
  );
  return rows.map(({ name }) => name).filter((name) => name in TABLES);
}
