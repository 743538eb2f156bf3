import { setImmediate as turnOfOthers } from 'node:timers/promises';
import { maySignIn } from '../access/admission.ts';
import { findPotentialRights, findRights } from '../access/granted-rights.ts';
import { covers, EVERYTHING, NO_RIGHTS, type Rights, union } from '../access/rights.ts';
import { type Instant, minuteOf } from '../clock.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { pieces, selectIds, whereIdAmong, whereIdIn } from '../db/ids.ts';
import { findLedGroups, rightsInReach } from '../leading/led-group.ts';
import { endLinksById } from '../one-time-links/one-time-link-store.ts';
import { copiedHolders, findCopiedLinks, type OpenLink } from '../one-time-links/open-links.ts';
import type { Subject } from '../users/user.ts';
import { findUsers } from '../users/user-store.ts';
import type { Act, Purpose } from '../verbs/act.ts';

/** Whose link ended, and what it was for. */
export interface EndedLink {
  userId: number;
  purpose: Purpose;
}

/** More members than these are not looked up one by one: open links are fewer. */
const FEW = 5_000;

/** So many are looked at between the turns of others. */
const AT_ONCE = 1_000;

/** What somebody is given besides what they may do already. */
type GainOf = (userId: number) => Rights | Promise<Rights>;

/**
 * Ends what those outgrew who can do more now than when `subjects` was read: a link must not give its holder what its maker could
 * not have given (R37, R61, R85). All other links stay (promise 5).
 */
export async function endOutgrownLinks(
  trx: Transaction,
  act: Act,
  subjects: Pick<Subject, 'id' | 'rights'>[],
): Promise<EndedLink[]> {
  const ids = subjects.map((subject) => subject.id);
  const now = await findPotentialRights(trx, ids, minuteOf(act.at));
  const grown = subjects.filter(({ id, rights }) => !covers(rights, now.get(id) ?? NO_RIGHTS));
  const outgrown = await findOutgrown(trx, new Map(grown.map(({ id }) => [id, now.get(id)!])), act.at);
  await endLinksById(
    trx,
    act,
    outgrown.map((link) => link.id),
  );
  return outgrown.map(({ userId, purpose }) => ({ userId, purpose }));
}

/**
 * How many of these would lose open links if they were given this as well. `gainOf` says what the makers of the links
 * would be given with it.
 */
export async function countOutgrowing(
  db: Reader,
  gains: Map<number, Rights>,
  now: Instant,
  gainOf: GainOf,
): Promise<number> {
  let number = 0;
  for (const some of pieces([...gains], AT_ONCE)) {
    const ids = some.map(([id]) => id);
    const rights = await findPotentialRights(db, ids, minuteOf(now));
    const of = (id: number) => rights.get(id) ?? NO_RIGHTS;
    const grown = some.filter(([id, gained]) => !covers(of(id), gained));
    const after = new Map(grown.map(([id, gained]) => [id, union([of(id), gained])]));
    number += new Set((await findOutgrown(db, after, now, gainOf)).map((link) => link.userId)).size;
    if (some.length === AT_ONCE && !db.isTransaction) await turnOfOthers();
  }
  return number;
}

/** Of these users, those who hold an open link that somebody else has had in hand. */
export async function findLinkHoldersAmong(db: Reader, userIds: number[], now: Instant): Promise<number[]> {
  return [...new Set((await findCopiedLinks(db, userIds, now)).map((link) => link.userId))];
}

/** The same of the members of these groups. */
export async function findLinkHolders(db: Reader, groupIds: number[], now: Instant): Promise<number[]> {
  const members = whereIdIn(db('memberships'), 'group_id', groupIds).distinct('user_id as id');
  const few = await selectIds(db, members.limit(FEW + 1));
  if (few.length <= FEW) return findLinkHoldersAmong(db, few, now);
  const holders: number[] = [];
  for await (const ids of copiedHolders(db, now)) {
    const theirs = whereIdIn(db('memberships'), 'user_id', ids).distinct('user_id as id');
    holders.push(...(await selectIds(db, whereIdAmong(theirs, 'group_id', groupIds))));
    if (!db.isTransaction) await turnOfOthers();
  }
  return holders;
}

/** The open links that give more than their makers could, where these users may do this. What was mailed was in no other hand. */
async function findOutgrown(
  db: Reader,
  rights: Map<number, Rights>,
  now: Instant,
  gainOf: GainOf = () => NO_RIGHTS,
): Promise<OpenLink[]> {
  const links = await findCopiedLinks(db, [...rights.keys()], now);
  const makers = [...new Set(links.map((link) => link.createdBy))];
  const givable = new Map<number | null, Rights>();
  for (const id of makers)
    givable.set(id, id === null ? EVERYTHING : union([await findGivable(db, id, minuteOf(now)), await gainOf(id)]));
  return links.filter((link) => !covers(givable.get(link.createdBy)!, rights.get(link.userId)!));
}

/** What somebody can give: what they may do, and what the groups that they lead grant. Nothing, who is not let in any more. */
async function findGivable(db: Reader, userId: number, now: Instant): Promise<Rights> {
  const [user] = await findUsers(db, [userId]);
  if (!user || !maySignIn(user, now)) return NO_RIGHTS;
  const led = rightsInReach(await findLedGroups(db, userId, now));
  return union([await findRights(db, userId, now), led]);
}
