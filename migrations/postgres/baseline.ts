import type { Knex } from 'knex';
import { INDEXES } from './indexes.ts';
import { REFERENCES, TABLES } from './tables.ts';
import { NUMBERING, TRIGGERS } from './triggers.ts';

/** Everything that SQLite came to by the migrations up to the one that bears the same number. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('create extension if not exists pg_trgm');
  // What stands in the statements is no place for a value.
  for (const statement of [NUMBERING, ...TABLES, ...REFERENCES, ...INDEXES, ...TRIGGERS])
    await knex.raw(statement.replaceAll('?', '\\?'));
}

export async function down(knex: Knex): Promise<void> {
  const names = TABLES.map((statement) => /^create table (\w+)/.exec(statement)![1]);
  await knex.raw(`drop table ${names.join(', ')} cascade`);
  const functions = TRIGGERS.map((statement) => /^create function (\w+)/.exec(statement)?.[1]).filter((name) => name);
  await knex.raw(`drop function next_entry_of, ${functions.join(', ')} cascade`);
}
