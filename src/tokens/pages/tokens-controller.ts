import { type Request, type RequestHandler, type Response, Router } from 'express';
import type { AppContext } from '../../app-context.ts';
import { unlessFieldErrors } from '../../audit/pages/refusal-recording.ts';
import { DAY, HOUR, instant, minuteOf } from '../../clock.ts';
import { type Errors, type Typed, typedFields } from '../../forms/form.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { confirmed } from '../../sessions/pages/confirmed.ts';
import { subjectOf } from '../../users/pages/addressed-user.ts';
import type { Subject } from '../../users/user.ts';
import { findSubject } from '../../users/user-store.ts';
import { Conflict, Forbidden, Malformed, NotFound } from '../../verbs/refusals.ts';
import { addressedId } from '../../web/addressed-id.ts';
import { flash } from '../../web/flash.ts';
import { requireRight } from '../../web/guards/authorization.ts';
import { takeKept } from '../../web/kept-form.ts';
import { render } from '../../web/render.ts';
import { revokeToken } from '../actions/token-ending.ts';
import { type MadeToken, makeToken, rotateToken } from '../actions/token-making.ts';
import {
  beyondGiving,
  endingRefusal,
  givableScopes,
  isLive,
  makingRefusal,
  SCOPE_LABELS,
  type Token,
} from '../token.ts';
import { checkToken, emptyToken, typedToken } from '../token-form.ts';
import { findToken } from '../token-store.ts';
import { tokensSection } from '../told-tokens.ts';

/** How long the old secret may live on, in hours, and in words. */
const LIVES_ON: Record<string, string> = {
  0: 'not at all',
  1: 'an hour',
  24: 'a day',
  168: 'a week',
};

const NO_TOKEN = 'There is no such token.';

/** Whose tokens an address is about: one's own, or those of the user whom it names. */
interface Place {
  path: string;
  guard: RequestHandler;
  /** Who may look at them. */
  looks: RequestHandler;
  subject: (req: Request) => Promise<Subject>;
  base: (subject: Subject) => string;
}

