import { type Request, type Response, Router } from 'express';
import type { AppContext } from '../../app-context.ts';
import { circumstances } from '../../sessions/pages/act.ts';
import { askedIn } from '../../sessions/pages/asked.ts';
import { arrive, pendingUser, showFactor } from '../../sessions/pages/pending-factor.ts';
import { showSignIn } from '../../sessions/pages/sign-in-page.ts';
import { lateWords, REFUSED, typedSignIn } from '../../sessions/pages/typed-sign-in.ts';
import { visitorOf } from '../../sessions/pages/visitor.ts';
import type { User } from '../../users/user.ts';
import { findUsers } from '../../users/user-store.ts';
import { NotFound } from '../../verbs/refusals.ts';
import { passkeyProof } from '../actions/passkey-proof.ts';
import { answerTo, optionsFor } from '../asking.ts';
import { userHandle } from '../ceremony.ts';

/** The sign-in by a passkey: in the place of name and password, or after them in the place of a code. */
export function passkeySignInController(app: AppContext): Router {
  const router = Router();

  router.post('/session/passkey/challenge', async (req, res) => {
    typedSignIn(req);
    const pending = await pendingUser(app, req);
    const options = await optionsFor(app, askedIn(req, pending ? 'second factor' : 'sign-in'), pending?.id);
    if (!options) throw new NotFound('No passkey is asked for here.');
    res.json(options);
  });

  router.post('/session/passkey', async (req, res) => {
    const { credential, shown, next, kept } = typedSignIn(req);
    if (req.isLate) return showSignIn(app, req, res, shown, { late: lateWords(req), kept });
    const pending = await pendingUser(app, req);
    if (pending) return takeSecondStep(req, res, pending, credential);
    const answer = await answerTo(app, askedIn(req, 'sign-in'), credential);
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
    const proof = passkeyProof(await answerTo(app, askedIn(req, 'second factor'), credential));
    const isRight = await app.signIn.byProof(circumstances(app, req), user, visitorOf(app, req), proof);
    req.told = { outcome: isRight ? 'signed in' : 'second factor refused', userId: user.id };
    if (!isRight) return showFactor(app, req, res, user, true);
    await arrive(app, req, res, user, factor);
  }

  return router;
}
