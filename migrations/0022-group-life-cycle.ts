import type { Knex } from 'knex';

/**
 * Groups that are deleted and restored, by operations as users are. What an item names is told by its operation, so it
 * has no foreign key.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw("alter table bulk_operations add column subject_type text not null default 'user'");
  await remake(knex, 'user_id', 'subject_id');
  // Deleted groups are shown nowhere, so nobody's groups are counted with them.
  await knex.raw(`create trigger groups_count_deletion after update of activity on groups
    when (old.activity = 'deleted') <> (new.activity = 'deleted')
    begin update users set group_count = group_count + case new.activity when 'deleted' then -1 else 1 end
      where id in (select user_id from memberships where group_id = new.id); end`);
  await knex.raw('create index groups_by_leader on groups (leader_id) where leader_id is not null');
  // Found when a day ends, without a walk over all memberships.
  await knex.raw('create index memberships_by_end on memberships (until_on) where until_on is not null');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop index memberships_by_end');
  await knex.raw('drop index groups_by_leader');
  await knex.raw('drop trigger groups_count_deletion');
  const ofGroups = knex('bulk_operations').where('subject_type', 'group').select('id');
  await knex('bulk_operation_items').whereIn('operation_id', ofGroups.clone()).delete();
  await knex('bulk_operations').where('subject_type', 'group').delete();
  await remake(knex, 'subject_id', 'user_id');
  await knex.raw('alter table bulk_operations drop column subject_type');
}

async function remake(knex: Knex, from: string, to: string): Promise<void> {
  await knex.schema.renameTable('bulk_operation_items', 'bulk_operation_items_before');
  await knex.schema.createTable('bulk_operation_items', (table) => {
    table.integer('operation_id').notNullable().references('bulk_operations.id');
    const subject = table.integer(to).notNullable();
    if (to === 'user_id') subject.references('users.id');
    table.text('outcome').checkIn(['changed', 'left out'], 'bulk_operation_items_outcome');
    table.text('reason').notNullable().defaultTo('');
    table.text('before').notNullable().defaultTo('{}');
    table.primary(['operation_id', to]);
  });
  await knex.raw(`insert into bulk_operation_items (operation_id, ${to}, outcome, reason, before)
    select operation_id, ${from}, outcome, reason, before from bulk_operation_items_before`);
  await knex.schema.dropTable('bulk_operation_items_before');
}
