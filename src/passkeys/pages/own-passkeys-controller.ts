import { type Request, type Response, Router } from 'express';
import type { AppContext } from '../../app-context.ts';
import { instant } from '../../clock.ts';
import { type Errors, typedFields } from '../../forms/form.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { askedIn } from '../../sessions/pages/asked.ts';
import { type Deed, withPassword } from '../../sessions/pages/with-password.ts';
import { browserName } from '../../text/browser-name.ts';
import { findUsers } from '../../users/user-store.ts';
import { Conflict, NotFound } from '../../verbs/refusals.ts';
import { flash } from '../../web/flash.ts';
import { render } from '../../web/render.ts';
import { agentOf } from '../../web/request-words.ts';
import { addOwnPasskey, beginOwnPasskey, removeOwnPasskey } from '../actions/own-passkey.ts';
import { creationOptions, readMade, userHandle } from '../ceremony.ts';
import { findChallenge, takeChallenge } from '../challenge-store.ts';
import { checkPasskeyName, type Passkey } from '../passkey.ts';
import { findPasskeys } from '../passkey-store.ts';
import { relyingPartyOf } from '../relying-party.ts';

const PAGE = '/credentials/passkeys';
const NOT_MADE = 'That did not work, or took longer than five minutes. Begin again.';

/** The passkeys of oneself: added and removed with the current password (R54). */
export function ownPasskeysController(app: AppContext): Router {
  const router = Router();
  const relyingParty = relyingPartyOf(app.config);

  router.get(`${PAGE}/new`, (req, res) => showNew(req, res));

  router.post(`${PAGE}/challenge`, async (req, res) => {
    if (!relyingParty) throw new Conflict('No passkeys are made here.');
    const begin: Deed = async (trx, act, user) => {
      await beginOwnPasskey(trx, act, user, askedIn(req, 'setting up'));
      return `${PAGE}/confirmation/new`;
    };
    await withPassword(app, req, res, begin, (errors) => showNew(req, res, errors));
  });

  router.get(`${PAGE}/confirmation/new`, (req, res) => showConfirmation(req, res));

  router.post(PAGE, async (req, res) => {
    const typed = typedFields(req.body, ['name', 'credential']);
    const { values, errors } = checkPasskeyName(typed);
    if (errors) return showConfirmation(req, res, typed, errors);
    const act = actOf(app, req);
    const challenge = await app.db.write((trx) => takeChallenge(trx, askedIn(req, 'setting up'), act.at));
    const made = relyingParty && challenge && (await readMade(relyingParty, challenge, typed.credential));
    const passkey = made && { ...made, ...values, relyingParty: relyingParty.id };
    const [user] = await findUsers(app.db.read, [req.viewer!.id]);
    const isAdded = passkey && (await app.db.write((trx) => addOwnPasskey(trx, act, user, passkey)));
    if (!isAdded) return showNew(req, res, {}, NOT_MADE);
    flash(req, `The passkey ${values.name} signs you in from now on.`);
    res.redirect(303, '/credentials');
  });

  router.get(`${PAGE}/:id/delete`, async (req, res) => showRemoval(req, res, await passkeyOf(req)));

  router.delete(`${PAGE}/:id`, async (req, res) => {
    const passkey = await passkeyOf(req);
    const remove: Deed = async (trx, act, user) => {
      await removeOwnPasskey(trx, act, user, passkey);
      flash(req, `The passkey ${passkey.name} is removed: it signs nobody in any more. The device may still list it.`);
      return '/credentials';
    };
    await withPassword(app, req, res, remove, (errors) => showRemoval(req, res, passkey, errors));
  });

  async function passkeyOf(req: Request): Promise<Passkey> {
    const passkeys = await findPasskeys(app.db.read, req.viewer!.id);
    const found = passkeys.find(({ id }) => String(id) === req.params.id);
    if (!found) throw new NotFound('There is no such passkey of yours.');
    return found;
  }

  function showNew(req: Request, res: Response, errors: Errors = {}, error?: string): void {
    const page = { title: 'Add a passkey', relyingParty, errors, error };
    render(req, res, 'passkeys/new', page, { status: error || errors.current ? 422 : 200 });
  }

  function showRemoval(req: Request, res: Response, passkey: Passkey, errors: Errors = {}): void {
    const page = { title: 'Remove a passkey', passkey, errors };
    render(req, res, 'passkeys/removal', page, { status: errors.current ? 422 : 200 });
  }

  async function showConfirmation(
    req: Request,
    res: Response,
    typed: { name: string; credential: string } = { name: browserName(agentOf(req)), credential: '' },
    errors: Errors = {},
  ): Promise<void> {
    const viewer = req.viewer!;
    const challenge = await findChallenge(app.db.read, askedIn(req, 'setting up'), instant(app.clock()));
    if (!relyingParty || !challenge) return res.redirect(303, `${PAGE}/new`);
    const passkeys = await findPasskeys(app.db.read, viewer.id);
    const user = { name: viewer.name, handle: userHandle(app.config.secrets.pepper, viewer.id), passkeys };
    const party = { ...relyingParty, name: app.config.instanceName };
    const page = {
      title: 'Add a passkey',
      relyingParty,
      options: await creationOptions(party, user, challenge),
      typed: { name: typed.name.slice(0, 300), credential: typed.credential.slice(0, 20_000) },
      errors,
    };
    render(req, res, 'passkeys/confirmation', page, { status: Object.keys(errors).length > 0 ? 422 : 200 });
  }

  return router;
}
