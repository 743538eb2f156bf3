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

const becomes = () => 'deleted' as const;

export const GROUP_DELETION: GroupAction = {
  name: 'delete',
  label: 'Delete',
  icon: 'trash',
  isDangerous: true,
  bulk: {
    button: (number) => `Delete ${counted(number, 'group')}`,
    done: (number) => `${were(number, 'group')} deleted.`,
    consequence:
      'What is granted there ends with the next click, and the list shows it no more. Activate restores all of it, with the members.',
  },
  givings: givingsWhere(becomes),
  demandsProof: (_db, _judge, groups) => groups.some(demandsFactor),
  refusalOf: changeable(({ activity }) => activity !== 'deleted'),
  async refuseAmong(db, judge, outcomes) {
    await keepStrongerMembers(db, judge, outcomes);
    await keepNeededRights(db, judge, outcomes);
  },
  perform: (trx, act, groups) => makeThem(trx, act, groups, { event: 'group.deleted', becomes }),
  was: wasActivity,
  events: { 'group.deleted': 'deleted the group' },
};
