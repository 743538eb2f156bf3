import type { Knex } from 'knex';

/** Who began or scheduled an operation that somebody else answers for since, and since when. */
export async function up(knex: Knex): Promise<void> {
  const text = knex.client.dialect === 'postgresql' ? 'text collate "C"' : 'text';
  await knex.raw('alter table bulk_operations add column begun_by integer references users (id)');
  await knex.raw(`alter table bulk_operations add column taken_over_at ${text}`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table bulk_operations drop column taken_over_at');
  await knex.raw('alter table bulk_operations drop column begun_by');
}
