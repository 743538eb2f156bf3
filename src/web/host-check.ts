import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { BadRequest, HttpError } from './errors.ts';

const PORT_LOST =
  'give BASE_URL with the port of the browser, and let a proxy pass on the whole Host ($http_host in nginx)';

/** With BASE_URL given, requests for any other host are refused: none of its names is ever used for anything. */
export function hostCheck(config: Config, logger: Logger): RequestHandler {
  const { host: expected, hostname } = new URL(config.baseUrl);
  let isTold = false;
  return (req, _res, next) => {
    // `OPTIONS *` and the like name no page, and the session would pass them over.
    if (!req.path.startsWith('/')) throw new BadRequest('The address is malformed.');
    const given = req.get('host')?.toLowerCase();
    if (!config.baseUrlGiven || given === expected) return next();
    if (given?.replace(/:\d+$/, '') === hostname && !isTold) {
      isTold = true;
      logger.warn(`BASE_URL says ${expected}, but requests come for ${given}: ${PORT_LOST}`);
    }
    throw new HttpError(421, `This server answers for ${expected} only.`);
  };
}
