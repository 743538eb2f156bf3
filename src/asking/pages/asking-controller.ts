import { type Request, type Response, Router } from 'express';
import { may } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { unlessFieldErrors } from '../../audit/pages/refusal-recording.ts';
import type { Errors } from '../../forms/form.ts';
import { keeping } from '../../forms/moments.ts';
import { offerUndo } from '../../leading/pages/leading-operations.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { confirmed } from '../../sessions/pages/confirmed.ts';
import { Forbidden, NotFound } from '../../verbs/refusals.ts';
import { addressedId } from '../../web/addressed-id.ts';
import { flash } from '../../web/flash.ts';
import { takeKept } from '../../web/kept-form.ts';
import { formatOf } from '../../web/reader/reader-format.ts';
import { type AccessRequest, mayDecide } from '../access-request.ts';
import { findRequest } from '../access-request-store.ts';
import { answerAccess } from '../actions/answering.ts';
import { askForAccess, withdrawRequest } from '../actions/asking.ts';
import { checkAsking, checkDecision, typedAsking, typedDecision } from '../asking-form.ts';
import { groupsFor } from '../deciding.ts';
import { showAsking } from './asking-page.ts';
import { showRequest, showWaitingRequests, whatOf } from './request-page.ts';
import { givesWeightyMembership } from './weighty-decision.ts';

const ANSWERED = 'It was answered already, so nothing was changed by this.';

/** What people ask for, and whoever decides about it: the leader of the group, or who may give it by their rights. */
export function askingController(app: AppContext): Router {
  const router = Router();
  const weighty = confirmed(app, async (req) => givesWeightyMembership(app, req, await visible(req)));

  router.get('/access-requests', (req, res) => showWaitingRequests(app, req, res));

  router.get('/access-requests/new', (req: Request, res: Response) =>
    showAsking(app, req, res, { typed: typedAsking(takeKept(req) ?? { asked: req.query.asked }) }),
  );

  router.post('/access-requests', async (req: Request, res: Response) => {
    const typed = typedAsking(req.body);
    const failed = (errors: Errors) => showAsking(app, req, res, { typed, errors });
    const { values, errors } = checkAsking(typed, formatOf(req));
    if (errors) return failed(errors);
    await unlessFieldErrors(app, req, failed, async () => {
      const id = await app.db.write((trx) => askForAccess(trx, actOf(app, req), values));
      flash(
        req,
        app.mail
          ? 'You asked for it. Whoever decides is told by mail, and so are you of the answer.'
          : 'You asked for it. The answer will stand here.',
      );
      res.redirect(303, `/access-requests/${id}`);
    });
  });

  router.get('/access-requests/:id', async (req: Request, res: Response) =>
    showRequest(app, req, res, { request: await visible(req) }),
  );

  router.delete('/access-requests/:id', async (req: Request, res: Response) => {
    const request = await visible(req);
    if (request.userId !== req.viewer!.id) throw new Forbidden('Only whoever asked withdraws it.');
    const groups = await groupsFor(app.db.read, [request]);
    const isDone = await app.db.write((trx) => withdrawRequest(trx, actOf(app, req), request, groups));
    flash(req, isDone ? 'You have withdrawn it.' : ANSWERED);
    res.redirect(303, `/access-requests/${request.id}`);
  });

  router.post('/access-requests/:id/decision', weighty, async (req: Request, res: Response) => {
    const request = await visible(req);
    if (request.userId === req.viewer!.id) throw new Forbidden('Nobody decides about what they asked for themself.');
    const typed = typedDecision(req.body);
    const failed = (errors: Errors) => showRequest(app, req, res, { request, typed, errors });
    const { values, errors } = checkDecision(typed, keeping(formatOf(req), request.untilAt));
    if (errors) return failed(errors);
    await unlessFieldErrors(app, req, failed, async () => {
      const answered = await app.db.write((trx) => answerAccess(trx, actOf(app, req), request, values));
      const what = whatOf(request, await groupsFor(app.db.read, [request]));
      if (!answered) flash(req, ANSWERED);
      else if (values.answer === 'give') tellGiven(req, `${request.userName} has ${what} now.`, answered.operationId);
      else flash(req, `${request.userName} is told that they do not get ${what}.`);
      res.redirect(303, `/access-requests/${request.id}`);
    });
  });

  /** With what takes it back, for whoever may read what operations are about, and for leaders. */
  function tellGiven(req: Request, said: string, operation: number | undefined): void {
    const readsUsers = may(req.viewer!, 'users', 'read');
    flash(req, said, readsUsers ? { undo: operation } : {});
    if (!readsUsers) offerUndo(req, operation);
  }

  /** Whoever asked, and whoever decides, sees it; for everybody else it is not there. */
  async function visible(req: Request): Promise<AccessRequest> {
    const request = await findRequest(app.db.read, addressedId(req));
    if (!request) throw new NotFound();
    if (request.userId === req.viewer!.id) return request;
    if (!mayDecide(req.viewer!, request, await groupsFor(app.db.read, [request])))
      throw new Forbidden('There is nothing at this address.', true);
    return request;
  }

  return router;
}
