import { LONGEST_SEARCH } from '../../../lists/list-query.ts';
import { sortedByName } from '../../../text/sort-key.ts';
import { counted, grouped, share, were } from '../../../text/text.ts';
import type { BulkAction } from '../../../verbs/action.ts';
import { BULK_SUBJECTS } from '../../actions/bulk-subjects.ts';
import type { Stretch } from '../../actions/operation-worker.ts';
import type { ItemFilter } from '../../bulk-item-store.ts';
import { type BulkOperation, isLarge, phaseOf, type Tally } from '../../bulk-operation.ts';
import type { ChangedMeanwhile } from '../../changed-meanwhile.ts';
import { leftOutIn, summed } from '../../tally.ts';
import type { Authors } from './authors.ts';
import type { ReportedItem } from './reported-items.ts';

const NAMES_SHOWN = 20;
/** All that one looks through before pressing; who means more people than this reads the view itself. */
const NAMES_AT_HAND = 1_000;
export const ITEMS_SHOWN = 500;

/** Before anything happens: how many will change, who is left out and why. */
export function sheetPage(
  operation: BulkOperation,
  action: BulkAction,
  tally: Tally,
  more: {
    takesBack:
      | { id: number; done: string; executedAt: string | null; createdBy: number | null; creator: string }
      | undefined;
    changedMeanwhile: ChangedMeanwhile;
    outside: number;
    effects: string[];
    offersDeactivation: boolean;
    /** What more may be said of it. */
    offered: string | undefined;
  },
) {
  const { path } = BULK_SUBJECTS[operation.subjectType];
  return {
    title: action.label,
    operation,
    button: action.bulk.button(tally.changed),
    isDangerous: action.isDangerous ?? false,
    number: tally.changed,
    parts: [sheetPart(operation, action, tally, more.effects)],
    takesBack: more.takesBack,
    excepted: exceptedInWords(operation),
    difference: differenceOf(operation, more.changedMeanwhile),
    changedMeanwhile: some(more.changedMeanwhile.meant, more.changedMeanwhile.meant.length),
    changedOthers: some(more.changedMeanwhile.others, more.changedMeanwhile.others.length),
    joinedByTime: some(more.changedMeanwhile.joined, more.changedMeanwhile.joined.length),
    leftByTime: some(more.changedMeanwhile.left, more.changedMeanwhile.left.length),
    outside: more.outside,
    isAsked: Object.keys(operation.choices).length > 0,
    offersDeactivation: more.offersDeactivation,
    offered: more.offered,
    backPath: operation.view ?? path,
  };
}

/** What would come of it for records of one kind. */
export function sheetPart({ subjectType }: BulkOperation, action: BulkAction, tally: Tally, effects: string[]) {
  return {
    noun: BULK_SUBJECTS[subjectType].noun,
    number: tally.changed,
    names: some(tally.names, tally.changed),
    consequence: action.bulk.consequence,
    lasting: action.bulk.lasting,
    effects,
    leftOut: tally.reasons.map(({ reason, number, names }) => ({ reason, number, names: some(names, number) })),
  };
}

/** The same of several kinds, which is one thing to press. */
export function sheetOfParts(
  whole: ReturnType<typeof sheetPage>,
  parts: ReturnType<typeof sheetPart>[],
): ReturnType<typeof sheetPage> {
  const said = (part: ReturnType<typeof sheetPart>) => (part === parts.at(-1) ? part : { ...part, consequence: '' });
  const number = parts.reduce((sum, part) => sum + part.number, 0);
  return { ...whole, button: whole.title, number, parts: parts.map(said) };
}

/** What somebody may do with an operation that is under way. */
export interface Steering {
  /** What may become of it next, besides. */
  next?: 'pause' | 'resume';
  mayCancel: boolean;
  whyNot?: string;
  /** It goes on in the name of whoever takes it over. */
  isAbandoned: boolean;
}

/** While it is under way, and while it is looked at whom it would change. */
export function progressPage(
  operation: BulkOperation,
  action: BulkAction,
  more: { now: number; isFirst: boolean; stretch: Stretch | undefined; steering?: Steering; authors: Authors },
) {
  const { noun, path } = BULK_SUBJECTS[operation.subjectType];
  const { size, tally } = operation;
  const phase = phaseOf(operation);
  const isWaiting = phase === 'running' && !more.isFirst;
  const rate = phase === 'running' && !isWaiting ? rateOf(operation, more) : 0;
  return {
    title: action.label,
    operation,
    phase,
    noun,
    done: tally.judged,
    size,
    share: share(tally.judged, size),
    changed: tally.changed,
    leftOut: leftOutIn(tally),
    rate: rate >= 1 ? `${grouped(Math.round(rate))} a second` : undefined,
    left: rate > 0 ? timeInWords((size - tally.judged) / rate) : undefined,
    isWaiting,
    authors: more.authors,
    steering: more.steering,
    backPath: operation.view ?? path,
  };
}

/** How many a second. It may have stood still before, paused or without a process; another process at it knows better. */
function rateOf(
  { tally, executedAt }: BulkOperation,
  { now, stretch }: { now: number; stretch: Stretch | undefined },
): number {
  const { since, from } = stretch ?? { since: Date.parse(executedAt!), from: 0 };
  const seconds = (now - since) / 1_000;
  return seconds > 0 ? (tally.judged - from) / seconds : 0;
}

function timeInWords(seconds: number): string {
  if (seconds < 5) return 'a few seconds left';
  if (seconds < 90) return `about ${Math.ceil(seconds / 5) * 5} seconds left`;
  return `about ${Math.ceil(seconds / 60)} minutes left`;
}

