import type { Knex } from 'knex';

const REFERENCE = ', foreign key(`access_confirmed_by`) references `users`(`id`)';
const NEXT = ', foreign key(`created_by`)';

/**
 * Without the reference of a user to who confirmed their access: SQLite rewrites every index of a row when such a
 * reference of a table to itself changes, which took half of the time of a confirmation of 1,000 users. No user is ever
 * removed, so nothing can come to point nowhere.
 */
export async function up(knex: Knex): Promise<void> {
  await changeDefinition(knex, REFERENCE, '');
}

export async function down(knex: Knex): Promise<void> {
  await changeDefinition(knex, NEXT, REFERENCE + NEXT);
}

/** What SQLite's documentation of ALTER TABLE gives for changes that leave the stored rows as they are. */
async function changeDefinition(knex: Knex, from: string, to: string): Promise<void> {
  const { sql } = await knex('sqlite_schema').where({ type: 'table', name: 'users' }).first('sql');
  const changed = sql.replace(from, to);
  if (changed === sql) throw new Error('the table of users is not defined as expected');
  const connection = await knex.client.acquireConnection();
  connection.unsafeMode(true);
  try {
    await knex.raw('pragma writable_schema = on');
    await knex('sqlite_schema').where({ type: 'table', name: 'users' }).update({ sql: changed });
    const [{ schema_version }] = await knex.raw('pragma schema_version');
    await knex.raw(`pragma schema_version = ${schema_version + 1}`);
  } finally {
    await knex.raw('pragma writable_schema = off');
    connection.unsafeMode(false);
  }
}
