import { type Request, type Response, Router } from 'express';
import type { AppContext } from '../../app-context.ts';
import { instant } from '../../clock.ts';
import { circumstances } from '../../sessions/pages/act.ts';
import { arrive, pendingUser, showFactor } from '../../sessions/pages/pending-factor.ts';
import { showSignIn } from '../../sessions/pages/sign-in-page.ts';
import { lateWords, REFUSED, typedSignIn } from '../../sessions/pages/typed-sign-in.ts';
import { visitorOf } from '../../sessions/pages/visitor.ts';
import type { User } from '../../users/user.ts';
import { findUsers } from '../../users/user-store.ts';
import { NotFound } from '../../verbs/refusals.ts';
import { passkeyProof } from '../actions/passkey-proof.ts';
import { type Answer, credentialIdIn, readShown, requestOptions, userHandle } from '../ceremony.ts';
import { makeChallenge, takeChallenge } from '../challenge-store.ts';
import { passkeysOffered } from '../offer.ts';
import { findPasskeyByCredential } from '../passkey-store.ts';
import { relyingPartyOf } from '../relying-party.ts';
import { askedIn } from './asked.ts';

/** The sign-in by a passkey: in the place of name and password, or after them in the place of a code. */
export function passkeySignInController(app: AppContext): Router {
  const router = Router();
  const relyingParty = relyingPartyOf(app.config);

  router.post('/session/passkey/challenge', async (req, res) => {
    typedSignIn(req);
    const pending = await pendingUser(app, req);
    const offered = await passkeysOffered(app.db.read, app.config, pending?.id);
    if (!offered) throw new NotFound('No passkey is asked for here.');
    const asked = askedIn(req, pending ? 'second factor' : 'sign-in');
    const challenge = await app.db.write((trx) => makeChallenge(trx, asked, instant(app.clock())));
    res.json(await requestOptions(offered.relyingParty, challenge, offered.passkeys));
  });

  router.post('/session/passkey', async (req, res) => {
    const { credential, shown, next, kept } = typedSignIn(req);
    if (req.isLate) return showSignIn(app, req, res, shown, { late: lateWords(req), kept });
    const pending = await pendingUser(app, req);
    if (pending) return takeSecondStep(req, res, pending, credential);
    const answer = await answerIn(req, 'sign-in', credential);
    const handleOf = (user: User) => userHandle(app.config.secrets.pepper, user.id);
    const [holder] = await findUsers(app.db.read, [answer?.passkey.userId ?? 0]);
    const proof = passkeyProof(answer, handleOf);
    const isRight = await app.signIn.byProof(circumstances(app, req), holder, visitorOf(app, req), proof);
    req.told = { outcome: isRight ? 'signed in' : 'sign-in refused', userId: holder?.id ?? null };
    if (!isRight || !holder) return showSignIn(app, req, res, shown, { error: REFUSED, kept });
    await arrive(app, req, res, holder, { next, kept });
  });

  async function takeSecondStep(req: Request, res: Response, user: User, credential: string): Promise<void> {
    const factor = req.session.factor!;
    const proof = passkeyProof(await answerIn(req, 'second factor', credential));
    const isRight = await app.signIn.byProof(circumstances(app, req), user, visitorOf(app, req), proof);
    req.told = { outcome: isRight ? 'signed in' : 'second factor refused', userId: user.id };
    if (!isRight) return showFactor(app, req, res, user, true);
    await arrive(app, req, res, user, factor);
  }

  /** What a device signed for this browser. The challenge is used up, whatever is sent. */
  async function answerIn(
    req: Request,
    purpose: 'sign-in' | 'second factor',
    credential: string,
  ): Promise<Answer | undefined> {
    const asked = askedIn(req, purpose);
    const challenge = await app.db.write((trx) => takeChallenge(trx, asked, instant(app.clock())));
    const passkey = await findPasskeyByCredential(app.db.read, credentialIdIn(credential));
    return relyingParty && readShown(relyingParty, challenge ?? '', credential, passkey);
  }

  return router;
}
