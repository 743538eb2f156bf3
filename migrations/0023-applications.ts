import type { Knex } from 'knex';

/** Programs of the house whose rights hang here; the built-in applications stand in the code. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('applications', (table) => {
    table.increments('id');
    table.text('key').notNullable().unique({ indexName: 'applications_unique_key' });
    table.text('name').notNullable();
    table.text('description').notNullable().defaultTo('');
    table.integer('version').notNullable().defaultTo(1);
    table.text('created_at').notNullable();
    table.integer('created_by').references('users.id');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('applications');
}
