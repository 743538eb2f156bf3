import type { Reader } from '../../db/database.ts';
import type { Subject } from '../../users/user.ts';
import type { Judge } from '../../verbs/action.ts';
import { type Counts, countInWords, countOf, NOBODY_COUNTED, type Notes } from '../../verbs/notes.ts';
import type { LeftKind, LeftThing } from '../left-kind.ts';
import { findLeft } from './decisions.ts';
import { LEFT_KINDS } from './left-kinds.ts';

/** One kind of what somebody leaves behind, or has to do with: how many there are, and the first of them. */
export interface LeftInShort {
  name: string;
  label: string;
  number: number;
  things: (LeftThing & { badge?: string })[];
}

const SHOWN = 10;
const LINKED = 20;

/** All that one user has that somebody else would have to take over. */
export async function leftInShort(db: Reader, userId: number, at: Judge['at']): Promise<LeftInShort[]> {
  const left: LeftInShort[] = [];
  for (const kind of LEFT_KINDS) {
    const { number, things } = await counted(db, kind, [userId], at);
    if (number > 0) left.push({ name: kind.name, label: kind.label, number, things: things.slice(0, SHOWN) });
  }
  return left;
}

async function counted(db: Reader, { count, find }: LeftKind, userIds: number[], at: Judge['at']) {
  if (count) return { number: await count(db, userIds), things: [] };
  const things = await find(db, userIds, at);
  return { number: things.length, things };
}

/** Of these, the first who leave something behind. */
export async function findLeavers<S extends { id: number }>(db: Reader, subjects: S[], at: Judge['at']): Promise<S[]> {
  const left = await findLeft(
    db,
    subjects.map(({ id }) => id),
    at,
  );
  const ids = new Set([...left.values()].flat().map((thing) => thing.of));
  return subjects.filter(({ id }) => ids.has(id)).slice(0, LINKED);
}

const SAID = LEFT_KINDS.filter(({ said }) => said);

/** What the sheet of many who go says of what they leave behind, besides of groups and programs; nothing where that is nothing. */
export const NOTES_ON_LEFT: Notes<Subject> = {
  async count({ subjects }, db, { at }) {
    const ids = subjects.map(({ id }) => id);
    const counts: Counts = {};
    for (const kind of SAID) {
      const { number, things } = await counted(db, kind, ids, at);
      if (number > 0) counts[kind.name] = { ...countOf(things), number };
    }
    return counts;
  },
  inWords: (counts) =>
    SAID.flatMap(({ name, said }) => {
      const count = counts[name] ?? NOBODY_COUNTED;
      if (count.number === 0) return [];
      return [`${said!(count.number)}${count.names.length > 0 ? `: ${countInWords(count)}` : ''}.`];
    }),
};
