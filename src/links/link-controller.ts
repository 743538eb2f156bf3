import { type Request, type Response, Router } from 'express';
import { dayOf, instant } from '../clock.ts';
import type { Transaction } from '../db/database.ts';
import { Lines } from '../passwords/lines.ts';
import { newPasswordErrors, typedPassword } from '../passwords/new-password.ts';
import { personalWords } from '../passwords/password.ts';
import { setPassword } from '../passwords/password-store.ts';
import { clearLoginAttempts } from '../sessions/lockout-store.ts';
import { endSessions } from '../sessions/session-store.ts';
import { maySignIn, type User } from '../users/user.ts';
import { findUsers } from '../users/user-store.ts';
import { actOf } from '../web/act.ts';
import type { AppContext } from '../web/app-context.ts';
import { Gone } from '../web/errors.ts';
import { render } from '../web/render.ts';
import {
  consumeLink,
  endExpiredLink,
  endLinks,
  findLink,
  findLinkByToken,
  type Link,
  noteOpened,
  type Purpose,
} from './link-store.ts';

const ENDED =
  'It may have expired, been used, or been replaced by a newer one. Ask the administrator who sent it for a new link.';

interface LinkPages {
  purpose: Purpose;
  /** `/invitations` or `/passwords`; the token follows it once. */
  base: string;
  view: string;
  title: string;
  /** How the audit names what happened: `password.<how>`. */
  how: 'chosen' | 'reset';
  /** What follows a new password. */
  finish: (req: Request, res: Response, user: User) => Promise<void>;
}

/**
 * The pages behind a link: the address with the token only opens them, and leaves the token behind; sending the form
 * uses the link up, once, however many try (R32, R33, R41, R45). Who the link is for comes from the link alone (R36).
 */
export function linkController(app: AppContext, pages: LinkPages): Router {
  const router = Router();
  const form = `${pages.base}/acceptance`;
  const lines = new Lines();

  router.get(`${form}/new`, async (req, res) => {
    const { link, user } = await opened(req);
    if (link.openedAt === null) await app.db.write((trx) => noteOpened(trx, link.id, instant(app.clock())));
    show(req, res, user);
  });

  router.get(`${pages.base}/:token`, async (req, res) => {
    const now = instant(app.clock());
    const link = await findLinkByToken(app.db.read, pages.purpose, req.params.token, now);
    if (!link) {
      await app.db.note((trx) => endExpiredLink(trx, pages.purpose, req.params.token, now));
      throw new Gone(ENDED);
    }
    req.session.link = { purpose: pages.purpose, id: link.id };
    res.redirect(303, `${form}/new`);
  });

  router.post(form, async (req, res) => {
    const { link } = await opened(req);
    // One after the other, each looking again when its turn comes: what many send at once by one link fills no queue of hashes.
    await lines.run(String(link.id), () => choosePassword(req, res));
  });

  async function choosePassword(req: Request, res: Response): Promise<void> {
    const { link, user } = await opened(req);
    const typed = typedPassword(req.body);
    const errors = await newPasswordErrors(typed, personalWords(user, app.config.instanceName));
    if (Object.keys(errors).length > 0) return show(req, res, user, errors);
    const hash = await app.hasher.hash(typed.password);
    await app.db.write((trx) => accept(trx, req, link, user, hash));
    const [changed] = await findUsers(app.db.read, [user.id]);
    await pages.finish(req, res, changed);
  }

  async function accept(trx: Transaction, req: Request, link: Link, user: User, hash: string): Promise<void> {
    const act = actOf(app, req, { id: user.id, name: user.name, rights: {} });
    if (!(await consumeLink(trx, pages.purpose, link.id, act.at))) throw new Gone(ENDED);
    await setPassword(trx, act, user, hash, pages.how);
    await endLinks(trx, act, [user.id]);
    await endSessions(trx, [user.id]);
    await clearLoginAttempts(trx, [user.id]);
  }

  /** The link that this browser opened, and its user, while both still stand. */
  async function opened(req: Request): Promise<{ link: Link; user: User }> {
    const remembered = req.session.link;
    if (remembered?.purpose !== pages.purpose) throw new Gone(ENDED);
    const link = await findLink(app.db.read, pages.purpose, remembered.id, instant(app.clock()));
    const [user] = link ? await findUsers(app.db.read, [link.userId]) : [];
    if (!link || !user || !maySignIn(user, dayOf(app.clock()))) throw new Gone(ENDED);
    return { link, user };
  }

  function show(req: Request, res: Response, user: User, errors: Record<string, string> = {}): void {
    const status = Object.keys(errors).length > 0 ? 422 : 200;
    render(req, res, pages.view, { title: pages.title, user, errors, action: form }, { status });
  }

  return router;
}
