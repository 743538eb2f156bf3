import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import type { Config } from '../../config.ts';
import { WrongSetup } from '../http-error.ts';

/**
 * Behind TLS a browser gets its session only where the proxy says that it spoke TLS, and is believed. Without that nobody could sign
 * in, and would be told that their form is too old.
 */
export function proxyCheck(config: Config, logger: Logger): RequestHandler {
  let isTold = false;
  return (req, _res, next) => {
    if (!config.secure || req.secure) return next();
    const sender = req.socket.remoteAddress;
    const reason = req.get('x-forwarded-proto')
      ? `The proxy at ${sender} is not among those that TRUST_PROXY names, or it says that the browser came without TLS.`
      : `The proxy at ${sender} does not say how the browser came: let it send X-Forwarded-Proto.`;
    if (!isTold) logger.warn({ sender }, reason);
    isTold = true;
    throw new WrongSetup(reason);
  };
}
