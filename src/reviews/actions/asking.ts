import type { Transaction } from '../../db/database.ts';
import { mailNotice } from '../../mail/outbox-store.ts';
import { findUserNames, findUsers } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import type { Review } from '../review.ts';
import { insertReviewer } from '../reviewer-store.ts';

type Asked = Pick<Review, 'id' | 'question' | 'dueAt' | 'createdBy'>;

/** Somebody is asked about so many people, by one mail; who is asked already is told of the others by it. */
export async function ask(
  trx: Transaction,
  act: Act,
  review: Asked,
  { userId, number }: { userId: number; number: number },
): Promise<void> {
  const mailId = await mailQuestion(trx, act, review, { userId, number });
  await insertReviewer(trx, { reviewId: review.id, userId, at: act.at, mailId });
}

/** Returns the number of the mail, where one is sent. */
export async function mailQuestion(
  trx: Transaction,
  act: Pick<Act, 'at' | 'sendsMail'>,
  { id, question, dueAt, createdBy }: Asked,
  { userId, number, again = false }: { userId: number; number: number; again?: boolean },
): Promise<number | undefined> {
  const [user] = await findUsers(trx, [userId]);
  const author = createdBy === null ? 'Roster' : ((await findUserNames(trx, [createdBy])).get(createdBy) ?? 'Roster');
  // Nobody asks themself.
  const by = createdBy === userId ? '' : author;
  const facts = { review: String(id), question, dueAt, by, number: String(number), again: again ? 'again' : '' };
  return mailNotice(trx, act, 'review-asks', { userId, address: user.email }, facts);
}
