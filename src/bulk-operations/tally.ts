import { counted } from '../text/text.ts';
import type { Subjected } from '../verbs/action.ts';
import type { Outcome } from '../verbs/outcome.ts';
import type { Tally } from './bulk-operation.ts';

/** So many of each kind are named where a whole list of names would be too long for anybody to read. */
const NAMED = 1_000;
/** Of a set of a million, which is not read name by name. */
export const NAMED_OF_MANY = 100;

export const NOTHING_YET: Tally = { judged: 0, changed: 0, reasons: [], names: [] };

/** What was known before, with what came to be known of some more. Where there are many, only the first are named. */
export function tallied(before: Tally, outcomes: Outcome<Subjected>[], named = NAMED): Tally {
  const reasons = new Map(before.reasons.map((one) => [one.reason, { ...one, names: [...one.names] }]));
  const names = [...before.names];
  let { changed } = before;
  for (const { subject, refusal } of outcomes) {
    if (!refusal) {
      changed += 1;
      if (names.length < named) names.push(subject.name);
      continue;
    }
    const { reason, kind } = refusal;
    const one = reasons.get(reason) ?? { reason, isForbidden: kind === 'forbidden', number: 0, names: [] };
    one.number += 1;
    if (one.names.length < named) one.names.push(subject.name);
    reasons.set(reason, one);
  }
  return { ...before, judged: before.judged + outcomes.length, changed, reasons: [...reasons.values()], names };
}

/** What several came to together. */
export function summed(tallies: Tally[]): Tally {
  const reasons = Map.groupBy(
    tallies.flatMap((tally) => tally.reasons),
    ({ reason }) => reason,
  );
  return {
    judged: tallies.reduce((sum, { judged }) => sum + judged, 0),
    changed: tallies.reduce((sum, { changed }) => sum + changed, 0),
    reasons: [...reasons].map(([reason, same]) => ({
      reason,
      isForbidden: same.some(({ isForbidden }) => isForbidden),
      number: same.reduce((sum, { number }) => sum + number, 0),
      names: same.flatMap(({ names }) => names),
    })),
    names: tallies.flatMap(({ names }) => names),
  };
}

export function leftOutIn({ reasons }: Tally): number {
  return reasons.reduce((sum, { number }) => sum + number, 0);
}

const NAMES_IN_AUDIT = 50;

/** Whether somebody was left out because the author may not change them. */
export function hasForbidden({ reasons }: Tally): boolean {
  return reasons.some(({ isForbidden }) => isForbidden);
}

/** The same for the audit: how many, and the first of them by name. */
export function forbiddenInWords({ reasons }: Tally, noun: string): string {
  const forbidden = reasons.filter(({ isForbidden }) => isForbidden);
  const number = forbidden.reduce((sum, one) => sum + one.number, 0);
  const named = forbidden.flatMap(({ reason, names }) => names.map((name) => `${name} ${reason}`));
  const rest = number > NAMES_IN_AUDIT ? '; …' : '';
  return `${counted(number, noun)} left out: ${named.slice(0, NAMES_IN_AUDIT).join('; ')}${rest}`;
}
