import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('groups', (table) => {
    table.increments('id');
    table.text('name').notNullable();
    table.text('name_key').notNullable();
    table
      .text('activity')
      .notNullable()
      .defaultTo('active')
      .checkIn(['active', 'deactivated', 'deleted'], 'groups_activity');
    table.text('description').notNullable().defaultTo('');
    table.text('created_at').notNullable();
  });
  await knex.raw(`create unique index groups_unique_name_key on groups (name_key) where activity <> 'deleted'`);
  await knex.schema.createTable('group_permissions', (table) => {
    table.integer('group_id').notNullable().references('groups.id');
    table.text('application').notNullable();
    table.text('level').notNullable().checkIn(['read', 'write'], 'group_permissions_level');
    table.primary(['group_id', 'application']);
  });
  await knex.schema.createTable('memberships', (table) => {
    table.integer('user_id').notNullable().references('users.id');
    table.integer('group_id').notNullable().references('groups.id');
    table.text('granted_at').notNullable();
    table.integer('granted_by').references('users.id');
    table.primary(['user_id', 'group_id']);
    table.index(['group_id', 'user_id'], 'memberships_by_group');
  });
  await knex.raw(`create trigger memberships_count_insert after insert on memberships
    begin update users set group_count = group_count + 1 where id = new.user_id; end`);
  await knex.raw(`create trigger memberships_count_delete after delete on memberships
    begin update users set group_count = group_count - 1 where id = old.user_id; end`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('memberships');
  await knex.schema.dropTable('group_permissions');
  await knex.schema.dropTable('groups');
}
