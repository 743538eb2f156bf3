import { z } from 'zod';
import type { AskingAction } from '../../../bulk-operations/asking-action.ts';
import type { Day } from '../../../clock.ts';
import { day, optional, programReason, userEmail } from '../../../forms/fields.ts';
import { checkForm } from '../../../forms/form.ts';
import { counted, were } from '../../../text/text.ts';
import type { Subject } from '../../user.ts';
import { ownerName, withOwner } from '../changing/program-owner.ts';
import { changingAction } from './changing-action.ts';

const toProgram = z.object({
  apiOnlyReason: programReason.refine(Boolean, 'Say what the integration is for.'),
  apiOnlyOwner: optional(254, 'At most 254 characters.').refine(Boolean, 'Name the person who answers for it.'),
  apiOnlyReviewOn: day.refine((one) => one !== null, 'Say when it is to be reviewed.'),
});

/** A user that was a program all along, or is to be one. */
export const PROGRAM_CONVERSION: AskingAction<Subject> = {
  name: 'convert-to-api-only',
  label: 'Convert to API-only',
  otherNames: ['Make API-only', 'Service account'],
  icon: 'apps',
  isDangerous: true,
  isFor: ({ apiOnly }) => !apiOnly,
  asks: [
    { kind: 'text', field: 'apiOnlyReason', label: 'Reason', help: 'What the integration is for.' },
    {
      kind: 'user',
      field: 'apiOnlyOwner',
      label: 'Owner',
      help: 'Name or system email of the person who answers for it.',
    },
    { kind: 'day', field: 'apiOnlyReviewOn', label: 'Review date' },
  ],
  check: (typed) => checkForm(toProgram, typed),
  resolve: (db, _by, choices) => withOwner(db, choices),
  async chosen(db, choices) {
    const name = await ownerName(db, choices);
    const apiOnly = {
      reason: String(choices.apiOnlyReason),
      ownerId: Number(choices.ownerId),
      reviewOn: choices.apiOnlyReviewOn as Day,
    };
    return changingAction(
      { apiOnly },
      {
        name: 'convert-to-api-only',
        label: 'Convert to API-only',
        icon: 'apps',
        isDangerous: true,
        bulk: {
          button: (number) => `Convert ${counted(number, 'user')} to API-only`,
          done: (number) => `${were(number, 'user')} made API-only.`,
          consequence: `They never sign in in a browser again: sessions, open invitations and links, and their own tokens end at once, and their passwords are void. Groups stay. ${name} answers for them.`,
        },
        unchanged: 'is API-only for the same already',
        was: ({ apiOnly: before }) => (before ? 'was API-only for something else' : 'was a person'),
      },
    );
  },
};

/** Back again: a person has an email, and comes in by a password. */
export const PERSON_CONVERSION: AskingAction<Subject> = {
  name: 'convert-to-person',
  label: 'Convert to a person',
  otherNames: ['Not API-only'],
  icon: 'person',
  isFor: ({ apiOnly }) => apiOnly,
  asks: [
    {
      kind: 'text',
      field: 'email',
      label: 'System email',
      help: 'Needed where there is none. Empty: it stays as it is.',
    },
  ],
  check: (typed) => checkForm(z.object({ email: z.union([z.literal('').transform(() => null), userEmail()]) }), typed),
  async chosen(_db, { email }) {
    const given = email ? { email: String(email) } : {};
    return changingAction(
      { apiOnly: null, ...given },
      {
        name: 'convert-to-person',
        label: 'Convert to a person',
        icon: 'person',
        bulk: {
          button: (number) => `Convert ${counted(number, 'user')} to ${number === 1 ? 'a person' : 'people'}`,
          done: (number) => `${were(number, 'user')} made ${number === 1 ? 'a person' : 'people'}.`,
          consequence:
            'Their tokens end at once, so what uses them stops working. They come in by an invitation, or by a link to choose a new password.',
        },
        unchanged: 'is a person already',
        was: ({ apiOnly }) => `was API-only: ${(apiOnly as { reason: string } | null)?.reason ?? ''}`,
      },
    );
  },
};
