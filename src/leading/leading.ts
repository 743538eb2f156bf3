import type { Act } from '../audit/audit-event.ts';
import { type Day, dayOf } from '../clock.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import {
  endMemberships,
  grantMemberships,
  type MemberOutcome,
  type MembershipRule,
  setUntil,
} from '../groups/membership-editing.ts';
import { covers, type Rights } from '../groups/permission.ts';
import type { Channel, LinkSettings } from '../links/link-store.ts';
import type { Subject } from '../users/user.ts';
import { forbidden } from '../users/user-action.ts';
import { createUser, TAKEN } from '../users/user-editing.ts';
import { checkUser, emptyUser } from '../users/user-form.ts';
import { type Outcome, perform } from '../users/user-life-cycle.ts';
import { findSubjects, findUserByIdentifier } from '../users/user-store.ts';
import { Forbidden } from '../web/errors.ts';
import { FieldErrors } from '../web/form.ts';
import { findLedGroup, findLedGroups, rightsInReach, whyNotToLead } from './led-group.ts';

/** A leader gives and takes this one membership, whatever else its members may do, but not their own. */
const BY_LEADING: MembershipRule = {
  async requireGroup(db, act, { id }) {
    const group = await findLedGroup(db, act.by.id, id, dayOf(act.at));
    const reason = whyNotToLead(group);
    if (reason) throw new Forbidden(reason);
  },
  refusalOf: (by, subject) => (by.id === subject.id ? forbidden('is yourself: ask an administrator') : undefined),
};

export interface Invited {
  name: string;
  email: string;
}

/**
 * A new user in the group, with an invitation. An email that somebody has already is answered like a success, and its
 * user becomes a member where they can: the leader does not learn who is known here. Returns the id of a new user.
 */
export async function inviteIntoGroup(
  trx: Transaction,
  act: Act,
  groupId: number,
  invited: Invited,
  links: LinkSettings,
  channel: Channel,
): Promise<number | undefined> {
  const group = await findLedGroup(trx, act.by.id, groupId, dayOf(act.at));
  await BY_LEADING.requireGroup(trx, act, group);
  const { values, errors } = checkUser({ ...emptyUser(), ...invited, groups: [String(groupId)] });
  if (errors) throw new FieldErrors(errors);
  if (await findUserByIdentifier(trx, values.email)) {
    await addByEmail(trx, act, groupId, [values.email], null);
    return undefined;
  }
  const able = enabled(act, group.rights);
  const id = await createUser(trx, able, values).catch((error) => {
    if (error instanceof FieldErrors && error.errors.name === TAKEN.name)
      throw new FieldErrors({ name: 'This name cannot be used. Choose another one.' });
    throw error;
  });
  await perform(trx, able, 'reinvite', [id], links, channel);
  return id;
}

/** Those of the addresses that belong to an active person become members; the others are passed over without a word. */
export async function addByEmail(
  trx: Transaction,
  act: Act,
  groupId: number,
  emails: string[],
  untilOn: Day | null,
): Promise<void> {
  const ids: number[] = [];
  for (const email of emails) {
    const user = email.includes('@') ? await findUserByIdentifier(trx, email) : undefined;
    if (user && user.activity === 'active' && !user.apiOnly && user.id !== act.by.id) ids.push(user.id);
  }
  await grantMemberships(trx, act, groupId, [...new Set(ids)], untilOn, BY_LEADING);
}

export async function removeMembers(
  trx: Transaction,
  act: Act,
  groupId: number,
  ids: number[],
): Promise<MemberOutcome[]> {
  await findMembersOf(trx, groupId, ids, dayOf(act.at));
  return endMemberships(trx, act, groupId, ids, BY_LEADING);
}

export async function setEnd(
  trx: Transaction,
  act: Act,
  groupId: number,
  ids: number[],
  untilOn: Day | null,
): Promise<MemberOutcome[]> {
  await findMembersOf(trx, groupId, ids, dayOf(act.at));
  return setUntil(trx, act, groupId, ids, untilOn, BY_LEADING);
}

/** Reinvites members or resets their attempts, where the groups that the actor leads cover all that they may do. */
export async function helpMembers(
  trx: Transaction,
  act: Act,
  groupId: number,
  action: 'reinvite' | 'reset-login-attempts',
  ids: number[],
  links: LinkSettings,
  channel: Channel = 'copy',
): Promise<Outcome[]> {
  const group = await findLedGroup(trx, act.by.id, groupId, dayOf(act.at));
  await BY_LEADING.requireGroup(trx, act, group);
  const members = await findMembersOf(trx, groupId, ids, dayOf(act.at));
  const reach = await reachOf(trx, act.by.id!, dayOf(act.at));
  const isInReach = (subject: Subject) => covers(reach, subject.rights);
  const beyond = members
    .filter((subject) => !isInReach(subject))
    .map((subject): Outcome => ({ subject, refusal: forbidden('has rights that your groups do not cover') }));
  const inReach = members.filter(isInReach).map((subject) => subject.id);
  return [...beyond, ...(await perform(trx, enabled(act, reach), action, inReach, links, channel))];
}

/** What the groups that this user leads can give. */
export async function reachOf(db: Reader, userId: number, today: Day): Promise<Rights> {
  return rightsInReach(await findLedGroups(db, userId, today));
}

/** The members of these ids as subjects. One who is none is refused as if there were no such user. */
export async function findMembersOf(db: Reader, groupId: number, ids: number[], today: Day): Promise<Subject[]> {
  const rows: { user_id: number }[] = await whereIdIn(db('memberships').where('group_id', groupId), 'user_id', ids);
  const subjects = await findSubjects(
    db,
    rows.map((row) => row.user_id),
    today,
  );
  const members = subjects.filter((subject) => subject.activity !== 'deleted');
  if (members.length !== new Set(ids).size) throw new Forbidden('There is no such member.', true);
  return members;
}

/** The same actor, by name and number, as somebody who may maintain users with these rights and no others. */
function enabled(act: Act, rights: Rights): Act {
  return { ...act, by: { ...act.by, rights: { ...rights, users: 'write' } } };
}
