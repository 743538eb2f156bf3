import type { RequestHandler } from 'express';
import type { Config } from '../config.ts';
import { HttpError } from './errors.ts';

/** With BASE_URL given, requests for any other host are refused: none of its names is ever used for anything. */
export function hostCheck(config: Config): RequestHandler {
  const expected = new URL(config.baseUrl).host;
  return (req, _res, next) => {
    if (config.baseUrlGiven && req.get('host')?.toLowerCase() !== expected)
      throw new HttpError(421, `This server answers for ${expected} only.`);
    next();
  };
}
