import { counted, were } from '../../../text/text.ts';
import type { BulkAction, Facts } from '../../../verbs/action.ts';
import type { Subject } from '../../user.ts';

/** What the forms of one user do: they have pages of their own, and here is what their reports say. */
function reported(name: string, label: string, icon: BulkAction['icon'], done: (number: number) => string) {
  const action: BulkAction<Subject> = {
    name,
    label,
    icon,
    bulk: { button: () => label, done, consequence: '' },
    refusalOf: () => undefined,
    perform: () => Promise.reject(new Error('a form is saved by its own verb')),
    was: (before: Facts) =>
      before.activity === null ? 'was not there yet' : `changed: ${Object.keys(before).join(', ')}`,
    events: {},
  };
  return action;
}

export const FORM_SAVING = [
  reported('edit', 'Edit', 'pencil', (number) => `${were(number, 'user')} edited.`),
  reported('create', 'New user', 'person-add', (number) => `${counted(number, 'user')} created.`),
];
