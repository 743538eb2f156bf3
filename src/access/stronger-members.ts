import type { Instant } from '../clock.ts';
import { whereNotDeleted } from '../db/conditions.ts';
import type { Reader } from '../db/database.ts';
import { selectIds, whereIdAmong, whereIdIn } from '../db/ids.ts';
import { whereNotOver } from './granted-rights.ts';
import { coversBuiltIn, type Level, type Rights } from './rights.ts';

/** So few who may do more are looked for in the groups; of more, the members of each group are looked at until one of them is found. */
const FEW = 5_000;

/**
 * For each of the groups that has one, a member who may do more than `rights`: nobody changes what somebody may do who
 * may do more than they themself may (R61). By group id, the member's name.
 */
export async function findStrongerMembers(
  db: Reader,
  rights: Rights,
  groupIds: number[],
  now: Instant,
): Promise<Map<number, string>> {
  const beyond = groupIds.length > 0 ? await findGroupsBeyond(db, rights) : [];
  if (beyond.length === 0) return new Map();
  const few = await selectIds(db, membershipsIn(db, beyond, now).limit(FEW + 1));
  const found = await (few.length <= FEW ? amongMembers(db, groupIds, few, now) : firstIn(db, groupIds, beyond, now));
  return new Map(found.flatMap(({ id, name }) => (name === null ? [] : [[id, name]])));
}

/** At most so many of those who may do more than `rights`, by what deactivated and deleted groups grant as well. */
export async function findStrongerIds(db: Reader, rights: Rights, now: Instant, limit: number): Promise<number[]> {
  const beyond = await findGroupsBeyond(db, rights);
  return beyond.length === 0 ? [] : selectIds(db, membershipsIn(db, beyond, now).limit(limit));
}

/** One of these users who may. */
export async function findStrongerAmong(
  db: Reader,
  rights: Rights,
  userIds: number[],
  now: Instant,
): Promise<number | undefined> {
  const beyond = await findGroupsBeyond(db, rights);
  if (beyond.length === 0) return undefined;
  const found = whereIdIn(db('memberships'), 'user_id', userIds).select('user_id as id').limit(1);
  return (await selectIds(db, whereNotOver(whereIdAmong(found, 'group_id', beyond), now))).at(0);
}

/** The groups that grant something in Roster that these rights do not hold. */
async function findGroupsBeyond(db: Reader, rights: Rights): Promise<number[]> {
  const levels: { application: string; level: Level }[] = await db('group_permissions').distinct(
    'application',
    'level',
  );
  const beyond = levels.filter(({ application, level }) => !coversBuiltIn(rights, { [application]: level }));
  if (beyond.length === 0) return [];
  const granting = db('group_permissions').distinct('group_id');
  for (const one of beyond) granting.orWhere(one);
  return granting.pluck('group_id');
}

type Found = { id: number; name: string | null }[];

/** Of each group one of these users who is in it. */
async function amongMembers(db: Reader, groupIds: number[], userIds: number[], now: Instant): Promise<Found> {
  const members = whereIdIn(membersOf(db, now), 'memberships.user_id', userIds);
  return whereIdAmong(members, 'memberships.group_id', groupIds)
    .groupBy('memberships.group_id')
    .select('memberships.group_id as id')
    .min('users.name as name');
}

/** Of each group the first member who is in one of the others as well. */
async function firstIn(db: Reader, groupIds: number[], others: number[], now: Instant): Promise<Found> {
  const inOthers = db('memberships as theirs').where('theirs.user_id', db.ref('memberships.user_id'));
  const theirs = whereNotOver(inOthers, now, 'theirs');
  const first = membersOf(db, now)
    .where('memberships.group_id', db.ref('groups.id'))
    .whereExists(whereIdAmong(theirs, 'theirs.group_id', others))
    .orderBy('memberships.user_id')
    .limit(1)
    .select('users.name');
  return whereIdIn(db('groups').select('groups.id', first.as('name')), 'groups.id', groupIds);
}

function membersOf(db: Reader, now: Instant) {
  const members = db('memberships').join('users', 'users.id', 'memberships.user_id');
  return whereNotOver(members.modify(whereNotDeleted, 'users'), now);
}

function membershipsIn(db: Reader, groupIds: number[], now: Instant) {
  return whereNotOver(whereIdIn(db('memberships'), 'group_id', groupIds), now).distinct('user_id as id');
}
