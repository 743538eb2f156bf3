import type { Knex } from 'knex';

/** Where all of a view were meant: how many of it were left out by hand. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table bulk_operations add column excepted integer');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table bulk_operations drop column excepted');
}
