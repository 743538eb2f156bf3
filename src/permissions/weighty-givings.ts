import { givesAdministration } from '../access/administrators.ts';
import { covers, NO_RIGHTS } from '../access/rights.ts';
import type { Reader } from '../db/database.ts';
import type { Group } from '../groups/group.ts';
import { findMemberships } from '../memberships/membership-store.ts';
import type { Action, Giving, Judge, Subjected } from '../verbs/action.ts';
import { givenBy } from './effect.ts';

/** Whether an action on these is of those that only somebody does who has shown lately that it is they (R54). */
export async function isWeightyAction<Subject extends Subjected>(
  db: Reader,
  by: Judge,
  { demandsProof, givings }: Pick<Action<Subject>, 'demandsProof' | 'givings'>,
  subjects: Subject[],
): Promise<boolean> {
  if (demandsProof === true || (await demandsProof?.(db, by, subjects))) return true;
  return isWeighty(db, by.by.id ?? 0, (await givings?.(db, by, subjects)) ?? []);
}

/** Whether it makes administrators, or changes the rights of whoever does it (R54). */
export async function isWeighty(db: Reader, viewerId: number, givings: Giving[]): Promise<boolean> {
  const telling = givings.filter(({ from, to }) => !(covers(from, to) && covers(to, from)));
  if (telling.some(({ from, to }) => givesAdministration(to) && !givesAdministration(from))) return true;
  if (telling.length === 0) return false;
  const own = new Set((await findMemberships(db, [viewerId])).map(({ groupId }) => groupId));
  return telling.some(({ groupId, userIds }) => userIds?.includes(viewerId) ?? own.has(groupId));
}

/** Whether it is so of users who come into the group, or go, or stay for another time. */
export function isWeightyMembership(
  db: Reader,
  viewerId: number,
  group: Pick<Group, 'activity' | 'rights'>,
  userIds: number[],
): Promise<boolean> {
  return isWeighty(db, viewerId, [{ groupId: 0, from: NO_RIGHTS, to: givenBy(group), userIds }]);
}
