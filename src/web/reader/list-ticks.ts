import type { Request } from 'express';
import {
  type AllTicked,
  draftNamed,
  exceptionsOf,
  MOST_IN_ADDRESS,
  readIds,
  withTicks,
} from '../../lists/exceptions.ts';

/** What the script of lists asks with, so that the address stays the view alone. */
const HEADER = 'Roster-Except';

/**
 * Whether all that match are ticked, and who of them is not, or in which draft it is kept: as the address says it, or the page's own script.
 * More than may be are nobody's ticks.
 */
export function saidTicks(req: Request): AllTicked | { draft: number } | undefined {
  const asked = req.get(HEADER) ?? (req.query.ticked === 'all' ? String(req.query.except ?? '') : undefined);
  if (asked === undefined) return undefined;
  const draft = draftNamed(asked);
  if (draft !== undefined) return { draft };
  const except = readIds([asked]);
  return except.length > MOST_IN_ADDRESS ? undefined : { except };
}

/** Another page of the view on which they are ticked as on this one. */
export function withSaidTicks(req: Request, path: string): string {
  const said = req.query.ticked === 'all' ? saidTicks(req) : undefined;
  return said ? withTicks(path, said) : path;
}

/** The same view with nobody ticked. */
export function withoutTicks(path: string): string {
  const url = new URL(path, 'http://roster.invalid');
  for (const name of ['ticked', 'except']) url.searchParams.delete(name);
  return url.pathname + url.search;
}

/**
 * The address of a list on which all that match are ticked, with whoever was unticked since it was opened: the form that was sent from
 * it tells. Any other address stays as it is, and one to which they would be too many: the boxes of the form come back by themselves.
 */
export function asTickedLast(path: string, form: unknown): string {
  const url = new URL(path, 'http://roster.invalid');
  if (url.searchParams.get('ticked') !== 'all') return path;
  const given = (name: string) => [(form as Record<string, unknown> | undefined)?.[name] ?? []].flat().map(String);
  const [ids, except, listed] = ['ids', 'except', 'listed'].map(given);
  const exceptions = exceptionsOf({ ids, except, listed });
  if (listed.length === 0 || exceptions.length > MOST_IN_ADDRESS) return path;
  return withTicks(withoutTicks(path), { except: exceptions });
}
