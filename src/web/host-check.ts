import type { RequestHandler } from 'express';
import type { Config } from '../config.ts';
import { BadRequest, HttpError } from './errors.ts';

/** With BASE_URL given, requests for any other host are refused: none of its names is ever used for anything. */
export function hostCheck(config: Config): RequestHandler {
  const expected = new URL(config.baseUrl).host;
  return (req, _res, next) => {
    // `OPTIONS *` and the like name no page, and the session would pass them over.
    if (!req.path.startsWith('/')) throw new BadRequest('The address is malformed.');
    if (config.baseUrlGiven && req.get('host')?.toLowerCase() !== expected)
      throw new HttpError(421, `This server answers for ${expected} only.`);
    next();
  };
}
