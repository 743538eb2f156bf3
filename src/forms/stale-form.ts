import { format } from '../text/format.ts';
import type { Errors, Typed } from './form.ts';

/**
 * What somebody else saved since the form was opened, where it differs from what was typed, in words. `opened` holds the
 * form as it was opened, to be read by `read`; where the request does not say, everything counts as saved meanwhile.
 */
export function savedMeanwhile(typed: Typed, theirs: Typed, read: (body: unknown) => Typed): Errors {
  const opened = openedForm(typed, read);
  const isTheirs = ([field, value]: [string, unknown]) =>
    String(value) !== String(typed[field]) && (opened === undefined || String(value) !== String(opened[field]));
  return Object.fromEntries(
    Object.entries(theirs)
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
