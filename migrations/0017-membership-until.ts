import type { Knex } from 'knex';

/** The last day on which a membership counts, in UTC; null without an end. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table memberships add column until_on text');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table memberships drop column until_on');
}
