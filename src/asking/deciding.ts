import type { Reader } from '../db/database.ts';
import type { Group } from '../groups/group.ts';
import { findGroups, findIdsGranting } from '../groups/group-store.ts';
import { type AccessRequest, type Decider, isMeant, mayDecide, mayDecideAll, wayToGive } from './access-request.ts';
import { findOpenRequests } from './access-request-store.ts';

/** So many that wait are looked at; what is behind them comes up once these are answered. */
const LOOKED_AT = 200;
/** So many groups are offered where a right is asked for. */
const OFFERED = 20;

/** What waits for somebody to decide, and the groups by their number. Who decides about nothing is told of nothing. */
export async function findWaiting(
  db: Reader,
  decider: Decider,
): Promise<{ requests: AccessRequest[]; groups: Map<number, Group> }> {
  const groupIds = mayDecideAll(decider) ? undefined : decider.leads;
  const open = await findOpenRequests(db, { exceptOf: decider.id, groupIds }, LOOKED_AT);
  const named = open.flatMap(({ asked }) => ('groupId' in asked ? [asked.groupId] : []));
  // Of those by which a right could be given, the led ones tell whether it waits.
  const groups = open.length > 0 ? await findGroups(db, [...new Set([...named, ...(groupIds ?? [])])]) : [];
  const waiting = open.filter((request) => mayDecide(decider, request, groups));
  return { requests: waiting, groups: new Map(groups.map((group) => [group.id, group])) };
}

/** The groups that these are about; where a right is asked for, all that grant something there, of which any may give it. */
export async function groupsFor(db: Reader, requests: Pick<AccessRequest, 'asked'>[]): Promise<Group[]> {
  const ids = requests.map(({ asked }) =>
    'groupId' in asked ? [asked.groupId] : findIdsGranting(db, asked.application),
  );
  return findGroups(db, [...new Set((await Promise.all(ids)).flat())]);
}

/** By which of these groups the decider may give it: those that give the least beside it come first. */
export function groupsToGive(decider: Decider, { asked }: AccessRequest, groups: Group[]): Group[] {
  const weight = ({ rights }: Group) =>
    Object.values(rights).reduce((sum, level) => sum + (level === 'write' ? 2 : 1), 0);
  return groups
    .filter((group) => isMeant(asked, group) && wayToGive(decider, group) !== undefined)
    .toSorted((a, b) => weight(a) - weight(b))
    .slice(0, OFFERED);
}
