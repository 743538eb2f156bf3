import type { Knex } from 'knex';

/** What was done to records of several kinds is one operation: the others belong to the first, and come and go with it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table bulk_operations add column part_of integer references bulk_operations (id)');
  await knex.raw('create index bulk_operations_parts on bulk_operations (part_of) where part_of is not null');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop index bulk_operations_parts');
  await knex.raw('alter table bulk_operations drop column part_of');
}
