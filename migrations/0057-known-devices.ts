import type { Knex } from 'knex';

/** The devices on which users signed in, and until when one of them is asked for the password alone. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('known_devices', (table) => {
    table.increments('id');
    table.integer('user_id').notNullable().references('users.id');
    table.text('device').notNullable();
    table.text('agent').notNullable();
    table.text('address').notNullable();
    // A new password makes every device a stranger's again.
    table.text('password_set_at').notNullable();
    table.text('since').notNullable();
    table.text('last_sign_in_at').notNullable().index('known_devices_by_last_sign_in');
    // Of what the browser keeps; missing where it is not remembered.
    table.text('token_hash');
    table.text('remembered_until');
    table.unique(['user_id', 'device'], { indexName: 'known_devices_unique_device' });
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('known_devices');
}
