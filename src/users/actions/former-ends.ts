import { type Day, dayAfter, type Instant } from '../../clock.ts';
import type { Facts } from '../../verbs/action.ts';

/** What ends were called while they were last days, in UTC: operations and events of that time are still told and taken back. */
export const FORMER = { leavesAt: 'expiresOn', untilAt: 'untilOn' } as const;

type End = keyof typeof FORMER;

/** The end that was chosen, or that stood in a record. */
export function endIn(facts: Facts, field: End): Instant | null {
  const lastDay = facts[FORMER[field]];
  if (typeof lastDay === 'string' && lastDay !== '') return endOf(lastDay);
  return (facts[field] as Instant | null | undefined) ?? null;
}

/** Facts that were written at that time, as they are written now. */
export function asNow(facts: Facts): Facts {
  if (!isFormer(facts)) return facts;
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => {
      if (name === FORMER.leavesAt) return ['leavesAt', endIn(facts, 'leavesAt')];
      if (!isMembership(value)) return [name, value];
      const { untilOn: _, ...rest } = value;
      return [name, { ...rest, untilAt: endIn(value, 'untilAt') }];
    }),
  );
}

function isFormer(facts: Facts): boolean {
  for (const name in facts) if (name === FORMER.leavesAt || isMembership(facts[name])) return true;
  return false;
}

function isMembership(value: unknown): value is Facts {
  return typeof value === 'object' && value !== null && FORMER.untilAt in value;
}

function endOf(lastDay: Day): Instant {
  return `${dayAfter(lastDay)}T00:00:00.000Z`;
}
