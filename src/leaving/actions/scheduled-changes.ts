import { recordChanges } from '../../audit/audit-store.ts';
import { findOperation, forgetDraft, keepAuthor } from '../../bulk-operations/bulk-operation-store.ts';
import { findItemIds } from '../../bulk-operations/bulk-piece-store.ts';
import { findKept } from '../../bulk-operations/others-operations.ts';
import { SCHEDULABLE } from '../../bulk-operations/schedulable.ts';
import { findScheduledBy, forgetSchedule } from '../../bulk-operations/schedule-store.ts';
import type { Transaction } from '../../db/database.ts';
import { findUserNames } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import { type LeftKind, NOTHING_WRITTEN } from '../left-kind.ts';

/** They are done in the name of whoever answers for them: nobody is made to but whoever reads them and says so. */
export const SCHEDULED_CHANGES: LeftKind = {
  name: 'scheduled',
  noun: 'scheduled operation',
  label: 'Scheduled operations',
  said: (number) =>
    `They scheduled ${number === 1 ? '1 operation, which waits' : `${number} operations, which wait`} for somebody who answers for it`,
  deeds: { 'hand-over': 'Answer for them yourself', end: 'Cancel them', keep: 'Leave it: they wait when they are due' },
  isByOne: true,
  async find(db, userIds) {
    const scheduled = await findScheduledBy(db, userIds);
    return scheduled.map(({ operationId, authorId, action, size }) => ({
      id: operationId,
      of: authorId,
      name: `${SCHEDULABLE[action] ?? action}: ${size === 1 ? '1 user' : `${size} users`}`,
      path: `/bulk-operations/${operationId}`,
    }));
  },
  async refusal(db, by, things) {
    for (const { id } of things) {
      const kept = await findKept(db, by, await findOperation(db, id), { wanted: 'move' });
      if (kept) return `${kept}: what is scheduled stays as it is.`;
    }
    return undefined;
  },
  async handOver(trx, act, _leaver, shares) {
    for (const { thing } of shares) {
      await keepAuthor(trx, await findOperation(trx, thing.id), act);
      await tell(trx, act, thing.id, 'user.change-taken-over');
    }
    return NOTHING_WRITTEN;
  },
  async end(trx, act, _leaver, things) {
    for (const { id } of things) {
      await tell(trx, act, id, 'user.change-unscheduled');
      await forgetSchedule(trx, id);
      await forgetDraft(trx, id);
    }
    return NOTHING_WRITTEN;
  },
};

async function tell(trx: Transaction, act: Act, operationId: number, event: string): Promise<void> {
  const { action } = await findOperation(trx, operationId);
  const names = await findUserNames(trx, await findItemIds(trx, operationId));
  await recordChanges(
    trx,
    act,
    [...names].map(([id, name]) => ({
      action: event,
      subjectType: 'user',
      subjectId: id,
      subjectName: name,
      after: { change: SCHEDULABLE[action] ?? action },
    })),
  );
}
