import type { Choices } from '../../bulk-operations/asking-action.ts';

/** What an operation keeps of the file that it imports. */
export interface ImportingChoices extends Choices {
  import?: number;
  /** How many lines were to make and to change somebody; earlier versions kept neither. */
  made?: number;
  changed?: number;
}
