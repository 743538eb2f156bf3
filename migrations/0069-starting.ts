import type { Knex } from 'knex';

/** Whoever leads acts as a leader from their start on. */
const FED = 'users_starting_noted_update';

/** From which moment on somebody is let in; before it the account sleeps. A process of the version before knows no start. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`alter table users add column starts_at text${isPostgres(knex) ? ' collate "C"' : ''}`);
  const body = 'insert into group_changes (group_id) select id from groups where leader_id = new.id;';
  if (isPostgres(knex)) {
    await knex.raw(`create function ${FED}() returns trigger language plpgsql as $$ begin ${body} return null; end $$`);
    await knex.raw(`create trigger ${FED} after update of starts_at on users for each row
      when (old.starts_at is distinct from new.starts_at) execute function ${FED}()`);
  } else
    await knex.raw(`create trigger ${FED} after update of starts_at on users
      when old.starts_at is not new.starts_at begin ${body} end`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(isPostgres(knex) ? `drop trigger ${FED} on users` : `drop trigger ${FED}`);
  if (isPostgres(knex)) await knex.raw(`drop function ${FED}()`);
  await knex.raw('alter table users drop column starts_at');
}

const isPostgres = (knex: Knex) => knex.client.dialect === 'postgresql';
