/** What follows when a row comes, changes or goes: in which cases, and what is done then. */
interface Following {
  name: string;
  table: string;
  /** `insert`, `update of activity` …, after which it follows. */
  on: string;
  when?: string;
  body: string;
}

type Case = 'insert' | 'update' | 'delete';
const CASES: Case[] = ['insert', 'update', 'delete'];

const rowOf = (one: Case) => (one === 'delete' ? 'old' : 'new');

/** Every change of a row is told to a feed. */
function fed(name: string, table: string, feed: string, column: string, value: string, when?: string): Following[] {
  return CASES.map((on) => ({
    name: `${name}_${on}`,
    table,
    on,
    when: when && `${rowOf(on)}.${when}`,
    body: `insert into ${feed} (${column}) values (${rowOf(on)}.${value});`,
  }));
}

const usersOf = (contact: string) => `select users.id from users where users.contact_id = ${contact}
  union select users.id from contacts join users on users.contact_id = contacts.id where contacts.company_id = ${contact}`;

const bitOf = (type: string) =>
  `case ${type} when 'customer' then 1 when 'supplier' then 2 when 'prospect' then 4 when 'competitor' then 8 else 16 end`;

const FOLLOWING: Following[] = [
  {
    name: 'accounts_kept_insert',
    table: 'accounts',
    on: 'insert',
    body: `update contacts set account_bits = account_bits | ${bitOf('new.type')} where id = new.contact_id;
      insert into user_changes (user_id) ${usersOf('new.contact_id')};`,
  },
  {
    name: 'accounts_kept_delete',
    table: 'accounts',
    on: 'delete',
    body: `update contacts set account_bits = account_bits & ~${bitOf('old.type')}::bigint where id = old.contact_id;
      insert into user_changes (user_id) ${usersOf('old.contact_id')};`,
  },
  ...fed('contact_tags_listed', 'contact_tags', 'contact_changes', 'contact_id', 'contact_id'),
  {
    name: 'contacts_changed_update',
    table: 'contacts',
    on: 'update of company_id, activity, sort_name, owner_user_id, owner_group_id',
    body: `insert into user_changes (user_id) ${usersOf('new.id')};`,
  },
  {
    name: 'contacts_listed_insert',
    table: 'contacts',
    on: 'insert',
    body: 'insert into contact_changes (contact_id) values (new.id);',
  },
  {
    name: 'contacts_listed_update',
    table: 'contacts',
    on: 'update of kind, activity, search_text, owner_user_id, owner_group_id, company_id, account_bits',
    body: 'insert into contact_changes (contact_id) values (new.id);',
  },
  ...fed('group_permissions_noted', 'group_permissions', 'group_changes', 'group_id', 'group_id'),
  ...fed('group_tags_noted', 'group_tags', 'group_changes', 'group_id', 'group_id'),
  {
    name: 'groups_count_deletion',
    table: 'groups',
    on: 'update of activity',
    when: "(old.activity = 'deleted') <> (new.activity = 'deleted')",
    body: `update users set group_count = group_count + case new.activity when 'deleted' then -1 else 1 end
      where id in (select user_id from memberships where group_id = new.id);`,
  },
  ...fed('groups_noted', 'groups', 'group_changes', 'group_id', 'id'),
  {
    name: 'links_placed_insert',
    table: 'links',
    on: 'insert',
    when: "new.purpose = 'invitation'",
    body: `insert into invitation_places (link_id, sort_name, email_key, created_at)
      select new.id, users.sort_name, users.email_key, new.created_at from users where users.id = new.user_id;`,
  },
  {
    name: 'links_placed_delete',
    table: 'links',
    on: 'delete',
    body: 'delete from invitation_places where link_id = old.id;',
  },
  ...fed('links_changed', 'links', 'user_changes', 'user_id', 'user_id'),
  ...fed('links_noted', 'links', 'invitation_changes', 'link_id', 'id', "purpose = 'invitation'"),
  ...fed('lockouts_changed', 'lockouts', 'user_changes', 'user_id', 'user_id'),
  {
    name: 'memberships_count_insert',
    table: 'memberships',
    on: 'insert',
    body: 'update users set group_count = group_count + 1 where id = new.user_id;',
  },
  {
    name: 'memberships_count_delete',
    table: 'memberships',
    on: 'delete',
    body: 'update users set group_count = group_count - 1 where id = old.user_id;',
  },
  ...fed('memberships_changed', 'memberships', 'user_changes', 'user_id', 'user_id'),
  ...CASES.map((on) => ({
    name: `memberships_noted_${on}`,
    table: 'memberships',
    on,
    body: `insert into group_changes (group_id)
      select id from groups where id = ${rowOf(on)}.group_id and leader_id = ${rowOf(on)}.user_id;`,
  })),
  {
    name: 'outbox_changed_update',
    table: 'outbox',
    on: 'update of failed_at',
    body: 'insert into user_changes (user_id) values (new.user_id);',
  },
  ...fed('outbox_noted', 'outbox', 'invitation_changes', 'link_id', 'link_id', "kind = 'invitation'"),
  ...fed('user_tags_changed', 'user_tags', 'user_changes', 'user_id', 'user_id'),
  ...fed('users_changed', 'users', 'user_changes', 'user_id', 'id'),
  {
    name: 'users_noted_update',
    table: 'users',
    on: 'update of name, activity, api_only, expires_on, password_hash',
    when: `(old.name, old.activity, old.api_only, old.expires_on, old.password_hash)
      is distinct from (new.name, new.activity, new.api_only, new.expires_on, new.password_hash)`,
    body: 'insert into group_changes (group_id) select id from groups where leader_id = new.id;',
  },
  {
    name: 'users_placed_update',
    table: 'users',
    on: 'update of sort_name, email_key',
    when: '(old.sort_name, old.email_key) is distinct from (new.sort_name, new.email_key)',
    body: `update invitation_places set sort_name = new.sort_name, email_key = new.email_key
      where link_id in (select id from links where user_id = new.id);`,
  },
  {
    name: 'users_listed_insert',
    table: 'users',
    on: 'insert',
    when: 'new.contact_id is not null',
    body: 'insert into contact_changes (contact_id) values (new.contact_id);',
  },
  {
    name: 'users_listed_update',
    table: 'users',
    on: 'update of contact_id, activity',
    when: '(old.contact_id, old.activity) is distinct from (new.contact_id, new.activity)',
    body: `insert into contact_changes (contact_id)
      select old.contact_id where old.contact_id is not null union select new.contact_id where new.contact_id is not null;`,
  },
  {
    name: 'users_listed_delete',
    table: 'users',
    on: 'delete',
    when: 'old.contact_id is not null',
    body: 'insert into contact_changes (contact_id) values (old.contact_id);',
  },
];

