import { recordChanges } from '../../audit/audit-store.ts';
import type { Instant } from '../../clock.ts';
import type { Transaction } from '../../db/database.ts';
import { FieldErrors } from '../../forms/form.ts';
import { grouped } from '../../text/text.ts';
import type { Act } from '../../verbs/act.ts';
import { assignedBy } from '../assignment.ts';
import { insertQuestions } from '../question-store.ts';
import { MOST_PEOPLE, type Review } from '../review.ts';
import { insertReview } from '../review-store.ts';
import { ask } from './asking.ts';

const MOST_QUESTIONS = 20_000;

export interface Start
  extends Pick<Review, 'question' | 'view' | 'asks' | 'named' | 'silence' | 'silenceDays' | 'dueAt' | 'nextAt'> {
  /** Whom the view means. */
  ids: number[];
  /** Only the leaders of these groups; empty for those of all. */
  groupIds: number[];
  createdBy: number | null;
}

/** Freezes whom it is about, and asks whoever is to answer, in one mail each. Returns its number. Throws FieldErrors. */
export async function startReview(trx: Transaction, act: Act, start: Start): Promise<number> {
  const { ids, groupIds, ...settings } = start;
  requireBounds(act.at, start);
  const assigned = await assignedBy(trx, start, act.at);
  if (assigned.length === 0) throw new FieldErrors({ view: 'There is nobody who could be asked about these.' });
  if (assigned.length > MOST_QUESTIONS)
    throw new FieldErrors({
      named: `These are ${grouped(assigned.length)} questions. Ask fewer people, or about fewer.`,
    });
  const id = await insertReview(trx, { ...settings, createdAt: act.at });
  await insertQuestions(
    trx,
    assigned.map((one) => ({ ...one, reviewId: id })),
  );
  const asked = Map.groupBy(assigned, ({ reviewerId }) => reviewerId);
  for (const [userId, those] of asked) await ask(trx, act, { ...settings, id }, { userId, number: those.length });
  await recordChanges(trx, act, [
    {
      action: 'review.started',
      subjectType: 'review',
      subjectId: id,
      subjectName: start.question,
      after: {
        view: start.view,
        people: new Set(assigned.map(({ userId }) => userId)).size,
        reviewers: asked.size,
        silence: start.silence,
        dueAt: start.dueAt,
      },
    },
  ]);
  return id;
}

function requireBounds(now: Instant, { ids, dueAt }: Start): void {
  if (dueAt <= now) throw new FieldErrors({ dueAt: 'This moment is over. Choose a later one.' });
  if (ids.length === 0) throw new FieldErrors({ view: 'There is nobody active in this view.' });
  if (ids.length > MOST_PEOPLE)
    throw new FieldErrors({ view: `At most ${grouped(MOST_PEOPLE)} people at once. Narrow the view.` });
}
