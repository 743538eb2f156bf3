import { counted, were } from '../../text/text.ts';
import { wasActivity } from '../../verbs/action.ts';
import { demandsFactor } from '../group.ts';
import {
  changeable,
  type GroupAction,
  givingsWhere,
  keepNeededRights,
  keepStrongerMembers,
  makeThem,
} from './group-action.ts';

const becomes = () => 'deactivated' as const;

export const GROUP_DEACTIVATION: GroupAction = {
  name: 'deactivate',
  label: 'Deactivate',
  icon: 'circle-slash',
  isDangerous: true,
  bulk: {
    button: (number) => `Deactivate ${counted(number, 'group')}`,
    done: (number) => `${were(number, 'group')} deactivated.`,
    consequence: 'What is granted there ends with the next click. The members stay listed.',
  },
  givings: givingsWhere(becomes),
  demandsProof: (_db, _judge, groups) => groups.some(demandsFactor),
  refusalOf: changeable(({ activity }) => activity === 'active'),
  async refuseAmong(db, judge, outcomes) {
    await keepStrongerMembers(db, judge, outcomes);
    await keepNeededRights(db, judge, outcomes);
  },
  perform: (trx, act, groups) => makeThem(trx, act, groups, { event: 'group.deactivated', becomes }),
  was: wasActivity,
  events: { 'group.deactivated': 'deactivated the group' },
};
