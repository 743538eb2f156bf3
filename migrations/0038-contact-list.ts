import type { Knex } from 'knex';

/** Whatever of a contact its list counts, filters or searches by. */
const FACTS = ['kind', 'activity', 'search_text', 'owner_user_id', 'owner_group_id', 'company_id', 'account_bits'];

const CHANGES = [
  ['insert', 'new'],
  ['update', 'new'],
  ['delete', 'old'],
];

/**
 * A feed of which contacts changed, for the index that their list counts with, as users have one. What a contact is tagged with
 * is a part of it, and whether a user is linked to it. And those users by name: their contacts are sorted by it.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('contact_changes', (table) => {
    table.increments('id');
    table.integer('contact_id').notNullable();
  });
  await knex.raw(`create trigger contacts_listed_insert after insert on contacts
    begin insert into contact_changes(contact_id) values (new.id); end`);
  await knex.raw(`create trigger contacts_listed_update after update of ${FACTS.join(', ')} on contacts
    begin insert into contact_changes(contact_id) values (new.id); end`);
  for (const [change, row] of CHANGES)
    await knex.raw(`create trigger contact_tags_listed_${change} after ${change} on contact_tags
      begin insert into contact_changes(contact_id) values (${row}.contact_id); end`);
  await knex.raw(`create trigger users_listed_insert after insert on users when new.contact_id is not null
    begin insert into contact_changes(contact_id) values (new.contact_id); end`);
  await knex.raw(`create trigger users_listed_update after update of contact_id, activity on users
    when (old.contact_id, old.activity) is not (new.contact_id, new.activity)
    begin insert into contact_changes(contact_id)
      select old.contact_id where old.contact_id is not null
      union select new.contact_id where new.contact_id is not null; end`);
  await knex.raw(`create trigger users_listed_delete after delete on users when old.contact_id is not null
    begin insert into contact_changes(contact_id) values (old.contact_id); end`);
  await knex.raw(`create index users_linked_by_name on users (sort_name, contact_id, activity)
    where contact_id is not null and activity <> 'deleted'`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop index users_linked_by_name');
  for (const table of ['users', 'contact_tags'])
    for (const [change] of CHANGES) await knex.raw(`drop trigger ${table}_listed_${change}`);
  for (const change of ['update', 'insert']) await knex.raw(`drop trigger contacts_listed_${change}`);
  await knex.schema.dropTable('contact_changes');
}
