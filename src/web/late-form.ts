import type { Request } from 'express';
import { isSecretField } from '../forms/secret-fields.ts';
import { safePath } from './safe-path.ts';

/** A form that was not obeyed for its age, as it can be sent once more. */
export interface SentAgain {
  path: string;
  fields: [name: string, value: string][];
}

/** Each page makes its own. */
const OF_THE_PAGE = new Set(['_csrf', '_from']);
const LONGEST = 60_000;

/** All that was sent but what each page has of its own; undefined where a secret is among it, or it is too much for a page. */
export function sentAgain(req: Request): SentAgain | undefined {
  if (typeof req.body !== 'object' || req.body === null || !req.is('urlencoded')) return undefined;
  const fields: SentAgain['fields'] = [];
  for (const [name, given] of Object.entries(req.body as object)) {
    if (isSecretField(name)) return undefined;
    if (OF_THE_PAGE.has(name)) continue;
    for (const value of Array.isArray(given) ? given : [given]) {
      if (typeof value !== 'string') return undefined;
      fields.push([name, value]);
    }
  }
  const length = fields.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  const path = safePath(req.originalUrl);
  return path === undefined || length > LONGEST ? undefined : { path, fields };
}
