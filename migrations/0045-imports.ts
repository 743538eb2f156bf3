import type { Knex } from 'knex';

/** Files that are imported: their lines as they stand there, what each comes to, and by which keys lines mean the same. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('imports', (table) => {
    table.increments('id');
    table.text('kind').notNullable();
    table.text('file_name').notNullable();
    // Null for who stands at the machine itself.
    table.integer('created_by').references('users.id');
    table.text('created_at').notNullable();
    table.text('state').notNullable().checkIn(['reading', 'read', 'planning', 'planned', 'applied'], 'imports_state');
    table.text('heads').notNullable().defaultTo('[]');
    table.integer('lines').notNullable().defaultTo(0);
    table.integer('pieces').notNullable().defaultTo(0);
    // How many pieces were gone through, first for their keys and then for the plan.
    table.integer('done').notNullable().defaultTo(0);
    // What the columns mean, and how lines are matched.
    table.text('choices').notNullable().defaultTo('{}');
    table.text('counts').notNullable().defaultTo('{}');
    table.text('problem').notNullable().defaultTo('');
    table.integer('operation_id');
  });
  await knex.schema.createTable('import_lines', (table) => {
    table.integer('import_id').notNullable().references('imports.id');
    table.integer('piece').notNullable();
    table.text('lines').notNullable();
    table.primary(['import_id', 'piece']);
  });
  await knex.schema.createTable('import_plans', (table) => {
    table.integer('import_id').notNullable().references('imports.id');
    table.integer('line').notNullable();
    table.integer('piece').notNullable();
    table.text('kind').notNullable().checkIn(['new', 'changed', 'unchanged', 'refused'], 'import_plans_kind');
    table.text('name').notNullable();
    table.integer('subject_id');
    table.integer('version');
    table.text('change').notNullable().defaultTo('{}');
    table.text('told').notNullable().defaultTo('{}');
    table.text('reason').notNullable().defaultTo('');
    // A new email has a tick of its own, or none; how many fields differ besides.
    table.text('new_email');
    table.integer('is_ticked');
    table.integer('others').notNullable().defaultTo(0);
    table.primary(['import_id', 'line']);
    table.index(['import_id', 'kind', 'line'], 'import_plans_by_kind');
  });
  await knex.raw('create index import_plans_emails on import_plans (import_id, line) where new_email is not null');
  await knex.raw('create index import_plans_ticked on import_plans (import_id, others) where is_ticked is not null');
  // One row for each name, email and user that lines mean: how many do, and the first of them.
  await knex.raw(`create table import_keys (
    import_id integer not null references imports (id), key text not null, times integer not null, lines text not null,
    primary key (import_id, key)) without rowid`);
  // What somebody said of columns that were called so.
  await knex.schema.createTable('import_columns', (table) => {
    table.integer('user_id').notNullable().references('users.id');
    table.text('kind').notNullable();
    table.text('head').notNullable();
    table.text('meaning').notNullable();
    table.primary(['user_id', 'kind', 'head']);
  });
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['import_columns', 'import_keys', 'import_plans', 'import_lines', 'imports'])
    await knex.schema.dropTable(table);
}
