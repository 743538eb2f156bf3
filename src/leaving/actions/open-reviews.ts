import { findUnanswered } from '../../reviews/question-store.ts';
import type { LeftKind } from '../left-kind.ts';

export const OPEN_REVIEWS: LeftKind = {
  name: 'reviews',
  noun: 'review',
  label: 'Reviews that they are asked in',
  said: (number) =>
    `They have not answered ${number === 1 ? '1 review, which passes' : `${number} reviews, which pass`} to an administrator`,
  deeds: {},
  note: 'What they have not answered passes to an administrator when they cannot sign in any more.',
  async find(db, userIds) {
    const open = await findUnanswered(db, userIds);
    return open.map(({ id, question, reviewerId }) => ({ id, of: reviewerId, name: question, path: `/reviews/${id}` }));
  },
};
