import { type Request, type Response, Router } from 'express';
import type { AppContext } from '../../app-context.ts';
import { typedFields } from '../../forms/form.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { confirmed } from '../../sessions/pages/confirmed.ts';
import { identityKey } from '../../text/identity-key.ts';
import { subjectOf } from '../../users/pages/addressed-user.ts';
import type { Subject } from '../../users/user.ts';
import type { Refusal } from '../../verbs/outcome.ts';
import { Conflict, Forbidden } from '../../verbs/refusals.ts';
import { flash } from '../../web/flash.ts';
import { requireRight } from '../../web/guards/authorization.ts';
import { currentPage, isHtmx, render } from '../../web/render.ts';
import { eraseUsers, judgeErasure } from '../actions/user-erasure.ts';
import { erasedName } from '../named-persons.ts';

/** Says what is erased and what is not, and does it for whoever types whom they mean. */
export function erasureController(app: AppContext): Router {
  const router = Router();
  const write = requireRight('users', 'write');

  router.get('/users/:id/erasure/new', write, (req, res) => show(app, req, res, {}));

  router.post('/users/:id/erasure', write, confirmed(app), async (req: Request, res: Response) => {
    const { user, refusal } = await judged(app, req);
    const path = `/users/${user.id}`;
    const told = (message: string) => {
      flash(req, message, { path });
      // Behind the dialog stands what is not so any more.
      if (isHtmx(req) && currentPage(req)) res.set('HX-Redirect', path).status(204).end();
      else res.redirect(303, path);
    };
    const nothing = (why: Refusal) => told(`Nothing changed: ${user.name} ${why.reason}.`);
    if (refusal) return nothing(refusal);
    const { name } = typedFields(req.body, ['name']);
    if (identityKey(name) !== identityKey(user.name))
      return show(app, req, res, { name, error: `Type the name of the user: ${user.name}.` });
    const [outcome] = await app.db.write((trx) => eraseUsers(trx, actOf(app, req), app.config, [user.id]));
    if (outcome.refusal) return nothing(outcome.refusal);
    told(`The user is erased: what is left is “${erasedName(user.id)}”.`);
  });

  return router;
}

async function show(
  app: AppContext,
  req: Request,
  res: Response,
  { name = '', error }: { name?: string; error?: string },
): Promise<void> {
  const { user, refusal } = await judged(app, req);
  if (refusal) throw new Conflict(`${user.name} ${refusal.reason}.`);
  const page = {
    title: `Erase user: ${user.name}`,
    user,
    left: erasedName(user.id),
    backupsKept: app.config.dailyBackups,
    typed: { name: name.slice(0, 254) },
    errors: error === undefined ? {} : { name: error },
  };
  const status = error === undefined ? 200 : 422;
  render(req, res, 'erasure/new', page, { status, fragments: { 'dialog-body': 'erasure/_new' } });
}

/** Whom the address means, and why they are not erased or not yet. Throws where this viewer may not do it at all. */
async function judged(app: AppContext, req: Request): Promise<{ user: Subject; refusal?: Refusal }> {
  const { id } = await subjectOf(app, req);
  const [{ subject, refusal }] = await judgeErasure(app.db.read, actOf(app, req), app.config, [id]);
  if (refusal?.kind === 'forbidden') throw new Forbidden(`${subject.name} ${refusal.reason}.`);
  return { user: subject, refusal };
}
