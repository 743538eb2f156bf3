import type { Knex } from 'knex';

/** The email that was known to be somebody's before another one was written, which nobody has confirmed yet. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table users add column confirmed_email text');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table users drop column confirmed_email');
}
