import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(
    "alter table links add column channel text not null default 'copy' check (channel in ('mail', 'copy'))",
  );
  await knex.raw('alter table links add column opened_at text');
  await knex.raw('create index links_by_purpose on links (purpose, id)');
  await knex.schema.createTable('outbox', (table) => {
    table.increments('id');
    table.text('kind').notNullable();
    table.integer('user_id').notNullable().references('users.id');
    // The link that the mail carries. Its token is derived when it is sent, and stands nowhere.
    table.integer('link_id').references('links.id');
    table.text('address').notNullable();
    table.text('facts').notNullable().defaultTo('{}');
    table.text('created_at').notNullable();
    table.text('try_until').notNullable();
    table.integer('attempts').notNullable().defaultTo(0);
    table.text('next_at').notNullable();
    table.text('sent_at');
    table.text('failed_at');
    // What the mail server said last.
    table.text('answer').notNullable().defaultTo('');
    table.index(['user_id', 'id'], 'outbox_by_user');
  });
  await knex.raw('create index outbox_due on outbox (next_at) where sent_at is null and failed_at is null');
  // An invitation is mailed once: a new mail comes with a new link.
  await knex.raw("create unique index outbox_one_invitation on outbox (link_id) where kind = 'invitation'");
  await knex.raw(`create trigger outbox_changed_update after update of failed_at on outbox
    begin insert into user_changes(user_id) values (new.user_id); end`);
  await knex.schema.createTable('reset_requests', (table) => {
    table.increments('id');
    // The name or email as it was typed: whose it is, is looked up afterwards.
    table.text('identifier').notNullable();
    table.text('requested_at').notNullable();
    table.text('address').notNullable();
    table.text('request_id').notNullable();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('reset_requests');
  await knex.schema.dropTable('outbox');
  await knex.raw('drop index links_by_purpose');
  await knex.raw('alter table links drop column opened_at');
  await knex.raw('alter table links drop column channel');
}
