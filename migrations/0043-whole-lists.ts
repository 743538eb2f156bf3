import type { Knex } from 'knex';

const KEPT =
  'id, action, created_by, created_at, view, shown, shown_change, frozen_change, executed_at, subject_type, undoes, excepted';

/**
 * Operations of any size: the set stands in pieces, each of which is done in one transaction, and items say what was written. Drafts
 * keep their sets; what operations that were executed had done is known as far as it was one field.
 */
export async function up(knex: Knex): Promise<void> {
  await renameAway(knex);
  await makeOperations(knex, (table) => {
    // Null for who stands at the machine itself.
    table.integer('created_by').references('users.id');
    // What was said besides the action: which group, until when.
    table.text('choices').notNullable().defaultTo('{}');
    table.text('channel').notNullable().defaultTo('copy');
    table.text('address').notNullable().defaultTo('');
    table.integer('size').notNullable().defaultTo(0);
    // How many would be changed, or were, and how many were left out, by reason.
    table.text('tally').notNullable().defaultTo('{}');
    table.text('paused_at');
    table.text('paused_for').notNullable().defaultTo('');
    table.text('cancelled_at');
    table.text('finished_at');
  });
  await knex.raw(`insert into bulk_operations (${KEPT}, finished_at, size)
    select ${KEPT}, executed_at, (select count(*) from items_before where operation_id = operations_before.id)
    from operations_before`);
  await makeItems(knex, (table) => table.text('after').notNullable().defaultTo('{}'));
  await knex.raw(`insert into bulk_operation_items (operation_id, subject_id, outcome, reason, before, version, after)
    select operation_id, subject_id, outcome, reason, before, version, case
      when outcome <> 'changed' then '{}'
      when action = 'deactivate' then '{"activity":"deactivated"}'
      when action = 'delete' then '{"activity":"deleted"}'
      when action = 'activate' then '{"activity":"active"}'
      else '{}' end
    from items_before join operations_before on operations_before.id = operation_id where executed_at is not null`);
  await knex.schema.createTable('bulk_operation_pieces', (table) => {
    table.integer('operation_id').notNullable().references('bulk_operations.id');
    table.integer('number').notNullable();
    table.text('ids').notNullable();
    table.integer('first_id').notNullable();
    table.integer('last_id').notNullable();
    table.text('done_at');
    table.primary(['operation_id', 'number']);
  });
  await knex.raw(`insert into bulk_operation_pieces (operation_id, number, ids, first_id, last_id)
    select operation_id, 0, '[' || group_concat(subject_id) || ']', min(subject_id), max(subject_id)
    from items_before join operations_before on operations_before.id = operation_id
    where executed_at is null group by operation_id`);
  await knex.raw(`update bulk_operations set tally = (
      select json_object('changed', sum(outcome = 'changed'), 'leftOut', sum(outcome <> 'changed'))
      from bulk_operation_items where operation_id = bulk_operations.id)
    where executed_at is not null and size > 0`);
  await dropAway(knex);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('update bulk_operations set undoes = null where created_by is null');
  const nobodys = 'select id from bulk_operations where created_by is null or executed_at is null';
  await knex.raw(`update bulk_operations set undoes = null where undoes in (${nobodys})`);
  await knex.schema.dropTable('bulk_operation_pieces');
  await knex.raw(`delete from bulk_operation_items where operation_id in (${nobodys})`);
  await knex.raw('delete from bulk_operations where created_by is null or executed_at is null');
  await renameAway(knex);
  await knex.raw(OPERATIONS_BEFORE);
  await knex.raw('create index `bulk_operations_by_creator` on `bulk_operations` (`created_by`, `id`)');
  await knex.raw(`insert into bulk_operations (${KEPT}) select ${KEPT} from operations_before`);
  await knex.raw(ITEMS_BEFORE);
  const items = 'operation_id, subject_id, outcome, reason, before, version';
  await knex.raw(`insert into bulk_operation_items (${items}) select ${items} from items_before`);
  await dropAway(knex);
}

/** As they stood, to the letter. */
const OPERATIONS_BEFORE =
  "create table `bulk_operations` (`id` integer not null primary key autoincrement, `action` text not null, `created_by` integer not null, `created_at` text not null, `view` text, `shown` integer, `shown_change` integer, `frozen_change` integer, `executed_at` text, subject_type text not null default 'user', undoes integer references bulk_operations (id), excepted integer, foreign key(`created_by`) references `users`(`id`))";
const ITEMS_BEFORE =
  "create table `bulk_operation_items` (`operation_id` integer not null, `subject_id` integer not null, `outcome` text constraint bulk_operation_items_outcome check (`outcome` in ('changed','left out')), `reason` text not null default '', `before` text not null default '{}', version integer, foreign key(`operation_id`) references `bulk_operations`(`id`), primary key (`operation_id`, `subject_id`))";

/** Those who name a table follow it when it gets another name, so both go and are made anew. */
async function renameAway(knex: Knex): Promise<void> {
  await knex.raw('create temporary table operations_before as select * from bulk_operations');
  await knex.raw('create temporary table items_before as select * from bulk_operation_items');
  await knex.schema.dropTable('bulk_operation_items');
  await knex.raw('update bulk_operations set undoes = null');
  await knex.schema.dropTable('bulk_operations');
}

async function dropAway(knex: Knex): Promise<void> {
  await knex.schema.dropTable('items_before');
  await knex.schema.dropTable('operations_before');
}

async function makeOperations(knex: Knex, more: (table: Knex.CreateTableBuilder) => void): Promise<void> {
  await knex.schema.createTable('bulk_operations', (table) => {
    table.increments('id');
    table.text('action').notNullable();
    table.text('created_at').notNullable();
    table.text('view');
    table.integer('shown');
    table.integer('shown_change');
    table.integer('frozen_change');
    table.text('executed_at');
    table.text('subject_type').notNullable().defaultTo('user');
    table.integer('undoes').references('bulk_operations.id');
    table.integer('excepted');
    more(table);
    table.index(['created_by', 'id'], 'bulk_operations_by_creator');
  });
}

async function makeItems(knex: Knex, more: (table: Knex.CreateTableBuilder) => void): Promise<void> {
  await knex.schema.createTable('bulk_operation_items', (table) => {
    table.integer('operation_id').notNullable().references('bulk_operations.id');
    table.integer('subject_id').notNullable();
    table.text('outcome').checkIn(['changed', 'left out'], 'bulk_operation_items_outcome');
    table.text('reason').notNullable().defaultTo('');
    table.text('before').notNullable().defaultTo('{}');
    table.integer('version');
    more(table);
    table.primary(['operation_id', 'subject_id']);
  });
}
