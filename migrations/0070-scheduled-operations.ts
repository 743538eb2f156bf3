import type { Knex } from 'knex';

const CHANGED = [
  ['insert', 'new'],
  ['update', 'new'],
  ['delete', 'old'],
];

/**
 * Drafts of operations that are to be done at a moment, and whom each is for. Who is to lose what makes an administrator counts as none
 * from the scheduling on: the list of users filters by that, so their feed tells of it.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('scheduled_operations', (table) => {
    table.integer('operation_id').primary().references('bulk_operations.id');
    table.text('due_at').notNullable();
    // Why it was not done although it was due; empty while it is to be done.
    table.text('waits_for').notNullable().defaultTo('');
    table.index(['due_at'], 'scheduled_operations_by_time');
  });
  await knex.schema.createTable('scheduled_users', (table) => {
    table.integer('user_id').notNullable().references('users.id');
    table.integer('operation_id').notNullable().references('scheduled_operations.operation_id');
    table.boolean('ends_rights').notNullable();
    table.primary(['user_id', 'operation_id']);
    table.index(['operation_id'], 'scheduled_users_by_operation');
  });
  for (const [on, row] of CHANGED) {
    const name = `scheduled_users_changed_${on}`;
    const body = `insert into user_changes (user_id) values (${row}.user_id);`;
    if (isPostgres(knex)) {
      await knex.raw(
        `create function ${name}() returns trigger language plpgsql as $$ begin ${body} return null; end $$`,
      );
      await knex.raw(`create trigger ${name} after ${on} on scheduled_users for each row execute function ${name}()`);
    } else await knex.raw(`create trigger ${name} after ${on} on scheduled_users begin ${body} end`);
  }
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('scheduled_users');
  await knex.schema.dropTable('scheduled_operations');
  if (isPostgres(knex)) for (const [on] of CHANGED) await knex.raw(`drop function scheduled_users_changed_${on}()`);
}

const isPostgres = (knex: Knex) => knex.client.dialect === 'postgresql';
