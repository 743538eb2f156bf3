import { covers, EVERYTHING, type Rights } from '../../access/rights.ts';
import { type Instant, minuteOf } from '../../clock.ts';
import type { Reader, Transaction } from '../../db/database.ts';
import { FieldErrors } from '../../forms/form.ts';
import { requestInvitations } from '../../invitations/invitation-request-store.ts';
import {
  type Addition,
  endMemberships,
  grantMemberships,
  type MembershipRule,
  setUntil,
} from '../../memberships/actions/membership-editing.ts';
import { findMembershipsIn } from '../../memberships/membership-store.ts';
import type { EndedLink } from '../../permissions/outgrown-links.ts';
import { createUsers } from '../../users/actions/changing/user-creation.ts';
import { INVITATION } from '../../users/actions/invitation.ts';
import { LOGIN_ATTEMPTS_RESET } from '../../users/actions/login-attempts-reset.ts';
import { renewLinks } from '../../users/actions/renewed-links.ts';
import { performOnUsers } from '../../users/actions/user-actions.ts';
import type { Subject } from '../../users/user.ts';
import { findUserByIdentifier, findUserIdsByIdentifier } from '../../users/user-lookup.ts';
import { findSubjects, findUsers } from '../../users/user-store.ts';
import { takenMessage } from '../../users/user-uniqueness.ts';
import type { Act } from '../../verbs/act.ts';
import type { Performed } from '../../verbs/action.ts';
import { writtenOfMade } from '../../verbs/facts.ts';
import { forbidden, type Outcome } from '../../verbs/outcome.ts';
import { Forbidden } from '../../verbs/refusals.ts';
import { findLedGroup, findLedGroups, rightsInReach, whyNotToLead } from '../led-group.ts';
import { membershipsWritten } from './written-memberships.ts';

/** A leader gives and takes this one membership, whatever else its members may do, but not their own. */
export const BY_LEADING: MembershipRule = {
  async requireGroup(db, act, { id }) {
    const group = await findLedGroup(db, act.by.id, id, minuteOf(act.at));
    const reason = whyNotToLead(group);
    if (reason) throw new Forbidden(reason);
  },
  refusalOf(by, subject, group) {
    if (by.id === subject.id) return forbidden('is yourself: ask an administrator');
    // Whoever stands for somebody does not put them out.
    return subject.id === group.leaderId ? forbidden('leads the group: ask an administrator') : undefined;
  },
};

/** Whoever comes by an invitation has no end. */
const AT_ONCE = { untilAt: null };

/** A leader does not learn whose it is. */
const NAME_UNUSABLE = 'This name cannot be used. Choose another one.';

/** Somebody whom a leader invites, as it was typed. */
export interface Invited {
  name: string;
  email: string;
}

/**
 * New users in the group, with an invitation each. An email that somebody has already is answered like a success, and its user becomes a
 * member where they can: the leader does not learn who is known here. Returns the ids of the new users, and what it came to. Throws FieldErrors, each field
 * with the place of whose it is in the list behind it: all are invited, or nobody.
 */
export async function inviteIntoGroup(
  trx: Transaction,
  act: Act,
  groupId: number,
  invited: Invited[],
): Promise<{ ids: number[]; outcomes: Performed<Subject>[] }> {
  const group = await findLedGroup(trx, act.by.id, groupId, minuteOf(act.at));
  await BY_LEADING.requireGroup(trx, act, group);
  const users = await findUserIdsByIdentifier(
    trx,
    invited.map(({ email }) => email),
  );
  const known = invited.filter(({ email }) => users.has(email)).map(({ email }) => email);
  const added =
    known.length > 0 ? membershipsWritten(groupId, await addByEmail(trx, act, groupId, known, null), AT_ONCE) : [];
  const unknown = invited.flatMap((one, n) => (users.has(one.email) ? [] : [{ ...one, n }]));
  const able = enabled(act, group.rights);
  const newUsers = unknown.map(({ name, email }) => ({ name, email, groups: [groupId] }));
  const creations = await createUsers(trx, able, newUsers);
  const errors = creations.flatMap(({ refusal }, at) => {
    const { n, name } = unknown[at];
    return Object.entries(refusal?.fields ?? {}).map(([field, message]) => {
      const isTaken = message === takenMessage('name', name);
      return [`${field}-${n}`, isTaken ? NAME_UNUSABLE : message];
    });
  });
  if (errors.length > 0) throw new FieldErrors(Object.fromEntries(errors));
  const ids = creations.map(({ id }) => id!);
  if (ids.length > 0) await performOnUsers(trx, able, INVITATION, ids);
  const made = await findSubjects(trx, ids, minuteOf(act.at));
  return { ids, outcomes: [...made.map((subject) => ({ subject, written: writtenOfMade() })), ...added] };
}

