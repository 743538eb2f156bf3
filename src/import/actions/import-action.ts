import type { AskingAction } from '../../bulk-operations/asking-action.ts';
import { counted, grouped, were } from '../../text/text.ts';
import type { Subjected } from '../../verbs/action.ts';
import { fieldsInWords, isMade } from '../../verbs/facts.ts';
import { importPiece } from './applying.ts';
import type { ImportingChoices } from './importing-choices.ts';

/** A file has pages of its own, where it is said what each line comes to; here is how it is done, and what its report says. */
function importing(noun: string, path: string): AskingAction<Subjected> {
  const what = { name: 'import', label: 'Import', icon: 'upload' } as const;
  return {
    ...what,
    asks: [],
    check: (typed) => ({ values: typed }),
    async chosen(_db, choices) {
      const { import: id, ...numbers } = choices as ImportingChoices;
      return {
        ...what,
        bulk: {
          button: (number) => `Import ${counted(number, noun)}`,
          done: (number) => `${doneInWords(number, noun, numbers)} by an import.`,
          consequence: '',
        },
        about:
          id === undefined ? undefined : { label: 'The file and its refused lines', path: `${path}/imports/${id}` },
        refusalOf: () => undefined,
        perform: () => Promise.reject(new Error('an import is done by its lines')),
        performPiece(trx, act, lines) {
          if (id === undefined) throw new Error('an import of an earlier version is done');
          return importPiece(trx, act, id, lines);
        },
        was: (before) => (isMade(before) ? 'was not there yet' : `changed: ${fieldsInWords(before)}`),
        events: {},
      };
    },
  };
}

/** Which of them were made is told where none was left out, or all were to be. */
function doneInWords(
  number: number,
  noun: string,
  { made, changed }: Pick<ImportingChoices, 'made' | 'changed'>,
): string {
  if (changed === 0) return `${were(number, noun)} created`;
  if (made === 0) return `${were(number, noun)} changed`;
  if (made === undefined || changed === undefined || made + changed !== number)
    return `${were(number, noun)} created or changed`;
  return `${were(made, noun)} created and ${grouped(changed)} ${changed === 1 ? 'was' : 'were'} changed`;
}

export const USER_IMPORT = importing('user', '/users');
export const CONTACT_IMPORT = importing('contact', '/contacts');
