import type { Knex } from 'knex';

/** Users whose linked contact it is, or a person of that company. */
const LINKED = `select users.id from users where users.contact_id = new.id
    union select users.id from contacts join users on users.contact_id = contacts.id where contacts.company_id = new.id`;

/**
 * The feed of users also tells of those whose contact was renamed or got another owner: the index finds them by it, and knows who may see
 * it. The mail of an invitation is found by its link.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('drop trigger contacts_changed_update');
  await knex.raw(`create trigger contacts_changed_update
    after update of company_id, activity, sort_name, owner_user_id, owner_group_id on contacts
    begin insert into user_changes(user_id) ${LINKED}; end`);
  await knex.raw('create index outbox_link on outbox (link_id)');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop index outbox_link');
  await knex.raw('drop trigger contacts_changed_update');
  await knex.raw(`create trigger contacts_changed_update after update of company_id, activity on contacts
    begin insert into user_changes(user_id) ${LINKED}; end`);
}
