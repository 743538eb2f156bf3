import { type ErrorRequestHandler, type Request, type RequestHandler, type Response, Router } from 'express';
import { grants } from '../access/rights.ts';
import { actOfCaller, type Caller, callerOf } from '../api/contract/caller.ts';
import { headersOf, isRefusal } from '../api/contract/problem.ts';
import { recordRefusal } from '../api/contract/refusals.ts';
import type { RequestLimit } from '../api/contract/request-limit.ts';
import type { AppContext } from '../app-context.ts';
import { Unfit } from '../provisioning/unfit.ts';
import type { Scope } from '../tokens/token.ts';
import { Forbidden } from '../verbs/refusals.ts';
import { requireBounded, requireText } from '../web/bounded-body.ts';
import { HttpError } from '../web/http-error.ts';
import { jsonBody, readableError } from '../web/json-body.ts';
import { Bookmarks } from './bookmarks.ts';
import type { Answer, Call } from './call.ts';
import { CallLog } from './call-log.ts';
import { answerTo, handlersAt } from './dispatch.ts';
import { largestBody } from './limits.ts';
import { bodyOf, problemOf } from './problem.ts';

const TYPES = ['application/scim+json', 'application/json'];
const SENT_AS = 'application/scim+json; charset=utf-8';

/** The callers of requests that are under way. */
const callers = new WeakMap<Request, Caller>();

/** By its own scope alone a token provisions: with it, it reads and changes users and groups, here and nowhere else. */
function opening(scopes: readonly Scope[]): readonly Scope[] {
  return scopes.includes('scim') ? [...scopes, 'users:write', 'groups:write'] : [];
}

/** Where identity providers keep users and groups in step, by tokens alone (RFC 7644). */
export function scimRouter(app: AppContext, limit: RequestLimit): RequestHandler {
  const router = Router({ caseSensitive: true, strict: true });
  const bookmarks = new Bookmarks();
  const log = new CallLog(app);
  router.use(async (req, res, next) => {
    const caller = await callerOf(app, req, opening);
    callers.set(req, caller);
    req.told = { outcome: `token ${caller.token.id}`, userId: caller.viewer.id };
    res.set(await limit.take(caller.token.id, app.clock()));
    requireProvisioner(caller);
    next();
  });
  router.use(requireJson, jsonBody(largestBody(app.config), TYPES));
  router.use(async (req, res) => {
    const call = callOf(app, req, { caller: callers.get(req)!, bookmarks, log });
    const answer = await answerTo(call);
    await log.note(call, req, answer);
    send(res, answer);
  });
  router.use(errorHandler(app, log));
  // One layer, whatever is below it: what is there is described by discovery.
  return (req, res, next) => router(req, res, next);
}

function requireProvisioner({ token, rights }: Caller): void {
  const isOne = grants(rights, 'users', 'write') && grants(rights, 'groups', 'write');
  if (!token.scopes.includes('scim') || !isOne)
    throw new Forbidden('This needs the scope scim, and a user who may write users and groups now.');
}

function callOf(
  app: AppContext,
  req: Request,
  { caller, bookmarks, log }: { caller: Caller; bookmarks: Bookmarks; log: CallLog },
): Call {
  requireBounded(req.body);
  const act = actOfCaller(app, req, caller);
  return {
    app,
    viewer: caller.viewer,
    bookmarks,
    method: req.method === 'HEAD' ? 'GET' : req.method,
    segments: segmentsIn(req),
    query: queryIn(req),
    body: req.body,
    ifMatch: req.get('if-match'),
    ifNoneMatch: req.get('if-none-match'),
    write: (work) => app.db.write((trx) => work(trx, act)),
    refused: (error, of) => noteRefusal(app, log, req, { caller, error, of }),
  };
}

/** Each name once; twice, nobody knows which is meant. */
function queryIn(req: Request): Record<string, string> {
  const query: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(req.originalUrl.split('?')[1] ?? '')) {
    if (Object.hasOwn(query, name)) throw new Unfit('invalidValue', `${name.slice(0, 60)} is given once only.`);
    requireText(value);
    query[name] = value;
  }
  return query;
}

function segmentsIn(req: Request): string[] {
  try {
    return req.path.split('/').filter(Boolean).map(decodeURIComponent);
  } catch {
    throw new HttpError(404, 'There is nothing at this address.');
  }
}

const requireJson: RequestHandler = (req, _res, next) => {
  const hasBody = Number(req.get('content-length') ?? 0) > 0 || req.get('transfer-encoding') !== undefined;
  if (hasBody && !req.is(TYPES)) throw new HttpError(415, 'A body is sent as application/scim+json.');
  next();
};

function send(res: Response, { status, headers = {}, body }: Answer): void {
  res.status(status).set(headers);
  if (body === undefined) res.end();
  else res.type(SENT_AS).send(JSON.stringify(body));
}

interface Refused {
  caller: Caller;
  error: unknown;
  of?: { method: string; path: string };
}

async function noteRefusal(app: AppContext, log: CallLog, req: Request, { caller, error, of }: Refused) {
  const problem = problemOf(readableError(error, tooLarge(app)));
  if (problem.status >= 500) app.logger.error({ err: error, requestId: req.id }, 'a provisioning request failed');
  if (isRefusal(error)) await recordRefusal(app, req, caller, problem.detail);
  await log.noteRefusal(req, { provisionerId: caller.viewer.id, error, problem, of });
  return problem;
}

function tooLarge({ config }: AppContext): string {
  return `A request has at most ${config.scimMegabytes} MB: see SCIM_MEGABYTES, or send less at once.`;
}

function errorHandler(app: AppContext, log: CallLog): ErrorRequestHandler {
  return async (error, req, res, _next) => {
    if (res.headersSent) {
      app.logger.error({ err: error, requestId: req.id }, 'an answer broke off');
      req.socket.destroy();
      return;
    }
    const caller = callers.get(req);
    const problem = caller ? await noteRefusal(app, log, req, { caller, error }) : problemOf(error);
    if (problem.status === 405) res.set('Allow', Object.keys(handlersAt(segmentsIn(req))).join(', '));
    const { status, detail } = problem;
    res.set(headersOf(error, { status, detail, title: '', requestId: '' })).set('Cache-Control', 'no-store');
    res
      .status(status)
      .type(SENT_AS)
      .send(JSON.stringify(bodyOf(problem)));
  };
}
