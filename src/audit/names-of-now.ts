import type { Knex } from 'knex';
import { literal, whereNotDeleted } from '../db/conditions.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { whereIdIn, whereRowIn } from '../db/ids.ts';
import { prepared } from '../db/prepared.ts';
import { identityKey } from '../text/identity-key.ts';

interface Text {
  of: { type: string; id: number | null };
  text: string;
}

interface Called {
  id: number;
  name: string;
  name_key: string;
}

const selectCalled = prepared<{ ids: number[] }, Called>((db, { ids }) =>
  whereIdIn(db('users'), 'id', ids).select('id', 'name', 'name_key'),
);

/**
 * Which of these their users are called now, under a key that leads to them. The database takes that back when they are called otherwise, so
 * `textsSaying` need not look for them among all texts.
 */
export async function findNamesOfNow<T extends Text>(trx: Transaction, texts: T[]): Promise<Set<T>> {
  const ids = new Set<number>();
  for (const { of } of texts) if (of.type === 'user' && of.id !== null) ids.add(of.id);
  if (ids.size === 0) return new Set();
  const names = new Map<number, string>();
  for (const { id, name, name_key } of await selectCalled(trx, { ids: [...ids] }))
    if (leadsTo(name, name_key)) names.set(id, name);
  return new Set(texts.filter(({ of, text }) => of.type === 'user' && of.id !== null && names.get(of.id) === text));
}

/** Whether whoever has the name and the key is found by the name: of nearly all the key is the name, written small. */
function leadsTo(name: string, key: string): boolean {
  return name.toLowerCase() === key || identityKey(name) === key;
}

/** Users who are called so now, by the key of it. */
export async function findCalled(db: Reader, keys: string[]): Promise<Pick<Called, 'id' | 'name'>[]> {
  // Each has its index, and both together have none.
  const called = () => db('users').whereIn('name_key', keys).select('id', 'name');
  const deleted = called().whereNotNull('deleted_from');
  return called().modify(whereNotDeleted).unionAll(deleted);
}

/** Queries of all texts that are one of these, whoever's: by the text, or where it is a name of now by whose it is. */
export async function textsSaying(db: Reader, spellings: string[]): Promise<() => Knex.QueryBuilder> {
  const called = await findCalled(db, [...new Set(spellings.flatMap((one) => [one.toLowerCase(), identityKey(one)]))]);
  const rows = called.filter(({ name }) => spellings.includes(name)).map(({ id, name }) => ['user', id, name]);
  const columns = ['subject_type', 'subject_id', 'text'];
  const digests = () => db('audit_texts').select('digest');
  const ofNow = () => whereRowIn(digests(), 'audit_texts', columns, rows);
  const others = () => digests().whereIn('text', spellings).where('is_name_of_now', literal(db, 0));
  return () => db('audit_texts').whereIn('digest', rows.length > 0 ? others().unionAll(ofNow()) : others());
}
