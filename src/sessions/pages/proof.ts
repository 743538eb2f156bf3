import type { Request } from 'express';
import type { AppContext } from '../../app-context.ts';
import { typedFields } from '../../forms/form.ts';
import { passkeyProof } from '../../passkeys/actions/passkey-proof.ts';
import { answerTo } from '../../passkeys/asking.ts';
import type { User } from '../../users/user.ts';
import { findUsers } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import { actOf } from './act.ts';
import { askedIn } from './asked.ts';
import { visitorOf } from './visitor.ts';

type Proof = (app: AppContext, req: Request, act: Act, user: User) => Promise<boolean>;

/** By which somebody shows that it is still they; whatever is sent decides which of them. */
const PROOFS: Record<string, Proof> = {
  credential: async (app, req, act, user) => {
    const answer = await answerTo(app, askedIn(req, 'confirmation'), fieldOf(req, 'credential'));
    return app.signIn.confirmProof(act, user, visitorOf(app, req), passkeyProof(answer));
  },
  code: (app, req, act, user) =>
    app.signIn.confirmSecondFactor(act, user, fieldOf(req, 'code').slice(0, 100), visitorOf(app, req)),
  password: (app, req, act, user) =>
    app.signIn.confirmPassword(act, user, fieldOf(req, 'password'), visitorOf(app, req)),
};

/** Whether this request shows that it is the signed-in viewer who sends it; counted like a sign-in (R19). */
export async function isProven(app: AppContext, req: Request): Promise<boolean> {
  const given = Object.keys(PROOFS).find((name) => fieldOf(req, name) !== '');
  if (!given) return false;
  const [user] = await findUsers(app.db.read, [req.viewer!.id]);
  return PROOFS[given](app, req, actOf(app, req), user);
}

function fieldOf(req: Request, name: string): string {
  return typedFields(req.body, [name])[name];
}
