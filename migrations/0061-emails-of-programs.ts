import type { Knex } from 'knex';

/** Who is API-only needs no email: nobody reads mails there. */
const COLUMNS = [
  ['users', 'email'],
  ['users', 'email_key'],
  ['invitation_places', 'email_key'],
];

export async function up(knex: Knex): Promise<void> {
  for (const [table, column] of COLUMNS) await knex.raw(`alter table ${table} alter column ${column} drop not null`);
}

export async function down(knex: Knex): Promise<void> {
  // The name, being unique, makes an address that is, at a domain that never exists (RFC 2606).
  await knex.raw(`update users set email = name || '@api-only.invalid', email_key = name_key || '@api-only.invalid',
    email_twin = name_twin where email is null`);
  for (const [table, column] of COLUMNS) await knex.raw(`alter table ${table} alter column ${column} set not null`);
}
