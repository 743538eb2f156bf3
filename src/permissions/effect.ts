import { setImmediate as turnOfOthers } from 'node:timers/promises';
import { covers, NO_RIGHTS, type Rights, union } from '../access/rights.ts';
import { type Instant, instant, minuteOf } from '../clock.ts';
import type { Reader } from '../db/database.ts';
import { pieces } from '../db/ids.ts';
import type { Group } from '../groups/group.ts';
import { findGroupsOf } from '../groups/group-store.ts';
import type { GroupNames } from '../groups/names/group-names.ts';
import { findCountingGroupIds } from '../memberships/membership-store.ts';
import { counted } from '../text/text.ts';
import type { UserSources } from '../users/list/user-index.ts';
import { countOutgrowing, findLinkHolders, findLinkHoldersAmong } from './outgrown-links.ts';
import { addTouched, type GroupChange, type Touched, touchedBy, touchedInWords } from './touched.ts';
import { touchedMembers } from './touched-members.ts';

/** What the group gives to its members as things are: nothing while it is not active. */
export function givenBy(group: Pick<Group, 'activity' | 'rights'>): Rights {
  return group.activity === 'active' ? group.rights : NO_RIGHTS;
}

/**
 * What changes come to for people, before they are made: "3 people lose write on contacts; 1 keeps it through Sales".
 * `userIds` are taken for the members whom it concerns; without them all are.
 */
export async function effectsOf(sources: UserSources, changes: GroupChange[], userIds?: number[]): Promise<string[]> {
  return (await effectsAndEnding(sources, changes, userIds)).effects;
}

/** The same, and of how many open links end with it. */
export async function effectsAndEnding(
  sources: UserSources,
  changes: GroupChange[],
  userIds?: number[],
): Promise<{ effects: string[]; endingLinks: number }> {
  const { db, index, clock } = sources;
  let counts: EffectCounts;
  if (userIds) {
    counts = await countInPieces(db.read, { changes, userIds, now: instant(clock()) });
    await index.groups.refresh();
  } else {
    const ending = await countEndingLinks(sources, changes);
    await index.refresh();
    counts = { touched: touchedMembers(index, changes), ending };
  }
  return { effects: effectsInWords(counts, index.groups), endingLinks: counts.ending };
}

/** What changes come to for some people, as numbers that can be added to those of others. */
export interface EffectCounts {
  touched: Touched[];
  /** Of how many open links end. */
  ending: number;
}

interface Concerned {
  changes: GroupChange[];
  userIds: number[];
  now: Instant;
  /** Which of these it concerns as well, where they are told of piece by piece. */
  whichOf?(ids: number[]): Promise<ReadonlySet<number>>;
}

/** Of more at once others would have to wait. */
const AT_ONCE = 1_000;

async function countInPieces(db: Reader, concerned: Concerned): Promise<EffectCounts> {
  const all = new Set(concerned.userIds);
  const whichOf = async (ids: number[]) => new Set(ids.filter((id) => all.has(id)));
  let sum: EffectCounts = { touched: [], ending: 0 };
  for (const userIds of pieces(concerned.userIds, AT_ONCE)) {
    const some = await countEffectsOn(db, { ...concerned, userIds, whichOf });
    sum = { touched: addTouched(sum.touched, some.touched), ending: sum.ending + some.ending };
    await turnOfOthers();
  }
  return sum;
}

/** The same of these people alone, who are taken for members. */
export async function countEffectsOn(db: Reader, { changes, userIds, now, whichOf }: Concerned): Promise<EffectCounts> {
  const changedIds = changes.map(({ groupId }) => groupId);
  const groupsOf = await findCountingGroupIds(db, userIds, minuteOf(now));
  const theirs = await findGroupsOf(db, [...new Set([...groupsOf.values()].flat())]);
  const rights = new Map(theirs.map((group) => [group.id, givenBy(group)]));
  const { visit, touched } = touchedBy(changes, (id) => rights.get(id) ?? NO_RIGHTS);
  for (const id of userIds) visit([...new Set([...(groupsOf.get(id) ?? []), ...changedIds])]);
  return { touched: touched(), ending: await countEndingOf(db, changes, userIds, now, whichOf) };
}

/** The groups are told by what was read of them last. */
export function effectsInWords({ touched, ending }: EffectCounts, groups: GroupNames): string[] {
  const sentences = touched.map((one) => touchedInWords(one, groups));
  if (ending === 0) return sentences;
  return [
    ...sentences,
    `Open invitations and password links of ${counted(ending, 'user')} end: they were made for somebody who could do less.`,
  ];
}

/** How many lose open links because they come to do more than whoever made these could give (R37). */
export async function countEndingLinks(
  { db, index, clock }: UserSources,
  changes: GroupChange[],
  userIds?: number[],
): Promise<number> {
  const now = instant(clock());
  if (userIds) return countEndingOf(db.read, changes, userIds, now);
  await index.refresh();
  // Whoever is in a group could do what it grants already: nobody outgrows a link by that, be the group active or not.
  const growing = changes.filter(({ groupId, to }) => !covers(index.groups.rightsOf(groupId), to));
  if (growing.length === 0) return 0;
  const toOf = new Map(changes.map((change) => [change.groupId, change.to]));
  const gainOf = (id: number) => union(index.groupsOf(id).map((groupId) => toOf.get(groupId) ?? NO_RIGHTS));
  const growingIds = growing.map(({ groupId }) => groupId);
  const holders = await findLinkHolders(db.read, growingIds, now);
  return countOutgrowing(db.read, new Map(holders.map((id) => [id, gainOf(id)])), now, gainOf);
}

async function countEndingOf(
  db: Reader,
  changes: GroupChange[],
  userIds: number[],
  now: Instant,
  whichOf?: Concerned['whichOf'],
): Promise<number> {
  const gained = union(changes.map(({ to }) => to));
  const holders = await findLinkHoldersAmong(db, userIds, now);
  const concerned = new Set(userIds);
  // Whoever made a link may be among them, and comes to do more as well.
  const gainOf = async (id: number) => {
    const isConcerned = concerned.has(id) || ((await whichOf?.([id]))?.has(id) ?? false);
    return isConcerned ? gained : NO_RIGHTS;
  };
  return countOutgrowing(db, new Map(holders.map((id) => [id, gained])), now, gainOf);
}
