import type { Database, Transaction } from '../db/database.ts';
import { giveWay } from '../process/giving-way.ts';

/** So many people are counted in one go, and at once with the deletion or the return of their group. */
const AT_ONCE = 500;
/** So long one transaction goes on with it, in milliseconds. */
const STRETCH = 8;

/**
 * Counts anew in how many groups the next people are who are in one that was deleted or came back. Triggers note which groups these are, and
 * write the counts. Says whether all are done.
 */
export async function recountSome(trx: Transaction): Promise<boolean> {
  for (let left = AT_ONCE; left > 0; ) {
    const group = await trx('group_recounts').orderBy('group_id').first();
    if (!group) return true;
    const next: number[] = await trx('memberships')
      .where('group_id', group.group_id)
      .where('user_id', '>', group.done_to)
      .orderBy('user_id')
      .limit(left)
      .pluck('user_id');
    const of = { group_id: group.group_id };
    if (next.length > 0)
      await trx('group_recounts')
        .where(of)
        .update({ done_to: next.at(-1) });
    if (next.length < left) await trx('group_recounts').where(of).delete();
    left -= next.length;
  }
  return false;
}

/** The same until all are done. What ends in between goes on from there the next time. */
export async function recountGroups(db: Database): Promise<void> {
  let isDone = !(await db.read('group_recounts').first());
  while (!isDone) {
    isDone = await db.writePiece(async (trx, isWaitedFor) => {
      const until = performance.now() + STRETCH;
      do if (await recountSome(trx)) return true;
      while (performance.now() < until && !isWaitedFor());
      return false;
    });
    await giveWay();
  }
}
