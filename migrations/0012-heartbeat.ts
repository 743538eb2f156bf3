import type { Knex } from 'knex';

/** What /health writes, to know that writing reaches the disk. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('heartbeat', (table) => {
    table.integer('only').primary().checkIn(['1'], 'heartbeat_one_row');
    table.text('at').notNullable();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('heartbeat');
}
