import { findStrongerAmong, findStrongerIds, findStrongerMembers } from '../access/stronger-members.ts';
import { minuteOf } from '../clock.ts';
import { findContactViewer, findHiddenIds, whereVisible } from '../contacts/contact-viewer.ts';
import type { Reader } from '../db/database.ts';
import { pieces, selectIds, whereIdIn } from '../db/ids.ts';
import { mayChange } from '../groups/group.ts';
import { findGroupsOf } from '../groups/group-store.ts';
import { findChangedIn } from '../import/import-plan-store.ts';
import { breathe } from '../process/giving-way.ts';
import type { Judge } from '../verbs/action.ts';
import { type BulkOperation, PIECE, type SubjectType } from './bulk-operation.ts';
import { findMeantAmong, findPieces } from './bulk-piece-store.ts';

/** Where no more than these are out of somebody's reach, these are looked for in the set, and else all of the set is looked at. */
const FEW = 5_000;
/** So many pieces are read, and so many of those in them looked at, at once. */
const AHEAD = 4;

/** What is out of the reach of somebody who may write records of the kind, whatever is done to it. */
interface Reach {
  /** All of it, at most so many. Left out where that takes longer than to look at those who are meant. */
  findAll?(db: Reader, judge: Judge, limit: number): Promise<number[]>;
  /** One of these that is. */
  findAmong(db: Reader, judge: Judge, ids: number[]): Promise<number | undefined>;
}

const REACHES: Record<SubjectType, Reach> = {
  user: {
    findAll: (db, { by, at }, limit) => findStrongerIds(db, by.rights, minuteOf(at), limit),
    findAmong: (db, { by, at }, ids) => findStrongerAmong(db, by.rights, ids, minuteOf(at)),
  },
  group: {
    async findAmong(db, { by, at }, ids) {
      const beyond = (await findGroupsOf(db, ids)).find((group) => !mayChange(by, group));
      return beyond?.id ?? [...(await findStrongerMembers(db, by.rights, ids, minuteOf(at))).keys()].at(0);
    },
  },
  contact: {
    findAll: async (db, { by, at }, limit) => findHiddenIds(db, await findContactViewer(db, by, minuteOf(at)), limit),
    async findAmong(db, { by, at }, ids) {
      const viewer = await findContactViewer(db, by, minuteOf(at));
      const query = whereIdIn(db('contacts'), 'contacts.id', ids).select('contacts.id as id');
      const seen = new Set(await selectIds(db, whereVisible(query, viewer)));
      return ids.find((id) => !seen.has(id));
    },
  },
};

/** One of those to whom it is still to be done whom the viewer might not change themself (R61), whatever it is. */
export async function findOutOfReach(db: Reader, judge: Judge, operation: BulkOperation): Promise<number | undefined> {
  const { findAll, findAmong } = REACHES[operation.subjectType];
  const all = await findAll?.(db, judge, FEW + 1);
  if (all && all.length <= FEW) return (await findLeftAmong(db, operation, all)).at(0);
  for await (const some of leftOf(db, operation)) {
    const found = await findAmong(db, judge, some);
    if (found !== undefined) return found;
    await breathe();
  }
  return undefined;
}

/** Of these, to whom it is still to be done. */
export async function findLeftAmong(db: Reader, operation: BulkOperation, ids: number[]): Promise<number[]> {
  if (ids.length === 0) return [];
  const file = importOf(operation);
  if (file === undefined) return [...(await findMeantAmong(db, operation.id, ids))];
  const meant = new Set(await findChangedIn(db, file));
  return ids.filter((id) => meant.has(id));
}

/** Of an import, all whom its file changes: which lines are done is not told by them. */
async function* leftOf(db: Reader, operation: BulkOperation): AsyncGenerator<number[]> {
  const file = importOf(operation);
  if (file !== undefined) return yield* pieces(await findChangedIn(db, file), AHEAD * PIECE);
  for (let from = 0; ; ) {
    const some = await findPieces(db, operation.id, { from, limit: AHEAD });
    yield some.flatMap(({ ids }) => ids);
    if (some.length < AHEAD) return;
    from = some.at(-1)!.number + 1;
  }
}

/** Its lines stand in the place of ids. */
function importOf({ action, choices }: BulkOperation): number | undefined {
  return action === 'import' ? Number(choices.import) : undefined;
}
