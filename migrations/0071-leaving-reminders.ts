import type { Knex } from 'knex';

/** Of whose leaving those who answer for them were told the last time: for which end, and within how many days of it. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('leaving_reminders', (table) => {
    table.integer('user_id').primary().references('users.id');
    table.text('leaves_at').notNullable();
    table.integer('days').notNullable();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('leaving_reminders');
}
