import { parseCookie } from 'cookie';
import type { Request } from 'express';
import { type Format, formatIn } from '../../text/format.ts';

/** Written by a script of ours from what the browser knows; see public/js/roster.js. */
const ZONE_COOKIE = 'roster-zone';
const LONGEST_ZONE = 64;

/** How moments and dates are written for whoever asks: in the zone and order that they chose, else in those of their browser, else in UTC. */
export function formatOf(req: Request): Format {
  const { timeZone, dateOrder } = req.viewer?.user ?? {};
  const dates = dateOrder ?? (prefersAmerican(req) ? 'month' : 'day');
  return formatIn({ zone: timeZone ?? browserZone(req), dates });
}

/** The zone that the browser said it is in. */
export function browserZone(req: Request): string | undefined {
  const zone = parseCookie(req.get('cookie') ?? '')[ZONE_COOKIE];
  return zone && zone.length <= LONGEST_ZONE ? zone : undefined;
}

/** Of all kinds of English only one puts the month first. */
function prefersAmerican(req: Request): boolean {
  return /^\s*en-US\b/i.test(req.get('accept-language') ?? '');
}
