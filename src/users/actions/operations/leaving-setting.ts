import { z } from 'zod';
import type { AskingAction } from '../../../bulk-operations/asking-action.ts';
import { checkForm } from '../../../forms/form.ts';
import { endBy } from '../../../forms/moments.ts';
import { format } from '../../../text/format.ts';
import { counted } from '../../../text/text.ts';
import type { Subject } from '../../user.ts';
import { requireLeavingAhead } from '../changing/person-rules.ts';
import { endIn } from '../former-ends.ts';
import { changingAction } from './changing-action.ts';

export const LEAVING_SETTING: AskingAction<Subject> = {
  name: 'set-leaving',
  label: 'Leaves on',
  otherNames: ['Set expiry', 'Clear expiry', 'Expiry date', 'End of access'],
  icon: 'clock',
  asks: [
    {
      kind: 'end',
      field: 'leavesAt',
      label: 'Leaves on',
      help: 'From then on they are let in no more; without a time, from the end of that day. Empty: they stay.',
    },
  ],
  check: (typed, times) => checkForm(z.object({ leavesAt: endBy(times) }), typed),
  async resolve(_db, by, choices) {
    requireLeavingAhead(by, endIn(choices, 'leavesAt'));
    return choices;
  },
  async chosen(_db, choices, words = format) {
    const leavesAt = endIn(choices, 'leavesAt');
    const end = leavesAt && words.end(leavesAt);
    return changingAction(
      { leavesAt },
      {
        name: 'set-leaving',
        label: end ? 'Leaves on' : 'Stays',
        icon: 'clock',
        bulk: {
          button: (number) =>
            end ? `Let ${counted(number, 'user')} leave on ${end}` : `Let ${counted(number, 'user')} stay`,
          done: (number) =>
            end
              ? `${counted(number, 'user leaves', 'users leave')} on ${end}.`
              : `${counted(number, 'user stays', 'users stay')}.`,
          consequence: end
            ? `They are let in until ${words.until(leavesAt!)}, and not after it, whether they are signed in or not.`
            : 'They are let in without an end.',
        },
        unchanged: end ? 'leaves then already' : 'has no end',
        was: (before, told) => {
          const end = endIn(before, 'leavesAt');
          return end ? `was to leave on ${told.end(end)}` : 'had no end';
        },
      },
    );
  },
};
