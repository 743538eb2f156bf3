import type { Knex } from 'knex';

/** Views of the users list that somebody keeps under a name, for themself or for all; and which of them each has pinned. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('saved_views', (table) => {
    table.increments('id');
    table.integer('owner_id').notNullable().references('users.id');
    table.text('name').notNullable();
    table.text('name_key').notNullable();
    table.text('address').notNullable();
    table.boolean('is_shared').notNullable().defaultTo(false);
    table.unique(['owner_id', 'name_key'], { indexName: 'saved_views_unique_name' });
  });
  await knex.raw('create index saved_views_shared on saved_views (is_shared)');
  await knex.raw('alter table users add column pinned_views text');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table users drop column pinned_views');
  await knex.schema.dropTable('saved_views');
}
