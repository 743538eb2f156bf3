import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('bulk_operations', (table) => {
    table.increments('id');
    table.text('action').notNullable();
    table.integer('created_by').notNullable().references('users.id');
    table.text('created_at').notNullable();
    // The address of the view whose users all were meant; null when they were ticked one by one.
    table.text('view');
    // How many the view showed when the button was pressed.
    table.integer('shown');
    // Where the feed of changes stood then, and when the set was frozen.
    table.integer('shown_change');
    table.integer('frozen_change');
    table.text('executed_at');
    table.index(['created_by', 'id'], 'bulk_operations_by_creator');
  });
  await knex.schema.createTable('bulk_operation_items', (table) => {
    table.integer('operation_id').notNullable().references('bulk_operations.id');
    table.integer('user_id').notNullable().references('users.id');
    // Set by the execution: what was before, or why nothing was done.
    table.text('outcome').checkIn(['changed', 'left out'], 'bulk_operation_items_outcome');
    table.text('reason').notNullable().defaultTo('');
    table.text('before').notNullable().defaultTo('{}');
    table.primary(['operation_id', 'user_id']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('bulk_operation_items');
  await knex.schema.dropTable('bulk_operations');
}
