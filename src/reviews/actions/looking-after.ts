import { maySignIn } from '../../access/admission.ts';
import { instant, minuteOf } from '../../clock.ts';
import type { Transaction } from '../../db/database.ts';
import { findLedIds } from '../../groups/leader.ts';
import { findDelivered } from '../../mail/sent-mails.ts';
import { findUsers } from '../../users/user-store.ts';
import type { ActSettings } from '../../verbs/act.ts';
import { programAct } from '../../verbs/program-act.ts';
import { findQuestions } from '../question-store.ts';
import { isReminderDue, type Question, type Review, type Reviewer } from '../review.ts';
import { findReview } from '../review-store.ts';
import { findReviewers, noteTold } from '../reviewer-store.ts';
import { isStillAsked } from './own-questions.ts';
import { passQuestions } from './passing.ts';
import { remind } from './reminding.ts';

const NOT_LET_IN = 'cannot sign in, or has no mail';
const NOT_DELIVERED = 'was not reached by mail';
const NO_LEADER = 'leads none of their groups any more';

/** What each of those who are asked has not answered yet. */
interface Standing {
  reviewer: Reviewer;
  open: Question[];
  /** Whether they can sign in. */
  isLetIn: boolean;
  mail: 'delivered' | 'waits' | 'lost' | 'none';
}

/**
 * Notes who was told, passes to an administrator what nobody can be asked about any more, and reminds the others when it is time.
 * Looked at again it does nothing twice.
 */
export async function lookAfter(trx: Transaction, settings: ActSettings, id: number, now: number): Promise<void> {
  const review = await findReview(trx, id);
  if (review.closedAt !== null) return;
  const act = programAct(settings, { name: 'Roster', at: instant(now) });
  for (const standing of await standingsIn(trx, review, now)) {
    const { reviewer, open, isLetIn, mail } = standing;
    if (mail === 'delivered' && isLetIn && reviewer.toldAt === null) await noteTold(trx, reviewer, act.at);
    const led = new Set(await findLedIds(trx, reviewer.userId, minuteOf(now)));
    for (const [reason, questions] of Map.groupBy(open, (one) => hindranceOf(review, standing, one, led, act.at)))
      if (reason !== undefined) await passQuestions(trx, act, review, { questions, reason });
  }
  await remindThoseLate(trx, settings, review, now);
}

/** Why somebody cannot be asked this any more; undefined where they can. What passed already passes on only where they cannot sign in. */
function hindranceOf(
  { dueAt }: Review,
  { isLetIn, mail, reviewer }: Standing,
  question: Question,
  led: ReadonlySet<number>,
  now: string,
): string | undefined {
  if (!isLetIn) return NOT_LET_IN;
  if (question.isPassed) return undefined;
  if (!isStillAsked(question, led)) return NO_LEADER;
  if (reviewer.toldAt !== null || mail === 'delivered') return undefined;
  return mail === 'lost' || (mail === 'none' && dueAt <= now) ? NOT_DELIVERED : undefined;
}

async function standingsIn(trx: Transaction, { id }: Review, now: number): Promise<Standing[]> {
  const reviewers = await findReviewers(trx, id);
  const questions = (await findQuestions(trx, id)).filter(({ answer }) => answer === '');
  const open = Map.groupBy(questions, ({ reviewerId }) => reviewerId);
  const mails = await findDelivered(
    trx,
    reviewers.flatMap(({ mailId }) => mailId ?? []),
  );
  const users = new Map(
    (
      await findUsers(
        trx,
        reviewers.map(({ userId }) => userId),
      )
    ).map((user) => [user.id, user]),
  );
  return reviewers.map((reviewer) => {
    const user = users.get(reviewer.userId)!;
    return {
      reviewer,
      open: open.get(reviewer.userId) ?? [],
      isLetIn: user.hasPassword && maySignIn(user, minuteOf(now)),
      mail: fateOf(reviewer, mails),
    };
  });
}

function fateOf({ mailId }: Reviewer, mails: Awaited<ReturnType<typeof findDelivered>>): Standing['mail'] {
  if (mailId === null) return 'none';
  const sentAt = mails.get(mailId);
  if (sentAt === undefined) return 'lost';
  return sentAt === null ? 'waits' : 'delivered';
}

async function remindThoseLate(trx: Transaction, settings: ActSettings, review: Review, now: number): Promise<void> {
  if (!settings.sendsMail) return;
  const late = (await findReviewers(trx, review.id)).filter((one) => isReminderDue(review, one, now));
  const questions = late.length > 0 ? await findQuestions(trx, review.id) : [];
  const act = programAct(settings, { name: 'Roster', at: instant(now) });
  await remind(trx, act, review, { reviewers: late, questions });
}
