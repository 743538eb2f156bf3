import { performDirectly } from '../../bulk-operations/actions/execution.ts';
import { keepAsOperation, keptOutcomes } from '../../bulk-operations/actions/kept-operation.ts';
import { minuteOf } from '../../clock.ts';
import type { Transaction } from '../../db/database.ts';
import { userName as userNameField } from '../../forms/fields.ts';
import { requireDone } from '../../forms/required-outcome.ts';
import { proposedNames } from '../../pasted-people/proposed-names.ts';
import { identityKey } from '../../text/identity-key.ts';
import { pastedPerson } from '../../text/people/pasted-person.ts';
import { changeUsers } from '../../users/actions/changing/changing-users.ts';
import type { UserChange } from '../../users/actions/changing/user-change.ts';
import { createUser } from '../../users/actions/changing/user-creation.ts';
import { findUserIdsByIdentifier } from '../../users/user-lookup.ts';
import { findSubjects } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import { writtenOfMade } from '../../verbs/facts.ts';
import { Conflict } from '../../verbs/refusals.ts';
import { ROSTER_USER } from '../attribute.ts';
import { Clashes, Taken } from '../clash.ts';
import { type Meaning, meaningOf } from '../meaning.ts';
import {
  findByExternalId,
  findByUserName,
  findKept,
  findProvisioned,
  insertProvisioned,
  keepTold,
  noteEnd,
  type ProvisionedUser,
  type Told,
} from '../provisioned-user-store.ts';
import type { Resource } from '../resource.ts';
import { toldOf } from '../told-user.ts';
import { Unfit } from '../unfit.ts';
import { contactMeant } from './contact-finding.ts';
import { programChanged, programMeant } from './program-meaning.ts';
import { restoreBare } from './user-restoring.ts';

/** What became of a user that a program wanted to make. */
export interface Provisioned {
  id: number;
  how: 'made' | 'restored' | 'taken over';
}

/**
 * Makes a user that a program keeps from now on, or restores the one that it deleted, or takes over whom somebody confirmed. Throws Clashes
 * where somebody is in the way who was here before, and Taken where it is there already.
 */
export async function provisionUser(
  trx: Transaction,
  act: Act,
  provisionerId: number,
  resource: Resource,
): Promise<Provisioned> {
  await act.confirm?.(trx);
  const meaning = meaningOf(resource);
  const known = await knownAs(trx, provisionerId, meaning);
  if (known?.isNewHere) {
    await changeProvisioned(trx, act, known, resource);
    return { id: known.userId, how: 'taken over' };
  }
  if (known && known.activity !== 'deleted')
    throw new Taken('This program keeps a user of this userName or externalId already.');
  if (known) return restore(trx, act, known, resource, meaning);
  await requireNobodyHere(trx, provisionerId, meaning);
  return { id: await make(trx, act, provisionerId, resource, meaning), how: 'made' };
}

/** Whom of its users the program means: one who is there, or one of this externalId who is deleted. */
async function knownAs(
  trx: Transaction,
  provisionerId: number,
  { userName, externalId }: Meaning,
): Promise<ProvisionedUser | undefined> {
  const byExternalId = externalId === null ? [] : await findByExternalId(trx, provisionerId, externalId);
  const isThere = ({ activity }: ProvisionedUser) => activity !== 'deleted';
  return byExternalId.find(isThere) ?? (await findByUserName(trx, provisionerId, userName)) ?? byExternalId[0];
}

async function restore(
  trx: Transaction,
  act: Act,
  known: ProvisionedUser,
  resource: Resource,
  { userName, externalId, active }: Meaning,
): Promise<Provisioned> {
  const { userId, provisionerId } = known;
  // Somebody here had a reason.
  if (known.endedAt === null)
    throw new Clashes({
      provisionerId,
      kind: 'user',
      subjectId: userId,
      name: userName,
      externalId,
      reason: 'deleted',
    });
  await restoreBare(trx, act, known, { isActive: active !== false });
  const [now] = await findProvisioned(trx, [userId]);
  await changeProvisioned(trx, act, now, resource);
  return { id: userId, how: 'restored' };
}

