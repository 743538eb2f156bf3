import { findOperation, forgetDraft } from '../../../bulk-operations/bulk-operation-store.ts';
import {
  findScheduledAmong,
  findScheduledFor,
  forgetSchedule,
  moveSchedule,
} from '../../../bulk-operations/schedule-store.ts';
import type { Instant } from '../../../clock.ts';
import type { Transaction } from '../../../db/database.ts';
import { LEAVE } from '../../../leaving/left-kind.ts';

/** Whose end moved, and from where to where. */
export interface MovedEnd {
  id: number;
  from: Instant | null;
  to: Instant | null;
}

/**
 * Whose end moves, what they leave behind is handed over at the new one; who stays hands over nothing. What somebody moved away from the
 * end stays where it is.
 */
export async function moveLeavings(trx: Transaction, moved: MovedEnd[], at: Instant): Promise<void> {
  const others = moved.filter(({ from, to }) => from !== null && from !== to);
  const scheduled = await findScheduledAmong(
    trx,
    others.map(({ id }) => id),
  );
  for (const { id, from, to } of others) {
    if (!scheduled.has(id)) continue;
    for (const { operationId, dueAt } of await findScheduledFor(trx, id)) {
      const { action, size } = await findOperation(trx, operationId);
      if (action !== LEAVE || size !== 1 || dueAt !== from) continue;
      if (to === null) {
        await forgetSchedule(trx, operationId);
        await forgetDraft(trx, operationId);
      } else await moveSchedule(trx, operationId, to > at ? to : at);
    }
  }
}
