import type { Request } from 'express';
import { type AllTicked, exceptionsOf, MOST_EXCEPTIONS, readIds, withTicks } from '../../lists/exceptions.ts';

/** What the script of lists asks with, so that the address stays the view alone. */
const HEADER = 'Roster-Except';

/** Whether all that match are ticked, and who of them is not: as the address says it, or the page's own script. More than may be are nobody's ticks. */
export function readAllTicked(req: Request): AllTicked | undefined {
  const asked = req.get(HEADER) ?? (req.query.ticked === 'all' ? String(req.query.except ?? '') : undefined);
  if (asked === undefined) return undefined;
  const except = readIds([asked]);
  return except.length > MOST_EXCEPTIONS ? undefined : { except };
}

/**
 * The address of a list on which all that match are ticked, with whoever was unticked since it was opened: the form that was sent from
 * it tells. Any other address stays as it is.
 */
export function asTickedLast(path: string, form: unknown): string {
  const url = new URL(path, 'http://roster.invalid');
  if (url.searchParams.get('ticked') !== 'all') return path;
  const given = (name: string) => [(form as Record<string, unknown> | undefined)?.[name] ?? []].flat().map(String);
  const [ids, except, listed] = ['ids', 'except', 'listed'].map(given);
  const exceptions = exceptionsOf({ ids, except, listed });
  if (listed.length === 0 || exceptions.length > MOST_EXCEPTIONS) return path;
  for (const name of ['ticked', 'except']) url.searchParams.delete(name);
  return withTicks(url.pathname + url.search, { except: exceptions });
}
