import type { Knex } from 'knex';

/** A record tells the open links that its user made, of however many there are. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('create index links_by_creator on links (purpose, created_by) where created_by is not null');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop index links_by_creator');
}
