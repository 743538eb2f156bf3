import type { AskingAction } from '../../../bulk-operations/asking-action.ts';
import { format } from '../../../text/format.ts';
import { counted } from '../../../text/text.ts';
import type { Facts } from '../../../verbs/action.ts';
import type { Subject } from '../../user.ts';
import { membershipFact } from '../changing/user-facts.ts';
import { endIn } from '../former-ends.ts';
import { groupChosen } from './group-addition.ts';

/** The page of a group sets the ends of memberships; here is what its reports say. */
export const MEMBERSHIP_END: AskingAction<Subject> = {
  name: 'set-membership-end',
  label: 'Set end of membership',
  icon: 'clock',
  asks: [],
  check: (typed) => ({ values: typed }),
  async chosen(db, choices, told = format) {
    const group = await groupChosen(db, choices);
    const untilAt = endIn(choices, 'untilAt');
    const end = untilAt ? `ends on ${told.end(untilAt)}` : 'has no end any more';
    const field = membershipFact(group.id);
    return {
      name: 'set-membership-end',
      label: `Set end of membership in ${group.name}`,
      icon: 'clock',
      bulk: {
        button: (number) => `Set the end for ${counted(number, 'user')}`,
        done: (number) => `The membership of ${counted(number, 'user')} in ${group.name} ${end}.`,
        consequence: '',
      },
      refusalOf: () => undefined,
      perform: () => Promise.reject(new Error('the page of a group does it by its own verb')),
      was: (before: Facts, words) => {
        const former = endIn((before[field] ?? {}) as Facts, 'untilAt');
        return former ? `ended on ${words.end(former)}` : 'had no end';
      },
      events: {},
    };
  },
};
