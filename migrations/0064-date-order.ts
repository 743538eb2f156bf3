import type { Knex } from 'knex';

/** How somebody wants dates written, wherever they sign in: `day` or `month` first. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table users add column date_order text');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table users drop column date_order');
}
