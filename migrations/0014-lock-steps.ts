import type { Knex } from 'knex';

const COLUMNS = ['step', 'locked_at', 'last_attempt_at'];

/** A counter remembers how often it locked in a row, so that each wait is twice the one before; and since when it is locked. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('lockouts', (table) => {
    table.integer('step').notNullable().defaultTo(0);
    table.text('locked_at');
    table.text('last_attempt_at');
  });
}

export async function down(knex: Knex): Promise<void> {
  // In plain SQL: Knex would make the table anew, and lose its triggers.
  for (const column of COLUMNS) await knex.raw('alter table lockouts drop column ??', [column]);
}
