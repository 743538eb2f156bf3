import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('sessions', (table) => {
    table.text('id_hash').primary();
    table.integer('user_id').references('users.id').index('sessions_by_user');
    table.text('data').notNullable();
    table.text('address').notNullable();
    table.text('agent').notNullable();
    table.text('created_at').notNullable();
    table.text('seen_at').notNullable();
    table.text('expires_at').notNullable().index('sessions_by_expiry');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('sessions');
}
