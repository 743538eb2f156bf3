import { type Request, type Response, Router } from 'express';
import type { AppContext } from '../../app-context.ts';
import { unlessFieldErrors } from '../../audit/pages/refusal-recording.ts';
import type { Errors } from '../../forms/form.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { confirmed } from '../../sessions/pages/confirmed.ts';
import { subjectOf } from '../../users/pages/addressed-user.ts';
import type { Subject } from '../../users/user.ts';
import { requireAdministered } from '../../verbs/administering.ts';
import { Forbidden } from '../../verbs/refusals.ts';
import { flash } from '../../web/flash.ts';
import { requireRight } from '../../web/guards/authorization.ts';
import { takeKept } from '../../web/kept-form.ts';
import { formatOf } from '../../web/reader/reader-format.ts';
import { letLeaveNow, letLeaveOn } from '../actions/operations/letting-leave.ts';
import { checkedLeaving, typedLeaving } from './leaving-form.ts';
import { showLeaving } from './leaving-page.ts';
import { isWeightyLeaving } from './weighty-leaving.ts';

/** When somebody goes, and what becomes of what they leave behind. */
export function leavingController(app: AppContext): Router {
  const router = Router();
  const write = requireRight('users', 'write');
  router.get('/users/:id/leaving', write, async (req, res) => {
    const user = await leaverOf(app, req);
    const kept = takeKept(req);
    await showLeaving(app, req, res, user, kept && { typed: typedLeaving(kept) });
  });
  router.post(
    '/users/:id/leaving',
    write,
    confirmed(app, async (req) => isWeightyLeaving(app, req, await leaverOf(app, req))),
    (req: Request, res: Response) => leave(app, req, res),
  );
  return router;
}

async function leave(app: AppContext, req: Request, res: Response): Promise<void> {
  const user = await leaverOf(app, req);
  const typed = typedLeaving(req.body);
  if (typed.step) return showLeaving(app, req, res, user, { typed });
  const format = formatOf(req);
  const failed = (errors: Errors) => showLeaving(app, req, res, user, { typed, errors });
  await unlessFieldErrors(app, req, failed, async () => {
    const act = actOf(app, req);
    const path = `/users/${user.id}`;
    const { leavesAt, decisions } = await checkedLeaving(app.db.read, act, user, { typed, times: format });
    if (leavesAt === null) {
      const undo = await app.db.write((trx) => letLeaveNow(trx, act, user, decisions));
      flash(req, user.activity === 'active' ? `${user.name} has left.` : 'It is done.', { path, undo });
    } else {
      await app.db.write((trx) => letLeaveOn(trx, act, user, { leavesAt, decisions }));
      flash(req, `${user.name} leaves on ${format.end(leavesAt)}, and then it is done as you decided.`, { path });
    }
    res.redirect(303, path);
  });
}

/** Throws NotFound, or Forbidden where it is not for this viewer to say. */
async function leaverOf(app: AppContext, req: Request): Promise<Subject> {
  const user = await subjectOf(app, req);
  requireAdministered(req.viewer!, user);
  if (user.id === req.viewer!.id) throw new Forbidden(`${user.name} is yourself: nobody deactivates themself.`);
  return user;
}
