import type { BulkAction } from '../../../verbs/action.ts';
import { writtenOf } from '../../../verbs/action.ts';
import type { Subject } from '../../user.ts';
import { type Confirmation, restoreConfirmations } from '../../user-store.ts';
import { administered, unlessActive } from '../user-action.ts';
import { recordOnUsers } from '../user-events.ts';

/** Takes confirmations of access back to what was said before of each, by whom. */
export function confirmationRestoring(
  before: ReadonlyMap<number, Confirmation>,
): Pick<BulkAction<Subject>, 'refusalOf' | 'refuseAmong' | 'perform'> {
  return {
    refusalOf: administered(unlessActive),
    async perform(trx, act, subjects) {
      await restoreConfirmations(trx, new Map(subjects.map(({ id }) => [id, before.get(id)!])));
      await recordOnUsers(trx, act, subjects, 'user.access-confirmation-undone', ({ id, accessConfirmedAt }) => ({
        before: { accessConfirmedAt },
        after: { accessConfirmedAt: before.get(id)!.at },
      }));
      return writtenOf(subjects, ({ id, accessConfirmedAt, accessConfirmedBy }) => ({
        before: { accessConfirmedAt, accessConfirmedBy },
        after: { accessConfirmedAt: before.get(id)!.at, accessConfirmedBy: before.get(id)!.by },
      }));
    },
  };
}
