import type { Instant } from '../../../clock.ts';
import type { BulkAction } from '../../../verbs/action.ts';
import { writtenOf } from '../../../verbs/action.ts';
import type { Subject } from '../../user.ts';
import { restoreConfirmation } from '../../user-store.ts';
import { administered, unlessActive } from '../user-action.ts';
import { recordOnUsers } from '../user-events.ts';

/** Takes a confirmation of access back to what was said before it, by whom. */
export function confirmationRestoring(confirmed: {
  at: Instant | null;
  by: number | null;
}): Pick<BulkAction<Subject>, 'refusalOf' | 'refuseAmong' | 'perform'> {
  return {
    refusalOf: administered(unlessActive),
    async perform(trx, act, subjects) {
      const ids = subjects.map(({ id }) => id);
      await restoreConfirmation(trx, ids, confirmed);
      await recordOnUsers(trx, act, subjects, 'user.access-confirmation-undone', ({ accessConfirmedAt }) => ({
        before: { accessConfirmedAt },
        after: { accessConfirmedAt: confirmed.at },
      }));
      return writtenOf(subjects, ({ accessConfirmedAt, accessConfirmedBy }) => ({
        before: { accessConfirmedAt, accessConfirmedBy },
        after: { accessConfirmedAt: confirmed.at, accessConfirmedBy: confirmed.by },
      }));
    },
  };
}
