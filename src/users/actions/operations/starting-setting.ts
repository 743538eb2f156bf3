import { z } from 'zod';
import type { AskingAction } from '../../../bulk-operations/asking-action.ts';
import type { Instant } from '../../../clock.ts';
import { checkForm } from '../../../forms/form.ts';
import { startBy } from '../../../forms/moments.ts';
import { format } from '../../../text/format.ts';
import { counted } from '../../../text/text.ts';
import type { Subject } from '../../user.ts';
import { requireStartAhead } from '../changing/person-rules.ts';
import { changingAction } from './changing-action.ts';

export const STARTING_SETTING: AskingAction<Subject> = {
  name: 'set-start',
  label: 'Starts on',
  otherNames: ['Start date', 'Entry date'],
  icon: 'clock',
  asks: [
    {
      kind: 'start',
      field: 'startsAt',
      label: 'Starts on',
      help: 'Until then they are let in not yet; without a time, until the beginning of that day. Empty: they start at once.',
    },
  ],
  check: (typed, times) => checkForm(z.object({ startsAt: startBy(times) }), typed),
  async resolve(_db, by, choices) {
    requireStartAhead(by, startIn(choices));
    return choices;
  },
  async chosen(_db, choices, words = format) {
    const startsAt = startIn(choices);
    const start = startsAt && words.start(startsAt);
    return changingAction(
      { startsAt },
      {
        name: 'set-start',
        label: start ? 'Starts on' : 'Starts at once',
        icon: 'clock',
        bulk: {
          button: (number) =>
            start ? `Let ${counted(number, 'user')} start on ${start}` : `Let ${counted(number, 'user')} start at once`,
          done: (number) =>
            `${counted(number, 'user starts', 'users start')} ${start ? `on ${start}` : 'at once: nothing keeps them out'}.`,
          consequence: start
            ? `Before ${start} they are let in not yet, whether they are signed in or not, and no link of theirs works.`
            : 'They are let in as soon as they can sign in.',
        },
        unchanged: start ? 'starts then already' : 'has no start to come',
        was: ({ startsAt: before }, told) =>
          before ? `was to start on ${told.start(String(before))}` : 'had no start',
      },
    );
  },
};

function startIn(choices: Record<string, unknown>): Instant | null {
  return (choices.startsAt as Instant | null | undefined) ?? null;
}
