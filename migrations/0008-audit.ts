import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  // No foreign keys: an event outlives whatever it names.
  await knex.schema.createTable('audit_events', (table) => {
    table.increments('id');
    table.text('at').notNullable();
    table.integer('actor_id');
    table.text('actor_name').notNullable();
    table.text('action').notNullable();
    table.text('subject_type').notNullable();
    table.integer('subject_id');
    table.text('subject_name').notNullable();
    table.text('before').notNullable();
    table.text('after').notNullable();
    table.text('address').notNullable();
    table.text('request_id').notNullable();
    table.text('hash').notNullable();
    table.index(['subject_type', 'subject_id', 'id'], 'audit_events_by_subject');
    table.index(['actor_name', 'id'], 'audit_events_by_actor');
    table.index(['subject_name', 'id'], 'audit_events_by_subject_name');
    table.index(['action', 'id'], 'audit_events_by_action');
    table.index(['at', 'id'], 'audit_events_by_time');
  });
  // The end of the chain, sealed: without it the newest events could be cut off unnoticed.
  await knex.schema.createTable('audit_head', (table) => {
    table.integer('only').primary().checkIn(['1'], 'audit_head_one_row');
    table.integer('event_id').notNullable();
    table.text('hash').notNullable();
    table.text('seal').notNullable();
  });
  for (const change of ['update', 'delete'])
    await knex.raw(`create trigger audit_events_refuse_${change} before ${change} on audit_events
      begin select raise(abort, 'audit events are never changed'); end`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('audit_head');
  await knex.schema.dropTable('audit_events');
}
