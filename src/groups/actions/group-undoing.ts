import { findLaterChanges, standing, type Undoings } from '../../audit/later-changes.ts';
import type { Reader } from '../../db/database.ts';
import { counted, were } from '../../text/text.ts';
import type { BulkAction } from '../../verbs/action.ts';
import { type Facts, type Judge, judge, type Written } from '../../verbs/action.ts';
import { allowed, leaveOut, type Outcome, stale } from '../../verbs/outcome.ts';
import type { Group } from '../group.ts';
import type { GroupAction } from './group-action.ts';
import { GROUP_ACTIVATION } from './group-activation.ts';
import { GROUP_DEACTIVATION } from './group-deactivation.ts';
import { GROUP_DELETION } from './group-deletion.ts';

type WrittenByGroup = ReadonlyMap<number, Written & { version: number | null }>;

/** Takes back an operation on groups: each becomes what it was, unless that was changed since; by the actions that anybody would do it with. */
export function undoingGroups(operationId: number, written: WrittenByGroup, undoings: Undoings): BulkAction<Group> {
  const activityBefore = ({ id }: Group) => written.get(id)?.before.activity;
  const actionFor = (group: Group) => actionTo(activityBefore(group), group);

  async function planned(db: Reader, by: Judge, outcomes: Outcome<Group>[]): Promise<void> {
    const groups = allowed(outcomes);
    const changed = groups.filter(({ id, version }) => written.get(id)?.version !== version).map(({ id }) => id);
    const later = changed.length === 0 ? [] : await findLaterChanges(db, operationId, 'group', changed);
    const turning = [...Map.groupBy(later, ({ subjectId }) => subjectId).values()]
      .flatMap((changes) => standing(changes, undoings))
      .filter(({ after }) => 'activity' in after);
    const turned = new Set(turning.map(({ subjectId }) => subjectId));
    leaveOut(outcomes, ({ id, activity }) =>
      turned.has(id) || written.get(id)?.after.activity !== activity ? stale() : undefined,
    );
    for (const [action, those] of Map.groupBy(allowed(outcomes), actionFor)) {
      const judged = await judge(db, by, action, those);
      const refusals = new Map(judged.map(({ subject, refusal }) => [subject.id, refusal]));
      leaveOut(outcomes, ({ id }) => refusals.get(id));
    }
  }

  return {
    name: 'undo',
    label: 'Undo',
    icon: 'undo',
    bulk: {
      button: (number) => `Undo for ${counted(number, 'group')}`,
      done: (number) => `${were(number, 'group')} put back as before.`,
      consequence: 'They become what they were before. What was changed since stays as it is.',
    },
    refusalOf: () => undefined,
    refuseAmong: planned,
    async perform(trx, act, groups) {
      const done = new Map<number, Written>();
      for (const [action, those] of Map.groupBy(groups, actionFor))
        for (const [id, one] of await action.perform(trx, act, those)) done.set(id, one);
      return done;
    },
    becomes: (group) => (activityBefore(group) as Group['activity'] | undefined) ?? group.activity,
    was: ({ activity }: Facts) => `was ${activity}`,
    events: {},
  };
}

function actionTo(before: unknown, { activity }: Group): GroupAction {
  if (before === 'active' || (activity === 'deleted' && before === 'deactivated')) return GROUP_ACTIVATION;
  return before === 'deactivated' ? GROUP_DEACTIVATION : GROUP_DELETION;
}
