import type { Knex } from 'knex';

/**
 * Who leads a group in the place of its leader, and until when. It is said of one leader: with another there is no deputy any more. And
 * whether somebody wants to be told of their own end.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('deputies', (table) => {
    table.integer('group_id').primary().references('groups.id');
    table.integer('leader_id').notNullable().references('users.id');
    table.integer('user_id').notNullable().references('users.id');
    table.text('until_at');
  });
  await knex.raw('create index deputies_by_user on deputies (user_id)');
  await knex.schema.alterTable('users', (table) => {
    table.boolean('is_told_of_leaving').notNullable().defaultTo(false);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table users drop column is_told_of_leaving');
  await knex.schema.dropTable('deputies');
}
