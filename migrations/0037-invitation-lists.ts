import type { Knex } from 'knex';

/**
 * Of every invitation what its list is sorted by, in the order of an index: it is found by whom it invites without a look at those
 * whom nobody did. And a feed of which changed, for the index that the list counts with.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('invitation_places', (table) => {
    table.integer('link_id').primary();
    table.text('sort_name').notNullable();
    table.text('email_key').notNullable();
    table.text('created_at').notNullable();
    for (const column of ['sort_name', 'email_key', 'created_at'])
      table.index([column, 'link_id'], `invitation_places_by_${column}`);
  });
  const placed = `insert into invitation_places (link_id, sort_name, email_key, created_at)
    select links.id, users.sort_name, users.email_key, links.created_at
    from links join users on users.id = links.user_id where links.purpose = 'invitation'`;
  await knex.raw(placed);
  await knex.raw(`create trigger links_placed_insert after insert on links when new.purpose = 'invitation'
    begin ${placed} and links.id = new.id; end`);
  await knex.raw(`create trigger links_placed_delete after delete on links
    begin delete from invitation_places where link_id = old.id; end`);
  await knex.raw(`create trigger users_placed_update after update of sort_name, email_key on users
    when (old.sort_name, old.email_key) is not (new.sort_name, new.email_key)
    begin update invitation_places set sort_name = new.sort_name, email_key = new.email_key
      where link_id in (select id from links where user_id = new.id); end`);

  await knex.schema.createTable('invitation_changes', (table) => {
    table.increments('id');
    table.integer('link_id').notNullable();
  });
  for (const [change, row] of CHANGES) {
    await knex.raw(`create trigger links_noted_${change} after ${change} on links when ${row}.purpose = 'invitation'
      begin insert into invitation_changes(link_id) values (${row}.id); end`);
    await knex.raw(`create trigger outbox_noted_${change} after ${change} on outbox when ${row}.kind = 'invitation'
      begin insert into invitation_changes(link_id) values (${row}.link_id); end`);
  }
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['outbox', 'links'])
    for (const [change] of CHANGES) await knex.raw(`drop trigger ${table}_noted_${change}`);
  await knex.schema.dropTable('invitation_changes');
  for (const trigger of ['users_placed_update', 'links_placed_delete', 'links_placed_insert'])
    await knex.raw(`drop trigger ${trigger}`);
  await knex.schema.dropTable('invitation_places');
}

const CHANGES = [
  ['insert', 'new'],
  ['update', 'new'],
  ['delete', 'old'],
];
