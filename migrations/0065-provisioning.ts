import type { Knex } from 'knex';

const FOLLOWING = `update provisioned_users set activity = new.activity where user_id = new.id;`;
const GROUPS_FOLLOWING = `update provisioned_groups set activity = new.activity where group_id = new.id;`;
const ONE_MORE = `insert into provisioned_counts (provisioner_id, activity, number)
  values (new.provisioner_id, new.activity, 1)
  on conflict (provisioner_id, activity) do update set number = provisioned_counts.number + 1;`;
/** By which what was counted before is known to be so still. */
const CHANGED = `insert into provisioned_counts (provisioner_id, activity, number)
  values (new.provisioner_id, 'changes', 1)
  on conflict (provisioner_id, activity) do update set number = provisioned_counts.number + 1;`;
const ONE_LESS = `update provisioned_counts set number = number - 1
  where provisioner_id = old.provisioner_id and activity = old.activity;`;

const TRIGGERS: { name: string; table: string; on: string; body: string }[] = [
  { name: 'provisioned_users_follow', table: 'users', on: 'update of activity', body: FOLLOWING },
  { name: 'provisioned_groups_follow', table: 'groups', on: 'update of activity', body: GROUPS_FOLLOWING },
  { name: 'provisioned_counted_insert', table: 'provisioned_users', on: 'insert', body: `${ONE_MORE} ${CHANGED}` },
  {
    name: 'provisioned_counted_update',
    table: 'provisioned_users',
    on: 'update of activity, provisioner_id',
    body: `${ONE_LESS} ${ONE_MORE}`,
  },
  {
    name: 'provisioned_counted_change',
    table: 'provisioned_users',
    on: 'update of activity, provisioner_id, version',
    body: CHANGED,
  },
  { name: 'provisioned_counted_delete', table: 'provisioned_users', on: 'delete', body: ONE_LESS },
];

/**
 * Whom and what programs keep here by SCIM, with all that they say of them; whom they met that was here before; and what they asked for.
 * The activity is that of the user or group, so that lists and counts need no other table.
 */
export async function up(knex: Knex): Promise<void> {
  // What is walked along in order, by bytes.
  const ordered = isPostgres(knex) ? 'text collate "C"' : 'text';
  await knex.schema.createTable('provisioned_users', (table) => {
    table.integer('user_id').primary().references('users.id');
    table.integer('provisioner_id').notNullable().references('users.id');
    table.text('user_name').notNullable();
    table.specificType('user_name_key', ordered).notNullable();
    table.specificType('external_id', ordered);
    table.text('attributes').notNullable().defaultTo('{}');
    table.text('activity').notNullable();
    // Of one who was here before, until the program says something of them for the first time.
    table.boolean('is_new_here').notNullable().defaultTo(false);
    // When the program deleted them.
    table.text('ended_at');
    table.integer('version').notNullable().defaultTo(1);
    table.specificType('created_at', ordered).notNullable();
    table.specificType('modified_at', ordered).notNullable();
  });
  // Each tells as well who is deleted, so that no row has to be looked at to pass by them.
  const users = 'on provisioned_users (provisioner_id,';
  await knex.raw(`create index provisioned_users_in_order ${users} user_id, activity)`);
  await knex.raw(`create index provisioned_users_by_activity ${users} activity, user_id)`);
  await knex.raw(`create index provisioned_users_by_name ${users} user_name_key, user_id, activity)`);
  await knex.raw(`create index provisioned_users_by_external_id ${users} external_id, user_id, activity)`);
  await knex.raw(`create index provisioned_users_by_change ${users} modified_at, user_id, activity)`);
  await knex.raw(`create index provisioned_users_by_creation ${users} created_at, user_id, activity)`);
  // What is said of them, value by value, folded: what is searched and sorted by.
  await knex.schema.createTable('provisioned_values', (table) => {
    table.integer('user_id').notNullable().references('users.id');
    table.integer('provisioner_id').notNullable();
    table.text('path').notNullable();
    table.integer('place').notNullable();
    table.specificType('value', ordered).notNullable();
    table.primary(['user_id', 'path', 'place']);
  });
  await knex.raw(`create index provisioned_values_by_value
    on provisioned_values (provisioner_id, path, value, user_id, place)`);
  await knex.schema.createTable('provisioned_counts', (table) => {
    table.integer('provisioner_id').notNullable();
    table.text('activity').notNullable();
    table.integer('number').notNullable();
    table.primary(['provisioner_id', 'activity']);
  });
  await knex.schema.createTable('provisioned_groups', (table) => {
    table.integer('group_id').primary().references('groups.id');
    table.integer('provisioner_id').notNullable().references('users.id');
    table.text('external_id');
    table.text('activity').notNullable();
    table.boolean('is_new_here').notNullable().defaultTo(false);
    table.integer('version').notNullable().defaultTo(1);
    table.text('created_at').notNullable();
    table.text('modified_at').notNullable();
  });
  await knex.raw('create index provisioned_groups_in_order on provisioned_groups (provisioner_id, group_id)');
  await knex.schema.createTable('provisioning_clashes', (table) => {
    table.increments('id');
    table.integer('provisioner_id').notNullable().references('users.id');
    table.text('kind').notNullable();
    table.integer('subject_id').notNullable();
    table.text('name').notNullable();
    table.text('external_id');
    // By what they are one: name, email, or that somebody else deleted them.
    table.text('reason').notNullable();
    table.integer('times').notNullable().defaultTo(1);
    table.text('first_at').notNullable();
    table.text('last_at').notNullable();
    table.text('decision');
    table.text('decided_at');
    table.integer('decided_by').references('users.id');
    table.unique(['provisioner_id', 'kind', 'subject_id'], { indexName: 'provisioning_clashes_unique_subject' });
  });
  await knex.schema.createTable('provisioning_calls', (table) => {
    table.increments('id');
    table.integer('provisioner_id').notNullable().references('users.id');
    table.text('at').notNullable();
    table.text('request').notNullable();
    table.integer('status').notNullable();
    table.text('words').notNullable();
    table.text('address').notNullable();
  });
  await knex.raw('create index provisioning_calls_of on provisioning_calls (provisioner_id, id)');
  for (const trigger of TRIGGERS) await follow(knex, trigger);
}

export async function down(knex: Knex): Promise<void> {
  for (const { name, table } of TRIGGERS.toReversed()) await unfollow(knex, name, table);
  for (const table of [
    'provisioning_calls',
    'provisioning_clashes',
    'provisioned_groups',
    'provisioned_counts',
    'provisioned_values',
    'provisioned_users',
  ])
    await knex.schema.dropTable(table);
}

const isPostgres = (knex: Knex) => knex.client.dialect === 'postgresql';

async function follow(knex: Knex, { name, table, on, body }: (typeof TRIGGERS)[number]): Promise<void> {
  if (!isPostgres(knex)) {
    await knex.raw(`create trigger ${name} after ${on} on ${table} begin ${body} end`);
    return;
  }
  await knex.raw(`create function ${name}() returns trigger language plpgsql as $$ begin ${body} return null; end $$`);
  await knex.raw(`create trigger ${name} after ${on} on ${table} for each row execute function ${name}()`);
}

async function unfollow(knex: Knex, name: string, table: string): Promise<void> {
  await knex.raw(isPostgres(knex) ? `drop trigger ${name} on ${table}` : `drop trigger ${name}`);
  if (isPostgres(knex)) await knex.raw(`drop function ${name}()`);
}