/** By email or name. */
async function requireNobodyHere(trx: Transaction, provisionerId: number, meaning: Meaning): Promise<void> {
  const { userName, externalId, email } = meaning;
  const wanted = [...new Set([email ?? [], userName].flat())];
  const found = await findUserIdsByIdentifier(trx, wanted);
  if (found.size === 0) return;
  const ids = [...new Set(found.values())];
  const own = await findKept(trx, provisionerId, ids);
  const stranger = wanted.find((one) => found.has(one) && !own.has(found.get(one)!));
  if (stranger === undefined) throw new Taken('This program keeps another user of this name or email already.');
  const subjectId = found.get(stranger)!;
  const isKept = (await findProvisioned(trx, [subjectId])).length > 0;
  const reason = isKept ? 'other provisioner' : stranger.includes('@') ? 'email' : 'name';
  throw new Clashes({ provisionerId, kind: 'user', subjectId, name: userName, externalId, reason });
}

async function make(
  trx: Transaction,
  act: Act,
  provisionerId: number,
  resource: Resource,
  meaning: Meaning,
): Promise<number> {
  const { email, startsAt, leavesAt, noSharedData } = meaning;
  const apiOnly = meaning.isApiOnly ? await programMeant(trx, meaning) : undefined;
  if (email === undefined && !apiOnly)
    throw new Unfit('invalidValue', 'A user has an email: as emails, or as the userName.');
  const name = meaning.name ?? (await freeName(trx, meaning, resource));
  const contactId = await contactMeant(trx, act, meaning.contact);
  let id = 0;
  await keepAsOperation(trx, act, { subjectType: 'user', action: 'create' }, async (own) => {
    id = await createUser(trx, own, {
      name,
      email: email ?? null,
      contactId,
      startsAt,
      startMayBeOver: true,
      leavesAt,
      noSharedData,
      apiOnly,
    });
    const [subject] = await findSubjects(trx, [id], minuteOf(act.at));
    return [{ subject, written: writtenOfMade(subject.activity) }];
  });
  await insertProvisioned(
    trx,
    { userId: id, provisionerId, activity: 'active', isNewHere: false },
    told(resource, meaning),
    act.at,
  );
  if (meaning.active === false) await setActive(trx, act, id, false);
  return id;
}

/** After the address that is the userName. Throws Unfit, Conflict. */
async function freeName(trx: Transaction, { userName }: Meaning, { displayName }: Resource): Promise<string> {
  const person = pastedPerson(0, { email: userName, name: String(displayName ?? '').replaceAll('@', ' ') });
  const [proposed] = await proposedNames(trx, [person], 'email');
  const parsed = userNameField.safeParse(proposed ?? '');
  if (!parsed.success) throw new Unfit('invalidValue', `userName: ${parsed.error.issues[0].message}`);
  return parsed.data;
}

/** By how much of what a program says nothing is said at all. */
type Silence = 'leaves' | 'takes away';

/**
 * Makes of a user what a program says of them now. What a whole replacement does not say of the access here stays as it is: who knows
 * nothing of these fields must not lift them. Throws StaleVersion, FieldErrors, Forbidden, Conflict, Taken or Unfit.
 */
export async function changeProvisioned(
  trx: Transaction,
  act: Act,
  current: ProvisionedUser,
  resource: Resource,
  silence: Silence = 'leaves',
): Promise<void> {
  await act.confirm?.(trx);
  const now = toldOf(current);
  const next = silence === 'leaves' ? withUnsaid(now, current, resource) : withTakenAway(now, current, resource);
  const meaning = meaningOf(next);
  await requireOwnName(trx, current, meaning);
  const change = await changeMeant(trx, act, current, meaning);
  const { userId } = current;
  if (Object.keys(change).length > 0)
    await keepAsOperation(trx, act, { subjectType: 'user', action: 'edit' }, async (own) => {
      const changed = await changeUsers(trx, own, [userId], change);
      requireDone(changed.outcomes);
      return keptOutcomes(changed);
    });
  if (meaning.active !== undefined) await setActive(trx, act, userId, meaning.active);
  const said = told(next, meaning);
  const isSame =
    said.userName === current.userName &&
    said.externalId === current.externalId &&
    JSON.stringify(said.attributes) === JSON.stringify(current.attributes);
  if (!isSame || current.isNewHere || current.endedAt !== null) await keepTold(trx, current, said, act.at);
}

