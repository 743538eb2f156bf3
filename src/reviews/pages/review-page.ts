import type { Request, Response } from 'express';
import { may } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { phaseOf } from '../../bulk-operations/bulk-operation.ts';
import { findOperation } from '../../bulk-operations/bulk-operation-store.ts';
import { instant } from '../../clock.ts';
import type { Reader } from '../../db/database.ts';
import { findUserNames } from '../../users/user-store.ts';
import { render } from '../../web/render.ts';
import { type Question, type Review, type Reviewer, stillToSay, TO_DECIDE, type Verdict } from '../review.ts';
import { findStanding, type Reviewed } from '../verdicts.ts';
import { ANSWER_WORDS, VERDICT_WORDS } from './review-words.ts';

/** How far it has come: who has answered, who is late, and what is to be decided. */
export async function showReview(app: AppContext, req: Request, res: Response, review: Review): Promise<void> {
  const db = app.db.read;
  const now = instant(app.clock());
  const { reviewers, reviewed } = await findStanding(db, review, now);
  const questions = reviewed.flatMap((one) => one.questions);
  const names = await findUserNames(db, [...reviewers.map(({ userId }) => userId), review.createdBy]);
  const waiting = new Set(stillToSay(questions).map(({ reviewerId }) => reviewerId));
  const of = (verdict: Verdict) => reviewed.filter((one) => one.verdict === verdict);
  const page = {
    title: review.question,
    review,
    names,
    isOverdue: review.closedAt === null && review.dueAt <= now && questions.some(({ answer }) => answer === ''),
    mayWrite: may(req.viewer!, 'users', 'write'),
    ownOpen: questions.filter((one) => one.reviewerId === req.viewer!.id && one.answer === '').length,
    sendsMail: app.mail !== undefined,
    people: reviewed.length,
    answered: questions.filter(({ answer }) => answer !== '').length,
    asked: questions.length,
    reviewers: reviewers
      .map((one) => progressOf(one, questions, { waiting, isDue: review.dueAt <= now }))
      .toSorted(latestFirst),
    sections: TO_DECIDE.map((verdict) => ({
      verdict,
      ...VERDICT_WORDS[verdict],
      isTicked: verdict === 'leaves' || verdict === 'silent',
      people: of(verdict).map((one) => toldOf(one, names)),
    })).filter(({ people }) => people.length > 0),
    counts: (['kept', 'removed', 'waiting'] as const).map((verdict) => ({
      label: VERDICT_WORDS[verdict].label,
      number: of(verdict).length,
    })),
    operation: await executedOf(db, review),
  };
  render(req, res, 'reviews/show', page);
}

function progressOf(
  reviewer: Reviewer,
  questions: Question[],
  { waiting, isDue }: { waiting: ReadonlySet<number>; isDue: boolean },
) {
  const own = questions.filter(({ reviewerId }) => reviewerId === reviewer.userId);
  const answered = own.filter(({ answer }) => answer !== '').length;
  const waits = waiting.has(reviewer.userId);
  return {
    ...reviewer,
    waits,
    isLate: waits && isDue,
    all: own.length,
    answered,
    isAskedInstead: own.some(({ isPassed }) => isPassed),
  };
}

function latestFirst(one: ReturnType<typeof progressOf>, other: ReturnType<typeof progressOf>): number {
  return other.all - other.answered - (one.all - one.answered);
}

function toldOf({ user, questions }: Reviewed, names: ReadonlyMap<number, string>) {
  const said = questions
    .filter(({ answer }) => answer !== '')
    .map(({ answer, reviewerId }) => `${names.get(reviewerId)}: ${ANSWER_WORDS[answer as keyof typeof ANSWER_WORDS]}`);
  return { id: user.id, name: user.name, activity: user.activity, lastLoginAt: user.lastLoginAt, said };
}

/** The operation that the decisions became, once it was done; a draft may be forgotten. */
async function executedOf(db: Reader, { operationId }: Review): Promise<number | undefined> {
  if (operationId === null) return undefined;
  const operation = await findOperation(db, operationId).catch(() => undefined);
  return operation && phaseOf(operation) !== 'draft' ? operation.id : undefined;
}
