import type { Response } from 'express';
import { DAY } from '../../clock.ts';

const YEAR = 365 * DAY;

/** Has this browser keep a choice for a year, which it tells the pages at and below the path. */
export function keepCookie(
  res: Response,
  name: string,
  value: string,
  { secure, path = '/' }: { secure: boolean; path?: string },
): void {
  res.cookie(name, value, { maxAge: YEAR, sameSite: 'lax', httpOnly: true, secure, path });
}
