import { findOperation } from '../../../bulk-operations/bulk-operation-store.ts';
import { findScheduledAmong, findScheduledFor, moveSchedule } from '../../../bulk-operations/schedule-store.ts';
import { DAY, HOUR, type Instant, instant } from '../../../clock.ts';
import type { Transaction } from '../../../db/database.ts';

/** Whose start moved, and from where to where. */
export interface MovedStart {
  id: number;
  from: Instant | null;
  to: Instant | null;
}

const INVITATION = 'reinvite';
/** Whoever starts in it is invited when it is over. */
const NIGHT = 7 * HOUR;

/** Whose start moves, their invitation moves with it; without a start to come it goes out at once. Those of many at once stay. */
export async function moveInvitations(trx: Transaction, moved: MovedStart[], at: Instant): Promise<void> {
  const others = moved.filter(({ from, to }) => from !== null && from !== to);
  const scheduled = await findScheduledAmong(
    trx,
    others.map(({ id }) => id),
  );
  for (const { id, to } of others) {
    if (!scheduled.has(id)) continue;
    for (const { operationId, dueAt } of await findScheduledFor(trx, id)) {
      const { action, size } = await findOperation(trx, operationId);
      if (action !== INVITATION || size !== 1) continue;
      const next = to === null ? at : afterStart(Date.parse(to), Date.parse(dueAt));
      await moveSchedule(trx, operationId, next > at ? next : at);
    }
  }
}

/** The next morning after the start, where it is that of the same day; else the start. */
function afterStart(start: number, morning: number): Instant {
  const next = morning + Math.ceil((start - morning) / DAY) * DAY;
  return instant(next - start <= NIGHT ? next : start);
}
