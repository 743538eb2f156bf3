import { randomBytes } from 'node:crypto';
import { type Request, type Response, Router } from 'express';
import { NO_RIGHTS } from '../../access/rights.ts';
import type { AppContext } from '../../app-context.ts';
import { MINUTE } from '../../clock.ts';
import { typedFields } from '../../forms/form.ts';
import { passkeysOffered } from '../../passkeys/offer.ts';
import { findConfirmedFactor } from '../../second-factors/second-factor-store.ts';
import type { User } from '../../users/user.ts';
import { findUsers } from '../../users/user-store.ts';
import type { KeptForm } from '../../web/kept-form.ts';
import { render } from '../../web/render.ts';
import { agentOf } from '../../web/request-words.ts';
import { safePath } from '../../web/safe-path.ts';
import { rememberOwnDevice } from '../actions/remembered-device.ts';
import { actOf, circumstances } from './act.ts';
import { newSession, startSession } from './authentication.ts';
import { bringBack } from './brought-back.ts';
import { visitorOf } from './visitor.ts';

declare module 'express-session' {
  interface SessionData {
    /** Whose password was right, and who has to show a second factor before they are in (R41). */
    factor?: { userId: number; passwordSetAt: string | null; since: number; next: string; kept?: KeptForm };
  }
}

const PATIENCE = 10 * MINUTE;
const REFUSED =
  'That did not work. Each code works once, for half a minute; after several failed attempts an account is locked for a while.';

/** The second step of the sign-in: a state of the session in the database, which nothing but a right password leads to. */
export function pendingFactorController(app: AppContext): Router {
  const router = Router();

  router.get('/session/factor/new', async (req, res) => {
    const user = await pendingUser(app, req);
    if (user) return showFactor(app, req, res, user);
    res.redirect(303, '/session/new');
  });

  router.post('/session/factor', async (req, res) => {
    const user = await pendingUser(app, req);
    const { factor } = req.session;
    if (!user || !factor) return res.redirect(303, '/session/new');
    const { code, remember } = typedFields(req.body, ['code', 'remember']);
    const isRight = await app.signIn.bySecondFactor(circumstances(app, req), user, code, visitorOf(app, req));
    req.told = { outcome: isRight ? 'signed in' : 'second factor refused', userId: user.id };
    if (!isRight) return showFactor(app, req, res, user, true);
    if (remember === 'yes') await keepRemembered(app, req, res, user);
    await arrive(app, req, res, user, factor);
  });

  return router;
}

/** The password was right: a session of its own begins, which is nobody's until the second factor is shown (R47). */
export async function askForFactor(req: Request, res: Response, user: User, to: { next: string; kept?: KeptForm }) {
  await newSession(req);
  const since = req.app.locals.clock();
  req.session.factor = { userId: user.id, passwordSetAt: user.passwordSetAt, since, ...to };
  req.session.csrfSecret = randomBytes(18).toString('base64url');
  res.redirect(303, '/session/factor/new');
}

/** Somebody is in, and goes where they wanted to, or where what they typed before is shown again. */
export async function arrive(
  app: AppContext,
  req: Request,
  res: Response,
  user: User,
  { next, kept, password }: { next: string; kept?: KeptForm; password?: string },
): Promise<void> {
  await startSession(app, req, res, user, { typed: password });
  if (kept) await bringBack(app, req, user, kept);
  req.session.arriving = kept ? req.session.kept?.path : safePath(next);
  res.redirect(303, req.session.arriving ?? '/');
}

/** Who waits in this session for the second step: not for long, and not with another password than they gave. */
export async function pendingUser(app: AppContext, req: Request): Promise<User | undefined> {
  const { factor } = req.session;
  const age = app.clock() - (factor?.since ?? 0);
  if (!factor || age < 0 || age > PATIENCE) return undefined;
  const [user] = await findUsers(app.db.read, [factor.userId]);
  return user?.hasPassword && user.passwordSetAt === factor.passwordSetAt ? user : undefined;
}

/** Whoever has just shown both wants this device to be asked for the password alone; of a known one alone that is believed. */
async function keepRemembered(app: AppContext, req: Request, res: Response, user: User): Promise<void> {
  const device = app.devices.find(req, user);
  if (device === null) return;
  const act = actOf(app, req, { id: user.id, name: user.name, rights: NO_RIGHTS });
  const token = await app.db.write((trx) => rememberOwnDevice(trx, act, user, { device, agent: agentOf(req) }));
  app.devices.keepToken(req, res, user, token);
}

/** The second step, perhaps after one that was refused. */
export async function showFactor(
  app: AppContext,
  req: Request,
  res: Response,
  user: User,
  isRefused = false,
): Promise<void> {
  const passkeys = await passkeysOffered(app.db.read, app.config, user.id);
  const page = {
    title: 'Second factor',
    error: isRefused ? REFUSED : undefined,
    passkeys,
    isByPasskeys: (await findConfirmedFactor(app.db.read, user.id))?.isByPasskeys,
    isKnown: app.devices.find(req, user) !== null,
  };
  render(req, res, 'sessions/factor', page, { status: isRefused ? 422 : 200 });
}