const FOLLOWED = FOLLOWING.flatMap(({ name, table, on, when, body }) => [
  `create function ${name}() returns trigger language plpgsql as $$ begin ${body} return null; end $$`,
  `create trigger ${name} after ${on} on ${table} for each row ${when ? `when (${when})` : ''} execute function ${name}()`,
]);

/** Who or what is deleted is told from the others by what it was before, whoever deletes it. */
const DELETED = ['users', 'groups'].flatMap((table) =>
  ['insert', 'update of activity'].map(
    (on) =>
      `create trigger ${table}_deleted_${on.split(' ')[0]} before ${on} on ${table} for each row
        when ((new.activity = 'deleted') <> (new.deleted_from is not null)) execute function keep_deleted_from()`,
  ),
);

/**
 * The entries of a feed are numbered without gaps, for whoever follows it takes a gap for what was pruned. Those who write
 * have the lock of all writers, so no two are given the same number.
 */
export const NUMBERING = `create function next_entry_of(feed text) returns bigint language plpgsql as $$
  declare entry bigint;
  begin
    execute format('select coalesce(max(id), 0) + 1 from %I', feed) into entry;
    return entry;
  end $$`;

export const TRIGGERS = [
  ...FOLLOWED,
  `create function keep_deleted_from() returns trigger language plpgsql as $$ begin
    new.deleted_from := case
      when new.activity <> 'deleted' then null
      when tg_op = 'UPDATE' and old.activity = 'deactivated' then 'deactivated'
      else 'active' end;
    return new; end $$`,
  ...DELETED,
  `create function refuse_change() returns trigger language plpgsql as $$ begin
    raise exception 'audit events are never changed'; end $$`,
  ...['update', 'delete'].map(
    (change) => `create trigger audit_events_refuse_${change} before ${change} on audit_events
      for each row execute function refuse_change()`,
  ),
  `create trigger audit_events_refuse_truncate before truncate on audit_events
    for each statement execute function refuse_change()`,
];
