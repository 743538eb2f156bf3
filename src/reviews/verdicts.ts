import { findAdministratorIds } from '../access/administrators.ts';
import { type Instant, minuteOf } from '../clock.ts';
import type { Reader } from '../db/database.ts';
import { findLeadingIds } from '../groups/leader.ts';
import { sortedByName } from '../text/sort-key.ts';
import type { User } from '../users/user.ts';
import { findUsers } from '../users/user-store.ts';
import { findQuestions } from './question-store.ts';
import { type Question, type Review, type Reviewer, stillToSay, type Verdict, verdictOf } from './review.ts';
import { findReviewers } from './reviewer-store.ts';

/** One of those whom a review is about, with what was said of them and what it comes to. */
export interface Reviewed {
  user: User;
  questions: Question[];
  verdict: Verdict;
}

/** How far a review has come. */
export interface Standing {
  reviewers: Reviewer[];
  reviewed: Reviewed[];
}

/** By name. Silence says nothing about administrators, programs, leaders, and whoever is asked in it. */
export async function findStanding(db: Reader, review: Review, now: Instant): Promise<Standing> {
  const questions = await findQuestions(db, review.id);
  const reviewers = await findReviewers(db, review.id);
  const byUser = Map.groupBy(questions, ({ userId }) => userId);
  const users = await findUsers(db, [...byUser.keys()]);
  const toldAt = new Map(reviewers.map((one) => [one.userId, one.toldAt]));
  const exempt = new Set([
    ...(await findAdministratorIds(db, minuteOf(now))),
    ...(await findLeadingIds(db, [...byUser.keys()])),
    ...reviewers.map(({ userId }) => userId),
  ]);
  const reviewed = sortedByName(users, ({ name }) => name).map((user) => {
    const own = byUser.get(user.id)!;
    const isExempt = user.apiOnly || exempt.has(user.id);
    const open = stillToSay(own);
    const asked = own.filter((one) => one.answer !== '' || open.includes(one));
    return { user, questions: own, verdict: verdictOf(asked, review, { toldAt, isExempt, now }) };
  });
  return { reviewers, reviewed };
}
