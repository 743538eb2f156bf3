import type { Knex } from 'knex';

/** How many tries each address has taken in its current window. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('address_limits', (table) => {
    table.text('address').primary();
    table.integer('taken').notNullable();
    table.text('ends_at').notNullable().index('address_limits_by_end');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('address_limits');
}
