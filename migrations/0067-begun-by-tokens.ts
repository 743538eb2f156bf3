import type { Knex } from 'knex';

/** By which token a program began an operation: what is done later of it may be no more than that opens. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table bulk_operations add column token_id integer references tokens (id)');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table bulk_operations drop column token_id');
}
