import { findEnds, outlasted } from '../access/lasting.ts';
import type { Rights } from '../access/rights.ts';
import { type Instant, minuteOf } from '../clock.ts';
import type { Reader } from '../db/database.ts';
import { type Count, countInWords, countOf } from '../verbs/notes.ts';

/** Who comes into a group, and until when. */
interface Coming {
  rights: Rights;
  untilAt: Instant | null;
  at: Instant;
}

/** Of these, those who hold a part of what the group grants until a moment by now, and would for longer. */
export async function countOutlasting(
  db: Reader,
  users: { id: number; name: string }[],
  { rights, untilAt, at }: Coming,
): Promise<Count> {
  if (Object.keys(rights).length === 0) return countOf([]);
  const ids = users.map(({ id }) => id);
  const ends = await findEnds(db, ids, minuteOf(at));
  return countOf(users.filter(({ id }) => ends.has(id) && outlasted(ends.get(id)!, rights, untilAt)));
}

/** Nothing of nobody. */
export function outlastingInWords(count: Count): string[] {
  if (count.number === 0) return [];
  const hold = count.number === 1 ? 'holds' : 'hold';
  return [
    `${countInWords(count)} ${hold} a part of this until a moment that was set, and would for longer by this group.`,
  ];
}
