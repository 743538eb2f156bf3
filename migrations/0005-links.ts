import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('links', (table) => {
    table.increments('id');
    table.text('purpose').notNullable().checkIn(['invitation', 'password-reset'], 'links_purpose');
    table.integer('user_id').notNullable().references('users.id').index('links_by_user');
    // The token is derived from id, nonce and a secret outside the database; only its hash stands here.
    table.text('nonce').notNullable();
    table.text('token_hash').notNullable().unique({ indexName: 'links_unique_token_hash' });
    table.text('created_at').notNullable();
    table.integer('created_by').references('users.id');
    table.text('expires_at').notNullable();
    table.text('used_at');
    table.text('ended_at');
  });
  await knex.raw(
    'create unique index links_one_open on links (user_id, purpose) where used_at is null and ended_at is null',
  );
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('links');
}
