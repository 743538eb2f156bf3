import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Request } from 'express';
import type { Logger } from 'pino';
import { pinoHttp } from 'pino-http';
import { loggedError } from '../process/logger.ts';
import { loggedPath } from './request-words.ts';

/** Asked for all the time, by browsers and by whatever watches: a line of each would hide the others. */
const UNTOLD = /^\/(assets\/|(health|metrics)$)/;

/**
 * One line per request, when it is over: what was asked, from where, by whom, and what came of it. Never a query, a token, a cookie, a
 * header, or what was typed as a name: people type passwords there.
 */
export function requestLog(logger: Logger) {
  return pinoHttp({
    logger,
    // Its last part: told apart for as long as anybody looks, and short enough to be read out.
    genReqId: () => randomUUID().slice(-12),
    customLogLevel: (_req, res, error) => (error || res.statusCode >= 500 ? 'error' : 'info'),
    autoLogging: { ignore: (req) => UNTOLD.test(req.url ?? '') },
    customSuccessObject: (req, _res, line) => ({ ...line, ...told(req) }),
    customErrorObject: (req, _res, _error, line) => ({ ...line, ...told(req) }),
    serializers: {
      req: (req: { id: unknown; method: string; raw: { originalUrl?: string; url?: string } }) => ({
        id: req.id,
        method: req.method,
        path: loggedPath(req.raw),
      }),
      res: (res: Pick<ServerResponse, 'statusCode'> & { statusCode: number }) => ({ status: res.statusCode }),
      err: loggedError,
    },
  });
}

/** The outcome stands where a path and a status do not say it: of a sign-in. */
function told(message: IncomingMessage) {
  const req = message as Request;
  const { outcome, userId = req.viewer?.id } = req.told ?? {};
  return { address: req.ip, userId: userId ?? null, ...(outcome && { outcome }) };
}
