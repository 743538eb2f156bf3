import type { Knex } from 'knex';

/** The rule of idle accounts, off until somebody switches it on; and who was warned by it. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('idle_rule', (table) => {
    table.integer('only').primary();
    table.boolean('is_on').notNullable();
    // Days without activity: after which somebody is warned, their leaders are told, and they are deactivated.
    table.integer('warn_days').notNullable();
    table.integer('tell_days');
    table.integer('end_days');
    // Of whoever switched it on, who answers for it.
    table.text('zone').notNullable();
    table.integer('set_by').references('users.id');
    table.text('set_at').notNullable();
    table.integer('version').notNullable();
    // Why it does nothing until somebody lets it go on; empty while it acts.
    table.text('paused_for').notNullable().defaultTo('');
    // The last day on which it acted, and when it was looked at last.
    table.text('done_on').notNullable().defaultTo('');
    table.text('looked_at').notNullable();
    // For how long a server has been running, as far as it was looked at.
    table.integer('ran_seconds').notNullable().defaultTo(0);
  });
  await knex.schema.createTable('idle_warnings', (table) => {
    table.integer('user_id').primary().references('users.id');
    // The last activity at that time: whoever was there since begins anew.
    table.text('seen_at').notNullable();
    table.integer('mail_id').notNullable();
    table.text('address').notNullable();
    table.text('warned_at').notNullable();
    // When a mail server took it, and for how long a server had been running then.
    table.text('delivered_at');
    table.integer('ran_seconds');
    table.text('failed_at');
    table.text('told_at');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('idle_warnings');
  await knex.schema.dropTable('idle_rule');
}
