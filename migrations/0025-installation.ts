import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  // By which secrets the data was made; never a secret itself.
  await knex.schema.createTable('secret_fingerprints', (table) => {
    table.text('name').primary();
    table.text('fingerprint').notNullable();
  });
  // What the server was last started with, for the command line beside it.
  await knex.schema.createTable('server_settings', (table) => {
    table.integer('only').primary().checkIn(['1'], 'server_settings_one_row');
    table.text('settings').notNullable();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('server_settings');
  await knex.schema.dropTable('secret_fingerprints');
}
