import type { Knex } from 'knex';

/**
 * Groups that may be asked for, and what people asked for: a group, or a right that a group gives. Nobody asks twice for the same while
 * it is open.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('groups', (table) => {
    table.boolean('can_be_asked_for').notNullable().defaultTo(false);
  });
  await knex.schema.createTable('access_requests', (table) => {
    table.increments('id');
    table.integer('user_id').notNullable().references('users.id');
    // Null where a right is asked for.
    table.integer('group_id').references('groups.id');
    // Empty where a group is.
    table.text('application').notNullable().defaultTo('');
    table.text('level').notNullable().defaultTo('');
    table.text('reason').notNullable();
    table.text('until_at');
    table.text('asked_at').notNullable();
    // Empty while it is open.
    table.text('answer').notNullable().defaultTo('');
    table.text('answered_at');
    table.integer('answered_by').references('users.id');
    table.text('words').notNullable().defaultTo('');
    table.integer('given_group_id').references('groups.id');
  });
  await knex.raw(
    `create unique index access_requests_one_open on access_requests (user_id, coalesce(group_id, 0), application, level)
      where answer = ''`,
  );
  await knex.raw(`create index access_requests_open on access_requests (asked_at, id) where answer = ''`);
  await knex.raw('create index access_requests_by_user on access_requests (user_id, id)');
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('access_requests');
  await knex.raw('alter table groups drop column can_be_asked_for');
}
