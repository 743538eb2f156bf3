import { isIP } from 'node:net';
import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import type { Config } from '../../config.ts';
import { Malformed } from '../../verbs/refusals.ts';
import { HttpError } from '../http-error.ts';

const PORT_LOST =
  'give BASE_URL with the port of the browser, and let a proxy pass on the whole Host ($http_host in nginx)';

/** A name or an address, perhaps with a port: nothing else is repeated on a page. */
const HOST = /^(\[[\da-f:.]+\]|[\w-]+(?:\.[\w-]+)*)\.?(:\d{1,5})?$/;
/** Names that no stranger can own: of one word, or of a kind that is never given out (RFC 6762, 8375, ICANN's .internal). */
const LOCAL_NAME = /^[^.]+$|\.(lan|local|internal|home\.arpa|localhost)$/;

/**
 * With BASE_URL given, requests for any other host are refused: none of its names is ever used for anything. Without, those names
 * are served that lead here from nowhere else: a stranger's name that was made to lead here would read Roster with the
 * rights of the visitor (DNS rebinding).
 */
export function hostCheck(config: Config, logger: Logger): RequestHandler {
  return config.baseUrlGiven ? expectedHost(config, logger) : localHost(config, logger);
}

function expectedHost(config: Config, logger: Logger): RequestHandler {
  const { host: expected, hostname } = new URL(config.baseUrl);
  let isTold = false;
  return (req, _res, next) => {
    const given = hostOf(req);
    if (given === expected) return next();
    if (given.replace(/:\d+$/, '') === hostname && !isTold) {
      isTold = true;
      logger.warn(`BASE_URL says ${expected}, but requests come for ${given}: ${PORT_LOST}`);
    }
    throw new HttpError(421, `This server answers for ${expected} only.`);
  };
}

function localHost(config: Config, logger: Logger): RequestHandler {
  const isServed = isLoopback(config.host) ? isLoopback : isLocal;
  let isTold = false;
  return (req, _res, next) => {
    const given = hostOf(req);
    // What the page that refuses looks like; it holds nothing of anybody.
    if (req.path.startsWith('/assets/')) return next();
    const [, name, port = ''] = HOST.exec(given) ?? [];
    if (name !== undefined && (isServed(name) || name === config.host.toLowerCase())) return next();
    if (name === undefined) throw new HttpError(421, 'This server does not answer for that name.');
    const line = `BASE_URL=${req.protocol}://${name}${port}`;
    if (!isTold) logger.warn(`a request came for ${name}${port}: if that is the address of this Roster, set ${line}`);
    isTold = true;
    throw new HttpError(
      421,
      `This Roster was not told that people reach it as ${name}${port}. If it is yours, set ${line} and start it anew.`,
    );
  };
}

/** In small letters; empty where the request names none, or several, of which others on the way may take another one (RFC 9112, section 3.2). */
function hostOf(req: Parameters<RequestHandler>[0]): string {
  // `OPTIONS *` and the like name no page, and the session would pass them over.
  if (!req.path.startsWith('/')) throw new Malformed('The address is malformed.');
  const [host = '', ...others] = req.headersDistinct.host ?? [];
  return others.length > 0 ? '' : host.toLowerCase();
}

function isLoopback(name: string): boolean {
  const address = unbracketed(name);
  return /(^|\.)localhost$/i.test(name) || address === '::1' || (isIP(address) === 4 && address.startsWith('127.'));
}

function isLocal(name: string): boolean {
  return isIP(unbracketed(name)) !== 0 || LOCAL_NAME.test(name);
}

function unbracketed(name: string): string {
  return name.replace(/^\[|\]$/g, '');
}
