import type { Knex } from 'knex';

/** What is numbered without gaps, or chained. */
const NUMBERED = ['audit_events', 'contact_changes', 'group_changes', 'invitation_changes', 'user_changes'];

/**
 * On PostgreSQL what changes one row does so beside the one writer, which alone may number entries: one that was numbered beside it
 * could come before another that was read already. SQLite has one writer for all.
 */
export async function up(knex: Knex): Promise<void> {
  if (knex.client.dialect !== 'postgresql') return;
  await knex.raw(`create function refuse_beside_the_writer() returns trigger language plpgsql as $$ begin
    if current_setting('roster.one_row', true) = 'on' then
      raise exception 'entries are numbered by the one writer alone';
    end if;
    return null; end $$`);
  for (const table of NUMBERED)
    await knex.raw(`create trigger ${table}_numbered_alone before insert on ${table}
      for each statement execute function refuse_beside_the_writer()`);
}

export async function down(knex: Knex): Promise<void> {
  if (knex.client.dialect === 'postgresql') await knex.raw('drop function refuse_beside_the_writer cascade');
}
