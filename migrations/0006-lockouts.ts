import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('lockouts', (table) => {
    table.integer('user_id').primary().references('users.id');
    table.integer('attempts').notNullable();
    table.integer('attempts_in_all').notNullable();
    table.text('locked_until');
  });
  await knex.schema.createTable('login_attempts', (table) => {
    table.increments('id');
    table.integer('user_id').notNullable().references('users.id');
    table.text('at').notNullable();
    table.text('address').notNullable();
    table.text('agent').notNullable();
    table.text('outcome').notNullable();
    table.index(['user_id', 'id'], 'login_attempts_by_user');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('login_attempts');
  await knex.schema.dropTable('lockouts');
}
