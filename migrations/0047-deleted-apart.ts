import type { Knex } from 'knex';

const UNIQUE: [table: string, name: string, columns: string][] = [
  ['users', 'users_unique_name_key', 'name_key, name_twin'],
  ['users', 'users_unique_email_key', 'email_key, email_twin'],
  ['users', 'users_unique_contact_id', 'contact_id'],
  ['groups', 'groups_unique_name_key', 'name_key, name_twin'],
];
/** What it was before, as far as a change by hand tells. */
const EVENTS = {
  insert: ['insert', "'active'"],
  update: ['update of activity', "iif(old.activity = 'deactivated', old.activity, 'active')"],
};

/**
 * What is deleted is known by `deleted_from` as well, and the indexes over parts of a table say it in these words: an index that names
 * `activity` is written anew, at places far apart, for whoever is deactivated, which was nine tenths of the work of it.
 */
export async function up(knex: Knex): Promise<void> {
  for (const table of ['users', 'groups']) {
    // Those of earlier versions come back active.
    await knex.raw(`update ${table} set deleted_from = 'active' where activity = 'deleted' and deleted_from is null`);
    // The program writes both; whoever changes one by hand has the other follow.
    for (const [name, [event, before]] of Object.entries(EVENTS))
      await knex.raw(`create trigger ${table}_deleted_${name} after ${event} on ${table}
        when (new.activity = 'deleted') <> (new.deleted_from is not null)
        begin update ${table} set deleted_from = iif(new.activity = 'deleted', ${before}, null) where id = new.id; end`);
  }
  await remakeIndexes(knex, { gone: 'deleted_from is not null', there: 'deleted_from is null', says: 'deleted_from' });
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['users', 'groups'])
    for (const name of Object.keys(EVENTS)) await knex.raw(`drop trigger ${table}_deleted_${name}`);
  await remakeIndexes(knex, { gone: "activity = 'deleted'", there: "activity <> 'deleted'", says: 'activity' });
}

async function remakeIndexes(
  knex: Knex,
  { gone, there, says }: { gone: string; there: string; says: string },
): Promise<void> {
  for (const [table, name, columns] of UNIQUE) {
    await knex.raw(`drop index ${name}`);
    await knex.raw(`create unique index ${name} on ${table} (${columns}) where ${there}`);
  }
  await knex.raw('drop index users_deleted_by_name');
  await knex.raw(`create index users_deleted_by_name on users (name_key) where ${gone}`);
  await knex.raw('drop index users_linked_by_name');
  await knex.raw(`create index users_linked_by_name on users (sort_name, contact_id, ${says})
    where contact_id is not null and ${there}`);
}
