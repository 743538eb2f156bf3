import type { Knex } from 'knex';

/** The theme that somebody chose, wherever they sign in. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table users add column theme text');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table users drop column theme');
}
