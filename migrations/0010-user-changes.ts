import type { Knex } from 'knex';

const sources: [table: string, column: string][] = [
  ['users', 'id'],
  ['memberships', 'user_id'],
  ['user_tags', 'user_id'],
  ['links', 'user_id'],
  ['lockouts', 'user_id'],
];

/** A feed of whose facts changed, for the index that the list counts with (see docs/decisions). Triggers write it, so no path can forget to. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('user_changes', (table) => {
    table.increments('id');
    table.integer('user_id').notNullable();
  });
  for (const [table, column] of sources)
    for (const [change, row] of [
      ['insert', 'new'],
      ['update', 'new'],
      ['delete', 'old'],
    ])
      await knex.raw(`create trigger ${table}_changed_${change} after ${change} on ${table}
        begin insert into user_changes(user_id) values (${row}.${column}); end`);
}

export async function down(knex: Knex): Promise<void> {
  for (const [table] of sources)
    for (const change of ['insert', 'update', 'delete']) await knex.raw(`drop trigger ${table}_changed_${change}`);
  await knex.schema.dropTable('user_changes');
}
