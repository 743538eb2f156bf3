import { activatedTo } from '../../access/activity.ts';
import type { Reader } from '../../db/database.ts';
import { counted, were } from '../../text/text.ts';
import { wasActivity } from '../../verbs/action.ts';
import { backAsBefore } from '../../verbs/back-as-before.ts';
import { inapplicable, type Outcome } from '../../verbs/outcome.ts';
import type { Group } from '../group.ts';
import { findTakenNames } from '../group-store.ts';
import {
  changeable,
  type GroupAction,
  givingsWhere,
  keepOwnEnds,
  keepStrongerMembers,
  makeThem,
} from './group-action.ts';

export const GROUP_ACTIVATION: GroupAction = {
  name: 'activate',
  label: 'Activate',
  icon: 'undo',
  bulk: {
    button: (number) => `Activate ${counted(number, 'group')}`,
    done: (number) => `${were(number, 'group')} activated.`,
    consequence: 'What is granted there holds for the members from the next click on.',
  },
  notes: backAsBefore('group'),
  givings: givingsWhere(activatedTo),
  refusalOf: changeable(({ activity }) => activity !== 'active'),
  async refuseAmong(db, judge, outcomes) {
    await keepStrongerMembers(db, judge, outcomes);
    await keepOwnEnds(db, judge, outcomes);
    await keepTakenNames(db, outcomes);
  },
  perform: (trx, act, groups) => makeThem(trx, act, groups, { event: 'group.activated', becomes: activatedTo }),
  was: wasActivity,
  events: { 'group.activated': 'activated the group' },
};

/** A deleted group's name is free for another one; among several of one name the first comes back. */
async function keepTakenNames(db: Reader, outcomes: Outcome<Group>[]): Promise<void> {
  const deleted = outcomes.filter(({ refusal, subject }) => !refusal && subject.activity === 'deleted');
  const taken = await findTakenNames(
    db,
    deleted.map(({ subject }) => subject),
  );
  for (const outcome of deleted)
    if (taken.has(outcome.subject.id))
      outcome.refusal = inapplicable('cannot be restored: another group has its name by now');
}
