import type { BulkAction, Facts, Subjected } from '../verbs/action.ts';
import type { AskingAction } from './asking-action.ts';

/** What a file said of groups and of users at once: two operations, whose reports lead to each other. */
export function appliedTogether<Subject extends Subjected>(
  action: BulkAction<Subject>,
  other: 'groups' | 'users',
): AskingAction<Subject> {
  const { name, label, icon } = action;
  return {
    name,
    label,
    icon,
    asks: [],
    check: (typed) => ({ values: typed }),
    async chosen(_db, choices) {
      const id = choices[other];
      if (typeof id !== 'number') return action;
      return {
        ...action,
        about: { label: `What the same file did to ${other}`, path: `/bulk-operations/${id}`, isForAll: true },
      };
    },
  };
}

/** What forms do has pages of its own, where it is judged and done; here is what its report says. */
export function reported<Subject extends Subjected>(
  name: string,
  label: string,
  icon: BulkAction['icon'],
  done: (number: number) => string,
): BulkAction<Subject> {
  return {
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
}
