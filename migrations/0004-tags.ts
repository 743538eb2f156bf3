import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('tags', (table) => {
    table.increments('id');
    table.text('name').notNullable();
    table.text('name_key').notNullable().unique({ indexName: 'tags_unique_name_key' });
  });
  await knex.schema.createTable('user_tags', (table) => {
    table.integer('user_id').notNullable().references('users.id');
    table.integer('tag_id').notNullable().references('tags.id');
    table.primary(['user_id', 'tag_id']);
    table.index(['tag_id', 'user_id'], 'user_tags_by_tag');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('user_tags');
  await knex.schema.dropTable('tags');
}
