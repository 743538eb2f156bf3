import { type Level, NO_RIGHTS, type Rights, union } from '../access/rights.ts';
import { instant } from '../clock.ts';
import type { Group } from '../groups/group.ts';
import { findGroups } from '../groups/group-store.ts';
import { counted, shortened } from '../text/text.ts';
import type { UserIndex, UserSources } from '../users/list/user-index.ts';
import { countOutgrowing, findLinkHolders, findLinkHoldersAmong } from './outgrown-links.ts';

const NAMES_SHOWN = 5;
const LEVELS = ['none', 'read', 'write'] as const;

/** What a group gives to its members before and after a change. */
export interface GroupChange {
  groupId: number;
  from: Rights;
  to: Rights;
}

/** Those to whom the changed groups give less than before, or more; by whether it makes a difference to them. */
interface Touched {
  moved: number;
  /** Of those who lose write. */
  keepRead: number;
  /** To whom other groups give the same. */
  unmoved: number;
  throughIds: Set<number>;
}

/** What the group gives to its members as things are: nothing while it is not active. */
export function givenBy(group: Pick<Group, 'activity' | 'rights'>): Rights {
  return group.activity === 'active' ? group.rights : NO_RIGHTS;
}

/**
 * What changes come to for people, before they are made: "3 people lose write on contacts; 1 keeps it through Sales".
 * `userIds` are taken for the members whom it concerns; without them all are.
 */
export async function effectsOf(sources: UserSources, changes: GroupChange[], userIds?: number[]): Promise<string[]> {
  await sources.index.refresh();
  const groups = await findGroups(sources.db.read);
  const applications = new Set(changes.flatMap(({ from, to }) => [...Object.keys(from), ...Object.keys(to)]));
  const sentences = [...applications].flatMap((application) => {
    const touched = touchedOn(application, sources.index, groups, changes, userIds);
    return [...touched].map(([key, these]) => sentence(application, key, these, groups));
  });
  const ending = await countEndingLinks(sources, changes, userIds);
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
  const toOf = new Map(changes.map((change) => [change.groupId, change.to]));
  const holders = userIds
    ? await findLinkHoldersAmong(db.read, userIds, now)
    : await findLinkHolders(db.read, [...toOf.keys()], now);
  const gainOf = (id: number) => {
    const isTouched = userIds === undefined || userIds.includes(id);
    const groupIds = userIds ? [...toOf.keys()] : index.groupsOf(id);
    return isTouched ? union(groupIds.map((groupId) => toOf.get(groupId) ?? NO_RIGHTS)) : NO_RIGHTS;
  };
  return countOutgrowing(db.read, new Map(holders.map((id) => [id, gainOf(id)])), now, gainOf);
}

/** By "lose write", "gain read" and so on. */
function touchedOn(
  application: string,
  index: UserIndex,
  groups: Group[],
  changes: GroupChange[],
  userIds?: number[],
): Map<string, Touched> {
  const changed = new Map(
    changes.map(({ groupId, from, to }) => [groupId, [rank(from, application), rank(to, application)]]),
  );
  const others = new Map(groups.map((group) => [group.id, rank(givenBy(group), application)]));
  const touched = new Map<string, Touched>();
  const visit = (groupIds: readonly number[]) => {
    let [from, to, other] = [0, 0, 0];
    for (const id of groupIds) {
      const change = changed.get(id);
      if (change) [from, to] = [Math.max(from, change[0]), Math.max(to, change[1])];
      else other = Math.max(other, others.get(id) ?? 0);
    }
    if (from === to) return;
    const level = Math.max(from, to);
    const key = `${to < from ? 'lose' : 'gain'} ${LEVELS[level]}`;
    const these = touched.get(key) ?? { moved: 0, keepRead: 0, unmoved: 0, throughIds: new Set() };
    touched.set(key, these);
    if (other < level) {
      these.moved++;
      if (to < from && level === 2 && Math.max(to, other) === 1) these.keepRead++;
      return;
    }
    these.unmoved++;
    for (const id of groupIds) if (!changed.has(id) && others.get(id)! >= level) these.throughIds.add(id);
  };
  if (userIds) for (const id of userIds) visit([...new Set([...index.groupsOf(id), ...changed.keys()])]);
  else index.visitMembers([...changed.keys()], visit);
  return touched;
}

function sentence(application: string, key: string, touched: Touched, groups: Group[]): string {
  const { moved, keepRead, unmoved, throughIds } = touched;
  const [verb, level] = key.split(' ');
  const isOne = moved <= 1;
  const read =
    keepRead === 0
      ? ''
      : keepRead === moved
        ? ' and keep read'
        : `, of whom ${keepRead.toLocaleString('en')} ${keepRead === 1 ? 'keeps' : 'keep'} read`;
  const who = moved === 0 ? 'Nobody' : counted(moved, 'person', 'people');
  const said = `${who} ${isOne ? `${verb}s` : verb} ${level} on ${application}${isOne ? read.replace('keep', 'keeps') : read}`;
  if (unmoved === 0) return `${said}.`;
  const names = groups.filter((group) => throughIds.has(group.id)).map((group) => group.name);
  const stays =
    verb === 'lose' ? (unmoved === 1 ? 'keeps it' : 'keep it') : unmoved === 1 ? 'has it already' : 'have it already';
  return `${said}; ${unmoved.toLocaleString('en')} ${stays} through ${shortened(names, NAMES_SHOWN)}.`;
}

function rank(rights: Rights, application: string): number {
  return LEVELS.indexOf((rights[application] ?? 'none') as Level);
}
