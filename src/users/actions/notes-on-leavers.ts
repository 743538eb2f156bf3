import { findActiveGroupsLedBy } from '../../groups/leader.ts';
import { counted } from '../../text/text.ts';
import { type Counts, countInWords, countOf, joined, NOBODY_COUNTED, type Notes } from '../../verbs/notes.ts';
import { findOwnedBy } from '../program-owners.ts';
import type { Subject } from '../user.ts';

/** Programs that go with who answers for them are nobody's loss. */
const owned = (heir: string): Notes<Subject> => ({
  async count({ subjects, whichOf }, db) {
    const programs = await findOwnedBy(
      db,
      subjects.map(({ id }) => id),
    );
    const going = programs.length > 0 ? await whichOf(programs.map(({ id }) => id)) : new Set<number>();
    return { programs: countOf(programs.filter(({ id }) => !going.has(id))) };
  },
  inWords: ({ programs = NOBODY_COUNTED }) =>
    programs.number === 0
      ? []
      : [`They answer for ${counted(programs.number, 'program')}, for which ${heir} will: ${countInWords(programs)}.`],
});

const LED: Notes<Subject> = {
  async count({ subjects }, db) {
    const ids = subjects.filter(({ activity }) => activity === 'active').map(({ id }) => id);
    return { led: countOf(await findActiveGroupsLedBy(db, ids)) };
  },
  inWords: ({ led = NOBODY_COUNTED }) =>
    led.number === 0 ? [] : [`They lead ${counted(led.number, 'group')}, which nobody will: ${countInWords(led)}.`],
};

/** What a sheet says of people who go and answer for programs, or lead groups; nothing where none does. */
export const NOTES_ON_LEAVERS = joined(owned('nobody'), LED);

/** The same where somebody answers for their programs from then on. */
export const notesOnSucceeded = (heir: string): Notes<Subject> => joined(owned(heir), LED);

/** How many programs are left, as the notes counted. */
export const programsIn = ({ programs = NOBODY_COUNTED }: Counts): number => programs.number;
