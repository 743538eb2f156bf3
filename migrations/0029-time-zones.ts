import type { Knex } from 'knex';

/** In which zone somebody reads moments, where they chose one. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table users add column time_zone text');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table users drop column time_zone');
}
