import type { Knex } from 'knex';

/**
 * Events name records by their ids, and their digests stand in no order: an index of these was written at other places for each event
 * of many, to find what the index of the subjects finds as well. By a name itself only events of words are looked for.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('drop index audit_events_by_subject_name');
  await knex.raw('create index audit_events_of_words on audit_events (subject_name, id) where form = 1');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop index audit_events_of_words');
  await knex.raw('create index `audit_events_by_subject_name` on `audit_events` (`subject_name`, `id`)');
}
