import type { Knex } from 'knex';

/**
 * When somebody last showed in a session that it is they, and what they sent that waits until they do: without any password, for minutes,
 * for that session alone.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table sessions add column confirmed_at text');
  await knex.schema.createTable('sealed_requests', (table) => {
    table.text('handle_hash').primary();
    table.text('session_hash').notNullable();
    table.integer('user_id').notNullable().references('users.id');
    table.text('method').notNullable();
    table.text('path').notNullable();
    table.text('body').notNullable();
    table.text('created_at').notNullable();
    table.text('expires_at').notNullable();
  });
  await knex.raw('create index sealed_requests_by_user on sealed_requests (user_id, created_at)');
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('sealed_requests');
  await knex.raw('alter table sessions drop column confirmed_at');
}
