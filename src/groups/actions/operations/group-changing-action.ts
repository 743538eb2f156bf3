import type { Reader } from '../../../db/database.ts';
import { unlessRefused } from '../../../forms/refused-for-all.ts';
import type { BulkAction, ChangingWords } from '../../../verbs/action.ts';
import { forbidden, inapplicable, leaveOut, notSo, type Outcome, withFields } from '../../../verbs/outcome.ts';
import { GRANTS_MORE, type Group, liftsDemand, mayChange } from '../../group.ts';
import { findGroupByName, taken } from '../../group-store.ts';
import { changeGroups, type GroupChange, planChange } from '../changing-groups.ts';

/** An action that changes of groups what their form changes as well, by the same verb. */
export function groupChangingAction(
  change: GroupChange,
  { unchanged, ...words }: ChangingWords<Group>,
): BulkAction<Group> {
  return {
    ...words,
    demandsProof: (_db, _judge, groups) => groups.some((group) => liftsDemand(group, change)),
    refusalOf: unlessDeleted,
    refuseAmong: (db, judge, outcomes) =>
      unlessRefused(outcomes, async () => {
        await keepTaken(db, outcomes, change);
        const steps = await planChange(db, judge, outcomes, change);
        const changing = new Set(steps.map(({ id }) => id));
        leaveOut(outcomes, ({ id }) => (changing.has(id) ? undefined : inapplicable(unchanged)));
        withFields(outcomes);
      }),
    perform: async (trx, act, groups) => {
      const ids = groups.map(({ id }) => id);
      return (await changeGroups(trx, act, ids, change)).written;
    },
    events: {},
  };
}

/** A rule for groups that are there, whose rights the viewer holds. */
export const unlessDeleted: BulkAction<Group>['refusalOf'] = (viewer, group) => {
  if (!mayChange(viewer, group)) return forbidden(GRANTS_MORE);
  return group.activity === 'deleted' ? inapplicable('is deleted') : undefined;
};

/** A name that is another group's by now. */
async function keepTaken(db: Reader, outcomes: Outcome<Group>[], { name }: GroupChange): Promise<void> {
  if (name === undefined) return;
  const other = (await findGroupByName(db, name))?.id;
  leaveOut(outcomes, ({ id }) => (other === undefined || other === id ? undefined : inapplicable(notSo(taken(name)))));
}
