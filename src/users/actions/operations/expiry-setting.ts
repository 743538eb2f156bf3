import { z } from 'zod';
import type { AskingAction } from '../../../bulk-operations/asking-action.ts';
import { day } from '../../../forms/fields.ts';
import { checkForm } from '../../../forms/form.ts';
import { format } from '../../../text/format.ts';
import { counted } from '../../../text/text.ts';
import type { Subject } from '../../user.ts';
import { changingAction } from './changing-action.ts';

export const EXPIRY_SETTING: AskingAction<Subject> = {
  name: 'set-expiry',
  label: 'Set expiry',
  otherNames: ['Clear expiry', 'Expiry date', 'Leaves on'],
  icon: 'clock',
  asks: [
    {
      kind: 'day',
      field: 'expiresOn',
      label: 'Expires on',
      help: 'The last day, in UTC, on which they are let in. Empty: the expiry date is taken away.',
    },
  ],
  check: (typed) => checkForm(z.object({ expiresOn: day }), typed),
  async chosen(_db, { expiresOn }) {
    const day = expiresOn ? format.day(String(expiresOn)) : undefined;
    return changingAction(
      { expiresOn: (expiresOn as string | null) ?? null },
      {
        name: 'set-expiry',
        label: day ? 'Set expiry' : 'Clear expiry',
        icon: 'clock',
        bulk: {
          button: (number) =>
            day ? `Let ${counted(number, 'user')} expire on ${day}` : `Clear the expiry of ${counted(number, 'user')}`,
          done: (number) =>
            day
              ? `${counted(number, 'user')} expire on ${day}.`
              : `The expiry of ${counted(number, 'user')} was cleared.`,
          consequence: day
            ? `They are let in until the end of ${day} (UTC), and not after it, whether they are signed in or not.`
            : 'They are let in without an end.',
        },
        unchanged: day ? 'has this expiry date already' : 'has no expiry date',
        was: ({ expiresOn: before }, words) =>
          before ? `expired on ${words.day(String(before))}` : 'had no expiry date',
      },
    );
  },
};
