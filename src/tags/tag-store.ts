import type { Reader, Transaction } from '../db/database.ts';
import { identityKey } from '../text.ts';

export interface Tag {
  id: number;
  name: string;
}

/** All tags by name. */
export async function findTags(db: Reader): Promise<Tag[]> {
  return db('tags').orderBy('name_key').select('id', 'name');
}

export async function findTagsOf(db: Reader, userId: number): Promise<Tag[]> {
  return db('tags')
    .join('user_tags', 'user_tags.tag_id', 'tags.id')
    .where('user_tags.user_id', userId)
    .orderBy('name_key')
    .select('tags.id', 'tags.name');
}

/** The tags that these words mean, each once and spelt as it is stored already, where it is. */
export async function spelledTags(db: Reader, names: string[]): Promise<string[]> {
  const byKey = new Map(names.map((name) => [identityKey(name), name]));
  for (const tag of await db('tags').whereIn('name_key', [...byKey.keys()])) byKey.set(tag.name_key, tag.name);
  return [...byKey.values()];
}

/** Gives the user exactly these tags, making those that are new. */
export async function setTags(trx: Transaction, userId: number, names: string[]): Promise<void> {
  const byKey = new Map(names.map((name) => [identityKey(name), name]));
  const keys = [...byKey.keys()];
  if (keys.length > 0)
    await trx('tags')
      .insert([...byKey].map(([name_key, name]) => ({ name, name_key })))
      .onConflict('name_key')
      .ignore();
  const ids: number[] = await trx('tags').whereIn('name_key', keys).pluck('id');
  await trx('user_tags').where('user_id', userId).whereNotIn('tag_id', ids).delete();
  if (ids.length > 0)
    await trx('user_tags')
      .insert(ids.map((tag_id) => ({ user_id: userId, tag_id })))
      .onConflict(['user_id', 'tag_id'])
      .ignore();
}
