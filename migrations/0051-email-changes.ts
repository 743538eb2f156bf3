import type { Knex } from 'knex';

/** Emails that people want instead of their own, until the link that was mailed there is opened: one at most for each. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('email_changes', (table) => {
    table.integer('user_id').primary().references('users.id');
    table.text('email').notNullable();
    // The token is derived from user, nonce and a secret outside the database; only its hash stands here.
    table.text('nonce').notNullable();
    table.text('token_hash').notNullable().unique({ indexName: 'email_changes_unique_token_hash' });
    table.text('created_at').notNullable();
    table.text('expires_at').notNullable().index('email_changes_by_expiry');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('email_changes');
}
