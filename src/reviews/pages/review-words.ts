import type { Answer, Verdict } from '../review.ts';

export const ANSWER_WORDS: Record<Answer, string> = {
  keep: 'keep',
  remove: 'remove from the group',
  leave: 'leaves the house',
  unsure: 'I don’t know',
};

export const VERDICT_WORDS: Record<Verdict, { label: string; note: string }> = {
  leaves: { label: 'Leave the house', note: 'Said by who was asked, and by nobody otherwise.' },
  silent: {
    label: 'Nobody spoke for them',
    note: 'Everybody who was asked was told by mail, could sign in, and said nothing since.',
  },
  contradictory: {
    label: 'Contradictory',
    note: 'Some keep them, some say that they leave. Decide, or ask once more.',
  },
  unsure: { label: 'Nobody knows', note: 'Whoever was asked does not know whether they are still needed.' },
  kept: { label: 'kept', note: '' },
  removed: { label: 'removed from a group', note: '' },
  waiting: { label: 'waiting for an answer', note: '' },
};
