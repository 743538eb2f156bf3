import type { Knex } from 'knex';

/**
 * Who came into the view of a draft, or left it, after it was shown, by time alone: ids, the first of them. And whether a line of a file
 * waits for what another one makes.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table bulk_operations add column moved_by_time text');
  await knex.raw('alter table import_plans add column waits integer not null default 0');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table import_plans drop column waits');
  await knex.raw('alter table bulk_operations drop column moved_by_time');
}
