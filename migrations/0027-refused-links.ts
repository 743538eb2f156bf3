import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  // When a link was presented and found expired: a clock that is set back must not revive it.
  await knex.schema.alterTable('links', (table) => {
    table.text('refused_at');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table links drop column refused_at');
}
