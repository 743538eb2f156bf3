import type { Knex } from 'knex';

/**
 * Known devices have counters of their own, in a table of their own, so that a user still has one lockout at most. A
 * failed sign-in says which counter it met and until when that is locked; one at a name that nobody has is kept without
 * a user, so that the work is the same as for any other.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('device_lockouts', (table) => {
    table.integer('user_id').notNullable().references('users.id');
    table.text('device').notNullable();
    table.text('agent').notNullable();
    table.integer('attempts').notNullable();
    table.integer('attempts_in_all').notNullable();
    table.integer('step').notNullable().defaultTo(0);
    table.text('locked_at');
    table.text('locked_until');
    table.text('last_attempt_at').notNullable().index('device_lockouts_by_last_attempt');
    table.primary(['user_id', 'device']);
  });
  await replaceLoginAttempts(knex, (table) => {
    table.integer('user_id').references('users.id');
    table.text('device');
    table.text('locked_until');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex('login_attempts').whereNull('user_id').delete();
  await replaceLoginAttempts(knex, (table) => {
    table.integer('user_id').notNullable().references('users.id');
  });
  await knex.schema.dropTable('device_lockouts');
}

/** Made anew: SQLite takes no NOT NULL off a column. */
async function replaceLoginAttempts(knex: Knex, differing: (table: Knex.CreateTableBuilder) => void): Promise<void> {
  const rows = await knex('login_attempts').orderBy('id').select('id', 'user_id', 'at', 'address', 'agent', 'outcome');
  await knex.schema.dropTable('login_attempts');
  await knex.schema.createTable('login_attempts', (table) => {
    table.increments('id');
    differing(table);
    table.text('at').notNullable();
    table.text('address').notNullable();
    table.text('agent').notNullable();
    table.text('outcome').notNullable();
    table.index(['user_id', 'id'], 'login_attempts_by_user');
  });
  for (let at = 0; at < rows.length; at += 400) await knex('login_attempts').insert(rows.slice(at, at + 400));
}