/** The tokens by which programs come in: made, rotated and revoked. */
export function tokensController(app: AppContext): Router {
  const router = Router();
  const everybody: RequestHandler = (_req, _res, next) => next();
  const minute = () => minuteOf(app.clock());
  const places: Place[] = [
    {
      path: '/credentials/tokens',
      guard: everybody,
      looks: everybody,
      subject: (req) => findSubject(app.db.read, req.viewer!.id, minute()),
      base: () => '/credentials/tokens',
    },
    {
      path: '/users/:id/tokens',
      guard: requireRight('users', 'write'),
      looks: requireRight('users', 'read'),
      subject: (req) => subjectOf(app, req),
      base: ({ id }) => `/users/${id}/tokens`,
    },
  ];
  // By a secret that somebody made at an open browser they would come in for long (R54).
  const asks = confirmed(app);
  for (const place of places) {
    const { path, guard, looks } = place;
    router.get(path, looks, (req, res) => showTokens(req, res, place));
    router.get(`${path}/new`, guard, (req, res) => {
      const kept = takeKept(req);
      return showNew(req, res, place, kept ? typedToken(kept) : emptyToken());
    });
    router.post(path, guard, asks, (req, res) => make(req, res, place));
    router.get(`${path}/:handle/rotation/new`, guard, (req, res) => showRotation(req, res, place));
    router.post(`${path}/:handle/rotation`, guard, asks, (req, res) => rotate(req, res, place));
    router.delete(`${path}/:handle`, guard, (req, res) => revoke(req, res, place));
  }
  return router;

  async function showTokens(req: Request, res: Response, place: Place): Promise<void> {
    const user = await place.subject(req);
    const isOwn = user.id === req.viewer!.id;
    render(req, res, 'tokens/index', {
      title: isOwn ? 'My tokens' : `Tokens of ${user.name}`,
      user,
      isOwn,
      base: place.base(user),
      mayMake: makingRefusal(req.viewer!, user) === undefined,
      mayEnd: endingRefusal(req.viewer!, user) === undefined,
      tokens: await tokensSection(app.db.read, user.id, instant(app.clock())),
    });
  }

  async function showNew(req: Request, res: Response, place: Place, typed: Typed, errors: Errors = {}): Promise<void> {
    const user = await makable(req, place);
    const page = {
      title: 'New token',
      user,
      base: place.base(user),
      typed,
      errors,
      longest: app.config.tokenDays,
      scopes: givableScopes(req.viewer!, user).map((scope) => ({ scope, label: SCOPE_LABELS[scope] })),
    };
    render(req, res, 'tokens/new', page, { status: Object.keys(errors).length > 0 ? 422 : 200 });
  }

  async function make(req: Request, res: Response, place: Place): Promise<void> {
    const user = await makable(req, place);
    const typed = typedToken(req.body);
    const failed = (errors: Errors) => showNew(req, res, place, typed, errors);
    const { values, errors } = checkToken(typed, app.config.tokenDays);
    if (errors) return failed(errors);
    await unlessFieldErrors(app, req, failed, async () => {
      const made = await app.db.write(async (trx) => {
        const subject = await findSubject(trx, user.id, minute());
        return makeToken(trx, actOf(app, req), subject, values);
      });
      showSecret(req, res, place, user, { name: values.name, made });
    });
  }

  async function showRotation(req: Request, res: Response, place: Place): Promise<void> {
    const user = await makable(req, place);
    const token = await tokenIn(req, user);
    const beyond = beyondGiving(req.viewer!, user, token);
    if (beyond) throw new Forbidden(beyond);
    if (!isLive(token, instant(app.clock()))) throw new Conflict(`The token ${token.name} has ended.`);
    const page = { title: `Rotate ${token.name}`, user, token, base: place.base(user), choices: LIVES_ON };
    render(req, res, 'tokens/rotation', page);
  }

  async function rotate(req: Request, res: Response, place: Place): Promise<void> {
    const user = await makable(req, place);
    const token = await tokenIn(req, user);
    const { hours } = typedFields(req.body, ['hours']);
    if (!Object.hasOwn(LIVES_ON, hours)) throw new Malformed('Choose how long the old one lives on.');
    const made = await app.db.write(async (trx) => {
      const subject = await findSubject(trx, user.id, minute());
      const now = await findToken(trx, user.id, token.id);
      const rotation = { livesOn: Number(hours) * HOUR, longest: app.config.tokenDays * DAY };
      return rotateToken(trx, actOf(app, req), subject, now!, rotation);
    });
    showSecret(req, res, place, user, { name: token.name, made });
  }

  async function revoke(req: Request, res: Response, place: Place): Promise<void> {
    const user = await place.subject(req);
    const token = await tokenIn(req, user);
    const isEnded = await app.db.write((trx) => revokeToken(trx, actOf(app, req), user, token));
    const said = isEnded ? `The token ${token.name} is revoked.` : 'Nothing changed: that token had ended already.';
    const path = place.base(user);
    flash(req, said, { path });
    res.redirect(303, path);
  }

  /** In the answer itself: kept for a page to come, it would stand in the database. */
  function showSecret(
    req: Request,
    res: Response,
    place: Place,
    user: Subject,
    { name, made }: { name: string; made: MadeToken },
  ): void {
    const days = Math.ceil((Date.parse(made.expiresAt) - app.clock()) / DAY);
    const page = { title: 'Your new token', name, user, secret: made.secret, days, base: place.base(user) };
    render(req, res, 'tokens/made', { ...page, expiresAt: made.expiresAt, baseUrl: app.config.baseUrl });
  }

  async function makable(req: Request, place: Place): Promise<Subject> {
    const user = await place.subject(req);
    const refusal = makingRefusal(req.viewer!, user);
    if (refusal?.kind === 'forbidden') throw new Forbidden(`${user.name} ${refusal.reason}.`);
    if (refusal) throw new Conflict(`${user.name} ${refusal.reason}.`);
    return user;
  }

  async function tokenIn(req: Request, user: Subject): Promise<Token> {
    const token = await findToken(app.db.read, user.id, addressedId(req, 'handle', NO_TOKEN));
    if (!token) throw new NotFound(NO_TOKEN);
    return token;
  }
}
