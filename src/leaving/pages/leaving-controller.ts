import { type Request, type Response, Router } from 'express';
import { givesAdministration } from '../../access/administrators.ts';
import { mayAdminister } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { unlessFieldErrors } from '../../audit/pages/refusal-recording.ts';
import type { Errors } from '../../forms/form.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { confirmed } from '../../sessions/pages/confirmed.ts';
import { subjectOf } from '../../users/pages/addressed-user.ts';
import type { Subject } from '../../users/user.ts';
import { Forbidden } from '../../verbs/refusals.ts';
import { flash } from '../../web/flash.ts';
import { requireRight } from '../../web/guards/authorization.ts';
import { formatOf } from '../../web/reader/reader-format.ts';
import { weighsMuch } from '../actions/leaving.ts';
import { letLeaveNow, letLeaveOn } from '../actions/operations/letting-leave.ts';
import { checkedLeaving, deedsIn, typedLeaving } from './leaving-form.ts';
import { scheduledLeaving, showLeaving } from './leaving-page.ts';

/** When somebody goes, and what becomes of what they leave behind. */
export function leavingController(app: AppContext): Router {
  const router = Router();
  const write = requireRight('users', 'write');
  router.get('/users/:id/leaving', write, async (req, res) => showLeaving(app, req, res, await leaverOf(app, req)));
  router.post(
    '/users/:id/leaving',
    write,
    confirmed(app, (req) => isAsked(app, req)),
    (req: Request, res: Response) => leave(app, req, res),
  );
  return router;
}

/** Whether it is decided only by somebody who has shown lately that it is they (R54): also where an administrator may stay one for longer. */
async function isAsked(app: AppContext, req: Request): Promise<boolean> {
  const typed = typedLeaving(req.body);
  if (typed.step) return false;
  if (weighsMuch(deedsIn(typed))) return true;
  const user = await leaverOf(app, req);
  if (typed.leavesAt === '' || !givesAdministration(user.rights)) return false;
  return user.leavesAt !== null || (await scheduledLeaving(app.db.read, user.id)) !== undefined;
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
  if (!mayAdminister(req.viewer!, user)) throw new Forbidden(`${user.name} has rights that you do not hold.`);
  if (user.id === req.viewer!.id) throw new Forbidden(`${user.name} is yourself: nobody deactivates themself.`);
  return user;
}
