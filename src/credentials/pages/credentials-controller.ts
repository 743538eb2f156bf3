import { type Request, type Response, Router } from 'express';
import { isOver } from '../../access/granted-rights.ts';
import type { AppContext } from '../../app-context.ts';
import { instant, minuteOf } from '../../clock.ts';
import { type Errors, typedFields } from '../../forms/form.ts';
import { findMemberships } from '../../memberships/membership-store.ts';
import { findEmailChange } from '../../one-time-links/email-change-store.ts';
import { findPasskeys } from '../../passkeys/passkey-store.ts';
import { relyingPartyOf } from '../../passkeys/relying-party.ts';
import { newPasswordErrors, typedPassword } from '../../passwords/new-password.ts';
import { personalWords } from '../../passwords/password.ts';
import { findConfirmedFactor, shortestPasswordOf } from '../../second-factors/second-factor-store.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { startSession } from '../../sessions/pages/authentication.ts';
import { confirmed } from '../../sessions/pages/confirmed.ts';
import { devicesSection, sessionsSection, signInHistory } from '../../sessions/pages/sign-in-history.ts';
import { visitorOf } from '../../sessions/pages/visitor.ts';
import { WRONG_PASSWORD } from '../../sessions/pages/with-password.ts';
import { countLiveTokens } from '../../tokens/token-store.ts';
import { confirmOwnEmail } from '../../users/actions/email-confirmation.ts';
import type { User } from '../../users/user.ts';
import { findSubject, findUsers } from '../../users/user-store.ts';
import { flash } from '../../web/flash.ts';
import { render } from '../../web/render.ts';
import { changeOwnPassword } from '../actions/own-password.ts';
import { accountReportController } from './account-report-controller.ts';
import { confirmationController } from './confirmation-controller.ts';
import { ownAccessController } from './own-access-controller.ts';
import { ownEmailController } from './own-email-controller.ts';
import { ownSessionsController } from './own-sessions-controller.ts';

const SIGN_INS_SHOWN = 8;

/** The signed-in user's own page: who they are here, where they are signed in, and their password. */
export function credentialsController(app: AppContext): Router {
  const router = Router();

  router.get('/credentials', (req, res) => show(req, res));

  router.post('/credentials/password', async (req, res) => {
    const [user] = await findUsers(app.db.read, [req.viewer!.id]);
    const { current } = typedFields(req.body, ['current']);
    const typed = typedPassword(req.body);
    const shortest = await shortestPasswordOf(app.db.read, user.id);
    const errors: Errors = await newPasswordErrors(typed, personalWords(user, app.config.instanceName), shortest);
    // A password that will not do costs no attempt (R7).
    if (Object.keys(errors).length > 0) return show(req, res, errors);
    if (!(await app.signIn.confirmPassword(actOf(app, req), user, current, visitorOf(app, req))))
      return show(req, res, { current: WRONG_PASSWORD });
    await change(req, res, user, typed.password);
    flash(req, 'Your new password is set. Every other session of yours has ended.');
    res.redirect(303, '/credentials');
  });

  // It says where links for a new password go from now on.
  router.post('/credentials/email-confirmation', confirmed(app), async (req, res) => {
    const act = actOf(app, req);
    await app.db.write(async (trx) => {
      await act.confirm?.(trx);
      await confirmOwnEmail(trx, act, await findSubject(trx, req.viewer!.id, minuteOf(app.clock())));
    });
    flash(req, 'Your email is confirmed.');
    res.redirect(303, '/credentials');
  });

  /** The browser goes on with a session of its own, which the new password began. */
  async function change(req: Request, res: Response, user: User, password: string): Promise<void> {
    const hash = await app.hasher.hash(password);
    await app.db.write((trx) => changeOwnPassword(trx, actOf(app, req), user, hash));
    const [changed] = await findUsers(app.db.read, [user.id]);
    await startSession(app, req, res, changed);
  }

  async function show(req: Request, res: Response, errors: Errors = {}): Promise<void> {
    const [user] = await findUsers(app.db.read, [req.viewer!.id]);
    const now = minuteOf(app.clock());
    const memberships = (await findMemberships(app.db.read, [user.id])).filter((one) => !isOver(one, now));
    const status = Object.keys(errors).length > 0 ? 422 : 200;
    const page = {
      title: 'My credentials',
      user,
      memberships,
      errors,
      emailChange: await findEmailChange(app.db.read, { userId: user.id }, instant(app.clock())),
      factor: await findConfirmedFactor(app.db.read, user.id),
      passkeys: await findPasskeys(app.db.read, user.id),
      relyingParty: relyingPartyOf(app.config),
      shortest: await shortestPasswordOf(app.db.read, user.id),
      tokens: await countLiveTokens(app.db.read, [user.id], instant(app.clock())),
      sessions: await sessionsSection(app.db.read, user.id, instant(app.clock()), req.sessionID),
      devices: await devicesSection(app.db.read, user, instant(app.clock())),
      history: await signInHistory(app.db.read, user.id, SIGN_INS_SHOWN),
    };
    render(req, res, 'credentials/show', page, { status });
  }

  return router
    .use(ownEmailController(app))
    .use(ownSessionsController(app))
    .use(accountReportController(app))
    .use(confirmationController(app))
    .use(ownAccessController(app));
}
