import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('contacts', (table) => {
    table.increments('id');
    table.text('kind').notNullable().checkIn(['person', 'company'], 'contacts_kind');
    table.text('name').notNullable();
    table.text('sort_name').notNullable().index('contacts_sort_name');
    table.text('email');
    table.integer('company_id').references('contacts.id');
    table.text('created_at').notNullable();
  });
  await knex.schema.createTable('accounts', (table) => {
    table.integer('contact_id').notNullable().references('contacts.id');
    table
      .text('type')
      .notNullable()
      .checkIn(['customer', 'supplier', 'prospect', 'competitor', 'employee'], 'accounts_type');
    table.primary(['contact_id', 'type']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('accounts');
  await knex.schema.dropTable('contacts');
}
