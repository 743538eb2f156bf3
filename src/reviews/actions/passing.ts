import { userReference } from '../../audit/audit-event.ts';
import { recordChanges } from '../../audit/audit-store.ts';
import type { Transaction } from '../../db/database.ts';
import { findUserNames } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import { administratorsFor } from '../assignment.ts';
import { moveQuestions } from '../question-store.ts';
import type { Question, Review } from '../review.ts';
import { ask } from './asking.ts';

/** What somebody cannot be asked any more passes to an administrator, who is told by a mail. Nobody is asked about themself. */
export async function passQuestions(
  trx: Transaction,
  act: Act,
  review: Review,
  { questions, reason }: { questions: Question[]; reason: string },
): Promise<void> {
  const administrators = await administratorsFor(trx, review.createdBy, act.at);
  const takers = Map.groupBy(questions, ({ userId }) => administrators.find((one) => one !== userId));
  for (const [taker, those] of takers) {
    if (taker === undefined) continue;
    const { reviewerId } = those[0];
    await moveQuestions(trx, those, taker);
    if (taker === reviewerId) continue;
    await ask(trx, act, review, { userId: taker, number: those.length });
    const names = await findUserNames(trx, [taker, reviewerId]);
    const reference = (id: number) => userReference({ id, name: names.get(id) ?? '' });
    await recordChanges(trx, act, [
      {
        action: 'review.passed',
        subjectType: 'review',
        subjectId: review.id,
        subjectName: review.question,
        before: { reviewer: reference(reviewerId) },
        after: { reviewer: reference(taker), people: those.length, reason },
      },
    ]);
  }
}
