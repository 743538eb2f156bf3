import type { Knex } from 'knex';

/**
 * Whoever is looked for by a former name is found by the texts of the audit. What somebody is called now leads to them without, so it is left
 * out of that index, whose entries lie anywhere: nearly all that a large operation writes there is such names. Where somebody is called
 * otherwise from now on, by whomever, the text goes in. What a process of the version before writes is in it.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('audit_texts', (table) => {
    table.boolean('is_name_of_now').notNullable().defaultTo(false);
  });
  await knex.raw('drop index audit_texts_by_text');
  await knex.raw(
    isPostgres(knex)
      ? 'create index audit_texts_by_text on audit_texts using hash (text) where not is_name_of_now'
      : 'create index audit_texts_by_text on audit_texts (text) where is_name_of_now = 0',
  );
  for (const one of FOLLOWING) await create(knex, one);
}

export async function down(knex: Knex): Promise<void> {
  for (const { name } of FOLLOWING)
    await knex.raw(isPostgres(knex) ? `drop trigger ${name} on users` : `drop trigger ${name}`);
  if (isPostgres(knex)) for (const { name } of FOLLOWING) await knex.raw(`drop function ${name}()`);
  await knex.raw('drop index audit_texts_by_text');
  await knex.raw('alter table audit_texts drop column is_name_of_now');
  await knex.raw(
    isPostgres(knex)
      ? 'create index audit_texts_by_text on audit_texts using hash (text)'
      : 'create index audit_texts_by_text on audit_texts (text)',
  );
}

interface Following {
  name: string;
  on: string;
  when?: (differs: string) => string;
}

const FOLLOWING: Following[] = [
  {
    name: 'users_called_otherwise',
    on: 'update of name, name_key',
    when: (differs) => `(old.name, old.name_key) ${differs} (new.name, new.name_key)`,
  },
  { name: 'users_called_no_more', on: 'delete' },
];

const BODY = `update audit_texts set is_name_of_now = false
  where subject_type = 'user' and subject_id = old.id and text = old.name;`;

async function create(knex: Knex, { name, on, when }: Following): Promise<void> {
  const begun = `create trigger ${name} after ${on} on users`;
  if (!isPostgres(knex)) {
    await knex.raw(`${begun}${when ? `\n    when ${when('is not')}` : ''}\n    begin ${BODY} end`);
    return;
  }
  await knex.raw(`create function ${name}() returns trigger language plpgsql as $$
    begin ${BODY} return null; end $$`);
  await knex.raw(
    `${begun} for each row ${when ? `when (${when('is distinct from')})` : ''} execute function ${name}()`,
  );
}

const isPostgres = (knex: Knex) => knex.client.dialect === 'postgresql';
