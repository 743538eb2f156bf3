import type { Request } from 'express';
import { type AllTicked, MOST_EXCEPTIONS, readIds } from '../../lists/exceptions.ts';

/** What the script of lists asks with, so that the address stays the view alone. */
const HEADER = 'Roster-Except';

/** Whether all that match are ticked, and who of them is not: as the address says it, or the page's own script. More than may be are nobody's ticks. */
export function readAllTicked(req: Request): AllTicked | undefined {
  const asked = req.get(HEADER) ?? (req.query.ticked === 'all' ? String(req.query.except ?? '') : undefined);
  if (asked === undefined) return undefined;
  const except = readIds([asked]);
  return except.length > MOST_EXCEPTIONS ? undefined : { except };
}
