import type { BulkAction, Facts, Subjected } from '../verbs/action.ts';
import { fieldsInWords, isMade } from '../verbs/facts.ts';

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
    was: (before: Facts) => (isMade(before) ? 'was not there yet' : `changed: ${fieldsInWords(before)}`),
    events: {},
  };
}
