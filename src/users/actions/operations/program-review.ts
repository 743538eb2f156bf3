import { z } from 'zod';
import type { AskingAction } from '../../../bulk-operations/asking-action.ts';
import { type Day, dayOf } from '../../../clock.ts';
import { day, optional } from '../../../forms/fields.ts';
import { checkForm, FieldErrors } from '../../../forms/form.ts';
import { format } from '../../../text/format.ts';
import { counted } from '../../../text/text.ts';
import type { BulkAction } from '../../../verbs/action.ts';
import { inapplicable } from '../../../verbs/outcome.ts';
import type { Subject } from '../../user.ts';
import { ownerName, withOwner } from '../changing/program-owner.ts';
import { changingAction } from './changing-action.ts';

/** Somebody looked at a program and it goes on: until when nobody has to look again. */
export const PROGRAM_KEEPING: AskingAction<Subject> = {
  name: 'keep-program',
  label: 'Review: keep',
  otherNames: ['Review date', 'Still needed'],
  icon: 'shield-check',
  isFor: ({ apiOnly }) => apiOnly,
  asks: [
    { kind: 'day', field: 'reviewOn', label: 'Review again on', help: 'The day, in UTC, on which it is due again.' },
  ],
  check: (typed) =>
    checkForm(z.object({ reviewOn: day.refine((one) => one !== null, 'Say when it is to be reviewed again.') }), typed),
  async resolve(_db, { at }, choices) {
    if ((choices.reviewOn as Day) <= dayOf(at))
      throw new FieldErrors({ reviewOn: 'Choose a day that is still to come.' });
    return choices;
  },
  async chosen(_db, choices, words = format) {
    const reviewOn = choices.reviewOn as Day;
    const on = words.day(reviewOn);
    return forPrograms(
      changingAction(
        { program: { reviewOn } },
        {
          name: 'keep-program',
          label: 'Review: keep',
          icon: 'shield-check',
          bulk: {
            button: (number) => `Keep ${counted(number, 'program')} until ${on}`,
            done: (number) => `${counted(number, 'program')} kept, to be reviewed on ${on}.`,
            consequence: `You say that they are still needed. They are to be reviewed again on ${on}.`,
          },
          unchanged: 'is to be reviewed on that day already',
          was: ({ apiOnly }, told) => {
            const before = (apiOnly as { reviewOn: Day | null } | null)?.reviewOn;
            return before ? `was to be reviewed on ${told.day(before)}` : 'had no review date';
          },
        },
      ),
    );
  },
};

/** Another person answers for them from now on. */
export const PROGRAM_HANDING_OVER: AskingAction<Subject> = {
  name: 'hand-over-program',
  label: 'Review: hand over',
  otherNames: ['New owner', 'Set owner', 'Hand over'],
  icon: 'people',
  isFor: ({ apiOnly }) => apiOnly,
  asks: [
    {
      kind: 'user',
      field: 'apiOnlyOwner',
      label: 'New owner',
      help: 'Name or system email of whoever answers for it.',
    },
  ],
  check: (typed) =>
    checkForm(
      z.object({ apiOnlyOwner: optional(254, 'At most 254 characters.').refine(Boolean, 'Name the person.') }),
      typed,
    ),
  resolve: (db, _by, choices) => withOwner(db, choices),
  async chosen(db, choices) {
    const name = await ownerName(db, choices);
    return forPrograms(
      changingAction(
        { program: { ownerId: Number(choices.ownerId) } },
        {
          name: 'hand-over-program',
          label: `Hand over to ${name}`,
          icon: 'people',
          bulk: {
            button: (number) => `Hand ${counted(number, 'program')} over to ${name}`,
            done: (number) => `${name} answers for ${counted(number, 'program')}.`,
            consequence: `${name} answers for them from now on, and is told when their tokens end.`,
          },
          unchanged: 'has this owner already',
          was: () => 'had another owner',
        },
      ),
    );
  },
};

function forPrograms(action: BulkAction<Subject>): BulkAction<Subject> {
  return {
    ...action,
    refusalOf: (viewer, subject) =>
      action.refusalOf(viewer, subject) ?? (subject.apiOnly ? undefined : inapplicable('is a person')),
  };
}