/** Which of these names cannot be used, told with all else that is wrong; the emails may be somebody's, which nobody is told. */
export async function unusableNames(db: Reader, names: string[]): Promise<Map<string, string>> {
  const taken = await findUserIdsByIdentifier(
    db,
    names.filter((name) => name !== ''),
  );
  return new Map([...taken.keys()].map((name) => [name, NAME_UNUSABLE]));
}

/** Those of the addresses that belong to an active person become members; the others are passed over without a word. */
export async function addByEmail(
  trx: Transaction,
  act: Act,
  groupId: number,
  emails: string[],
  untilAt: Instant | null,
): Promise<Addition> {
  const ids: number[] = [];
  for (const email of emails) {
    const user = email.includes('@') ? await findUserByIdentifier(trx, email) : undefined;
    if (user && user.activity === 'active' && !user.apiOnly && user.id !== act.by.id) ids.push(user.id);
  }
  const meant = { groupId, userIds: [...new Set(ids)], rule: BY_LEADING };
  const addition = await grantMemberships(trx, act, meant, untilAt);
  await replaceEnded(trx, act, addition.ended);
  return addition;
}

/**
 * What ended with it is made anew at once, whatever its user may do: it goes to the system email alone. Without mail administrators
 * are told who waits; the leader is told nothing, not even that there is somebody.
 */
export async function replaceEnded(trx: Transaction, act: Act, ended: EndedLink[]): Promise<void> {
  if (act.sendsMail) {
    await renewLinks(trx, { ...act, by: { ...act.by, rights: EVERYTHING }, channel: 'mail' }, ended);
    return;
  }
  const invited = ended.filter((link) => link.purpose === 'invitation').map((link) => link.userId);
  await requestInvitations(trx, act, await findUsers(trx, invited));
}

export async function removeMembers(trx: Transaction, act: Act, groupId: number, ids: number[]): Promise<Ended> {
  await findMembersOf(trx, groupId, ids, minuteOf(act.at));
  return endMemberships(trx, act, { groupId, userIds: ids, rule: BY_LEADING });
}

type Ended = Pick<Addition, 'outcomes' | 'before'>;

export async function setEnd(
  trx: Transaction,
  act: Act,
  groupId: number,
  ids: number[],
  untilAt: Instant | null,
): Promise<Ended> {
  await findMembersOf(trx, groupId, ids, minuteOf(act.at));
  return setUntil(trx, act, { groupId, userIds: ids, rule: BY_LEADING }, untilAt);
}

/** Resets the attempts of members, where the groups that the actor leads cover all that they may do. */
export async function resetAttempts(
  trx: Transaction,
  act: Act,
  groupId: number,
  ids: number[],
): Promise<Outcome<Subject>[]> {
  const { beyond, within, able } = await reached(trx, act, groupId, ids);
  return [...beyond, ...(await performOnUsers(trx, able, LOGIN_ATTEMPTS_RESET, within.map(idOf)))];
}

/** Of the members of these ids: whom the actor's groups cover, who may do more, and the actor as whoever may help them. */
export async function reached(
  trx: Transaction,
  act: Act,
  groupId: number,
  ids: number[],
): Promise<{ beyond: Outcome<Subject>[]; within: Subject[]; able: Act }> {
  const group = await findLedGroup(trx, act.by.id, groupId, minuteOf(act.at));
  await BY_LEADING.requireGroup(trx, act, group);
  const members = await findMembersOf(trx, groupId, ids, minuteOf(act.at));
  const reach = await reachOf(trx, act.by.id!, minuteOf(act.at));
  const isInReach = (subject: Subject) => covers(reach, subject.rights);
  const beyond = members
    .filter((subject) => !isInReach(subject))
    .map((subject): Outcome<Subject> => ({ subject, refusal: forbidden('has rights that your groups do not cover') }));
  return { beyond, within: members.filter(isInReach), able: enabled(act, reach) };
}

/** What the groups that this user leads can give. */
export async function reachOf(db: Reader, userId: number, now: Instant): Promise<Rights> {
  return rightsInReach(await findLedGroups(db, userId, now));
}

/** The members of these ids as subjects. One who is none is refused as if there were no such user. */
export async function findMembersOf(db: Reader, groupId: number, ids: number[], now: Instant): Promise<Subject[]> {
  const memberships = await findMembershipsIn(db, groupId, ids);
  const subjects = await findSubjects(db, [...memberships.keys()], now);
  const members = subjects.filter((subject) => subject.activity !== 'deleted');
  if (members.length !== new Set(ids).size) throw new Forbidden('There is no such member.', true);
  return members;
}

export function idOf(subject: Subject): number {
  return subject.id;
}

/** The same actor, by name and number, as somebody who may maintain users with these rights and no others. */
export function enabled(act: Act, rights: Rights): Act {
  return { ...act, by: { ...act.by, rights: { ...rights, users: 'write' } } };
}
