import { parseCookie } from 'cookie';
import type { Request, Response } from 'express';
import type { PageQuery } from '../../lists/list-query.ts';
import { keepCookie } from './kept-cookie.ts';

/** How many per page, as last chosen in this browser. */
const PER_COOKIE = 'roster-per';
/** Which filters are folded away, or open where they rest folded; the page's own script writes it. */
const FOLDED_COOKIE = 'roster-folded';

/** How somebody likes a list in this browser; each list has cookies of its own, by its path. */
export interface ListHabits {
  per: number;
  /** The names of the filters that are folded away, or open where they rest folded. */
  folded: string[];
}

export function readHabits(req: Request): ListHabits {
  const cookies = parseCookie(req.get('cookie') ?? '');
  return { per: Number(cookies[PER_COOKIE]), folded: cookies[FOLDED_COOKIE]?.split('.') ?? [] };
}

/** Keeps the size of the page where the address names one. */
export function rememberPageSize(res: Response, path: string, query: PageQuery, secure: boolean): void {
  if (query.perGiven) keepCookie(res, PER_COOKIE, String(query.per), { secure, path });
}
