import { fewWords } from '../lists/list-query.ts';
import type { Errors, Typed } from './form.ts';

/** So many are suggested at once: who does not see the one that is meant types on. */
export const SUGGESTED = 8;

/** A record that a picker shows: one that is chosen, or that is found for what was typed. */
export interface Suggestion {
  /** What the field holds of it: a number, or the name itself. */
  value: string | number;
  name: string;
  /** What tells namesakes apart, or why it stays as it is. */
  note?: string;
  /** Neither taken nor dropped by this viewer. */
  isFixed?: boolean;
  /** Proposed to a field that is still empty. */
  email?: string | null;
}

/** A field that is filled by searching: what `views/_picker.ejs` shows. */
export interface Picker {
  field: string;
  /** The field in which one types: the same one where it holds a name, else one beside it. */
  search: string;
  label: string;
  help?: string;
  chosen: Suggestion[];
  found: Suggestion[];
  /** What is looked for. */
  sought: string;
  /** What is said where nothing is found; what was typed stands behind it. */
  nothing: string;
  /** Where this viewer may search for nothing: what is chosen is only shown. */
  isClosed?: boolean;
  /** A partial below it, which changes with what is chosen. */
  foot?: string;
}

/** For each field of a form that has a picker, the field in which one types. */
export type Searches = Readonly<Record<string, string>>;

/**
 * The form after a button of a picker was pressed, whose step is "take groups 12" or "drop groups 12": without a script it comes
 * with everything else that was typed, which stays.
 */
export function picked(typed: Typed, searches: Searches): Typed {
  const [, afterEnter] = /^enter ?(\w*)$/.exec(String(typed.step)) ?? [];
  if (afterEnter !== undefined) return { ...typed, step: searchedByEnter(typed, searches) ?? afterEnter };
  const { deed, field, value } = stepOf(typed);
  if (!Object.hasOwn(searches, field) || (deed !== 'take' && deed !== 'drop')) return typed;
  const isTaken = deed === 'take';
  const held = typed[field];
  const others = [held].flat().filter((one) => one !== value);
  const next = isTaken ? [...others, value] : others;
  return {
    ...typed,
    ...(isTaken && { [searches[field]]: '' }),
    [field]: Array.isArray(held) ? next : isTaken ? value : '',
  };
}

/** Without a script Enter presses the first button of a form, wherever one types: what was typed to be searched is searched first. */
function searchedByEnter(typed: Typed, searches: Searches): string | undefined {
  const isOpen = (field: string) => Array.isArray(typed[field]) || typed[field] === '';
  const field = Object.keys(searches).find(
    (one) => searches[one] !== one && isOpen(one) && String(typed[searches[one]]).trim() !== '',
  );
  return field && `find ${field}`;
}

/**
 * What is looked for in the picker of this field; empty where nothing is. A name that stands in its own field is looked for only
 * when that was asked for, or where it is nobody's.
 */
export function soughtIn(typed: Typed, searches: Searches, field: string, errors: Errors = {}): string {
  const search = searches[field];
  const step = stepOf(typed);
  if (search === field && !errors[field] && (step.deed !== 'find' || step.field !== field)) return '';
  return fewWords(String(typed[search]));
}

/** What a button of a picker asks for; empty words where it was another button. */
export function stepOf({ step }: Typed): { deed: string; field: string; value: string } {
  const [, deed = '', field = '', value = ''] = /^(find|take|drop) (\w+)(?: (.*))?$/s.exec(String(step)) ?? [];
  return { deed, field, value };
}
