import type { Knex } from 'knex';

/** Whatever of a leader tells whether they can act as one. */
const OF_LEADERS = ['name', 'activity', 'api_only', 'expires_on', 'password_hash'];

/**
 * A feed of which groups changed, for the index that their list counts with, as users have one. What a group is tagged with and
 * grants is a part of it, and how it stands with whoever leads it.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('group_changes', (table) => {
    table.increments('id');
    table.integer('group_id').notNullable();
  });
  for (const [table, column] of [
    ['groups', 'id'],
    ['group_tags', 'group_id'],
    ['group_permissions', 'group_id'],
  ])
    for (const [change, row] of rowsOfChanges)
      await knex.raw(`create trigger ${table}_noted_${change} after ${change} on ${table}
        begin insert into group_changes(group_id) values (${row}.${column}); end`);
  for (const [change, row] of rowsOfChanges)
    await knex.raw(`create trigger memberships_noted_${change} after ${change} on memberships
      begin insert into group_changes(group_id)
        select id from groups where id = ${row}.group_id and leader_id = ${row}.user_id; end`);
  const [before, after] = ['old', 'new'].map((row) => OF_LEADERS.map((column) => `${row}.${column}`).join(', '));
  await knex.raw(`create trigger users_noted_update after update of ${OF_LEADERS.join(', ')} on users
    when (${before}) is not (${after})
    begin insert into group_changes(group_id) select id from groups where leader_id = new.id; end`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop trigger users_noted_update');
  for (const table of ['memberships', 'group_permissions', 'group_tags', 'groups'])
    for (const [change] of rowsOfChanges) await knex.raw(`drop trigger ${table}_noted_${change}`);
  await knex.schema.dropTable('group_changes');
}

const rowsOfChanges = [
  ['insert', 'new'],
  ['update', 'new'],
  ['delete', 'old'],
];
