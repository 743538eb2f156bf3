import type { Knex } from 'knex';

/**
 * From here on events name records by their ids, and carry salted digests of what people are called or wrote: the texts
 * themselves stand beside them, where they can be deleted. Events from before are of form 1 and stay as they are. Those
 * of a bulk operation know which one.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table audit_events add column form integer not null default 1');
  await knex.raw('alter table audit_events add column operation_id integer');
  await knex.raw(
    'create index audit_events_by_operation on audit_events (operation_id, id) where operation_id is not null',
  );
  await knex.raw('create index audit_events_by_actor_id on audit_events (actor_id, id)');
  // No foreign keys: a text outlives whose it is, until it is deleted for itself.
  await knex.schema.createTable('audit_texts', (table) => {
    table.text('digest').primary();
    table.text('subject_type').notNullable();
    table.integer('subject_id');
    table.text('salt').notNullable();
    table.text('text').notNullable();
    table.index(['text', 'subject_type', 'subject_id'], 'audit_texts_by_text');
    table.index(['subject_type', 'subject_id'], 'audit_texts_by_subject');
  });
}

/** The texts go with their table: events of form 2 say no more then than their digests, and verify no more. */
export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('audit_texts');
  for (const index of ['audit_events_by_actor_id', 'audit_events_by_operation']) await knex.raw(`drop index ${index}`);
  for (const column of ['operation_id', 'form']) await knex.raw(`alter table audit_events drop column ${column}`);
}
