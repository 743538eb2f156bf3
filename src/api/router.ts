import { type ErrorRequestHandler, type Request, type RequestHandler, type Response, Router } from 'express';
import type { z } from 'zod';
import type { AppContext } from '../app-context.ts';
import { instant } from '../clock.ts';
import { type Errors, StaleVersion } from '../forms/form.ts';
import { isId } from '../text/record-id.ts';
import { findAnswer, keepAnswer } from '../tokens/token-store.ts';
import { Forbidden, Malformed, NotFound } from '../verbs/refusals.ts';
import { requireBounded } from '../web/bounded-body.ts';
import { isKnown, tagsIn, tagText } from '../web/entity-tag.ts';
import { HttpError } from '../web/http-error.ts';
import { jsonBody, readableError } from '../web/json-body.ts';
import { actOfCaller, type Caller, callerOf } from './contract/caller.ts';
import { inWords } from './contract/in-words.ts';
import { requireNeeds } from './contract/needs.ts';
import { fingerprint, Unprocessable } from './contract/problem.ts';
import type { RequestLimit } from './contract/request-limit.ts';
import { type Answer, type Call, isName, type Route } from './contract/route.ts';
import { openApi } from './openapi.ts';
import { answerProblem, callerIn, knownCaller } from './problem-answer.ts';
import { ROUTES } from './routes.ts';

/** Larger than any record, and no larger than a form. */
const LARGEST_BODY = '256kb';
const TOO_LARGE = 'A body has at most 256 kB: send less at once.';
const LONGEST_KEY = 200;
/** So many mistakes of one body. */
const MOST_TOLD = 100;

/** What programs ask for, by tokens alone: no cookie is read here, and no session begun. */
export function apiRouter(app: AppContext, limit: RequestLimit): RequestHandler {
  const router = Router({ caseSensitive: true, strict: true });
  let description: Promise<object> | undefined;
  router.get('/openapi.json', async (_req, res) => {
    description ??= openApi(app.config.baseUrl);
    res.json(await description);
  });
  router.get('/', (_req, res) => res.redirect(303, '/api'));
  router.use(async (req, res, next) => {
    const caller = await callerOf(app, req);
    knownCaller(req, caller);
    res.set(await limit.take(caller.token.id, app.clock()));
    next();
  });
  router.use(requireJson, jsonBody(LARGEST_BODY, ['application/json', 'application/merge-patch+json']));
  for (const [path, routes] of Map.groupBy(ROUTES, (one) => one.path)) {
    const place = router.route(path.replaceAll(/\{(\w+)\}/g, ':$1'));
    for (const one of routes) place[one.method]((req: Request, res: Response) => serve(app, one, req, res));
    const allowed = routes.map(({ method }) => method.toUpperCase());
    place.all((_req: Request, res: Response) => {
      res.set('Allow', allowed.join(', '));
      throw new HttpError(405, `At this address there is ${allowed.join(', ')}.`);
    });
  }
  router.use(() => {
    throw new NotFound('There is nothing at this address.');
  });
  router.use(errorHandler(app));
  // One layer, whatever is below it: the routes are described by openapi.json.
  return (req, res, next) => router(req, res, next);
}

async function serve(app: AppContext, route: Route, req: Request, res: Response): Promise<void> {
  const caller = callerIn(req);
  requireNeeds(caller, route);
  requireBounded([req.body, route.query && req.query]);
  const body = route.body ? checked(route.body, req.body ?? {}) : undefined;
  const call: Call<never> = {
    app,
    req,
    caller,
    viewer: caller.viewer,
    ...addressed(req),
    query: route.query ? checked(route.query, req.query) : req.query,
    body: body as never,
    version: undefined,
    write: (work) => writeOnce(app, req, { caller, usual: route.status }, work),
  };
  if (route.isVersioned) call.version = await versionMeant(route, call);
  await requireConfirming(caller, route, call);
  const answer = await route.handle(call);
  if (answer.stream) answer.stream(res);
  else send(req, res, { status: route.status, ...answer });
}

/** Nobody is there who could be asked whether it is they: it is said once, of the token (R54). */
async function requireConfirming({ token }: Caller, { asks }: Route, call: Call<never>): Promise<void> {
  if (!asks || token.scopes.includes('confirm') || !(await asks.holds(call))) return;
  throw new Forbidden('A page would ask somebody to confirm this first, so it needs the scope confirm.');
}

/** The tag names the version, which a change goes by, and all that is told: of that, much changes without one. */
function send(req: Request, res: Response, { status = 200, headers = {}, body }: Answer): void {
  const json = body === undefined ? '' : JSON.stringify(body);
  const version = headers.ETag === undefined ? undefined : versionOf(headers.ETag.slice(1, -1));
  const etag = version === undefined ? undefined : `"${tagText(version, json)}"`;
  res.status(status).set({ ...headers, ...(etag && { ETag: etag }) });
  const isRead = req.method === 'GET' || req.method === 'HEAD';
  if (etag && isRead && isKnown(req.get('if-none-match'), etag)) res.status(304).end();
  else if (json === '') res.end();
  else res.type('json').send(json);
}

