import type { Knex } from 'knex';

/** Groups whose members need a second factor, and until when each of those of whom one is demanded has to have set it up. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('groups', (table) => {
    table.boolean('requires_factor').notNullable().defaultTo(false);
  });
  await knex.schema.createTable('factor_demands', (table) => {
    table.integer('user_id').primary().references('users.id');
    table.text('due_at').notNullable();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('factor_demands');
  await knex.raw('alter table groups drop column requires_factor');
}
