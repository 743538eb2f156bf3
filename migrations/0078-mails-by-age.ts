import type { Knex } from 'knex';

/** Old mails are forgotten each hour, by their age. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('create index outbox_by_age on outbox (created_at)');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop index outbox_by_age');
}
