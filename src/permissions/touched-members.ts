import { BitSet } from '../facets/sets/bit-set.ts';
import type { UserIndex } from '../users/list/user-index.ts';
import { changedApplications, type GroupChange, rank, type Touched, whatMoves } from './touched.ts';

const READ = 1;
const WRITE = 2;

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
  const granting = {
    [READ]: others.map(({ id }) => id),
    [WRITE]: others.flatMap(({ id, rights }) => (rights[application] === 'write' ? [id] : [])),
  };
  /** Who has at least the level through the changed groups. */
  const through = (side: 'from' | 'to', level: number) =>
    index.membersOf(changes.flatMap((change) => (rank(change[side], application) >= level ? [change.groupId] : [])));
  const [readBefore, writeBefore] = [through('from', READ), through('from', WRITE)];
  const [readAfter, writeAfter] = [through('to', READ), through('to', WRITE)];
  const lose = {
    [WRITE]: writeBefore.copy().subtract(writeAfter),
    // Who loses more than that is told of there, as is who gains more.
    [READ]: readBefore.copy().subtract(readAfter).subtract(writeBefore),
  };
  const gain = {
    [WRITE]: writeAfter.copy().subtract(writeBefore),
    [READ]: readAfter.copy().subtract(readBefore).subtract(writeAfter),
  };
  const told = (verb: 'lose' | 'gain', level: typeof READ | typeof WRITE, those: BitSet): Touched[] => {
    const number = those.count();
    if (number === 0) return [];
    const unmoved = those.copy().intersect(index.membersOf(granting[level]));
    const moved = those.subtract(unmoved);
    const keep = verb === 'lose' && level === WRITE ? index.membersOf(granting[READ]).unite(readAfter) : new BitSet();
    return [
      {
        application,
        what: whatMoves(verb, level),
        moved: moved.count(),
        keepRead: moved.countBoth(keep),
        unmoved: unmoved.count(),
        throughIds: granting[level].filter((id) => index.isAnyIn(id, unmoved)),
      },
    ];
  };
  return ([WRITE, READ] as const).flatMap((level) => [
    ...told('lose', level, lose[level]),
    ...told('gain', level, gain[level]),
  ]);
}
