import type { Knex } from 'knex';
import { escapeLiteral } from 'pg';

/** A database that many tests have written into gets slower. */
const MOST_USES = 60;

/** What databases there are beside the template that they were made of, and how one that was used is made as new. */
const SHELF = `
  create table beginnings (template text primary key, shape text not null, script text not null);
  create table lent (name text primary key, template text not null, times integer not null default 1, is_free boolean not null default false)`;

/** One that is made as new is had ten times sooner than another copy of the template, and most of a run on PostgreSQL would go into those. */
export async function makeShelf(server: Knex): Promise<void> {
  await server.raw(SHELF);
}

/** From now on copies of this template are kept where tests have done with them. `database` is the template itself. */
export async function keepCopiesOf(template: string, database: Knex, server: Knex): Promise<void> {
  await server('beginnings').insert({ template, shape: await shapeOf(database), script: await scriptOf(database) });
}

/** The name of one that is as new; undefined where none is there. */
export async function takeUsed(server: Knex, template: string): Promise<string | undefined> {
  const free = server('lent').where({ template, is_free: true }).select('name').limit(1).forUpdate().skipLocked();
  const taken = await server('lent')
    .whereIn('name', free)
    .update({ is_free: false, times: server.raw('times + 1') })
    .returning('name');
  return taken[0]?.name;
}

export async function noteLent(server: Knex, name: string, template: string): Promise<void> {
  await server('lent').insert({ name, template });
}

/** Whether it is there for the next one: not where a test has changed more than rows. */
export async function giveBack(server: Knex, name: string, open: () => Knex): Promise<boolean> {
  const lent = await server('lent').join('beginnings', 'beginnings.template', 'lent.template').where({ name }).first();
  if (!lent || lent.times >= MOST_USES) return false;
  const database = open();
  try {
    await database.raw(ENDS_OTHERS);
    if ((await shapeOf(database)) !== lent.shape) return false;
    await database.raw(lent.script);
    await server('lent').where({ name }).update({ is_free: true });
    return true;
  } catch {
    return false;
  } finally {
    await database.destroy();
  }
}

const ENDS_OTHERS = `select pg_terminate_backend(pid, 2000) from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`;

/** Changes with everything that is made, altered or dropped, and with nothing that is written into tables. */
async function shapeOf(database: Knex): Promise<string> {
  const parts = ['pg_attribute', 'pg_constraint', 'pg_index', 'pg_proc', 'pg_trigger'].map(
    (catalogue) => `(select count(*) || ':' || max(xmin::text::bigint) from ${catalogue})`,
  );
  // What the database is set to for whoever connects.
  parts.push(`(select coalesce(max(setconfig::text), '') from pg_db_role_setting
    join pg_database on pg_database.oid = setdatabase where datname = current_database())`);
  const { rows } = await database.raw(`select ${parts.join(` || ' ' || `)} as shape`);
  return rows[0].shape;
}

/** What brings all rows and numbers back to what they are now. */
async function scriptOf(database: Knex): Promise<string> {
  const found = await database.raw(`select
      (select json_agg(relname order by relname) from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r') as tables,
      (select json_agg(relname order by relname) from pg_class where relnamespace = 'public'::regnamespace and relkind = 'S') as sequences`);
  const { tables, sequences } = found.rows[0] as { tables: string[]; sequences: string[] };
  const lines = [`begin; set local session_replication_role = replica; set local lock_timeout = '2s'`];
  for (const table of tables) lines.push(`delete from "${table}"`);
  for (const table of tables) {
    const { rows } = await database.raw('select json_agg(rows)::text as kept from ?? as rows', [table]);
    if (rows[0].kept === null) continue;
    const kept = `json_populate_recordset(null::"${table}", ${escapeLiteral(rows[0].kept)}::json)`;
    lines.push(`insert into "${table}" overriding system value select * from ${kept}`);
  }
  for (const sequence of sequences) {
    const { rows } = await database.raw('select last_value, is_called from ??', [sequence]);
    lines.push(`select setval('"${sequence}"', ${rows[0].last_value}, ${rows[0].is_called})`);
  }
  return `${lines.join(';\n')};\ncommit`;
}
