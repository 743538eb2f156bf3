import type { Rights } from '../access/rights.ts';
import type { GroupNames } from '../groups/names/group-names.ts';
import { counted, grouped, shortened } from '../text/text.ts';

const NAMES_SHOWN = 5;
const LEVELS = ['none', 'read', 'write'] as const;

/** What a group gives to its members before and after a change. */
export interface GroupChange {
  groupId: number;
  from: Rights;
  to: Rights;
}

/** To how many changed groups give less than before, or more, on one application: as it is kept, and added up piece by piece. */
export interface Touched {
  application: string;
  /** "lose write", "gain read" and so on. */
  what: string;
  moved: number;
  /** Of those who lose write. */
  keepRead: number;
  /** To whom other groups give the same. */
  unmoved: number;
  throughIds: number[];
}

/** Counts people one by one, each by all the groups that they are in; `rightsOf` says what each of these gives. */
export function touchedBy(changes: GroupChange[], rightsOf: (groupId: number) => Rights) {
  const counters = changedApplications(changes).map((application) => counterOn(application, changes, rightsOf));
  return {
    visit(groupIds: readonly number[]): void {
      for (const { visit } of counters) visit(groupIds);
    },
    touched: (): Touched[] => counters.flatMap(({ touched }) => touched()),
  };
}

export function changedApplications(changes: GroupChange[]): string[] {
  return [...new Set(changes.flatMap(({ from, to }) => [...Object.keys(from), ...Object.keys(to)]))];
}

function counterOn(
  application: string,
  changes: GroupChange[],
  rightsOf: (groupId: number) => Rights,
): ReturnType<typeof touchedBy> {
  const changed = new Map(
    changes.map(({ groupId, from, to }) => [groupId, [rank(from, application), rank(to, application)]]),
  );
  const counts = new Map<string, Omit<Touched, 'throughIds'> & { throughIds: Set<number> }>();
  return {
    visit(groupIds) {
      let [from, to, other] = [0, 0, 0];
      for (const id of groupIds) {
        const change = changed.get(id);
        if (change) [from, to] = [Math.max(from, change[0]), Math.max(to, change[1])];
        else other = Math.max(other, rank(rightsOf(id), application));
      }
      if (from === to) return;
      const level = Math.max(from, to);
      const what = whatMoves(to < from ? 'lose' : 'gain', level);
      const none = { application, what, moved: 0, keepRead: 0, unmoved: 0, throughIds: new Set<number>() };
      const these = counts.get(what) ?? none;
      counts.set(what, these);
      if (other < level) {
        these.moved++;
        if (to < from && level === 2 && Math.max(to, other) === 1) these.keepRead++;
        return;
      }
      these.unmoved++;
      for (const id of groupIds)
        if (!changed.has(id) && rank(rightsOf(id), application) >= level) these.throughIds.add(id);
    },
    touched: () => [...counts.values()].map((these) => ({ ...these, throughIds: [...these.throughIds] })),
  };
}

/** Both, of different people. */
export function addTouched(some: readonly Touched[], more: readonly Touched[]): Touched[] {
  const sums = some.map((one) => ({ ...one }));
  for (const one of more) {
    const sum = sums.find(({ application, what }) => application === one.application && what === one.what);
    if (!sum) {
      sums.push(one);
      continue;
    }
    sum.moved += one.moved;
    sum.keepRead += one.keepRead;
    sum.unmoved += one.unmoved;
    sum.throughIds = [...new Set([...sum.throughIds, ...one.throughIds])];
  }
  return sums;
}

export function touchedInWords(
  { application, what, moved, keepRead, unmoved, throughIds }: Touched,
  groups: GroupNames,
): string {
  const [verb, level] = what.split(' ');
  const isOne = moved <= 1;
  const read =
    keepRead === 0
      ? ''
      : keepRead === moved
        ? ' and keep read'
        : `, of whom ${grouped(keepRead)} ${keepRead === 1 ? 'keeps' : 'keep'} read`;
  const who = moved === 0 ? 'Nobody' : counted(moved, 'person', 'people');
  const said = `${who} ${isOne ? `${verb}s` : verb} ${level} on ${application}${isOne ? read.replace('keep', 'keeps') : read}`;
  if (unmoved === 0) return `${said}.`;
  const stays =
    verb === 'lose' ? (unmoved === 1 ? 'keeps it' : 'keep it') : unmoved === 1 ? 'has it already' : 'have it already';
  const { named, others } = groups.firstNamed(throughIds, NAMES_SHOWN);
  const names = named.map(({ name }) => name);
  const through = shortened(names, NAMES_SHOWN, names.length + others);
  return `${said}; ${grouped(unmoved)} ${stays} through ${through}.`;
}

export function whatMoves(verb: 'lose' | 'gain', level: number): string {
  return `${verb} ${LEVELS[level]}`;
}

/** The more, the higher. */
export function rank(rights: Rights, application: string): number {
  const level = rights[application];
  return level === 'write' ? 2 : Number(level === 'read');
}
