import type { Knex } from 'knex';

/**
 * By which token something was done; webhooks, with how far each has come in the audit; what was sent to them and what is to be; and how
 * often each token was used in its minute, as several processes count it together.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table audit_events add column token_id integer');
  await knex.schema.createTable('webhooks', (table) => {
    table.increments('id');
    table.text('name').notNullable();
    table.text('address').notNullable();
    // In JSON; empty for all, those that come to be later as well.
    table.text('kinds').notNullable();
    // Its secret is derived from it; the one before is good for a while.
    table.text('nonce').notNullable();
    table.text('former_nonce');
    table.text('former_until');
    // Null: it belongs to nobody, and carries ids alone.
    table.integer('user_id').references('users.id');
    table.boolean('is_enabled').notNullable().defaultTo(true);
    table.text('disabled_why').notNullable().defaultTo('');
    // The last event of which a delivery was made, or need not be.
    table.integer('position').notNullable();
    // How many attempts in a row failed, since when, and until when it is left alone.
    table.integer('failures').notNullable().defaultTo(0);
    table.text('failing_since');
    table.text('rests_until');
    table.integer('version').notNullable().defaultTo(1);
    table.text('created_at').notNullable();
    table.integer('created_by').references('users.id');
  });
  await knex.schema.createTable('webhook_deliveries', (table) => {
    table.increments('id');
    table.integer('webhook_id').notNullable().references('webhooks.id');
    // What the receiver tells repetitions by.
    table.text('message_id').notNullable();
    // Null for a test.
    table.integer('event_id');
    table.text('kind').notNullable();
    table.text('created_at').notNullable();
    table.integer('attempts').notNullable().defaultTo(0);
    // Null when nothing more is tried.
    table.text('next_at');
    table.text('try_until').notNullable();
    table.text('delivered_at');
    table.text('failed_at');
    table.integer('status');
    table.text('answer').notNullable().defaultTo('');
    table.unique(['webhook_id', 'event_id'], { indexName: 'webhook_deliveries_unique_event' });
  });
  await knex.raw('create index webhook_deliveries_by_webhook on webhook_deliveries (webhook_id, id)');
  await knex.raw(
    'create index webhook_deliveries_due on webhook_deliveries (webhook_id, next_at) where next_at is not null',
  );
  await knex.raw('create index webhook_deliveries_by_time on webhook_deliveries (created_at)');
  await knex.schema.createTable('token_windows', (table) => {
    table.integer('token_id').primary().references('tokens.id');
    table.integer('taken').notNullable();
    table.text('ends_at').notNullable();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('token_windows');
  await knex.schema.dropTable('webhook_deliveries');
  await knex.schema.dropTable('webhooks');
  await knex.raw('alter table audit_events drop column token_id');
}
