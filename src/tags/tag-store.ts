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
  const names = Map.groupBy(await selectNames(db, { tagged }, { ids }), (row) => row.id);
  return new Map([...names].map(([id, those]) => [id, sortedByName(those, nameOf).map((row) => row.name)]));
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

/** Which tags something had, and is to have. */
export interface TagChange {
  id: number;
  from: string[];
  to: string[];
}

/** Gives and takes tags, making those that are new. */
export async function changeTags(trx: Transaction, tagged: Tagged, changes: TagChange[]): Promise<void> {
  const ids = await madeTags(trx, [...new Set(changes.flatMap(({ from, to }) => [...from, ...to]))]);
  const [table, column] = [`${tagged}_tags`, `${tagged}_id`];
  const idsOf = (names: string[]) => names.map((name) => ids.get(identityKey(name))!);
  const pairs = (pick: (change: TagChange) => string[]) =>
    changes.flatMap((change) => idsOf(pick(change)).map((tag_id) => ({ [column]: change.id, tag_id })));
  const going = pairs(({ from, to }) => without(from, to));
  for (const [tagId, those] of Map.groupBy(going, (pair) => pair.tag_id))
    await whereIdIn(
      trx(table).where('tag_id', tagId),
      column,
      those.map((pair) => pair[column]),
    ).delete();
  await bulkInsert(
    trx,
    table,
    pairs(({ from, to }) => without(to, from)),
  );
}

/** The ids of the tags of these names, by key. */
async function madeTags(trx: Transaction, names: string[]): Promise<Map<string, number>> {
  const byKey = new Map(names.map((name) => [identityKey(name), name]));
  if (byKey.size === 0) return new Map();
  await trx('tags')
    .insert([...byKey].map(([name_key, name]) => ({ name, name_key })))
    .onConflict('name_key')
    .ignore();
  const rows: { id: number; name_key: string }[] = await trx('tags').whereIn('name_key', [...byKey.keys()]);
  return new Map(rows.map((row) => [row.name_key, row.id]));
}

/** By their keys: however it is spelt, it is one tag. */
function without(names: string[], others: string[]): string[] {
  const gone = new Set(others.map(identityKey));
  const left = new Map(names.map((name) => [identityKey(name), name]));
  return [...left].filter(([key]) => !gone.has(key)).map(([, name]) => name);
}
