import { type Request, type Response, Router } from 'express';
import type { AppContext } from '../../app-context.ts';
import { instant } from '../../clock.ts';
import { typedFields } from '../../forms/form.ts';
import { Lines } from '../../passwords/lines.ts';
import { newPasswordErrors, typedPassword } from '../../passwords/new-password.ts';
import { personalWords } from '../../passwords/password.ts';
import { shortestPasswordOf } from '../../second-factors/second-factor-store.ts';
import { actOf } from '../../sessions/pages/act.ts';
import type { User } from '../../users/user.ts';
import { findUsers } from '../../users/user-store.ts';
import type { Purpose } from '../../verbs/act.ts';
import { Gone } from '../../verbs/refusals.ts';
import { LATE } from '../../web/http-error.ts';
import { render } from '../../web/render.ts';
import { setPasswordByLink } from '../actions/password-by-link.ts';
import { noteOpened, refuseExpiredLink } from '../one-time-link-store.ts';
import { findLinkByToken } from '../open-links.ts';
import { readSealedLink, sealLink } from '../sealed-link.ts';
import { tokenAsSent } from '../token-as-sent.ts';
import { ENDED, type Opened, openedBy, showOver } from './opened-link.ts';

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
 * uses the link up, once, however many try (R32, R33, R41, R45). Who the link is for comes from the link alone (R36),
 * and which link it is from the form itself (R90).
 */
export function oneTimeLinkController(app: AppContext, pages: LinkPages): Router {
  const router = Router();
  const form = `${pages.base}/acceptance`;
  const { purpose } = pages;
  const lines = new Lines();

  router.get(`${form}/new`, async (req, res) => {
    const opened = await openedBy(app, req, res, purpose, rememberedBy(req));
    if (!opened) return;
    const { link } = opened;
    if (link.openedAt === null) await app.db.write((trx) => noteOpened(trx, link.id, instant(app.clock())));
    await show(req, res, opened);
  });

  router.get(`${pages.base}/:token`, async (req, res) => {
    const now = instant(app.clock());
    const token = tokenAsSent(req.params.token);
    const link = await findLinkByToken(app.db.read, purpose, token, now);
    if (!link) {
      await app.db.note((trx) => refuseExpiredLink(trx, purpose, token, now));
      return showOver(app, req, res, purpose, { token });
    }
    req.session.link = { purpose, id: link.id };
    res.redirect(303, `${form}/new`);
  });

  router.post(form, async (req, res) => {
    const { sealed } = typedFields(req.body, ['sealed']);
    const named = sealed === '' ? rememberedBy(req) : readSealedLink(sealed, purpose, app.actSettings.links.secret);
    // One after the other, each looking again when its turn comes: what many send at once by one link fills no queue of hashes.
    await lines.run(String(named), () => choosePassword(req, res, named));
  });

  async function choosePassword(req: Request, res: Response, linkId: number | undefined): Promise<void> {
    const opened = await openedBy(app, req, res, purpose, linkId);
    if (!opened) return;
    const { link, user } = opened;
    // Also after somebody else signed in here: the page that follows says so, before they leave.
    if (req.isLate) return show(req, res, opened, { late: LATE });
    const typed = typedPassword(req.body);
    const shortest = await shortestPasswordOf(app.db.read, user.id);
    const errors = await newPasswordErrors(typed, personalWords(user, app.config.instanceName), shortest);
    if (Object.keys(errors).length > 0) return show(req, res, opened, { errors });
    const hash = await app.hasher.hash(typed.password);
    const act = actOf(app, req, { id: user.id, name: user.name, rights: {} });
    const isSet = await app.db.write((trx) => setPasswordByLink(trx, act, link, user, { hash, how: pages.how }));
    if (!isSet) throw new Gone(ENDED);
    const [changed] = await findUsers(app.db.read, [user.id]);
    await pages.finish(req, res, changed);
  }

  /** The link that this browser opened last. */
  function rememberedBy(req: Request): number | undefined {
    return req.session.link?.purpose === purpose ? req.session.link.id : undefined;
  }

  async function show(
    req: Request,
    res: Response,
    { link, user }: Opened,
    more: { errors?: Record<string, string>; late?: string } = {},
  ): Promise<void> {
    const { errors = {}, late } = more;
    const status = Object.keys(errors).length > 0 || late ? 422 : 200;
    const page = {
      title: pages.title,
      user,
      errors,
      late,
      shortest: await shortestPasswordOf(app.db.read, user.id),
      action: form,
      sealed: sealLink(link, app.actSettings.links.secret),
      /** Who is signed in here, and will not be any more. */
      leaving: req.viewer && req.viewer.id !== user.id ? req.viewer : undefined,
    };
    render(req, res, pages.view, page, { status });
  }

  return router;
}
