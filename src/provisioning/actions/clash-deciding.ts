import type { Activity } from '../../access/activity.ts';
import { type Change, userReference } from '../../audit/audit-event.ts';
import { recordChanges } from '../../audit/audit-store.ts';
import { minuteOf } from '../../clock.ts';
import type { Reader, Transaction } from '../../db/database.ts';
import { requireHeld } from '../../groups/group.ts';
import { findGroup } from '../../groups/group-store.ts';
import type { Subject } from '../../users/user.ts';
import { findSubject } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import type { Judge } from '../../verbs/action.ts';
import { requireAdministered } from '../../verbs/administering.ts';
import { Conflict, NotFound } from '../../verbs/refusals.ts';
import { type Clash, decideClash, findClash } from '../clash-store.ts';
import { insertProvisionedGroup } from '../provisioned-group-store.ts';
import { findByExternalId, findByUserName, insertProvisioned, noteEnd } from '../provisioned-user-store.ts';

/** Whom a clash is about, as somebody may decide about them. */
interface Decided {
  clash: Clash;
  provisioner: Subject;
  /** The user, or the group. */
  name: string;
  activity: Activity;
}

/** Somebody says that it is the same one: the program keeps it from now on. Throws Conflict, Forbidden. */
export async function confirmClash(trx: Transaction, act: Act, id: number): Promise<Decided> {
  await act.confirm?.(trx);
  const decided = await decidable(trx, act, id);
  const { clash, activity } = decided;
  const { kind, subjectId, provisionerId, externalId, name: userName, reason } = clash;
  // By the next request that makes them they are restored, as those are whom the program deleted.
  if (reason === 'deleted') await noteEnd(trx, subjectId, act.at);
  else if (activity === 'deleted') throw new Conflict(`${decided.name} is deleted by now.`);
  else if (kind === 'group')
    await insertProvisionedGroup(
      trx,
      { groupId: subjectId, provisionerId, externalId, activity, isNewHere: true },
      act.at,
    );
  else {
    await requireFree(trx, clash);
    const told = { userName, externalId, attributes: {} };
    await insertProvisioned(trx, { userId: subjectId, provisionerId, activity, isNewHere: true }, told, act.at);
  }
  await decide(trx, act, decided, 'confirmed');
  return decided;
}

/** Somebody says that it is another one, or that it stays as it is. */
export async function declineClash(trx: Transaction, act: Act, id: number): Promise<Decided> {
  await act.confirm?.(trx);
  const decided = await decidable(trx, act, id);
  await decide(trx, act, decided, 'declined');
  return decided;
}

/** Since the clash the program may have made somebody else whom it calls so. Throws Conflict. */
async function requireFree(trx: Transaction, { provisionerId, subjectId, name, externalId }: Clash): Promise<void> {
  const called = [
    await findByUserName(trx, provisionerId, name),
    ...(externalId === null ? [] : await findByExternalId(trx, provisionerId, externalId)),
  ];
  const other = called.find((one) => one && one.activity !== 'deleted' && one.userId !== subjectId);
  if (other) throw new Conflict(`By now the program calls ${other.user.name} so.`);
}

async function decide(
  trx: Transaction,
  act: Act,
  { clash, provisioner, name }: Decided,
  decision: 'confirmed' | 'declined',
): Promise<void> {
  await decideClash(trx, clash.id, { decision, at: act.at, by: act.by.id });
  const change: Change = {
    action: `provisioning.${decision}`,
    subjectType: clash.kind,
    subjectId: clash.subjectId,
    subjectName: name,
    after: { provisioner: userReference(provisioner) },
  };
  await recordChanges(trx, act, [change]);
}

/** Only who may change the program and whom it wants decides. Throws NotFound, Conflict, Forbidden. */
export async function decidable(db: Reader, { by, at }: Judge, id: number): Promise<Decided> {
  const clash = await findClash(db, id);
  if (!clash) throw new NotFound();
  const provisioner = await findSubject(db, clash.provisionerId, minuteOf(at));
  requireAdministered(by, provisioner);
  if (clash.decision === 'confirmed') throw new Conflict('Somebody confirmed this already.');
  if (clash.kind === 'group') {
    const group = await findGroup(db, clash.subjectId);
    requireHeld(by, group);
    return { clash, provisioner, name: group.name, activity: group.activity };
  }
  const subject = await findSubject(db, clash.subjectId, minuteOf(at));
  requireAdministered(by, subject);
  return { clash, provisioner, name: subject.name, activity: subject.activity };
}
