import type { Knex } from 'knex';

/** Which events about groups and other users belong to the timeline of a user as well. No foreign keys: an event outlives what it names. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('user_events', (table) => {
    table.integer('user_id').notNullable();
    table.integer('event_id').notNullable();
    table.primary(['user_id', 'event_id']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('user_events');
}
