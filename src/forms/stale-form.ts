import { type Format, format as plain } from '../text/format.ts';
import type { Errors, Typed } from './form.ts';

/** A form that somebody else overtook: nothing of what was typed is lost, and sent once more it counts. */
export interface StaleForm {
  typed: Typed;
  /** What they saved since it was opened, in words, by the field where it differs. */
  theirs: Errors;
}

/** The form as it is opened, which remembers how that was: what somebody else saves meanwhile is told by it. */
export function asOpened(typed: Typed): Typed {
  return { ...typed, opened: JSON.stringify(typed) };
}

/**
 * What was typed, beside what is `stored` by now. The next comparison begins at that. `read` reads the form as it was opened out
 * of what was sent along; where that does not say, everything counts as saved meanwhile.
 */
export function staleForm(
  typed: Typed,
  stored: Typed,
  read: (body: unknown) => Typed,
  format: Format = plain,
): StaleForm {
  const again = { ...typed, version: stored.version, ...(stored.opened !== undefined && { opened: stored.opened }) };
  return { typed: again, theirs: savedMeanwhile(typed, stored, read, format) };
}

function savedMeanwhile(typed: Typed, stored: Typed, read: (body: unknown) => Typed, format: Format): Errors {
  const opened = openedForm(typed, read);
  const isTheirs = ([field, value]: [string, unknown]) =>
    String(value) !== String(typed[field]) && (opened === undefined || String(value) !== String(opened[field]));
  return Object.fromEntries(
    Object.entries(stored)
      .filter(isTheirs)
      .map(([field, value]) => [field, format.value(value)]),
  );
}

function openedForm(typed: Typed, read: (body: unknown) => Typed): Typed | undefined {
  try {
    return read(JSON.parse(String(typed.opened)));
  } catch {
    return undefined;
  }
}
