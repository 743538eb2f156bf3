import type { AskingAction, Choices } from '../../bulk-operations/asking-action.ts';
import { counted, were } from '../../text/text.ts';
import type { Subject } from '../../users/user.ts';
import { importPiece } from './applying.ts';

/** What an operation keeps of the file that it imports. */
export interface ImportingChoices extends Choices {
  import: number;
}

/** A file has pages of its own, where it is said what each line comes to; here is how it is done, and what its report says. */
export const IMPORT: AskingAction<Subject> = {
  name: 'import',
  label: 'Import',
  icon: 'people',
  asks: [],
  check: (typed) => ({ values: typed }),
  async chosen(_db, choices) {
    const { import: id } = choices as ImportingChoices;
    return {
      name: 'import',
      label: 'Import',
      icon: 'people',
      bulk: {
        button: (number) => `Import ${counted(number, 'user')}`,
        done: (number) => `${were(number, 'user')} created or changed by an import.`,
        consequence: '',
      },
      about: id === undefined ? undefined : { label: 'The file and its refused lines', path: `/users/imports/${id}` },
      refusalOf: () => undefined,
      perform: () => Promise.reject(new Error('an import is done by its lines')),
      performPiece: (trx, act, lines) => importPiece(trx, act, id, lines),
      was: (before) => (before.activity === null ? 'was not there yet' : `changed: ${Object.keys(before).join(', ')}`),
      events: {},
    };
  },
};
