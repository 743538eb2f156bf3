import type { Knex } from 'knex';

/** Passkeys of users, and what an authenticator is to sign next. The private halves never leave the devices. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('passkeys', (table) => {
    table.increments('id');
    table.integer('user_id').notNullable().references('users.id').index('passkeys_by_user');
    table.text('credential_id').notNullable().unique({ indexName: 'passkeys_unique_credential_id' });
    table.text('public_key').notNullable();
    // As text: it fills 32 bits without a sign.
    table.text('counter').notNullable();
    table.text('relying_party').notNullable().index('passkeys_by_relying_party');
    table.text('name').notNullable();
    table.text('transports').notNullable();
    table.text('created_at').notNullable();
    table.text('last_used_at');
  });
  await knex.schema.createTable('passkey_challenges', (table) => {
    table.increments('id');
    table.text('challenge').notNullable().unique({ indexName: 'passkey_challenges_unique_challenge' });
    table.text('purpose').notNullable();
    // The hash of what ties the forms of a browser to it.
    table.text('browser').notNullable().index('passkey_challenges_by_browser');
    table.text('expires_at').notNullable().index('passkey_challenges_by_expiry');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('passkey_challenges');
  await knex.schema.dropTable('passkeys');
}
