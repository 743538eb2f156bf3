import { randomBytes } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import { maySignIn } from '../../access/admission.ts';
import type { AppContext } from '../../app-context.ts';
import { DAY, instant, MINUTE, minuteOf } from '../../clock.ts';
import type { User } from '../../users/user.ts';
import * as store from '../../users/user-store.ts';
import { agentOf } from '../../web/request-words.ts';
import { noteDevice } from '../known-device-store.ts';
import { findSignedIn, type OwnUser } from '../signed-in.ts';
import { owedBy } from './owed.ts';

/** At most one write a minute and user. */
const ACTIVITY_EVERY = MINUTE;

/** Reads who is signed in, and what they may do, anew on every request (promise 2). */
export function authentication(app: AppContext): RequestHandler {
  return async (req, _res, next) => {
    const { userId, passwordSetAt } = req.session;
    if (userId === undefined) return next();
    const now = minuteOf(app.clock());
    const found = await findSignedIn(app.db.read, userId, now);
    const user = found?.user;
    if (!user || !maySignIn(user, now) || user.passwordSetAt !== passwordSetAt) {
      await newSession(req);
      return next();
    }
    req.viewer = found;
    await noteActivity(app, user);
    next();
  };
}

/** Gives the browser a new session id, signed in as this user, for whom it is known from now on; the old id is dead (R47). `typed`: the password, where it was given. */
export async function startSession(
  app: AppContext,
  req: Request,
  res: Response,
  user: Pick<User, 'id' | 'passwordSetAt'>,
  { typed }: { typed?: string } = {},
): Promise<void> {
  const owed = await owedBy(app, user.id, typed);
  const device = app.devices.remember(req, res, user);
  await newSession(req);
  req.session.userId = user.id;
  req.session.passwordSetAt = user.passwordSetAt;
  // From the beginning: two pages that are opened at once would each make their own, and the forms of one be dead.
  req.session.csrfSecret = randomBytes(18).toString('base64url');
  req.session.address = req.ip ?? '';
  req.session.agent = agentOf(req);
  req.session.confirmedAt = app.clock();
  if (owed) req.session.owed = owed;
  await saveSession(req);
  const from = { device, agent: agentOf(req), address: req.ip ?? '' };
  await app.db.note((trx) => noteDevice(trx, user, from, instant(app.clock())));
}

/** The same session under a new id, confirmed at this moment (R47): what it holds stays, and so do the forms in other tabs. */
export async function renewSession(app: AppContext, req: Request): Promise<void> {
  const { cookie: _cookie, stored: _stored, seenAt: _seenAt, ...held } = req.session;
  await newSession(req);
  Object.assign(req.session, held, { confirmedAt: app.clock() });
  await saveSession(req);
}

function saveSession(req: Request): Promise<void> {
  return new Promise((resolve, reject) => req.session.save((error) => (error ? reject(error) : resolve())));
}

/** Ends the session, if any, and begins an empty one. */
export function newSession(req: Request): Promise<void> {
  return new Promise((resolve, reject) => req.session.regenerate((error) => (error ? reject(error) : resolve())));
}

async function noteActivity(app: AppContext, user: OwnUser): Promise<void> {
  const now = app.clock();
  const last = user.lastActivityAt === null ? 0 : Date.parse(user.lastActivityAt);
  // A clock that was set back far must not stop the record.
  if (now - last < ACTIVITY_EVERY && last - now < DAY) return;
  await app.db.note((trx) => store.noteActivity(trx, user.id, instant(now)));
}