/** Checks by the schema that describes it: one message for each field, of the first that are wrong. */
function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value, { error: inWords });
  if (parsed.success) return parsed.data;
  // Any name may be sent, those that every object has among them.
  const errors: Errors = Object.create(null);
  for (const issue of parsed.error.issues.slice(0, MOST_TOLD)) {
    const unknown = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, MOST_TOLD) : [];
    for (const key of unknown) errors[[...issue.path, key].join('.')] ??= 'There is no such field.';
    if (unknown.length === 0) errors[issue.path.join('.') || 'body'] ??= issue.message;
  }
  throw new Unprocessable(errors);
}

function addressed(req: Request): Pick<Call, 'ids' | 'names'> {
  const ids: Record<string, number> = {};
  const names: Record<string, string> = {};
  for (const [name, value] of Object.entries(req.params)) {
    const text = String(value);
    if (isName(name)) names[name] = text;
    else if (isId(text)) ids[name] = Number(text);
    else throw new NotFound('There is nothing at this address.');
  }
  return { ids, names };
}

/** The version of which one says that it is there; undefined for whatever is. */
async function versionMeant({ path }: Route, call: Call<never>): Promise<number | undefined> {
  const header = call.req.get('if-match');
  if (header === undefined) throw new HttpError(428, 'Send If-Match with the ETag of what you read, or with *.');
  const tags = tagsIn(header, 'If-Match');
  if (tags === 'any') return undefined;
  // Weak ones name nothing for certain (RFC 9110, section 13.1.1).
  const versions = new Set(tags.flatMap(({ isWeak, text }) => (isWeak ? [] : (versionOf(text) ?? []))));
  if (versions.size < 2) {
    const [version] = versions;
    if (version === undefined) throw new HttpError(412, 'If-Match is no ETag of this. Read it again.');
    return version;
  }
  // The change itself is held to the one of these that is there now.
  const reading = ROUTES.find((one) => one.method === 'get' && one.path === path)!;
  const { headers = {} } = await reading.handle(call);
  const there = versionOf(headers.ETag?.slice(1, -1) ?? '');
  if (there === undefined || !versions.has(there)) throw new StaleVersion();
  return there;
}

function versionOf(tag: string): number | undefined {
  const version = /^(\d{1,15})(?:\.[\w-]+)?$/.exec(tag)?.[1];
  return version === undefined ? undefined : Number(version);
}

/** With what it answers, so that a request that is sent again does nothing again, and is answered alike. */
async function writeOnce(
  app: AppContext,
  req: Request,
  { caller, usual }: { caller: Caller; usual: number },
  work: Parameters<Call['write']>[0],
): Promise<Answer> {
  const act = actOfCaller(app, req, caller);
  const key = req.method === 'POST' ? req.get('idempotency-key') : undefined;
  if (key === undefined) return app.db.write((trx) => work(trx, act));
  if (key.trim() === '' || key.length > LONGEST_KEY)
    throw new Malformed(`An Idempotency-Key has from 1 to ${LONGEST_KEY} characters.`);
  // Whoever may do more or less by now than they could then is not told again what they were told then.
  const rights = JSON.stringify(Object.entries(caller.viewer.rights).toSorted());
  const asked = fingerprint([req.method, req.originalUrl, JSON.stringify(req.body ?? null), rights]);
  return app.db.write(async (trx) => {
    const kept = await findAnswer(trx, caller.token.id, key);
    if (kept && kept.asked !== asked)
      throw new Unprocessable({
        'Idempotency-Key': 'Something else was sent under this key already, or what you may do has changed since.',
      });
    if (kept) {
      const headers = { ...kept.headers, 'Idempotency-Replayed': 'true' };
      return { status: kept.status, headers, body: kept.body === '' ? undefined : JSON.parse(kept.body) };
    }
    const { status = usual, headers = {}, body } = await work(trx, act);
    const text = body === undefined ? '' : JSON.stringify(body);
    await keepAnswer(
      trx,
      { tokenId: caller.token.id, key, at: instant(app.clock()) },
      { asked, status, headers, body: text },
    );
    return { status, headers, body };
  });
}

const requireJson: RequestHandler = (req, _res, next) => {
  const hasBody = Number(req.get('content-length') ?? 0) > 0 || req.get('transfer-encoding') !== undefined;
  if (hasBody && !req.is(['application/json', 'application/merge-patch+json']))
    throw new HttpError(415, 'A body is sent as application/json.');
  next();
};

function errorHandler(app: AppContext): ErrorRequestHandler {
  return async (error, req, res, _next) => {
    if (res.headersSent) {
      app.logger.error({ err: error, requestId: req.id }, 'an answer broke off');
      req.socket.destroy();
      return;
    }
    await answerProblem(app, readableError(error, TOO_LARGE), req, res);
  };
}
