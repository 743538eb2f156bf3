import { may, type Viewer } from '../../access/viewer.ts';
import type { Format } from '../../text/format.ts';
import { counted, fold } from '../../text/text.ts';
import { type BulkAction, type BulkOperation, wordsOf } from '../bulk-operation.ts';
import type { BulkItem } from '../bulk-operation-store.ts';
import { BULK_SUBJECTS, type BulkOutcome } from '../bulk-subject.ts';

const NAMES_SHOWN = 20;
/** All that one looks through before pressing; who means more people than this reads the view itself. */
const NAMES_AT_HAND = 1_000;
const ITEMS_SHOWN = 500;

/** What may be wanted next, after an operation, for the same subjects. */
const AFTERWARDS: Partial<Record<BulkAction, BulkAction>> = {
  deactivate: 'activate',
  delete: 'activate',
  activate: 'deactivate',
};

type Before = BulkItem['before'];
const activity = (before: Before) => `was ${before.activity}`;

/** What the change began from, a few words after each name. */
const BEFORE: Record<BulkAction, (before: Before, format: Format) => string> = {
  delete: activity,
  activate: activity,
  deactivate: activity,
  reinvite: ({ invitationExpiresAt }, format) =>
    invitationExpiresAt ? `had an invitation until ${format.moment(String(invitationExpiresAt))}` : 'had no invitation',
  'reset-login-attempts': ({ loginAttempts, lockedUntil }) =>
    `had ${counted(Number(loginAttempts), 'failed attempt')}${lockedUntil ? ', was locked' : ''}`,
  'confirm-access': ({ accessConfirmedAt }, format) =>
    accessConfirmedAt ? `last confirmed ${format.moment(String(accessConfirmedAt))}` : 'was never confirmed',
};

/** Before anything happens: how many will change, who is left out and why. */
export function sheetPage(
  operation: BulkOperation,
  outcomes: BulkOutcome[],
  more: { changedMeanwhile: string[]; outside: number; effects: string[] },
) {
  const words = wordsOf(operation);
  const { noun, path } = BULK_SUBJECTS[operation.subjectType];
  const changing = outcomes.filter((outcome) => !outcome.refusal);
  const reasons = Map.groupBy(
    outcomes.filter((outcome) => outcome.refusal),
    (outcome) => outcome.refusal!.reason,
  );
  return {
    title: words.label,
    operation,
    words,
    number: changing.length,
    names: some(changing.map((outcome) => outcome.subject.name)),
    leftOut: [...reasons].map(([reason, those]) => ({
      reason,
      number: those.length,
      names: some(those.map((outcome) => outcome.subject.name)),
    })),
    difference: differenceOf(operation, outcomes.length),
    changedMeanwhile: some(more.changedMeanwhile),
    outside: more.outside,
    effects: more.effects,
    noun,
    offersDeactivation:
      operation.action === 'delete' && changing.some((outcome) => outcome.subject.activity === 'active'),
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
  const changed = items.filter((item) => item.outcome === 'changed').length;
  const chosen = outcome === 'changed' || outcome === 'left-out' ? outcome : '';
  const matching = items.filter((item) => chosen === '' || item.outcome === chosen.replace('-', ' '));
  const next = AFTERWARDS[operation.action];
  const { path, application } = BULK_SUBJECTS[operation.subjectType];
  return {
    title: wordsOf(operation).done(changed),
    operation,
    words: wordsOf(operation),
    path,
    creator: more.creator,
    links: more.links,
    backPath: operation.view ?? path,
    items: matching
      .slice(0, ITEMS_SHOWN)
      .map((item) => ({ ...item, was: BEFORE[operation.action](item.before, more.format) })),
    rest: Math.max(0, matching.length - ITEMS_SHOWN),
    outcomes: [
      { label: 'All', number: items.length, path: `/bulk-operations/${operation.id}`, isChosen: chosen === '' },
      {
        label: 'Changed',
        number: changed,
        path: `/bulk-operations/${operation.id}?outcome=changed`,
        isChosen: chosen === 'changed',
      },
      {
        label: 'Left out',
        number: items.length - changed,
        path: `/bulk-operations/${operation.id}?outcome=left-out`,
        isChosen: chosen === 'left-out',
      },
    ],
    afterwards:
      next && changed > 0 && isUndone(operation.action, items) && may(more.viewer, application, 'write')
        ? { action: next, label: wordsOf({ ...operation, action: next }).button(changed) }
        : undefined,
  };
}

function differenceOf(operation: BulkOperation, now: number): string | undefined {
  if (operation.shown === null || operation.shown === now) return undefined;
  return `The list showed ${counted(operation.shown, BULK_SUBJECTS[operation.subjectType].noun)}; when you pressed, ${now === 1 ? 'it was' : 'they were'} ${now.toLocaleString('en')}.`;
}

/** In the order of the list: those seen at once, those one press away, and how many are beyond that. */
function some(names: string[]): { shown: string[]; more: string[]; rest: number } {
  const inOrder = names
    .map((name) => ({ name, key: fold(name) }))
    .sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)))
    .map(({ name }) => name);
  return {
    shown: inOrder.slice(0, NAMES_SHOWN),
    more: inOrder.slice(NAMES_SHOWN, NAMES_AT_HAND),
    rest: Math.max(0, names.length - NAMES_AT_HAND),
  };
}

/** Activating brings back what was there only where all who were deleted had been active. */
function isUndone(action: BulkAction, items: BulkItem[]): boolean {
  return action !== 'delete' || items.every((item) => item.outcome !== 'changed' || item.before.activity === 'active');
}
