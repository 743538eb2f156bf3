import { activatedTo, type Living } from '../access/activity.ts';
import { counted } from '../text/text.ts';
import { countOf, NOBODY_COUNTED, type Notes } from './notes.ts';

/** Tells of those whom *Activate* makes no more than what they were; nothing of none. */
export function backAsBefore<Subject extends Living & { name: string }>(noun: string): Notes<Subject> {
  return {
    count: ({ subjects }) => ({ deactivated: countOf(subjects.filter((one) => activatedTo(one) !== 'active')) }),
    inWords({ deactivated: { number } = NOBODY_COUNTED }) {
      if (number === 0) return [];
      const are = number === 1 ? 'was' : 'were';
      return [`${counted(number, noun)} of them ${are} deactivated before the deletion, and will be again.`];
    },
  };
}
