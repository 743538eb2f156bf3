import { may, type Viewer } from '../../access/viewer.ts';
import type { Format } from '../../text/format.ts';
import { sortedByName } from '../../text/sort-key.ts';
import { counted, were } from '../../text/text.ts';
import type { Subjected } from '../../verbs/action.ts';
import { allowed, type Outcome } from '../../verbs/outcome.ts';
import { actionOf, BULK_SUBJECTS, inverseOf } from '../actions/bulk-subjects.ts';
import type { BulkOperation } from '../bulk-operation.ts';
import type { BulkItem } from '../bulk-operation-store.ts';

const NAMES_SHOWN = 20;
/** All that one looks through before pressing; who means more people than this reads the view itself. */
const NAMES_AT_HAND = 1_000;
const ITEMS_SHOWN = 500;

/** Before anything happens: how many will change, who is left out and why. */
export function sheetPage(
  operation: BulkOperation,
  outcomes: Outcome<Subjected>[],
  more: { changedMeanwhile: string[]; outside: number; effects: string[] },
) {
  const action = actionOf(operation);
  const { noun, path } = BULK_SUBJECTS[operation.subjectType];
  const changing = allowed(outcomes);
  const reasons = Map.groupBy(
    outcomes.filter((outcome) => outcome.refusal),
    (outcome) => outcome.refusal!.reason,
  );
  return {
    title: action.label,
    operation,
    button: action.bulk.button(changing.length),
    consequence: action.bulk.consequence,
    isDangerous: action.isDangerous ?? false,
    number: changing.length,
    names: some(changing.map(({ name }) => name)),
    leftOut: [...reasons].map(([reason, those]) => ({
      reason,
      number: those.length,
      names: some(those.map((outcome) => outcome.subject.name)),
    })),
    excepted: exceptedInWords(operation),
    difference: differenceOf(operation, outcomes.length + (operation.excepted ?? 0)),
    changedMeanwhile: some(more.changedMeanwhile),
    outside: more.outside,
    effects: more.effects,
    noun,
    offersDeactivation: changing.some((subject) => action.instead?.isFor(subject) ?? false),
    backPath: operation.view ?? path,
  };
}

/** Afterwards, and for good: what was done to whom, and what was before. */
export function reportPage(
  operation: BulkOperation,
  items: BulkItem[],
  outcome: string,
  more: { creator: string | undefined; links: string[]; viewer: Viewer; format: Format },
) {
  const action = actionOf(operation);
  const changed = items.filter((item) => item.outcome === 'changed').length;
  const chosen = outcome === 'changed' || outcome === 'left-out' ? outcome : '';
  const matching = items.filter((item) => chosen === '' || item.outcome === chosen.replace('-', ' '));
  const { path } = BULK_SUBJECTS[operation.subjectType];
  const own = `/bulk-operations/${operation.id}`;
  return {
    title: action.bulk.done(changed),
    operation,
    label: action.label,
    path,
    excepted: exceptedInWords(operation),
    creator: more.creator,
    links: more.links,
    backPath: operation.view ?? path,
    items: matching.slice(0, ITEMS_SHOWN).map((item) => ({ ...item, was: action.was(item.before, more.format) })),
    rest: Math.max(0, matching.length - ITEMS_SHOWN),
    outcomes: [
      { label: 'All', number: items.length, path: own, isChosen: chosen === '' },
      { label: 'Changed', number: changed, path: `${own}?outcome=changed`, isChosen: chosen === 'changed' },
      {
        label: 'Left out',
        number: items.length - changed,
        path: `${own}?outcome=left-out`,
        isChosen: chosen === 'left-out',
      },
    ],
    afterwards: takingBack(operation, items, more.viewer),
  };
}

/** What is offered to take it back, to who may. */
function takingBack(operation: BulkOperation, items: BulkItem[], viewer: Viewer) {
  const inverse = inverseOf(operation, items);
  if (!inverse || !may(viewer, BULK_SUBJECTS[operation.subjectType].application, 'write')) return undefined;
  const changed = items.filter((item) => item.outcome === 'changed').length;
  return { name: inverse.name, label: inverse.bulk.button(changed) };
}

function exceptedInWords({ excepted, subjectType }: BulkOperation): string | undefined {
  return excepted ? `${were(excepted, BULK_SUBJECTS[subjectType].noun)} left out by hand.` : undefined;
}

function differenceOf(operation: BulkOperation, now: number): string | undefined {
  if (operation.shown === null || operation.shown === now) return undefined;
  return `The list showed ${counted(operation.shown, BULK_SUBJECTS[operation.subjectType].noun)}; when you pressed, ${now === 1 ? 'it was' : 'they were'} ${now.toLocaleString('en')}.`;
}

/** In the order of the list: those seen at once, those one press away, and how many are beyond that. */
function some(names: string[]): { shown: string[]; more: string[]; rest: number } {
  const inOrder = sortedByName(names, (name) => name);
  return {
    shown: inOrder.slice(0, NAMES_SHOWN),
    more: inOrder.slice(NAMES_SHOWN, NAMES_AT_HAND),
    rest: Math.max(0, names.length - NAMES_AT_HAND),
  };
}
