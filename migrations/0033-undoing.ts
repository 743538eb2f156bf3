import type { Knex } from 'knex';

/** Which operation another one takes back, and how often each of its subjects had been changed when it was done. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table bulk_operations add column undoes integer references bulk_operations (id)');
  await knex.raw('alter table bulk_operation_items add column version integer');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table bulk_operation_items drop column version');
  await knex.raw('alter table bulk_operations drop column undoes');
}
