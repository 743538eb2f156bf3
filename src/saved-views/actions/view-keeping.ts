import { differences } from '../../audit/audit-event.ts';
import { recordChanges } from '../../audit/audit-store.ts';
import type { Transaction } from '../../db/database.ts';
import { FieldErrors } from '../../forms/form.ts';
import { findPins, setPins } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import { Forbidden } from '../../verbs/refusals.ts';
import { MOST_KEPT, MOST_PINNED, MOST_SHARED, mayChange, mayDelete, mayShare, type SavedView } from '../saved-view.ts';
import type { NewView } from '../saved-view-form.ts';
import * as store from '../saved-view-store.ts';

/** Keeps a view under a name; returns its id. Throws FieldErrors. */
export async function keepView(trx: Transaction, act: Act, address: string, values: NewView): Promise<number> {
  const ownerId = act.by.id!;
  // What is one's own alone makes no event, with which this would be asked otherwise.
  await act.confirm?.(trx);
  if ((await store.countViews(trx, { owner_id: ownerId })) >= MOST_KEPT)
    throw new FieldErrors({ name: `You keep ${MOST_KEPT} views already. Delete one that you no longer need.` });
  const id = await store.insertView(trx, { ownerId, name: values.name, address });
  if (values.pinned) await pinView(trx, act, id);
  if (values.shared) await shareView(trx, act, id);
  return id;
}

/** Throws FieldErrors where they have another one of this name. */
export async function renameView(trx: Transaction, act: Act, id: number, name: string): Promise<void> {
  const view = await requireOwn(trx, act, id);
  await store.renameView(trx, id, name);
  await recordUpdate(trx, act, view, { name });
}

/** What it is called stays; what it shows is that of another address from now on. */
export async function replaceView(trx: Transaction, act: Act, id: number, address: string): Promise<SavedView> {
  const view = await requireOwn(trx, act, id);
  await store.replaceAddress(trx, id, address);
  await recordUpdate(trx, act, view, { address });
  return view;
}

/** From now on all who may read users see it. Throws FieldErrors where too many are shared. */
export async function shareView(trx: Transaction, act: Act, id: number): Promise<SavedView> {
  const view = await requireOwn(trx, act, id);
  if (!mayShare(act.by)) throw new Forbidden('You may look at users but not change them, so you may share no view.');
  if (view.isShared) return view;
  if ((await store.countViews(trx, { is_shared: true })) >= MOST_SHARED)
    throw new FieldErrors({ shared: `${MOST_SHARED} views are shared already.` });
  await store.setShared(trx, id, true);
  await record(trx, act, 'view.shared', view, { after: { address: view.address } });
  return view;
}

/** It is its owner's alone again: where others have pinned it, it is gone. */
export async function unshareView(trx: Transaction, act: Act, id: number): Promise<SavedView> {
  const view = await requireOwn(trx, act, id);
  if (!view.isShared) return view;
  await store.setShared(trx, id, false);
  await record(trx, act, 'view.unshared', view, {});
  return view;
}

export async function deleteView(trx: Transaction, act: Act, id: number): Promise<SavedView> {
  await act.confirm?.(trx);
  const view = await store.findView(trx, act.by.id!, id);
  if (!mayDelete(act.by, view)) throw new Forbidden(`The view ${view.name} is somebody else’s.`);
  await store.deleteView(trx, id);
  if (view.isShared) await record(trx, act, 'view.deleted', view, { before: { address: view.address } });
  return view;
}

/** Behind those that are pinned already, of which it forgets any that are gone. Throws FieldErrors where they are too many. */
export async function pinView(trx: Transaction, act: Act, id: number): Promise<SavedView> {
  await act.confirm?.(trx);
  const view = await store.findView(trx, act.by.id!, id);
  const pinned = (await pinnedBy(trx, act)).filter((one) => one !== id);
  if (pinned.length >= MOST_PINNED)
    throw new FieldErrors({ pinned: `${MOST_PINNED} views are pinned already. Unpin one that you no longer need.` });
  await setPins(trx, act.by.id!, [...pinned, id]);
  return view;
}

export async function unpinView(trx: Transaction, act: Act, id: number): Promise<SavedView> {
  await act.confirm?.(trx);
  const view = await store.findView(trx, act.by.id!, id);
  await setPins(
    trx,
    act.by.id!,
    (await pinnedBy(trx, act)).filter((one) => one !== id),
  );
  return view;
}

async function pinnedBy(trx: Transaction, act: Act): Promise<number[]> {
  const views = await store.findViews(trx, act.by.id!, await findPins(trx, act.by.id!));
  return views.map((view) => view.id);
}

/** Of what somebody else keeps to themself one does not even know that it is there. */
async function requireOwn(trx: Transaction, act: Act, id: number): Promise<SavedView> {
  await act.confirm?.(trx);
  const view = await store.findView(trx, act.by.id!, id);
  if (!mayChange(act.by, view)) throw new Forbidden(`The view ${view.name} is somebody else’s: keep one of your own.`);
  return view;
}

/** How somebody looks at a list is no event; that others look at another one than before is. */
async function recordUpdate(
  trx: Transaction,
  act: Act,
  view: SavedView,
  changed: Partial<Pick<SavedView, 'name' | 'address'>>,
): Promise<void> {
  const { name, address } = view;
  const changes = differences<Record<string, unknown>>({ name, address }, changed);
  if (view.isShared && changes) await record(trx, act, 'view.updated', { ...view, ...changed }, changes);
}

async function record(
  trx: Transaction,
  act: Act,
  action: string,
  { id, name }: Pick<SavedView, 'id' | 'name'>,
  changes: { before?: Record<string, unknown>; after?: Record<string, unknown> },
): Promise<void> {
  await recordChanges(trx, act, [{ action, subjectType: 'view', subjectId: id, subjectName: name, ...changes }]);
}
