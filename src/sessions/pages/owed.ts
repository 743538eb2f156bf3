import type { Request, RequestHandler } from 'express';
import type { AppContext } from '../../app-context.ts';
import { type Instant, instant } from '../../clock.ts';
import { isLongEnoughAlone } from '../../passwords/password.ts';
import { beginDemand, endDemand, findDemand, isFactorDemanded } from '../../second-factors/factor-demand-store.ts';
import { findConfirmedFactor } from '../../second-factors/second-factor-store.ts';
import { keptForm } from '../../web/kept-form.ts';
import { isHtmx } from '../../web/render.ts';

/** What somebody has to do before, or besides, everything else. */
export interface Owed {
  /** A longer password: theirs is too short to stand alone. */
  password?: true;
  /** Until when a second factor is to be set up, and whether that is over. */
  factorDueAt?: Instant;
  isFactorDue?: boolean;
}

declare module 'express-session' {
  interface SessionData {
    owed?: Owed;
  }
}

const CREDENTIALS = '/credentials';
const FACTOR = '/credentials/second-factor';
/** What can be done all the while: to leave, to be well shown, and to say that it was somebody else. */
const ALWAYS = /^\/(session|preferences|menu|passwords|shortcuts|credentials\/report)(\/|$)/;

/** What a sign-in finds out of what is owed; `typed` is the password, where one was. */
export async function owedBy(app: AppContext, userId: number, typed?: string): Promise<Owed | undefined> {
  const { db, config } = app;
  if (await findConfirmedFactor(db.read, userId)) return undefined;
  const owed: Owed = {};
  if (typed !== undefined && !isLongEnoughAlone(typed)) owed.password = true;
  const now = instant(app.clock());
  if (await isFactorDemanded(db.read, userId, config, now)) {
    owed.factorDueAt =
      (await findDemand(db.read, userId)) ?? (await db.write((trx) => beginDemand(trx, userId, config, now)));
    owed.isFactorDue = owed.factorDueAt <= now;
  } else if (await findDemand(db.read, userId)) await db.write((trx) => endDemand(trx, userId));
  return Object.keys(owed).length > 0 ? owed : undefined;
}

/** Whoever owes something is led there before anything else; no route is left out (R41). */
export function settleFirst(app: AppContext): RequestHandler {
  return async (req, res, next) => {
    if (!req.viewer || !req.session.owed) return next();
    await lookAgain(app, req);
    const page = req.session.owed && placeToSettle(req.session.owed);
    if (!page || ALWAYS.test(req.path) || isThere(req, page)) return next();
    if (isHtmx(req)) res.set('HX-Redirect', page).status(204).end();
    else res.redirect(303, page);
  };
}

/** Whether it is owed still, and whether grace has ended since the sign-in. What was being sent then waits for its form. */
async function lookAgain(app: AppContext, req: Request): Promise<void> {
  const owed = req.session.owed!;
  const { id } = req.viewer!;
  if (!owed.factorDueAt) return;
  if (await findConfirmedFactor(app.db.read, id)) delete req.session.owed;
  const now = instant(app.clock());
  if (!req.session.owed || owed.isFactorDue || owed.factorDueAt > now) return;
  if (await isFactorDemanded(app.db.read, id, app.config, now)) {
    req.session.owed = { ...owed, isFactorDue: true };
    req.session.kept ??= keptForm(req);
  } else req.session.owed = owed.password && { password: true };
}

function placeToSettle({ password, isFactorDue }: Owed): string | undefined {
  if (isFactorDue) return FACTOR;
  return password ? CREDENTIALS : undefined;
}

function isThere({ path }: Request, page: string): boolean {
  if (page === CREDENTIALS) return path === CREDENTIALS || path === `${CREDENTIALS}/password`;
  // A passkey is one as well.
  return [page, `${CREDENTIALS}/passkeys`].some((one) => path === one || path.startsWith(`${one}/`));
}
