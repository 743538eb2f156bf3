import type { Knex } from 'knex';

/** What a trigger does. */
interface Following {
  name: string;
  table: string;
  on: string;
  when?: string;
  body: string;
  /** Between its lines, as it was written first: a way back leaves the very same text. */
  gap?: string;
}

const IS_DELETION = "(old.activity = 'deleted') <> (new.activity = 'deleted')";
const GROUPS_OF_USER = `(select count(*) from memberships join groups on groups.id = memberships.group_id
  where memberships.user_id = users.id and groups.activity <> 'deleted')`;
const isCounted = (row: string) =>
  `exists (select 1 from groups where groups.id = ${row}.group_id and groups.activity <> 'deleted')`;
const isRecounted = (row: string) =>
  `exists (select 1 from group_recounts where group_recounts.group_id = ${row}.group_id)`;

const COUNTED: Following = {
  name: 'group_recounts_done',
  table: 'group_recounts',
  on: 'update of done_to',
  body: `update users set group_count = ${GROUPS_OF_USER}
    where id in (select user_id from memberships
      where group_id = new.group_id and user_id > old.done_to and user_id <= new.done_to);`,
};

const BEFORE: Following[] = [
  {
    name: 'groups_count_deletion',
    table: 'groups',
    on: 'update of activity',
    when: IS_DELETION,
    body: `update users set group_count = group_count + case new.activity when 'deleted' then -1 else 1 end
      where id in (select user_id from memberships where group_id = new.id);`,
  },
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
  {
    name: 'users_changed_update',
    table: 'users',
    on: 'update',
    body: 'insert into user_changes(user_id) values (new.id);',
    gap: '\n        ',
  },
];

const NOW: Following[] = [
  {
    name: 'groups_count_deletion',
    table: 'groups',
    on: 'update of activity',
    when: IS_DELETION,
    body: `delete from group_recounts where group_id = new.id;
      insert into group_recounts(group_id) values (new.id);`,
  },
  {
    name: 'memberships_count_insert',
    table: 'memberships',
    on: 'insert',
    body: `update users set group_count = group_count + 1 where id = new.user_id and ${isCounted('new')};`,
  },
  // Whoever leaves a group while its members are counted is not met there any more.
  {
    name: 'memberships_count_delete',
    table: 'memberships',
    on: 'delete',
    body: `update users set group_count = group_count - 1
        where id = old.user_id and ${isCounted('old')} and not ${isRecounted('old')};
      update users set group_count = ${GROUPS_OF_USER} where id = old.user_id and ${isRecounted('old')};`,
  },
  // The count is only sorted by; what it follows from has a feed of its own.
  {
    name: 'users_changed_update',
    table: 'users',
    on: 'update',
    when: 'old.group_count = new.group_count',
    body: 'insert into user_changes(user_id) values (new.id);',
  },
];

/**
 * How many groups somebody is in is what lists are sorted by and nothing else. When a group is deleted or restored it is noted that its
 * members are to be counted: those up to `done_to` are.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('group_recounts', (table) => {
    table.integer('group_id').primary().references('groups.id');
    table.integer('done_to').notNullable().defaultTo(0);
  });
  await create(knex, COUNTED);
  await replace(knex, NOW);
  await countAll(knex);
}

export async function down(knex: Knex): Promise<void> {
  await countAll(knex);
  await replace(knex, BEFORE);
  await knex.schema.dropTable('group_recounts');
  if (isPostgres(knex)) await knex.raw(`drop function ${COUNTED.name}()`);
}

/** Whoever left a deleted group was counted once too little. */
async function countAll(knex: Knex): Promise<void> {
  await knex.raw(`update users set group_count = ${GROUPS_OF_USER} where group_count <> ${GROUPS_OF_USER}`);
}

async function replace(knex: Knex, triggers: Following[]): Promise<void> {
  for (const trigger of triggers) {
    await knex.raw(`drop trigger ${trigger.name}${isPostgres(knex) ? ` on ${trigger.table}` : ''}`);
    await create(knex, trigger);
  }
}

async function create(knex: Knex, { name, table, on, when, body, gap = '\n    ' }: Following): Promise<void> {
  const begun = `create trigger ${name} after ${on} on ${table}`;
  if (!isPostgres(knex)) {
    await knex.raw(`${begun}${when ? `${gap}when ${when}` : ''}${gap}begin ${body} end`);
    return;
  }
  await knex.raw(`create or replace function ${name}() returns trigger language plpgsql as $$
    begin ${body} return null; end $$`);
  await knex.raw(`${begun} for each row ${when ? `when (${when})` : ''} execute function ${name}()`);
}

const isPostgres = (knex: Knex) => knex.client.dialect === 'postgresql';
