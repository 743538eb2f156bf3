import type { Knex } from 'knex';

/** Who came into the view of a draft, or left it, after it was shown, by time alone: ids, the first of them. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table bulk_operations add column moved_by_time text');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table bulk_operations drop column moved_by_time');
}
