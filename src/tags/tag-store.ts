import type { Reader, Transaction } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { identityKey } from '../text/identity-key.ts';

export interface Tag {
  id: number;
  name: string;
}

/** What carries tags. */
export type Tagged = 'user' | 'group' | 'contact';

/** The tags that any user, or any group, carries, by name. Those of contacts are known by whoever sees such a contact. */
export async function findTags(db: Reader, tagged: Exclude<Tagged, 'contact'>): Promise<Tag[]> {
  return db('tags')
    .whereExists(db(`${tagged}_tags as given`).where('given.tag_id', db.ref('tags.id')))
    .orderBy('name_key')
    .select('id', 'name');
}

/** These tags, by name; unknown ones are left out. */
export async function findTagsById(db: Reader, ids: number[]): Promise<Tag[]> {
  return whereIdIn(db('tags'), 'id', ids).orderBy('name_key').select('id', 'name');
}

export async function findTagsOf(db: Reader, tagged: Tagged, id: number): Promise<Tag[]> {
  return db('tags')
    .join(`${tagged}_tags as given`, 'given.tag_id', 'tags.id')
    .where(`given.${tagged}_id`, id)
    .orderBy('name_key')
    .select('tags.id', 'tags.name');
}

/** The ids of the tags of each group. */
export async function findGroupTags(db: Reader): Promise<Map<number, number[]>> {
  const found = new Map<number, number[]>();
  for (const { group_id, tag_id } of await db('group_tags'))
    found.set(group_id, [...(found.get(group_id) ?? []), tag_id]);
  return found;
}

/** The tags that these words mean, each once and spelt as it is stored already, where it is. */
export async function spelledTags(db: Reader, names: string[]): Promise<string[]> {
  const byKey = new Map(names.map((name) => [identityKey(name), name]));
  for (const tag of await db('tags').whereIn('name_key', [...byKey.keys()])) byKey.set(tag.name_key, tag.name);
  return [...byKey.values()];
}

/** Gives the user or group exactly these tags, making those that are new. */
export async function setTags(trx: Transaction, tagged: Tagged, id: number, names: string[]): Promise<void> {
  const byKey = new Map(names.map((name) => [identityKey(name), name]));
  const keys = [...byKey.keys()];
  if (keys.length > 0)
    await trx('tags')
      .insert([...byKey].map(([name_key, name]) => ({ name, name_key })))
      .onConflict('name_key')
      .ignore();
  const ids: number[] = await trx('tags').whereIn('name_key', keys).pluck('id');
  const [table, column] = [`${tagged}_tags`, `${tagged}_id`];
  await trx(table).where(column, id).whereNotIn('tag_id', ids).delete();
  if (ids.length > 0)
    await trx(table)
      .insert(ids.map((tag_id) => ({ [column]: id, tag_id })))
      .onConflict([column, 'tag_id'])
      .ignore();
}
