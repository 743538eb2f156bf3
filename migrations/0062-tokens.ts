import type { Knex } from 'knex';

/** Whatever of an owner tells whether somebody still answers for a program. */
const OF_OWNERS = 'activity, expires_on';
const CHANGED = [
  ['insert', 'insert', 'new'],
  ['update', 'update of expires_at, ended_at', 'new'],
  ['delete', 'delete', 'old'],
];
const OWNED = 'insert into user_changes (user_id) select id from users where api_only_owner_id = new.id;';

/** By what programs come in; what was answered to them once; and the feed of users tells what of it their list is filtered by. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('tokens', (table) => {
    table.increments('id');
    table.integer('user_id').notNullable().references('users.id');
    table.text('name').notNullable();
    // What somebody sees of it later; the secret stands here only as its hash.
    table.text('beginning').notNullable();
    table.text('hash').notNullable().unique({ indexName: 'tokens_unique_hash' });
    table.text('scopes').notNullable();
    // Empty: from anywhere.
    table.text('addresses').notNullable().defaultTo('[]');
    table.text('created_at').notNullable();
    table.integer('created_by').references('users.id');
    table.text('expires_at').notNullable();
    table.text('ended_at');
    table.text('last_used_at');
    table.text('last_used_from');
    // When its user was told that it ends soon.
    table.text('told_at');
  });
  await knex.raw('create index tokens_of_user on tokens (user_id, id)');
  await knex.raw('create index tokens_by_expiry on tokens (expires_at) where ended_at is null');
  await knex.schema.createTable('api_answers', (table) => {
    table.integer('token_id').notNullable().references('tokens.id');
    table.text('key').notNullable();
    // Of what was asked: another request under the same key is a mistake.
    table.text('asked').notNullable();
    table.integer('status').notNullable();
    table.text('headers').notNullable();
    table.text('body').notNullable();
    table.text('created_at').notNullable().index('api_answers_by_time');
    table.primary(['token_id', 'key']);
  });
  await knex.raw('create index users_by_owner on users (api_only_owner_id) where api_only_owner_id is not null');
  for (const [name, on, row] of CHANGED)
    await follow(knex, {
      name: `tokens_changed_${name}`,
      on: `${on} on tokens`,
      body: `insert into user_changes (user_id) values (${row}.user_id);`,
    });
  await follow(knex, { name: 'users_owned_update', on: `update of ${OF_OWNERS} on users`, body: OWNED });
}

export async function down(knex: Knex): Promise<void> {
  await unfollow(knex, 'users_owned_update', 'users');
  for (const [name] of CHANGED) await unfollow(knex, `tokens_changed_${name}`, 'tokens');
  await knex.raw('drop index users_by_owner');
  await knex.schema.dropTable('api_answers');
  await knex.schema.dropTable('tokens');
}

const isPostgres = (knex: Knex) => knex.client.dialect === 'postgresql';

async function follow(knex: Knex, { name, on, body }: { name: string; on: string; body: string }): Promise<void> {
  if (!isPostgres(knex)) {
    await knex.raw(`create trigger ${name} after ${on} begin ${body} end`);
    return;
  }
  await knex.raw(`create function ${name}() returns trigger language plpgsql as $$ begin ${body} return null; end $$`);
  await knex.raw(`create trigger ${name} after ${on} for each row execute function ${name}()`);
}

async function unfollow(knex: Knex, name: string, table: string): Promise<void> {
  await knex.raw(isPostgres(knex) ? `drop trigger ${name} on ${table}` : `drop trigger ${name}`);
  if (isPostgres(knex)) await knex.raw(`drop function ${name}()`);
}
