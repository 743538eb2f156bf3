import { type Request, type Response, Router } from 'express';
import type { AppContext } from '../../app-context.ts';
import { demandsFactor } from '../../groups/group.ts';
import { tellOutcomes } from '../../memberships/pages/member-report.ts';
import { confirmed } from '../../sessions/pages/confirmed.ts';
import { flash } from '../../web/flash.ts';
import { requireSignIn } from '../../web/guards/authorization.ts';
import { takeKept } from '../../web/kept-form.ts';
import { resetAttempts } from '../actions/leading.ts';
import { tickedIn, typedLeading, typedRows } from '../leading-form.ts';
import { actAsLeader, changeableOf, ledGroupOf } from './addressed-led-group.ts';
import { endDeputy, handOver, saveDeputy, showLead } from './lead-page.ts';
import { add, confirmTicked, end, invite, reinvite, removeTicked } from './leading-changes.ts';
import { showForm, showSheet } from './leading-form-page.ts';
import { inviteList, showLedList, showList, takeLedList } from './leading-list.ts';
import { letsOffByUndo, showLedReport, showLedUndo, takeBack } from './leading-operations.ts';
import { showLedGroup, showLedGroups } from './led-group-page.ts';

/**
 * The groups that somebody leads, and their people: all that a leader sees and does. It asks for no right, and everything
 * here begins with the question whether the viewer leads this group.
 */
export function leadingController(app: AppContext): Router {
  const router = Router();
  // Leaders fill no group that administers, but take people out of one that demands a second factor of them (R54).
  const lettingOff = confirmed(app, async (req) => demandsFactor(await changeableOf(app, req)));
  const lettingOffLater = confirmed(
    app,
    async (req) => typedLeading(req.body).untilAt !== '' && demandsFactor(await changeableOf(app, req)),
  );

  router.get('/led-groups', requireSignIn, (req, res) => showLedGroups(app, req, res));

  router.get('/led-groups/:id', requireSignIn, async (req, res) =>
    showLedGroup(app, req, res, await ledGroupOf(app, req)),
  );

  router.get('/led-groups/:id/members/new', requireSignIn, async (req: Request, res: Response) =>
    showForm(app, req, res, 'leading/add-members', {
      group: await changeableOf(app, req),
      typed: typedLeading(takeKept(req) ?? {}),
    }),
  );

  router.get('/led-groups/:id/invitations/new', requireSignIn, async (req: Request, res: Response) =>
    showForm(app, req, res, 'leading/invitation', {
      group: await changeableOf(app, req),
      typed: typedLeading(takeKept(req) ?? {}),
    }),
  );

  router.get('/led-groups/:id/invitations/list', requireSignIn, async (req: Request, res: Response) =>
    showList(app, req, res, { group: await changeableOf(app, req), ...typedRows(takeKept(req) ?? {}) }),
  );

  router.post('/led-groups/:id/invitations/list', requireSignIn, async (req, res) =>
    takeLedList(app, req, res, await changeableOf(app, req)),
  );

  router.get('/led-groups/:id/invitations/list/:list', requireSignIn, async (req, res) =>
    showLedList(app, req, res, await changeableOf(app, req)),
  );

  router.post('/led-groups/:id/invitations/list/:list', requireSignIn, async (req, res) =>
    inviteList(app, req, res, await changeableOf(app, req)),
  );

  router.post('/led-groups/:id/invitations', requireSignIn, async (req, res) =>
    invite(app, req, res, await changeableOf(app, req)),
  );

  router.post('/led-groups/:id/members', requireSignIn, async (req, res) =>
    add(app, req, res, await changeableOf(app, req)),
  );

  router.get('/led-groups/:id/members/edit', requireSignIn, async (req: Request, res: Response) => {
    const group = await changeableOf(app, req);
    const typed = typedLeading({ ids: req.query.ids });
    if (tickedIn(typed).length > 0) return showSheet(app, req, res, { group, typed });
    flash(req, 'Nobody is ticked.', { isNothing: true });
    res.redirect(303, `/led-groups/${group.id}`);
  });

  router.patch('/led-groups/:id/members', requireSignIn, lettingOffLater, async (req, res) =>
    end(app, req, res, await changeableOf(app, req)),
  );

  router.delete('/led-groups/:id/members', requireSignIn, lettingOff, async (req: Request, res: Response) =>
    removeTicked(app, req, res, await changeableOf(app, req)),
  );

  router.post('/led-groups/:id/members/invitations', requireSignIn, async (req, res) =>
    reinvite(app, req, res, await changeableOf(app, req)),
  );

  router.post('/led-groups/:id/members/access-confirmation', requireSignIn, async (req, res) =>
    confirmTicked(app, req, res, await changeableOf(app, req)),
  );

  router.delete('/led-groups/:id/members/login-attempts', requireSignIn, async (req: Request, res: Response) => {
    const group = await changeableOf(app, req);
    const ids = tickedIn(typedLeading(req.body));
    const outcomes = await app.db.write((trx) => resetAttempts(trx, actAsLeader(app, req, group.id), group.id, ids));
    await tellOutcomes(app, req, { group, outcomes, done: 'given new attempts to sign in, in' });
    res.redirect(303, `/led-groups/${group.id}`);
  });

  router.get('/led-groups/:id/lead', requireSignIn, async (req: Request, res: Response) =>
    showLead(app, req, res, { group: await changeableOf(app, req) }),
  );

  router.post('/led-groups/:id/deputy', requireSignIn, async (req, res) =>
    saveDeputy(app, req, res, await changeableOf(app, req)),
  );

  router.delete('/led-groups/:id/deputy', requireSignIn, async (req, res) =>
    endDeputy(app, req, res, await changeableOf(app, req)),
  );

  router.post('/led-groups/:id/hand-over', requireSignIn, async (req, res) =>
    handOver(app, req, res, await changeableOf(app, req)),
  );

  router.get('/led-operations/:id', requireSignIn, (req, res) => showLedReport(app, req, res));
  router.get('/led-operations/:id/undo', requireSignIn, (req, res) => showLedUndo(app, req, res));
  const lettingOffByUndo = confirmed(app, (req) => letsOffByUndo(app, req));
  router.post('/led-operations/:id/undo', requireSignIn, lettingOffByUndo, (req, res) => takeBack(app, req, res));

  return router;
}
