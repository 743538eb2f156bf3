import type { Knex } from 'knex';

/**
 * The second factor of a user. Secret and recovery codes are derived from nonces and a secret outside the database: nobody makes one
 * from what stands here.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('second_factors', (table) => {
    table.integer('user_id').primary().references('users.id');
    table.text('nonce').notNullable();
    table.text('created_at').notNullable();
    // Until then it is being set up, and asked for nowhere.
    table.text('confirmed_at');
    // The time step of the last code that was taken: no code is taken twice.
    table.integer('last_step').notNullable().defaultTo(0);
    table.text('recovery_nonce');
    // The numbers of the recovery codes that were used.
    table.text('recovery_used').notNullable().defaultTo('[]');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('second_factors');
}
