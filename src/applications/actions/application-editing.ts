import { isOver } from '../../access/granted-rights.ts';
import { covers } from '../../access/rights.ts';
import { may, type Viewer } from '../../access/viewer.ts';
import { differences } from '../../audit/audit-event.ts';
import { recordChanges } from '../../audit/audit-store.ts';
import { type Instant, minuteOf } from '../../clock.ts';
import type { Reader, Transaction } from '../../db/database.ts';
import { FieldErrors, StaleVersion } from '../../forms/form.ts';
import { requireDone } from '../../forms/required-outcome.ts';
import type { Group } from '../../groups/group.ts';
import { mayChange } from '../../groups/group.ts';
import { findGroups, findGroupsGranting, keepGroups } from '../../groups/group-store.ts';
import { findMemberships } from '../../memberships/membership-store.ts';
import { changePermissions } from '../../permissions/actions/changing-permissions.ts';
import { forgetApplication } from '../../permissions/permission-store.ts';
import type { Act } from '../../verbs/act.ts';
import { Forbidden } from '../../verbs/refusals.ts';
import type { ApplicationValues, NewApplication } from '../application-form.ts';
import { deleteRow, findApplication, insertApplication, keepApplication } from '../application-store.ts';

/**
 * Nobody gives what they do not hold, so somebody must hold a new application from the beginning: a group of whoever
 * registers it may write on it at once. Throws FieldErrors or Forbidden.
 */
export async function registerApplication(trx: Transaction, act: Act, values: NewApplication): Promise<void> {
  requireSettings(act);
  const { key, name, description, groupId } = values;
  const group = (await findFirstGroups(trx, act.by, minuteOf(act.at))).find((one) => one.id === groupId);
  if (!group) throw new FieldErrors({ groupId: 'Choose an active group that you are in and may change.' });
  const id = await insertApplication(trx, { key, name, description, created_at: act.at, created_by: act.by.id });
  await record(trx, act, 'application.registered', { id, name }, { after: { key, name, description } });
  const holder = { ...act, by: { ...act.by, rights: { ...act.by.rights, [key]: 'write' as const } } };
  requireDone((await changePermissions(trx, holder, [group.id], { [key]: 'write' })).outcomes);
}

/** The groups that can be the first to hold a new application: active ones that the viewer is in and may change. */
export async function findFirstGroups(db: Reader, viewer: Viewer, now: Instant): Promise<Group[]> {
  if (viewer.id === null) return [];
  const memberships = (await findMemberships(db, [viewer.id])).filter((one) => !isOver(one, now));
  const groups = await findGroups(
    db,
    memberships.map((one) => one.groupId),
  );
  return groups.filter((group) => group.activity === 'active' && mayChange(viewer, group));
}

/** Name and description; other programs know it by its key, so that stays. Throws StaleVersion. */
export async function updateApplication(
  trx: Transaction,
  act: Act,
  key: string,
  version: number,
  values: ApplicationValues,
): Promise<void> {
  const { registered, ...before } = await requireRegistered(trx, act, key);
  if (registered.version !== version) throw new StaleVersion();
  const changes = differences({ name: before.name, description: before.description }, values);
  if (!changes) return;
  await keepApplication(trx, key, values);
  await record(trx, act, 'application.updated', { id: registered.id, name: values.name }, changes);
}

/** Takes it away, and with it what any group granted on it. Only who may write on it may, or anybody once nobody may. */
export async function deleteApplication(trx: Transaction, act: Act, key: string): Promise<void> {
  // Before rather than with each change: who acts loses the right with the application.
  await act.confirm?.(trx);
  const deletion = { ...act, confirm: undefined };
  const { registered, name, description } = await requireRegistered(trx, act, key);
  const granting = await findGroupsGranting(trx, key);
  requireDeletable(act.by, key, granting);
  await forgetApplication(trx, key);
  await keepGroups(
    trx,
    granting.map(({ id }) => ({ id, columns: {} })),
  );
  await recordChanges(
    trx,
    deletion,
    granting.map((group) => ({
      action: 'group.permissions-changed',
      subjectType: 'group',
      subjectId: group.id,
      subjectName: group.name,
      before: { [key]: group.rights[key] },
      after: { [key]: 'none' },
    })),
  );
  await deleteRow(trx, key);
  await record(
    trx,
    deletion,
    'application.deleted',
    { id: registered.id, name },
    { before: { key, name, description } },
  );
}

/** Removal is checked as strictly as addition (R62). Throws Forbidden. */
export function requireDeletable(viewer: Viewer, key: string, granting: Group[]): void {
  if (granting.length > 0 && !covers(viewer.rights, { [key]: 'write' }))
    throw new Forbidden('Groups grant rights on this application that you do not hold.');
}

async function requireRegistered(trx: Transaction, act: Act, key: string) {
  requireSettings(act);
  const { registered, ...application } = await findApplication(trx, key);
  if (!registered) throw new Forbidden('This application is a part of Roster.');
  return { ...application, registered };
}

function requireSettings(act: Act): void {
  if (!may(act.by, 'settings', 'write')) throw new Forbidden('You may not register applications.');
}

async function record(
  trx: Transaction,
  act: Act,
  action: string,
  { id, name }: { id: number; name: string },
  changes: { before?: Record<string, unknown>; after?: Record<string, unknown> },
): Promise<void> {
  await recordChanges(trx, act, [{ action, subjectType: 'application', subjectId: id, subjectName: name, ...changes }]);
}
