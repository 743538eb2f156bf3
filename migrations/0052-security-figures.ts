import type { Knex } from 'knex';

/** Failed sign-ins are counted by day, and the oldest passwords are found, without going through everybody. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('create index login_attempts_by_time on login_attempts (at, outcome)');
  await knex.raw('create index users_by_password_age on users (password_set_at, id)');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop index users_by_password_age');
  await knex.raw('drop index login_attempts_by_time');
}
