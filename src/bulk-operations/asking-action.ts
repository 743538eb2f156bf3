import type { Reader } from '../db/database.ts';
import type { FormResult, Typed } from '../forms/form.ts';
import type { Times } from '../forms/moments.ts';
import type { Format } from '../text/format.ts';
import type { Icon } from '../text/icons.ts';
import type { Action, BulkAction, Judge, Subjected } from '../verbs/action.ts';
import type { Counts } from '../verbs/notes.ts';

/** What somebody says besides the action; kept with the operation. */
export type Choices = Record<string, unknown>;

/** One question that the sheet of such an action asks first. */
export interface Ask {
  /** `text` is one line; a `day`, a `start` and an `end` may be left empty; a `user` and an `owning-group` are named, an `application` is one that there is. */
  kind: 'group' | 'tag' | 'text' | 'day' | 'start' | 'end' | 'option' | 'user' | 'owning-group' | 'application';
  field: string;
  label: string;
  help?: string;
  /** Of an `option`, the first being chosen at first. */
  options?: { value: string; label: string }[];
}

/** An action on many that cannot be judged before it was told more: which group, until when. */
export interface AskingAction<Subject extends Subjected = Subjected> {
  /** As with every action: in addresses, forms and stored operations. */
  name: string;
  label: string;
  otherNames?: string[];
  icon: Icon;
  isDangerous?: boolean;
  /** To whom a record offers it; left out, to everybody. */
  isFor?(subject: Subject): boolean;
  asks: Ask[];
  /** What was typed into its questions, checked: the choices. */
  check(typed: Typed, times: Times): FormResult<Choices>;
  /** The choices with whom they name, as far as whoever chooses may know of them. Throws FieldErrors. */
  resolve?(db: Reader, by: Judge, choices: Choices): Promise<Choices>;
  /** The action as it was meant, in words for whoever reads them. Throws FieldErrors where what was chosen is not there any more. */
  chosen(db: Reader, choices: Choices, words?: Format): Promise<BulkAction<Subject>>;
  /** Where a draft of it is worked on, if that is another page than its sheet. */
  draftPath?(id: number): string;
  /** How the audit tells of its events. */
  events?: Record<string, string>;
}

/** An action that can be done as it is, and takes something said besides. */
export type OfferingAction<Subject extends Subjected = Subjected> = BulkAction<Subject> & {
  offers: AskingAction<Subject> & {
    /** What the sheet calls it, beside what it would come to; nothing where there is nothing to say. */
    offered(counts: Counts): string | undefined;
  };
};

/** What may be said besides an action that asks nothing. */
export function offeredBy<Subject extends Subjected>(
  action: Action<Subject> | AskingAction<Subject>,
): OfferingAction<Subject>['offers'] | undefined {
  return 'offers' in action ? (action as OfferingAction<Subject>).offers : undefined;
}

export function isAsking<Subject extends Subjected>(
  action: Action<Subject> | AskingAction<Subject>,
): action is AskingAction<Subject> {
  return 'asks' in action;
}
