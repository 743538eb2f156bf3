import { BitSet } from '../facets/bit-set.ts';
import type { NamedGroup } from '../groups/names/group-names.ts';
import type { UserIndex } from '../users/list/user-index.ts';
import { changedApplications, type GroupChange, rank, type Touched, whatMoves } from './touched.ts';

const [READ, WRITE] = [1, 2];

/**
 * What changes come to for all members of these groups, as `touchedBy` would count them one by one: by sets, since half a million looked at
 * for one page hold up everybody else. The index answers by what it was refreshed to.
 */
export function touchedMembers(index: UserIndex, changes: GroupChange[]): Touched[] {
  return changedApplications(changes).flatMap((application) => touchedOn(index, application, changes));
}

function touchedOn(index: UserIndex, application: string, changes: GroupChange[]): Touched[] {
  const changed = new Set(changes.map(({ groupId }) => groupId));
  const others = index.groups
    .grantingOn(application)
    .filter(({ id, activity }) => activity === 'active' && !changed.has(id));
  const through = (side: 'from' | 'to') => (level: number) =>
    index.membersOf(changes.flatMap((change) => (rank(change[side], application) >= level ? [change.groupId] : [])));
  const [before, after] = [through('from'), through('to')];
  const beside = (level: number) => index.membersOf(idsOf(granting(others, application, level)));
  /** Who comes to have the level, or not to have it any more; of those, who come to have more than that are told of there. */
  const moving = (level: number) => {
    const lose = before(level).subtract(after(level));
    const gain = after(level).subtract(before(level));
    return level === WRITE ? { lose, gain } : { lose: lose.subtract(before(WRITE)), gain: gain.subtract(after(WRITE)) };
  };
  const told = (verb: 'lose' | 'gain', level: number, those: BitSet): Touched[] => {
    const number = those.count();
    if (number === 0) return [];
    const unmoved = those.copy().intersect(beside(level));
    const moved = those.subtract(unmoved);
    const keep = verb === 'lose' && level === WRITE ? after(READ).unite(beside(READ)) : new BitSet();
    return [
      {
        application,
        what: whatMoves(verb, level),
        moved: moved.count(),
        keepRead: moved.countBoth(keep),
        unmoved: unmoved.count(),
        throughIds: idsOf(granting(others, application, level).filter(({ id }) => index.isAnyIn(id, unmoved))),
      },
    ];
  };
  return [WRITE, READ].flatMap((level) => {
    const { lose, gain } = moving(level);
    return [...told('lose', level, lose), ...told('gain', level, gain)];
  });
}

function granting(groups: readonly NamedGroup[], application: string, level: number): NamedGroup[] {
  return groups.filter(({ rights }) => rank(rights, application) >= level);
}

function idsOf(groups: NamedGroup[]): number[] {
  return groups.map(({ id }) => id);
}
