import { z } from 'zod';
import type { AskingAction } from '../../../bulk-operations/asking-action.ts';
import { checkForm } from '../../../forms/form.ts';
import { counted } from '../../../text/text.ts';
import { ifOneself } from '../../../verbs/notes.ts';
import type { Subject } from '../../user.ts';
import { changingAction } from './changing-action.ts';

/** Whoever has it lifts it from nobody (R62). */
const LIFTED_BY_OTHERS =
  'You are one of them: then you lift it from nobody any more, and only another administrator can take this back.';

export const SHARED_DATA_SETTING: AskingAction<Subject> = {
  name: 'set-no-shared-data',
  label: 'No shared data',
  icon: 'eye-closed',
  asks: [
    {
      kind: 'option',
      field: 'noSharedData',
      label: 'No shared data',
      options: [
        { value: 'yes', label: 'Set: they see only what they or their groups own' },
        { value: 'no', label: 'Clear: they see public records as well' },
      ],
    },
  ],
  check: (typed) =>
    checkForm(z.object({ noSharedData: z.enum(['yes', 'no'], { error: 'Choose one of the two.' }) }), typed),
  async chosen(_db, choices) {
    const noSharedData = choices.noSharedData === 'yes';
    const action = changingAction(
      { noSharedData },
      {
        name: 'set-no-shared-data',
        label: noSharedData ? 'Set No shared data' : 'Clear No shared data',
        icon: 'eye-closed',
        bulk: {
          button: (number) => `${noSharedData ? 'Set' : 'Clear'} No shared data for ${counted(number, 'user')}`,
          done: (number) => `No shared data was ${noSharedData ? 'set' : 'cleared'} for ${counted(number, 'user')}.`,
          consequence: noSharedData
            ? 'They see only records that they or their groups own, from the next click on.'
            : 'They see public records as well, from the next click on.',
        },
        unchanged: noSharedData ? 'has No shared data already' : 'does not have No shared data',
        was: ({ noSharedData: before }) => (before ? 'had No shared data' : 'saw shared data'),
      },
    );
    return noSharedData ? { ...action, notes: ifOneself(LIFTED_BY_OTHERS) } : action;
  },
};
