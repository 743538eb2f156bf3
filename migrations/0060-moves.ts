import type { Knex } from 'knex';

/** Whether this data is being moved to another place, was moved there, or is a copy that is not finished; one row at most. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('moves', (table) => {
    table.integer('only').primary().checkIn(['1'], 'moves_one_row');
    // The same on both sides of one move.
    table.text('id').notNullable();
    table.text('side').notNullable().checkIn(['leaving', 'left', 'arriving'], 'moves_side');
    // The other side, in words.
    table.text('place').notNullable();
    table.text('at').notNullable();
    // Of a copy: how far it is by tables, and what rests until it is finished.
    table.text('progress').notNullable().defaultTo('{}');
    table.text('resting').notNullable().defaultTo('[]');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('moves');
}
