import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  // Who waits for an invitation that only an administrator can make, and who asked for it last.
  await knex.schema.createTable('invitation_requests', (table) => {
    table.integer('user_id').primary().references('users.id');
    table.text('asked_at').notNullable().index('invitation_requests_by_time');
    table.integer('asked_by').references('users.id');
  });
  // What somebody was refused within a minute, one row for each kind: how much of it has its event, and how much has not yet.
  await knex.schema.createTable('refusals', (table) => {
    table.integer('user_id').notNullable().references('users.id');
    table.text('kind').notNullable();
    table.text('minute').notNullable().index('refusals_by_minute');
    table.integer('told').notNullable();
    table.integer('untold').notNullable();
    // Of the last one.
    table.text('request').notNullable();
    table.text('reason').notNullable();
    table.text('address').notNullable();
    table.text('request_id').notNullable();
    table.primary(['user_id', 'kind']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('refusals');
  await knex.schema.dropTable('invitation_requests');
}
