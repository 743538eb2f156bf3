import csurf from 'csurf';
import type { NextFunction, Request, RequestHandler } from 'express';
import type { Config } from '../../config.ts';
import { Forbidden, Malformed } from '../../verbs/refusals.ts';
import { featuresOf } from '../feature.ts';
import { formMarks, tokenIn } from '../form-marks.ts';
import { LateForm } from '../http-error.ts';
import type { Visits } from './visits.ts';

declare module 'express-session' {
  interface SessionData {
    /** Kept by csurf. */
    csrfSecret?: string;
  }
}

declare global {
  namespace Express {
    interface Request {
      /** The form was made for a session or visit that is over: it is shown again, and not obeyed. */
      isLate?: boolean;
    }
  }
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);
const METHODS = new Set(['PUT', 'PATCH', 'DELETE']);

/** Lets a form say PUT, PATCH or DELETE by a hidden `_method`; on POST only, and before the forgery check. */
export const methodOverride: RequestHandler = (req, _res, next) => {
  const { _method: given = '', _from: from = '' } = req.body ?? {};
  if (typeof given !== 'string') throw new Malformed('The field _method may be given once only.');
  if (typeof from !== 'string') throw new Malformed('The field _from may be given once only.');
  const method = given.toUpperCase();
  if (req.method === 'POST' && METHODS.has(method)) req.method = method;
  next();
};

/** Refuses a change that another site sends: by what the browser says of its origin, then by the token of the session or visit. */
export function forgery(config: Config, visits: Visits): RequestHandler[] {
  const origin: RequestHandler = (req, _res, next) => {
    if (!SAFE.has(req.method) && !isSameOrigin(req.headers, req.get('host') ?? '', config))
      throw new Forbidden('This request came from another site and was refused.');
    next();
  };
  const value = (req: Request) => tokenIn(req.body?._csrf ?? req.get('x-csrf-token'));
  const ofSession = csurf({ value });
  const ofVisit = csurf({ value, sessionKey: 'visit' });
  // Only a page with a form makes a token, and with it a visit: looking at other pages writes nothing.
  const markOf = formMarks(config.secrets.session);
  const onDemand: RequestHandler = (req, res, next) => {
    req.markOf = markOf;
    const isKept = req.session.stored === true;
    req.visit = isKept ? undefined : visits.find(req);
    const token = isKept ? ofSession : ofVisit;
    req.csrfToken = () => {
      if (!isKept) req.visit = visits.begin(req, res);
      token(req, res, () => {});
      return req.csrfToken();
    };
    if (SAFE.has(req.method)) return next();
    // What is gone or new has no token that could match. To begin it here would answer a request that was still under way at
    // the sign-in with a cookie that takes the place of the signed-in one.
    const { csrfSecret } = isKept ? req.session : req.visit!;
    if (csrfSecret) return token(req, res, (error?: unknown) => (error ? late(req, next, error) : next()));
    late(req, next, Object.assign(new Error('no token was given'), { code: 'EBADCSRFTOKEN' }));
  };
  /** A token that died is no forbidden act: where the browser vouches for its origin the form is only shown again. */
  const late = (req: Request, next: NextFunction, error: unknown) => {
    if (!isVouchedFor(req.headers, req.get('host') ?? '', config)) return next(error);
    req.isLate = true;
    const form = `${req.method} ${req.path}`;
    const isHandled = featuresOf(req).some((one) => one.shownAgain?.test(form) || one.harmless?.test(form));
    next(isHandled ? undefined : new LateForm());
  };
  return [origin, onDemand];
}

/** Said, not only not denied. */
function isVouchedFor(headers: NodeJS.Dict<string | string[]>, host: string, config: Config): boolean {
  if (headers['sec-fetch-site'] !== undefined) return headers['sec-fetch-site'] === 'same-origin';
  return headers.origin !== undefined && isSameOrigin(headers, host, config);
}

/** Over plain HTTP off localhost browsers send no Sec-Fetch-Site, so the Origin decides there. */
function isSameOrigin(headers: NodeJS.Dict<string | string[]>, host: string, config: Config): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const origin = headers.origin;
  if (origin === undefined) return true;
  if (config.baseUrlGiven) return origin === config.baseUrl;
  return origin === `http://${host}` || origin === `https://${host}`;
}