/** Afterwards, for as long as it is kept: what was done to whom, and what was before. */
export function reportPage(
  operation: BulkOperation,
  action: BulkAction,
  items: ReportedItem[],
  more: {
    /** Of the operation, as far as the viewer may see it. */
    parts: BulkOperation[];
    wasInWords(item: ReportedItem): string;
    /** What was done, in words. */
    done: string;
    filter: ItemFilter;
    /** How many of its items the viewer may not see. */
    unseen: number;
    authors: Authors;
    links: string[];
    mayUndo: boolean;
    /** What took it back, if it was. */
    takenBack: { id: number; executedAt: string | null; createdBy: number | null; creator: string } | undefined;
    /** Whether the viewer began it. */
    isOwn: boolean;
  },
) {
  const { size, id } = operation;
  const { filter, parts } = more;
  const tally = parts.length === 1 ? parts[0].tally : summed(parts.map((part) => part.tally));
  const { path, noun } = BULK_SUBJECTS[operation.subjectType];
  const own = `/bulk-operations/${id}`;
  const leftOut = leftOutIn(tally);
  const shown = items.slice(0, ITEMS_SHOWN);
  const address = (query: Record<string, string>) => {
    const kept = Object.entries(query).filter(([, value]) => value !== '');
    return kept.length === 0 ? own : `${own}?${new URLSearchParams(kept)}`;
  };
  const outcome = filter.outcome?.replace(' ', '-') ?? '';
  // What is searched for stays through the filters.
  const q = filter.q ?? '';
  const chosen = { outcome, reason: filter.reason ?? '', q };
  return {
    title: more.done,
    operation,
    label: action.label,
    about: more.isOwn ? action.about : undefined,
    noun,
    excepted: exceptedInWords(operation),
    cancelled:
      operation.cancelledAt === null
        ? undefined
        : `Cancelled after ${grouped(tally.judged)} of ${counted(size, noun)}; the others stay as they were.`,
    authors: more.authors,
    unseen: more.unseen,
    links: more.links,
    backPath: operation.view ?? path,
    filter: chosen,
    longestSearch: LONGEST_SEARCH,
    items: shown.map((item) => ({
      ...item,
      was: item.outcome === 'changed' ? more.wasInWords(item) : '',
      path: `${BULK_SUBJECTS[item.part.subjectType].path}/${item.id}`,
      kind: parts.length > 1 ? BULK_SUBJECTS[item.part.subjectType].noun : undefined,
    })),
    nextPath: items.length > ITEMS_SHOWN ? address({ ...chosen, ...placeOf(shown.at(-1)!, parts) }) : undefined,
    csvPath: address(chosen).replace(own, `${own}/items.csv`),
    outcomes: [
      { label: 'All', number: tally.judged, path: address({ q }), isChosen: outcome === '' && !filter.reason },
      {
        label: 'Changed',
        number: tally.changed,
        path: address({ outcome: 'changed', q }),
        isChosen: outcome === 'changed',
      },
      {
        label: 'Left out',
        number: leftOut,
        path: address({ outcome: 'left-out', q }),
        isChosen: outcome === 'left-out' && !filter.reason,
      },
    ],
    reasons: tally.reasons.map(({ reason, number }) => ({
      reason,
      number,
      path: address({ outcome: 'left-out', reason, q }),
      isChosen: filter.reason === reason,
    })),
    mayUndo: more.mayUndo,
    takenBack: more.takenBack,
  };
}

/** Behind which item the next page begins. */
function placeOf({ id, part }: ReportedItem, parts: BulkOperation[]): Record<string, string> {
  return { ...(parts.length > 1 && { part: String(part.id) }), after: String(id) };
}

function exceptedInWords({ excepted, subjectType }: BulkOperation): string | undefined {
  return excepted ? `${were(excepted, BULK_SUBJECTS[subjectType].noun)} left out by hand.` : undefined;
}

/** Whether somebody joined or left the view since it was shown: they are fewer or more, or those who changed may have taken the place of others. */
function differenceOf(operation: BulkOperation, changed: ChangedMeanwhile): string | undefined {
  const { shown, subjectType } = operation;
  const excepted = operation.excepted ?? 0;
  const now = operation.size + excepted;
  if (shown === null) return undefined;
  if (shown !== now)
    return `The list showed ${counted(shown, BULK_SUBJECTS[subjectType].noun)}; when you pressed, ${now === 1 ? 'it was' : 'they were'} ${grouped(now)}.`;
  // Who is left out by hand is in the view, and not among those who are meant.
  const isExchanged =
    (changed.meant.length > 0 && changed.others.length > excepted) || changed.joined.length + changed.left.length > 0;
  return isExchanged ? 'They are as many as the list showed, but not all need be the same.' : undefined;
}

/** In the order of the list: those seen at once, those one press away, and how many are beyond that. */
function some(names: string[], number: number): { shown: string[]; more: string[]; rest: number } {
  const inOrder = sortedByName(names, (name) => name);
  const atHand = inOrder.slice(0, NAMES_AT_HAND);
  return {
    shown: atHand.slice(0, NAMES_SHOWN),
    more: atHand.slice(NAMES_SHOWN),
    rest: Math.max(0, number - atHand.length),
  };
}

/** Whether the sheet of a draft waits for what is not known yet of it. */
export function isBeingJudged(operation: BulkOperation): boolean {
  return isLarge(operation) && operation.tally.judged < operation.size;
}
