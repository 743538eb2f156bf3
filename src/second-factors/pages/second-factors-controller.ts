import { type Request, type Response, Router } from 'express';
import type { AppContext } from '../../app-context.ts';
import { instant, MINUTE } from '../../clock.ts';
import { typedFields } from '../../forms/form.ts';
import { passkeysOffered } from '../../passkeys/offer.ts';
import { relyingPartyOf } from '../../passkeys/relying-party.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { type Deed, withPassword } from '../../sessions/pages/with-password.ts';
import { findUsers } from '../../users/user-store.ts';
import { Conflict } from '../../verbs/refusals.ts';
import { flash } from '../../web/flash.ts';
import { render } from '../../web/render.ts';
import {
  beginOwnFactor,
  confirmOwnFactor,
  removeOwnFactor,
  renewOwnCodes,
  takeOwnPasskeys,
} from '../actions/own-factor.ts';
import { recoveryCodes, totpAddress, totpSecret } from '../factor-codes.ts';
import { isFactorDemanded } from '../factor-demand-store.ts';
import { findSecondFactor } from '../second-factor-store.ts';
import { qrCode } from './qr-code.ts';

declare module 'express-session' {
  interface SessionData {
    /** Whether the next page may show the recovery codes, once. */
    showsCodes?: boolean;
    /** The authenticator that is being set up here: whoever finds the session open later may not finish it as theirs. */
    begunFactor?: { nonce: string; since: number };
  }
}

const PAGE = '/credentials/second-factor';
/** So long after the password was given for it. */
const PATIENCE = 15 * MINUTE;
const WRONG_CODE = 'This is not the code of this moment. Enter the one that your authenticator shows now.';

/** The second factor of oneself: set up, renewed and removed with the current password (R54). */
export function secondFactorsController(app: AppContext): Router {
  const router = Router();
  const { pepper } = app.config.secrets;
  const forPassword = (req: Request, res: Response, work: Deed) =>
    withPassword(app, req, res, work, (errors) => show(req, res, errors));

  router.get(PAGE, (req, res) => show(req, res));

  router.post(PAGE, (req, res) =>
    forPassword(req, res, async (trx, act, user) => {
      req.session.begunFactor = { nonce: await beginOwnFactor(trx, act, user), since: app.clock() };
      return `${PAGE}/confirmation/new`;
    }),
  );

  router.post(`${PAGE}/passkeys`, (req, res) =>
    forPassword(req, res, async (trx, act, user) => {
      await takeOwnPasskeys(trx, act, user, relyingPartyOf(app.config)?.id);
      req.session.showsCodes = true;
      return `${PAGE}/codes`;
    }),
  );

  router.delete(PAGE, async (req, res) => {
    if (await isFactorDemanded(app.db.read, req.viewer!.id, app.config, instant(app.clock())))
      throw new Conflict('A second factor is required of you here. Without yours at hand, an administrator resets it.');
    await forPassword(req, res, async (trx, act, user) => {
      await removeOwnFactor(trx, act, user);
      flash(req, 'Your second factor is removed: the password alone signs you in.');
      return PAGE;
    });
  });

  router.post(`${PAGE}/codes`, (req, res) =>
    forPassword(req, res, async (trx, act, user) => {
      await renewOwnCodes(trx, act, user);
      req.session.showsCodes = true;
      return `${PAGE}/codes`;
    }),
  );

  router.get(`${PAGE}/codes`, async (req, res) => {
    const factor = await findSecondFactor(app.db.read, req.viewer!.id);
    if (!req.session.showsCodes || !factor?.recoveryNonce) return res.redirect(303, PAGE);
    delete req.session.showsCodes;
    const codes = recoveryCodes(pepper, { userId: factor.userId, nonce: factor.recoveryNonce });
    const { isByPasskeys } = factor;
    const next = req.session.kept?.path ?? '/credentials';
    render(req, res, 'second-factors/codes', { title: 'Recovery codes', codes, isByPasskeys, next });
  });

  router.get(`${PAGE}/confirmation/new`, (req, res) => showConfirmation(req, res));

  router.post(`${PAGE}/confirmation`, async (req, res) => {
    const code = typedFields(req.body, ['code']).code.slice(0, 100);
    const act = actOf(app, req);
    const [user] = await findUsers(app.db.read, [req.viewer!.id]);
    if (!(await app.db.write((trx) => confirmOwnFactor(trx, act, user, code, { nonce: begunIn(req), pepper }))))
      return showConfirmation(req, res, code, { code: WRONG_CODE });
    delete req.session.begunFactor;
    req.session.showsCodes = true;
    res.redirect(303, `${PAGE}/codes`);
  });

  function begunIn({ session }: Request): string | undefined {
    const { nonce, since } = session.begunFactor ?? { nonce: undefined, since: 0 };
    const age = app.clock() - since;
    return age >= 0 && age < PATIENCE ? nonce : undefined;
  }

  async function show(req: Request, res: Response, errors: Record<string, string> = {}): Promise<void> {
    const factor = await findSecondFactor(app.db.read, req.viewer!.id);
    const confirmed = factor?.confirmedAt ? factor : undefined;
    const left = confirmed && 10 - confirmed.recoveryUsed.length;
    const hasPasskey = (await passkeysOffered(app.db.read, app.config, req.viewer!.id)) !== undefined;
    const page = {
      title: 'Second factor',
      confirmed,
      left,
      hasPasskey,
      mayHavePasskey: relyingPartyOf(app.config),
      errors,
    };
    render(req, res, 'second-factors/show', page, { status: errors.current ? 422 : 200 });
  }

  async function showConfirmation(
    req: Request,
    res: Response,
    typed = '',
    errors: Record<string, string> = {},
  ): Promise<void> {
    const factor = await findSecondFactor(app.db.read, req.viewer!.id);
    const nonce = begunIn(req);
    if (!factor || !nonce || factor.begunNonce !== nonce) return res.redirect(303, PAGE);
    const secret = totpSecret(pepper, { userId: factor.userId, nonce });
    const qr = await qrCode(totpAddress(secret, app.config.instanceName, req.viewer!.name));
    const page = { title: 'Set up a second factor', qr, secret: secret.replace(/(.{4})(?=.)/g, '$1 '), typed, errors };
    render(req, res, 'second-factors/confirmation', page, { status: errors.code ? 422 : 200 });
  }

  return router;
}
