import type { Knex } from 'knex';

/** What users and groups were before they were deleted; null for those of earlier versions, which come back active. */
export async function up(knex: Knex): Promise<void> {
  for (const table of ['users', 'groups'])
    await knex.raw(
      `alter table ${table} add column deleted_from text check (deleted_from in ('active', 'deactivated'))`,
    );
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['users', 'groups']) await knex.raw(`alter table ${table} drop column deleted_from`);
}
