import { DAY, type Instant } from '../clock.ts';
import type { State } from '../users/user-state.ts';

/** So many are still asked about, and looked through, at once. */
export const MOST_PEOPLE = 5_000;

/** What somebody who is asked can say of a person; empty while nothing is said. */
export const ANSWERS = ['keep', 'remove', 'leave', 'unsure'] as const;
export type Answer = (typeof ANSWERS)[number];

/** What it means that nothing is said: whoever is asked is reminded, or not, or those whom nobody speaks for are proposed to be deactivated. */
export const SILENCES = ['remind', 'nothing', 'deactivation'] as const;
export type Silence = (typeof SILENCES)[number];

/** Who is asked: the leaders of the groups that people are in, or those who are named. */
export type Asks = 'leaders' | 'named';

/** Whether people are still needed: a frozen view, a question, who answers it and until when. */
export interface Review {
  id: number;
  question: string;
  /** The address of the view that was frozen. */
  view: string;
  asks: Asks;
  /** The ids of those who are named. */
  named: number[];
  silence: Silence;
  silenceDays: number;
  createdBy: number | null;
  createdAt: Instant;
  dueAt: Instant;
  /** When the next one begins by itself. */
  nextAt: Instant | null;
  closedAt: Instant | null;
  /** Of all that was said, as it was when it was closed. */
  digest: string;
  /** The last operation that its decisions became. */
  operationId: number | null;
}

/** What was known of somebody when it was said. */
export interface SeenFacts {
  lastLoginAt: Instant | null;
  lastActivityAt: Instant | null;
  states: State[];
  groupIds: number[];
}

/** Somebody is asked about somebody. */
export interface Question {
  reviewId: number;
  userId: number;
  reviewerId: number;
  /** Through which groups, where it is their leader who is asked. */
  groupIds: number[];
  /** Whether an administrator is asked because nobody else could be: their silence means nothing. */
  isPassed: boolean;
  answer: Answer | '';
  /** Out of which group the person was taken by it. */
  groupId: number | null;
  answeredAt: Instant | null;
  facts: SeenFacts | null;
}

/** Somebody who is asked. */
export interface Reviewer {
  reviewId: number;
  userId: number;
  askedAt: Instant;
  /** The mail that tells them, where mail goes out. */
  mailId: number | null;
  /** When a mail was delivered to them, at a time when they could sign in. */
  toldAt: Instant | null;
  reminders: number;
  /** When they were asked or reminded last. */
  remindedAt: Instant;
}

/**
 * What still has to be said: not what another one who leads one of the same groups has said already, as leader and deputy are asked both so
 * that either answers.
 */
export function stillToSay<Q extends Pick<Question, 'userId' | 'groupIds' | 'answer'>>(questions: Q[]): Q[] {
  const said = Map.groupBy(
    questions.filter(({ answer }) => answer !== '' && answer !== 'unsure'),
    ({ userId }) => userId,
  );
  return questions.filter(
    ({ answer, userId, groupIds }) =>
      answer === '' && !said.get(userId)?.some((other) => other.groupIds.some((id) => groupIds.includes(id))),
  );
}

/** What all that is said of somebody comes to. */
export type Verdict = 'kept' | 'leaves' | 'contradictory' | 'silent' | 'unsure' | 'removed' | 'waiting';

/** Which of them an administrator decides, in this order. */
export const TO_DECIDE = ['leaves', 'silent', 'contradictory', 'unsure'] as const satisfies Verdict[];

/**
 * Whoever keeps somebody outweighs all silence; that another one says they leave is for an administrator to decide. Silence counts
 * only where each who is silent was told, so many days ago, and it is due.
 */
export function verdictOf(
  questions: Pick<Question, 'answer' | 'isPassed' | 'reviewerId'>[],
  review: Pick<Review, 'silence' | 'silenceDays' | 'dueAt'>,
  { toldAt, isExempt, now }: { toldAt: ReadonlyMap<number, Instant | null>; isExempt: boolean; now: Instant },
): Verdict {
  const says = (answer: Answer) => questions.some((one) => one.answer === answer);
  if (says('leave')) return says('keep') ? 'contradictory' : 'leaves';
  if (says('keep')) return 'kept';
  const open = questions.filter(({ answer }) => answer === '');
  if (open.length > 0) {
    const counts = open.every(
      ({ isPassed, reviewerId }) => !isPassed && isSilent(review, toldAt.get(reviewerId) ?? null, now),
    );
    return open.length === questions.length && counts && !isExempt ? 'silent' : 'waiting';
  }
  return says('unsure') ? 'unsure' : 'removed';
}

function isSilent(
  { silence, silenceDays, dueAt }: Pick<Review, 'silence' | 'silenceDays' | 'dueAt'>,
  toldAt: Instant | null,
  now: Instant,
): boolean {
  if (silence !== 'deactivation' || toldAt === null) return false;
  return dueAt <= now && Date.parse(toldAt) + silenceDays * DAY <= Date.parse(now);
}

const BEFORE = 3 * DAY;
const AGAIN = 7 * DAY;
/** Who has not answered by then does not by one more. */
const MOST_REMINDERS = 6;

/** Three days before it is due, when it is due, and each week after that. */
export function isReminderDue(
  { silence, dueAt }: Pick<Review, 'silence' | 'dueAt'>,
  { reminders, remindedAt }: Pick<Reviewer, 'reminders' | 'remindedAt'>,
  now: number,
): boolean {
  if (silence === 'nothing' || reminders >= MOST_REMINDERS) return false;
  const [due, last] = [Date.parse(dueAt), Date.parse(remindedAt)];
  const passed = (moment: number) => moment <= now && last < moment;
  return passed(due - BEFORE) || passed(due) || (due <= now && last + AGAIN <= now);
}
