import type { Knex } from 'knex';

/** Which columns somebody wants of a list, by its name; and the two orders among those that can be chosen which are worth an index. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table users add column list_columns text');
  await knex.raw('create index users_by_expiry on users (expires_on, id)');
  await knex.raw('create index users_by_creation on users (created_at, id)');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop index users_by_creation');
  await knex.raw('drop index users_by_expiry');
  await knex.raw('alter table users drop column list_columns');
}
