import { DAY, type Day, type Instant } from '../clock.ts';

/** After how many days without activity somebody is warned, their leaders are told, and they are deactivated; null: never. */
export interface IdleDays {
  warnDays: number;
  tellDays: number | null;
  endDays: number | null;
}

/** The rule of idle accounts. */
export interface IdleRule extends IdleDays {
  isOn: boolean;
  /** By whose clock its day begins: of whoever switched it on, who answers for what it does. */
  zone: string;
  setBy: number | null;
  setAt: Instant;
  version: number;
  /** Why it does nothing until somebody lets it go on; empty while it acts. */
  pausedFor: string;
  /** The last day on which it acted; empty before the first. */
  doneOn: Day | '';
  lookedAt: Instant;
  /** For how long a server has been running: what passed while none did is nobody's time to answer. */
  ranSeconds: number;
}

/** What it says until somebody says otherwise. */
export const USUAL_DAYS: IdleDays = { warnDays: 60, tellDays: 75, endDays: 90 };

/** How somebody was warned. */
export interface IdleWarning {
  /** The last activity at that time. */
  seenAt: Instant;
  address: string;
  warnedAt: Instant;
  /** When a mail server took it, and for how long a server had been running then. */
  deliveredAt: Instant | null;
  ranSeconds: number | null;
  failedAt: Instant | null;
  toldAt: Instant | null;
}

/** Somebody who was not there for as long as it takes to be warned. */
export interface IdleUser {
  id: number;
  name: string;
  email: string | null;
  /** The last that speaks for them: activity, a start after it, or a confirmation of their access. */
  seenAt: Instant;
  warning: IdleWarning | undefined;
}

/** What is due for one of them: a step, or why there is none. */
export type Step = 'warn' | 'tell' | 'end';
export type Standing = Step | 'without email' | 'undelivered' | 'waits';

/** A mail that could not be handed over is tried again. */
const AGAIN_AFTER = 7 * DAY;

/** By the clock and by how long a server has been running: nobody is deactivated whose own warning did not reach them the full span before. */
export function standingOf(
  { seenAt, email, warning }: IdleUser,
  { warnDays, tellDays, endDays }: IdleDays,
  { now, ranSeconds }: { now: number; ranSeconds: number },
): Standing {
  if (email === null) return 'without email';
  if (!warning || warning.seenAt !== seenAt || warning.address !== email) return 'warn';
  if (warning.failedAt !== null) return now - Date.parse(warning.failedAt) >= AGAIN_AFTER ? 'warn' : 'undelivered';
  const idle = now - Date.parse(seenAt);
  const isFor = (days: number, since: Instant) =>
    idle >= days * DAY && now - Date.parse(since) >= (days - warnDays) * DAY;
  if (endDays !== null && warning.deliveredAt !== null && isFor(endDays, warning.deliveredAt)) {
    const ran = ranSeconds - (warning.ranSeconds ?? ranSeconds);
    if (ran * 1_000 >= (endDays - warnDays) * DAY) return 'end';
  }
  if (tellDays !== null && warning.toldAt === null && isFor(tellDays, warning.warnedAt)) return 'tell';
  return 'waits';
}
