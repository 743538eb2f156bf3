import type { Knex } from 'knex';

/** An authenticator that is being set up while passkeys are the second factor, which they stay until it is confirmed. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table second_factors add column next_nonce text');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table second_factors drop column next_nonce');
}
