import type { Knex } from 'knex';
import { identityKey } from './text.ts';

/**
 * Brings together what earlier versions left apart. Two indexes were added to migrations that had landed already, so
 * data made before lacks them; and keys once kept the letters that nobody sees, so a name typed without them was not
 * found. A name that somebody else took in the meantime keeps its old key.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('create index if not exists users_by_text on users (search_text)');
  await knex.raw('create index if not exists groups_by_leader on groups (leader_id) where leader_id is not null');
  for (const [table, text, key] of [
    ['users', 'name', 'name_key'],
    ['users', 'email', 'email_key'],
    ['groups', 'name', 'name_key'],
    ['tags', 'name', 'name_key'],
  ])
    await renewKeys(knex, table, text, key);
}

/** Nothing: what it added belongs to the migrations before it. */
export async function down(): Promise<void> {}

async function renewKeys(knex: Knex, table: string, text: string, key: string): Promise<void> {
  const rows = await knex(table)
    .whereRaw(`?? glob '*[^ -~]*'`, [text])
    .select('id', `${text} as text`, `${key} as key`);
  for (const row of rows) {
    const renewed = identityKey(row.text);
    if (renewed !== row.key)
      await knex.raw('update or ignore ?? set ?? = ? where id = ?', [table, key, renewed, row.id]);
  }
}
