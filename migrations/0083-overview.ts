import type { Knex } from 'knex';

/** How many people there were on each day, and how they signed in; and who is mailed each week what waits for them. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('daily_figures', (table) => {
    // In UTC.
    table.text('day').primary();
    // Null where nobody looked on that day.
    table.integer('active');
    table.integer('invited');
    table.integer('deactivated');
    table.integer('sign_ins').notNullable().defaultTo(0);
    table.integer('failures').notNullable().defaultTo(0);
    // The last attempt that was counted by the end of it.
    table.integer('last_attempt').notNullable().defaultTo(0);
  });
  await knex.schema.createTable('weekly_mails', (table) => {
    table.integer('user_id').primary().references('users.id');
    // The Monday of the last one, by the clock of whoever gets it.
    table.text('sent_for').notNullable();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('weekly_mails');
  await knex.schema.dropTable('daily_figures');
}
