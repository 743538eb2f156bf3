import type { Knex } from 'knex';

/**
 * What a page of the audit would otherwise walk over all events for: what each bulk operation did in all and where it ended,
 * and between which events those of a day lie (a clock may have been set back, so they need not be in their order). Within
 * each index events stand by who did it and what, those of no operation apart.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('audit_operations', (table) => {
    // No foreign key: the audit outlives what it tells of.
    table.integer('operation_id').notNullable();
    table.text('action').notNullable();
    table.text('subject_type').notNullable();
    table.integer('actor_id');
    table.integer('number').notNullable();
    table.integer('first_id').notNullable();
    table.integer('last_id').notNullable();
    table.primary(['operation_id', 'action', 'subject_type']);
    table.index(['last_id'], 'audit_operations_by_last');
    table.index(['action', 'last_id'], 'audit_operations_by_action');
    table.index(['actor_id', 'last_id'], 'audit_operations_by_actor');
    table.index(['actor_id', 'action', 'last_id'], 'audit_operations_by_actor_and_action');
  });
  await knex.raw(`insert into audit_operations (operation_id, action, subject_type, actor_id, number, first_id, last_id)
    select operation_id, action, subject_type, min(actor_id), count(*), min(id), max(id) from audit_events
    where operation_id is not null group by operation_id, action, subject_type`);
  await knex.schema.createTable('audit_days', (table) => {
    // In UTC.
    table.text('day').primary();
    table.integer('first_id').notNullable();
    table.integer('last_id').notNullable();
  });
  await knex.raw(`insert into audit_days (day, first_id, last_id)
    select substr(at, 1, 10) as day, min(id), max(id) from audit_events group by day`);

  for (const index of ['actor_id', 'action', 'time', 'operation'])
    await knex.raw(`drop index audit_events_by_${index}`);
  await knex.raw('create index audit_events_by_operation on audit_events (operation_id, id)');
  await knex.raw('create index audit_events_by_action on audit_events (operation_id, action, id)');
  await knex.raw('create index audit_events_by_actor_id on audit_events (operation_id, actor_id, id)');
  await knex.raw('create index audit_events_by_actor_and_action on audit_events (operation_id, actor_id, action, id)');
  await knex.raw('create index audit_events_of_nobody on audit_events (subject_name, id) where subject_id is null');
  // Events are looked for by the names of those who did them, who may be gone.
  await knex.raw("create index users_deleted_by_name on users (name_key) where activity = 'deleted'");
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop index users_deleted_by_name');
  for (const index of ['of_nobody', 'by_actor_and_action', 'by_actor_id', 'by_action', 'by_operation'])
    await knex.raw(`drop index audit_events_${index}`);
  await knex.schema.alterTable('audit_events', (table) => {
    table.index(['action', 'id'], 'audit_events_by_action');
    table.index(['at', 'id'], 'audit_events_by_time');
  });
  await knex.raw(
    'create index audit_events_by_operation on audit_events (operation_id, id) where operation_id is not null',
  );
  await knex.raw('create index audit_events_by_actor_id on audit_events (actor_id, id)');
  await knex.schema.dropTable('audit_days');
  await knex.schema.dropTable('audit_operations');
}
