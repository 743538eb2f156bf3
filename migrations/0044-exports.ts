import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  // What files of this installation are known by. Made at the first export; no secret.
  await knex.schema.createTable('installation_mark', (table) => {
    table.integer('only').primary().checkIn(['1'], 'installation_mark_one_row');
    table.text('mark').notNullable();
  });
  // Exports that have not ended: what is left of one whose process was killed, so that the audit tells of it all the same.
  await knex.schema.createTable('running_exports', (table) => {
    table.increments('id');
    table.text('kind').notNullable();
    table.text('facts').notNullable();
    table.integer('actor_id');
    table.text('actor_name').notNullable();
    table.text('address').notNullable();
    table.text('request_id').notNullable();
    table.integer('rows').notNullable();
    table.text('seen_at').notNullable();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('running_exports');
  await knex.schema.dropTable('installation_mark');
}
