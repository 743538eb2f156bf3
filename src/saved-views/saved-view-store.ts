import { type Reader, type Transaction, violatedUnique } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { prepared } from '../db/prepared.ts';
import type { Row } from '../db/tables.ts';
import { FieldErrors } from '../forms/form.ts';
import { identityKey } from '../text/identity-key.ts';
import { sortedByName } from '../text/sort-key.ts';
import { NotFound } from '../verbs/refusals.ts';
import type { SavedView } from './saved-view.ts';

type Found = Omit<Row<'saved_views'>, 'name_key'> & { owner_name: string; owner_activity: SavedView['ownerActivity'] };

/** Own ones and those that are shared, by name. */
export async function findVisibleViews(db: Reader, viewerId: number): Promise<SavedView[]> {
  const rows: Found[] = await whereVisible(selectViews(db), viewerId).orderBy('saved_views.id');
  return sortedByName(rows.map(viewOf), ({ name }) => name);
}

/** Those of them that the viewer may see, in the order of the ids. */
export async function findViews(db: Reader, viewerId: number, ids: number[]): Promise<SavedView[]> {
  if (ids.length === 0) return [];
  const byId = new Map((await selectByIds(db, { viewerId, ids })).map((row) => [row.id, viewOf(row)]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** Throws NotFound, also where somebody else keeps it to themself. */
export async function findView(db: Reader, viewerId: number, id: number): Promise<SavedView> {
  const [view] = await findViews(db, viewerId, [id]);
  if (!view) throw new NotFound('There is no such view.');
  return view;
}

export async function countViews(db: Reader, which: { owner_id: number } | { is_shared: true }): Promise<number> {
  const [{ number }] = await db('saved_views').where(which).count({ number: '*' });
  return Number(number);
}

/** Returns the id. Throws FieldErrors where the owner has one of this name. */
export async function insertView(
  trx: Transaction,
  { ownerId, name, address }: Pick<SavedView, 'ownerId' | 'name' | 'address'>,
): Promise<number> {
  const columns = { owner_id: ownerId, name, name_key: identityKey(name), address };
  const [{ id }] = await unlessTaken(name, () => trx('saved_views').insert(columns).returning('id'));
  return id;
}

/** Throws FieldErrors where the owner has another one of this name. */
export async function renameView(trx: Transaction, id: number, name: string): Promise<void> {
  await unlessTaken(name, () =>
    trx('saved_views')
      .where({ id })
      .update({ name, name_key: identityKey(name) }),
  );
}

export async function replaceAddress(trx: Transaction, id: number, address: string): Promise<void> {
  await trx('saved_views').where({ id }).update({ address });
}

export async function setShared(trx: Transaction, id: number, isShared: boolean): Promise<void> {
  await trx('saved_views').where({ id }).update({ is_shared: isShared });
}

export async function deleteView(trx: Transaction, id: number): Promise<void> {
  await trx('saved_views').where({ id }).delete();
}

const selectByIds = prepared<{ viewerId: number; ids: number[] }, Found>((db, { viewerId, ids }) =>
  whereIdIn(whereVisible(selectViews(db), viewerId), 'saved_views.id', ids),
);

function selectViews(db: Reader) {
  return db('saved_views')
    .join('users as owner', 'owner.id', 'owner_id')
    .select(
      'saved_views.id',
      'owner_id',
      'saved_views.name',
      'address',
      'is_shared',
      'owner.name as owner_name',
      'owner.activity as owner_activity',
    );
}

function whereVisible(query: ReturnType<typeof selectViews>, viewerId: number) {
  return query.where((either) => either.where('owner_id', viewerId).orWhere('is_shared', true));
}

function viewOf(row: Found): SavedView {
  return {
    id: row.id,
    ownerId: row.owner_id,
    ownerName: row.owner_name,
    ownerActivity: row.owner_activity,
    name: row.name,
    address: row.address,
    isShared: Boolean(row.is_shared),
  };
}

async function unlessTaken<T>(name: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!violatedUnique(error)) throw error;
    throw new FieldErrors({ name: `You have a view called ${name} already.` });
  }
}
