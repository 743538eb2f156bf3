import { findKeptByAny } from '../../provisioning/provisioned-user-store.ts';
import { counted } from '../../text/text.ts';
import { countOf, NOBODY_COUNTED, type Notes } from '../../verbs/notes.ts';
import type { Subject } from '../user.ts';

/** What a sheet says of those whose activity a program writes over; nothing of none. */
export const PROVISIONED: Notes<Subject> = {
  async count({ subjects }, db) {
    const kept = await findKeptByAny(
      db,
      subjects.map(({ id }) => id),
    );
    return { provisioned: countOf(subjects.filter(({ id }) => kept.has(id))) };
  },
  inWords({ provisioned: { number } = NOBODY_COUNTED }) {
    if (number === 0) return [];
    const are = number === 1 ? 'is' : 'are';
    return [`${counted(number, 'user')} of them ${are} provisioned: the program may say otherwise the next time.`];
  },
};
