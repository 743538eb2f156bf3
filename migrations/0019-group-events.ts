import type { Knex } from 'knex';

/** Which events about users belong to the timeline of a group as well. No foreign keys: an event outlives what it names. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('group_events', (table) => {
    table.integer('group_id').notNullable();
    table.integer('event_id').notNullable();
    table.primary(['group_id', 'event_id']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('group_events');
}
