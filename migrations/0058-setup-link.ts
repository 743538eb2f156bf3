import type { Knex } from 'knex';

/** The link to the page that makes the first administrator, by its hash: whichever process printed it, each knows the newest. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('setup_link', (table) => {
    table.integer('only').primary();
    table.text('token_hash').notNullable();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('setup_link');
}
