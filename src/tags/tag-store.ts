import { bulkInsert } from '../db/bulk-insert.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { prepared, preparedInForms } from '../db/prepared.ts';
import { Kept } from '../kept.ts';
import { identityKey } from '../text/identity-key.ts';
import { sortedByName } from '../text/sort-key.ts';

export interface Tag {
  id: number;
  name: string;
}

/** What carries tags. */
export type Tagged = 'user' | 'group' | 'contact';

/** The tags that any user, or any group, carries, or those of them, by name. Those of contacts are known by whoever sees such a contact. */
export async function findTags(db: Reader, tagged: Exclude<Tagged, 'contact'>, ids?: number[]): Promise<Tag[]> {
  const rows = await selectTags(db, { tagged, isWhole: ids === undefined }, { ids: ids ?? [] });
  const inOrder = () => sortedByName(rows, nameOf);
  return Object.isFrozen(rows) ? [...keptTags.get([rows], inOrder)] : inOrder();
}

const keptTags = new Kept<Tag[]>();

type TagsForm = { tagged: Exclude<Tagged, 'contact'>; isWhole: boolean };

const selectTags = preparedInForms<TagsForm, { ids: number[] }, Tag>((db, { tagged, isWhole }, { ids }) => {
  const tags = db('tags')
    .whereExists(db(`${tagged}_tags as given`).where('given.tag_id', db.ref('tags.id')))
    .select('id', 'name');
  return isWhole ? tags : whereIdIn(tags, 'id', ids);
});

/** These tags, by name; unknown ones are left out. */
export async function findTagsById(db: Reader, ids: number[]): Promise<Tag[]> {
  return sortedByName(await selectTagsById(db, { ids }), nameOf);
}

const selectTagsById = prepared<{ ids: number[] }, Tag>((db, { ids }) =>
  whereIdIn(db('tags'), 'id', ids).select('id', 'name'),
);

export async function findTagsOf(db: Reader, tagged: Tagged, id: number): Promise<Tag[]> {
  return sortedByName(await selectGiven(db, { tagged }, { id }), nameOf);
}

const selectGiven = preparedInForms<{ tagged: Tagged }, { id: number }, Tag>((db, { tagged }, { id }) =>
  db('tags')
    .join(`${tagged}_tags as given`, 'given.tag_id', 'tags.id')
    .where(`given.${tagged}_id`, id)
    .select('tags.id', 'tags.name'),
);

/** The tags that these words mean, each once and spelt as it is stored already, where it is. */
export async function spelledTags(db: Reader, names: string[]): Promise<string[]> {
  const byKey = new Map(names.map((name) => [identityKey(name), name]));
  for (const tag of await db('tags').whereIn('name_key', [...byKey.keys()])) byKey.set(tag.name_key, tag.name);
  return [...byKey.values()];
}

/** The names of the tags of each of these, by name. */
export async function findTagNames(db: Reader, tagged: Tagged, ids: number[]): Promise<Map<number, string[]>> {
  const names = new Map<number, string[]>();
  for (const { id, name } of sortedByName(await selectNames(db, { tagged }, { ids }), nameOf)) {
    const those = names.get(id);
    if (those) those.push(name);
    else names.set(id, [name]);
  }
  return names;
}

const selectNames = preparedInForms<{ tagged: Tagged }, { ids: number[] }, { id: number; name: string }>(
  (db, { tagged }, { ids }) => {
    const given = db('tags').join(`${tagged}_tags as given`, 'given.tag_id', 'tags.id');
    return whereIdIn(given, `given.${tagged}_id`, ids).select(`given.${tagged}_id as id`, 'tags.name');
  },
);

function nameOf({ name }: { name: string }): string {
  return name;
}

/** The ids of the tags that there are of these names, by name: however one is spelt, it is one tag. */
export async function findTagIds(db: Reader, names: string[]): Promise<Map<string, number>> {
  const keys = new Map(names.map((name) => [name, identityKey(name)]));
  if (keys.size === 0) return new Map();
  const rows: { id: number; name_key: string }[] = await db('tags').whereIn('name_key', [...new Set(keys.values())]);
  const ids = new Map(rows.map((row) => [row.name_key, row.id]));
  return new Map([...keys].flatMap(([name, key]) => (ids.has(key) ? [[name, ids.get(key)!]] : [])));
}

/** Which tags something had, and is to have. */
export interface TagChange {
  id: number;
  from: string[];
  to: string[];
}

/** Gives and takes tags, making those that are new. */
export async function changeTags(trx: Transaction, tagged: Tagged, changes: TagChange[]): Promise<void> {
  const ids = await madeTags(trx, new Set(changes.flatMap(({ from, to }) => [...from, ...to])));
  const [table, column] = [`${tagged}_tags`, `${tagged}_id`];
  const idsOf = (names: string[]) => new Set(names.map((name) => ids.get(name)!));
  const pairs = (id: number, tagIds: Set<number>, others: Set<number>) =>
    [...tagIds].filter((tagId) => !others.has(tagId)).map((tag_id) => ({ [column]: id, tag_id }));
  const going = changes.flatMap(({ id, from, to }) => pairs(id, idsOf(from), idsOf(to)));
  for (const [tagId, those] of Map.groupBy(going, (pair) => pair.tag_id))
    await whereIdIn(
      trx(table).where('tag_id', tagId),
      column,
      those.map((pair) => pair[column]),
    ).delete();
  await bulkInsert(
    trx,
    table,
    changes.flatMap(({ id, from, to }) => pairs(id, idsOf(to), idsOf(from))),
  );
}

/** The same, with those that are new made. */
async function madeTags(trx: Transaction, names: Set<string>): Promise<Map<string, number>> {
  const byKey = new Map([...names].map((name) => [identityKey(name), name]));
  if (byKey.size > 0)
    await trx('tags')
      .insert([...byKey].map(([name_key, name]) => ({ name, name_key })))
      .onConflict('name_key')
      .ignore();
  return findTagIds(trx, [...names]);
}
