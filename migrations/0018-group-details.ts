import type { Knex } from 'knex';

/** Who leads a group, what it is tagged with, and what a stale form is told by. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table groups add column leader_id integer references users (id)');
  await knex.raw('alter table groups add column version integer not null default 1');
  await knex.raw('alter table groups add column created_by integer references users (id)');
  await knex.schema.createTable('group_tags', (table) => {
    table.integer('group_id').notNullable().references('groups.id');
    table.integer('tag_id').notNullable().references('tags.id');
    table.primary(['group_id', 'tag_id']);
    table.index(['tag_id', 'group_id'], 'group_tags_by_tag');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('group_tags');
  for (const column of ['created_by', 'version', 'leader_id'])
    await knex.raw('alter table groups drop column ??', [column]);
}
