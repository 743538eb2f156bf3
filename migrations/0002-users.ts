import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('users', (table) => {
    table.increments('id');
    table.text('name').notNullable();
    table.text('name_key').notNullable();
    table.text('sort_name').notNullable();
    table.text('email').notNullable();
    table.text('email_key').notNullable();
    table
      .text('activity')
      .notNullable()
      .defaultTo('active')
      .checkIn(['active', 'deactivated', 'deleted'], 'users_activity');
    table.text('password_hash');
    table.text('password_set_at');
    table.boolean('no_shared_data').notNullable().defaultTo(false);
    table.text('expires_on');
    table.text('description').notNullable().defaultTo('');
    table.integer('contact_id').references('contacts.id');
    // Copies of the contact's name, so that the list can sort by it through an index.
    table.text('contact_name');
    table.text('contact_sort');
    table.boolean('api_only').notNullable().defaultTo(false);
    table.text('api_only_reason');
    table.integer('api_only_owner_id').references('users.id');
    table.text('api_only_review_on');
    table.text('search_text').notNullable();
    // Kept by the triggers on memberships.
    table.integer('group_count').notNullable().defaultTo(0);
    table.text('last_login_at');
    table.text('last_activity_at');
    table.text('access_confirmed_at');
    table.integer('access_confirmed_by').references('users.id');
    table.integer('version').notNullable().defaultTo(1);
    table.text('created_at').notNullable();
    table.integer('created_by').references('users.id');
    table.index(['sort_name', 'id'], 'users_by_name');
    table.index(['email_key', 'id'], 'users_by_email');
    table.index(['contact_sort', 'id'], 'users_by_contact');
    table.index(['last_login_at', 'id'], 'users_by_last_login');
    table.index(['group_count', 'id'], 'users_by_groups');
    table.index(['no_shared_data', 'id'], 'users_by_no_shared_data');
  });
  // A deleted user frees name, email and contact for a new one.
  for (const column of ['name_key', 'email_key', 'contact_id'])
    await knex.raw(`create unique index users_unique_${column} on users (${column}) where activity <> 'deleted'`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('users');
}
