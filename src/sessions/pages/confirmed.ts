import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import { instant, MINUTE, minuteOf } from '../../clock.ts';
import { typedFields } from '../../forms/form.ts';
import { passkeysOffered } from '../../passkeys/offer.ts';
import { findConfirmedFactor } from '../../second-factors/second-factor-store.ts';
import { HttpError } from '../../web/http-error.ts';
import { pageOf, render, targetOf } from '../../web/render.ts';
import { safePath } from '../../web/safe-path.ts';
import { isSealed, moveSealed, type Origin, openSealed, sealRequest } from '../sealed-request-store.ts';
import { requireStillActing } from '../still-acting.ts';
import { renewSession } from './authentication.ts';
import { isProven } from './proof.ts';

/** So long nobody is asked again (R54). */
const FRESH_FOR = 5 * MINUTE;
export const WRONG_PROOF =
  'That did not work: it is not your password or a code of this moment, or the account is locked for a while.';
const NOT_WAITING =
  'What you sent does not wait any more: it was done already, it waited for longer than five minutes, or somebody else signed in meanwhile.';

/** Which requests to a route need it; all where it is not said. */
type When = (req: Request) => boolean | Promise<boolean>;

/**
 * Stands at each route that only somebody may use who has shown lately that it is they (R54). What was sent waits on the server and is
 * done as it was sent, once they have; a page that is only read is opened anew.
 */
export function confirmed(app: AppContext, when: When = () => true): RequestHandler {
  return async function confirmation(req: Request, res: Response, next: NextFunction): Promise<void> {
    const { _sealed: handle, _back: back } = typedFields(req.body, ['_sealed', '_back']);
    if (handle) return goOn(app, req, res, next, { handle, backPath: safePath(back) });
    if (isFresh(app, req) || !(await when(req))) return next();
    const backPath = pageOf(req) ?? '/';
    if (isRead(req)) return res.redirect(303, confirmationPath(req.originalUrl, backPath));
    const at = instant(app.clock());
    const sealed = await app.db.write((trx) => sealRequest(trx, originOf(req), req.body, at));
    await askFor(app, req, res, { handle: sealed, backPath });
  };
}

function confirmationPath(next: string, back: string): string {
  return `/credentials/confirmation/new?${new URLSearchParams({ next, back })}`;
}

/** The page "Confirm it is you": for what waits on the server, or for a page. */
export async function askFor(app: AppContext, req: Request, res: Response, asked: Asked): Promise<void> {
  // Whatever asked for less than a page is shown it in the dialog.
  const target = targetOf(req);
  if (target && target !== 'dialog-body')
    res.set('HX-Retarget', '#dialog-body').set('HX-Reswap', 'innerHTML').set('HX-Push-Url', 'false');
  const page = {
    title: 'Confirm it is you',
    action: asked.handle ? req.originalUrl : '/credentials/confirmation',
    method: req.method.toLowerCase(),
    factor: await findConfirmedFactor(app.db.read, req.viewer!.id),
    passkeys: await passkeysOffered(app.db.read, app.config, req.viewer!.id),
    ...asked,
  };
  const fragments = target ? { [target]: 'sessions/_confirmation' } : undefined;
  render(req, res, 'sessions/confirmation', page, { status: isRead(req) ? 200 : 422, fragments });
}

interface Asked {
  /** Of what waits. */
  handle?: string;
  /** Or the page that is opened afterwards. */
  next?: string;
  backPath?: string;
  error?: string;
}

/** Somebody sent their password, and what they had sent before is done. */
async function goOn(
  app: AppContext,
  req: Request,
  res: Response,
  next: NextFunction,
  { handle, backPath }: { handle: string; backPath?: string },
): Promise<void> {
  const gone = new HttpError(409, NOT_WAITING, backPath);
  if (!(await isSealed(app.db.read, originOf(req), handle, instant(app.clock())))) throw gone;
  if (!(await isProven(app, req))) return askFor(app, req, res, { handle, backPath, error: WRONG_PROOF });
  const body = await app.db.write((trx) => openSealed(trx, originOf(req), handle, instant(app.clock())));
  if (!body) throw gone;
  await confirmSession(app, req);
  req.body = body;
  next();
}

/** From now on nobody is asked again in this session for a while. Throws where access or rights ended meanwhile. */
export async function confirmSession(app: AppContext, req: Request): Promise<void> {
  const before = req.sessionID;
  await renewSession(app, req);
  await app.db.write((trx) => moveSealed(trx, before, req.sessionID));
  await requireStillActing(app.db.read, { viewer: req.viewer!, sessionId: req.sessionID }, minuteOf(app.clock()));
}

function isRead({ method }: Request): boolean {
  return method === 'GET' || method === 'HEAD';
}

function isFresh(app: AppContext, { session }: Request): boolean {
  const age = app.clock() - (session.confirmedAt ?? 0);
  return age >= 0 && age < FRESH_FOR;
}

function originOf(req: Request): Origin {
  return { sessionId: req.sessionID, userId: req.viewer!.id, method: req.method, path: req.originalUrl };
}