export async function deleteProvisioned(trx: Transaction, act: Act, { userId }: ProvisionedUser): Promise<void> {
  requireDone((await performDirectly(trx, act, { subjectType: 'user', action: 'delete', ids: [userId] })).outcomes);
  await noteEnd(trx, userId, act.at);
}

async function setActive(trx: Transaction, act: Act, id: number, isActive: boolean): Promise<void> {
  const [{ activity }] = await findSubjects(trx, [id], minuteOf(act.at));
  if ((activity === 'active') === isActive) return;
  const action = isActive ? 'activate' : 'deactivate';
  requireDone((await performDirectly(trx, act, { subjectType: 'user', action, ids: [id] })).outcomes);
}

function withUnsaid(now: Resource, { attributes }: ProvisionedUser, resource: Resource): Resource {
  const { apiOnly: _isTold, ...here } = (now[ROSTER_USER] ?? {}) as Resource;
  const access = { ...here, ...(resource[ROSTER_USER] as Resource) };
  return {
    ...('active' in attributes && { active: attributes.active }),
    ...resource,
    ...(Object.keys(access).length > 0 && { [ROSTER_USER]: access }),
  };
}

/** That it is not said whether they are active is written down: nothing is done about it. */
function withTakenAway(now: Resource, { attributes }: ProvisionedUser, resource: Resource): Resource {
  const isTaken = !('active' in resource) && ('active' in now || attributes.active === null);
  return isTaken ? { ...resource, active: null } : resource;
}

async function requireOwnName(
  trx: Transaction,
  { userId, provisionerId }: ProvisionedUser,
  said: Meaning,
): Promise<void> {
  const named = await findByUserName(trx, provisionerId, said.userName);
  if (named && named.userId !== userId) throw new Taken('This program keeps another user of this userName.');
}

/** What differs of the record. What came along with the first word about somebody who was here before leaves their email alone. */
async function changeMeant(
  trx: Transaction,
  act: Act,
  current: ProvisionedUser,
  meaning: Meaning,
): Promise<UserChange> {
  const { user, userName, isNewHere, attributes } = current;
  const change: UserChange = {};
  const isRenamed = identityKey(userName) !== identityKey(meaning.userName) || userName !== meaning.userName;
  if (isRenamed && meaning.name !== undefined && meaning.name !== user.name && !isNewHere) change.name = meaning.name;
  if (!isNewHere && meaning.email !== undefined && meaning.email !== user.email) change.email = meaning.email;
  const apiOnly = await programChanged(trx, user, meaning);
  if (apiOnly) change.apiOnly = apiOnly;
  const startsAt = meaning.startsAt ?? null;
  if (startsAt !== user.startsAt) Object.assign(change, { startsAt, startMayBeOver: true });
  const leavesAt = meaning.leavesAt ?? null;
  if (leavesAt !== user.leavesAt) change.leavesAt = leavesAt;
  const noSharedData = meaning.noSharedData ?? false;
  if (noSharedData !== user.noSharedData) change.noSharedData = noSharedData;
  const before = (attributes[ROSTER_USER] as Resource | undefined)?.contact;
  if (before !== meaning.contact) {
    const contactId = await contactMeant(trx, act, meaning.contact);
    if (contactId !== undefined) change.contactId = contactId;
    else if (meaning.contact === undefined) change.contactId = null;
  }
  return change;
}

/** What is kept of it beside the record. */
function told(resource: Resource, { userName, externalId }: Meaning): Told {
  const { userName: _name, externalId: _id, ...attributes } = resource;
  if (JSON.stringify(attributes).length > LARGEST)
    throw new Conflict(`What is said of one user has at most ${LARGEST} characters.`);
  return { userName, externalId, attributes };
}

const LARGEST = 64_000;
