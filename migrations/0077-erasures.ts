import type { Knex } from 'knex';

/**
 * When somebody was erased, and by which words what others wrote is still to be looked through for them. An event of words (form 1) may give way
 * to a marker (form 4) of the same id, moment and hash, which says who did what to whom by ids alone and has a seal of its own; nothing else of
 * an event changes, and none is deleted.
 */
export async function up(knex: Knex): Promise<void> {
  const text = isPostgres(knex) ? 'text collate "C"' : 'text';
  await knex.raw(`alter table users add column erased_at ${text}`);
  await knex.raw('create index users_erased on users (erased_at, id) where erased_at is not null');
  await knex.schema.createTable('erasures', (table) => {
    table.integer('user_id').primary().references('users.id');
    // In JSON: what they were called. Gone when it is done.
    table.text('words').notNullable();
  });
  await knex.raw(`alter table audit_events add column seal ${text}`);
  await refuseAllBut(knex, MARKERS);
}

export async function down(knex: Knex): Promise<void> {
  await refuseAllBut(knex, 'false');
  await knex.raw('alter table audit_events drop column seal');
  await knex.schema.dropTable('erasures');
  await knex.raw('drop index users_erased');
  await knex.raw('alter table users drop column erased_at');
}

const SAME = ['id', 'at', 'actor_id', 'action', 'subject_type', 'subject_id', 'operation_id', 'token_id', 'hash'];
const EMPTY = ['actor_name', 'subject_name', 'address', 'request_id'];

/** What an event may become. */
const MARKERS = [
  'old.form = 1 and new.form = 4 and new.seal is not null',
  "new.before = '{}' and new.after = '{}'",
  ...EMPTY.map((column) => `new.${column} = ''`),
  ...SAME.map((column) => `old.${column} is not distinct from new.${column}`),
].join(' and ');

const REFUSED = 'audit events are never changed';

async function refuseAllBut(knex: Knex, allowed: string): Promise<void> {
  if (isPostgres(knex)) {
    const unless = allowed === 'false' ? '' : `if tg_op = 'UPDATE' then if ${allowed} then return new; end if; end if;`;
    await knex.raw(`create or replace function refuse_change() returns trigger language plpgsql as $$ begin ${unless}
      raise exception '${REFUSED}'; end $$`);
  } else {
    await knex.raw('drop trigger if exists audit_events_refuse_update');
    await knex.raw(`create trigger audit_events_refuse_update before update on audit_events
      ${allowed === 'false' ? '' : `when not (${allowed}) `}begin select raise(abort, '${REFUSED}'); end`);
  }
}

const isPostgres = (knex: Knex) => knex.client.dialect === 'postgresql';
