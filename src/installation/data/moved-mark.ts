import type { Database, Reader, Transaction } from '../../db/database.ts';
import { guarded } from '../../db/guarded.ts';
import type { Row } from '../../db/tables.ts';
import { CannotStart } from '../../process/cannot-start.ts';
import { COMMAND_LINE } from '../../program.ts';
import { format } from '../../text/format.ts';

/** What this data is in a move: being left, left for good, or a copy that is not finished. */
export type Mark = Pick<Row<'moves'>, 'id' | 'side' | 'place' | 'at'>;

/** Undefined where the data lives here. */
export async function findMark(db: Reader): Promise<Mark | undefined> {
  if (!(await db.schema.hasTable('moves'))) return undefined;
  return db('moves').first('id', 'side', 'place', 'at');
}

export async function keepMark(trx: Transaction, mark: Mark): Promise<void> {
  await trx('moves')
    .insert({ only: 1, ...mark })
    .onConflict('only')
    .merge();
}

export async function removeMark(trx: Transaction): Promise<void> {
  await trx('moves').delete();
}

/** How far a copy is, by tables: after which row it goes on. */
export type Progress = Record<string, { last: (string | number | null)[]; rows: number }>;

export async function findProgress(db: Reader): Promise<{ progress: Progress; resting: string[] | null }> {
  const { progress, resting } = await db('moves').first('progress', 'resting');
  return { progress: JSON.parse(progress), resting: JSON.parse(resting) };
}

export async function keepProgress(trx: Transaction, progress: Progress): Promise<void> {
  await trx('moves').update({ progress: JSON.stringify(progress) });
}

/** What rests until the copy is finished; null once it is. */
export async function keepResting(trx: Transaction, resting: string[] | null): Promise<void> {
  await trx('moves').update({ resting: JSON.stringify(resting) });
}

/** Two living houses would mail and act twice. Throws CannotStart where this one is none, or none any more. */
export async function refuseMoved(db: Reader): Promise<void> {
  const mark = await findMark(db);
  if (mark) throw new CannotStart(wordsOf(mark));
}

/** Of data that is moved, or was, a command may read; of a copy that is not finished, not even that. */
export async function readOnlyOnceMoved(db: Database): Promise<Database> {
  const mark = await findMark(db.read);
  if (mark?.side === 'arriving') throw new CannotStart(wordsOf(mark));
  // Looked at with the lock of those who write: a move may begin at any moment.
  return guarded(db, refuseMoved);
}

function wordsOf({ side, place, at }: Mark): string[] {
  const since = format.moment(at);
  const reopen = `${COMMAND_LINE} move-to --reopen`;
  if (side === 'arriving')
    return [`this is a copy of ${place} that was begun on ${since} and is not finished: go on where it comes from`];
  if (side === 'leaving')
    return [
      `this data is being moved to ${place} since ${since}, and nothing can be changed here. Give the same move-to again to go on`,
      `To stay here instead: ${reopen}`,
    ];
  return [
    `this data was moved to ${place} on ${since}, and is served from there`,
    `To serve it from here again, without what happened there since: ${reopen}`,
  ];
}
