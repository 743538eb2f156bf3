import { findActiveGroupsLedBy } from '../../groups/leader.ts';
import { counted } from '../../text/text.ts';
import { countInWords, countOf, joined, NOBODY_COUNTED, type Notes } from '../../verbs/notes.ts';
import type { Subject } from '../user.ts';
import { findOwnedBy } from '../user-store.ts';

/** Programs that go with who answers for them are nobody's loss. */
const OWNED: Notes<Subject> = {
  async count({ subjects, whichOf }, db) {
    const owned = await findOwnedBy(
      db,
      subjects.map(({ id }) => id),
    );
    const going = owned.length > 0 ? await whichOf(owned.map(({ id }) => id)) : new Set<number>();
    return { programs: countOf(owned.filter(({ id }) => !going.has(id))) };
  },
  inWords: ({ programs = NOBODY_COUNTED }) =>
    programs.number === 0
      ? []
      : [`They answer for ${counted(programs.number, 'program')}, for which nobody will: ${countInWords(programs)}.`],
};

const LED: Notes<Subject> = {
  async count({ subjects }, db) {
    const ids = subjects.filter(({ activity }) => activity === 'active').map(({ id }) => id);
    return { led: countOf(await findActiveGroupsLedBy(db, ids)) };
  },
  inWords: ({ led = NOBODY_COUNTED }) =>
    led.number === 0 ? [] : [`They lead ${counted(led.number, 'group')}, which nobody will: ${countInWords(led)}.`],
};

/** What a sheet says of people who go and answer for programs, or lead groups; nothing where none does. */
export const NOTES_ON_LEAVERS = joined(OWNED, LED);
