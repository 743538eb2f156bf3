import type { Knex } from 'knex';

/**
 * The feed of users tells of programs of whose owner something changed: whether somebody answers for them may be otherwise. It says so of
 * such an entry from now on. Somebody may answer for thousands, and whoever holds both need not read the programs.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('user_changes', (table) => {
    table.integer('owner_id');
  });
  for (const one of FOLLOWING) await replace(knex, one, OWNED);
}

export async function down(knex: Knex): Promise<void> {
  for (const one of FOLLOWING) await replace(knex, one, OWNED_BEFORE);
  await knex.raw('alter table user_changes drop column owner_id');
}

interface Following {
  name: string;
  on: string;
  when?: string;
  /** What else follows. */
  body?: string;
}

const OWNED =
  'insert into user_changes (user_id, owner_id) select id, new.id from users where api_only_owner_id = new.id;';
const OWNED_BEFORE = 'insert into user_changes (user_id) select id from users where api_only_owner_id = new.id;';

const FOLLOWING: Following[] = [
  { name: 'users_owned_update', on: 'update of activity, expires_on on users' },
  {
    name: 'users_leaving_noted_update',
    on: 'update of leaves_at on users',
    when: 'old.leaves_at is not new.leaves_at',
    body: 'insert into group_changes (group_id) select id from groups where leader_id = new.id;',
  },
];

/** A way back leaves the very text that stood there before. */
async function replace(knex: Knex, { name, on, when, body }: Following, owned: string): Promise<void> {
  const all = body ? `${body}\n    ${owned}` : owned;
  if (isPostgres(knex)) {
    await knex.raw(
      `create or replace function ${name}() returns trigger language plpgsql as $$ begin ${all} return null; end $$`,
    );
    return;
  }
  await knex.raw(`drop trigger ${name}`);
  await knex.raw(`create trigger ${name} after ${on}${when ? `\n      when ${when}` : ''} begin ${all} end`);
}

const isPostgres = (knex: Knex) => knex.client.dialect === 'postgresql';
