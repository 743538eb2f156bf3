import { userReference } from '../../audit/audit-event.ts';
import { recordChanges } from '../../audit/audit-store.ts';
import type { Transaction } from '../../db/database.ts';
import { findUserNames } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import { type Question, type Review, type Reviewer, stillToSay } from '../review.ts';
import { noteReminded } from '../reviewer-store.ts';
import { mailQuestion } from './asking.ts';

/** Those of these who still have something to say are asked once more. Returns whom. */
export async function remind(
  trx: Transaction,
  act: Act,
  review: Review,
  { reviewers, questions }: { reviewers: Reviewer[]; questions: Question[] },
): Promise<number[]> {
  const open = Map.groupBy(stillToSay(questions), ({ reviewerId }) => reviewerId);
  const late = reviewers.filter(({ userId }) => open.has(userId));
  for (const reviewer of late) {
    const { userId } = reviewer;
    const mailId = await mailQuestion(trx, act, review, { userId, number: open.get(userId)!.length, again: true });
    await noteReminded(trx, reviewer, { at: act.at, mailId });
  }
  const ids = late.map(({ userId }) => userId);
  const names = await findUserNames(trx, ids);
  if (ids.length > 0)
    await recordChanges(trx, act, [
      {
        action: 'review.reminded',
        subjectType: 'review',
        subjectId: review.id,
        subjectName: review.question,
        after: { reviewers: ids.map((id) => userReference({ id, name: names.get(id) ?? '' })) },
      },
    ]);
  return ids;
}
