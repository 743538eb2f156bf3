import type { Knex } from 'knex';
import { fold, identityKey } from './text.ts';

/** In the order in which SQLite lets them go again: the check of one column names the other. */
const COLUMNS = [
  'owner_user_id integer references users (id)',
  'owner_group_id integer references groups (id) check (owner_group_id is null or owner_user_id is null)',
  "activity text not null default 'active' check (activity in ('active', 'deleted'))",
  // Lists in JSON; email is the first of them.
  "emails text not null default '[]'",
  "phones text not null default '[]'",
  "address text not null default ''",
  "position text not null default ''",
  "description text not null default ''",
  // What changed since and could be taken over by the linked user.
  "offer text not null default '{}'",
  'email_key text',
  "search_text text not null default ''",
  // Kept by the triggers on accounts.
  'account_bits integer not null default 0',
  'version integer not null default 1',
  'created_by integer references users (id)',
  // Of the form that made it: sent twice, it makes one contact.
  'form_key text',
];

const BIT =
  "case %.type when 'customer' then 1 when 'supplier' then 2 when 'prospect' then 4 when 'competitor' then 8 else 16 end";
const bitOf = (row: string) => BIT.replace('%', row);

/** The users whose link leads to the contact, or to a person of the company, that a row names. */
const linkedTo = (contact: string) =>
  `select users.id from users where users.contact_id = ${contact}
    union select users.id from contacts join users on users.contact_id = contacts.id where contacts.company_id = ${contact}`;

/** What an address book knows of a contact, whom it belongs to, and what its list walks and counts by. */
export async function up(knex: Knex): Promise<void> {
  for (const column of COLUMNS) await knex.raw(`alter table contacts add column ${column}`);
  await knex.raw(`update contacts set search_text = trim(sort_name || ' ' || lower(coalesce(email, ''))),
    email_key = lower(email), emails = case when email is null then '[]' else json_array(email) end`);
  // Letters that SQLite does not know how to lower.
  for (const { id, sort_name, email } of await knex('contacts').whereRaw("email glob '*[^ -~]*'"))
    await knex('contacts')
      .where({ id })
      .update({ email_key: identityKey(email), search_text: `${sort_name} ${fold(email)}`.trim() });
  await knex.raw(`update contacts set account_bits =
    (select coalesce(sum(${bitOf('accounts')}), 0) from accounts where accounts.contact_id = contacts.id)`);

  await knex.raw('drop index contacts_sort_name');
  await knex.raw('create index contacts_by_name on contacts (sort_name, id)');
  await knex.raw('create index contacts_by_email on contacts (email_key, id)');
  await knex.raw('create index contacts_by_creation on contacts (created_at, id)');
  // Everything that the sidebar counts, so that a count reads the index alone.
  await knex.raw(
    'create index contacts_by_cell on contacts (owner_user_id, owner_group_id, activity, kind, account_bits)',
  );
  await knex.raw('create index contacts_by_owner_group on contacts (owner_group_id) where owner_group_id is not null');
  await knex.raw('create unique index contacts_unique_form_key on contacts (form_key) where form_key is not null');
  await knex.raw('create index contacts_by_company on contacts (company_id) where company_id is not null');
  await knex.raw('create index users_by_contact_id on users (contact_id) where contact_id is not null');

  await knex.schema.createTable('contact_tags', (table) => {
    table.integer('contact_id').notNullable().references('contacts.id');
    table.integer('tag_id').notNullable().references('tags.id');
    table.primary(['contact_id', 'tag_id']);
    table.index(['tag_id', 'contact_id'], 'contact_tags_by_tag');
  });
  // Which events about users belong to the timeline of a contact as well. No foreign keys: an event outlives what it names.
  await knex.schema.createTable('contact_events', (table) => {
    table.integer('contact_id').notNullable();
    table.integer('event_id').notNullable();
    table.primary(['contact_id', 'event_id']);
  });
  await createSearch(knex);
  await createTriggers(knex);
}

async function createSearch(knex: Knex): Promise<void> {
  await knex.raw(
    `create virtual table contacts_search using fts5(search_text, content='contacts', content_rowid='id', tokenize='trigram', detail='none')`,
  );
  await knex.raw("insert into contacts_search(contacts_search) values ('rebuild')");
  await knex.raw(`create trigger contacts_search_insert after insert on contacts
    begin insert into contacts_search(rowid, search_text) values (new.id, new.search_text); end`);
  await knex.raw(`create trigger contacts_search_update after update of search_text on contacts when new.search_text <> old.search_text
    begin
      insert into contacts_search(contacts_search, rowid, search_text) values ('delete', old.id, old.search_text);
      insert into contacts_search(rowid, search_text) values (new.id, new.search_text);
    end`);
}

/** The facts of users that hang on their contact reach the feed of changes like all others. */
async function createTriggers(knex: Knex): Promise<void> {
  await knex.raw(`create trigger accounts_kept_insert after insert on accounts
    begin
      update contacts set account_bits = account_bits | ${bitOf('new')} where id = new.contact_id;
      insert into user_changes(user_id) ${linkedTo('new.contact_id')};
    end`);
  await knex.raw(`create trigger accounts_kept_delete after delete on accounts
    begin
      update contacts set account_bits = account_bits & ~${bitOf('old')} where id = old.contact_id;
      insert into user_changes(user_id) ${linkedTo('old.contact_id')};
    end`);
  await knex.raw(`create trigger contacts_changed_update after update of company_id, activity on contacts
    begin insert into user_changes(user_id) ${linkedTo('new.id')}; end`);
}

export async function down(knex: Knex): Promise<void> {
  for (const trigger of ['contacts_changed_update', 'accounts_kept_delete', 'accounts_kept_insert'])
    await knex.raw(`drop trigger ${trigger}`);
  await knex.raw('drop trigger contacts_search_update');
  await knex.raw('drop trigger contacts_search_insert');
  await knex.raw('drop table contacts_search');
  await knex.schema.dropTable('contact_events');
  await knex.schema.dropTable('contact_tags');
  for (const index of [
    'users_by_contact_id',
    'contacts_unique_form_key',
    'contacts_by_company',
    'contacts_by_owner_group',
    'contacts_by_cell',
    'contacts_by_creation',
    'contacts_by_email',
    'contacts_by_name',
  ])
    await knex.raw(`drop index ${index}`);
  for (const column of COLUMNS.toReversed())
    await knex.raw('alter table contacts drop column ??', [column.split(' ')[0]]);
  await knex.schema.alterTable('contacts', (table) => table.index('sort_name', 'contacts_sort_name'));
}
