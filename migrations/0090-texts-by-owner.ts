import type { Knex } from 'knex';

/**
 * Whether a text is kept already is asked by whose it is first: those of one operation then lie beside each other, where those of an order by
 * texts lie anywhere. Whoever is looked for by a former name is found by the text alone. Of PostgreSQL the order by texts is one of
 * hashes, and a long text would be too long for an index.
 */
export async function up(knex: Knex): Promise<void> {
  if (isPostgres(knex)) return;
  await knex.raw('drop index audit_texts_by_text');
  await knex.raw('drop index audit_texts_by_subject');
  await knex.raw('create index audit_texts_by_subject on audit_texts (subject_type, subject_id, text)');
  await knex.raw('create index audit_texts_by_text on audit_texts (text)');
}

export async function down(knex: Knex): Promise<void> {
  if (isPostgres(knex)) return;
  await knex.raw('drop index audit_texts_by_text');
  await knex.raw('drop index audit_texts_by_subject');
  await knex.raw('create index `audit_texts_by_subject` on `audit_texts` (`subject_type`, `subject_id`)');
  await knex.raw('create index `audit_texts_by_text` on `audit_texts` (`text`, `subject_type`, `subject_id`)');
}

const isPostgres = (knex: Knex) => knex.client.dialect === 'postgresql';
