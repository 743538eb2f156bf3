import { Router } from 'express';
import { may } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { dayOf, instant } from '../../clock.ts';
import { findContactViewer } from '../../contacts/contact-viewer.ts';
import { findStuckMail } from '../../mail/outbox-store.ts';
import { requireRight } from '../../web/authorization.ts';
import { readHabits, rememberPageSize } from '../../web/list-habits.ts';
import { formatOf } from '../../web/reader-format.ts';
import { render } from '../../web/render.ts';
import { listInvitations } from '../invitation-list.ts';
import { invitationsPath, readInvitationQuery } from '../invitation-list-query.ts';
import { findInvitationRequests } from '../invitation-request-store.ts';
import { invitationsPage } from './invitation-list-page.ts';

const REQUESTS_SHOWN = 20;

/** *Invitations*: who was invited by whom, by which channel, and how far it has got. */
export function invitationListController(app: AppContext): Router {
  const router = Router();

  router.get('/invitations', requireRight('users', 'read'), async (req, res) => {
    const { per, folded } = readHabits(req);
    const query = readInvitationQuery(req.query, per);
    const viewer = await findContactViewer(app.db.read, req.viewer!, dayOf(app.clock()));
    const list = await listInvitations(app.db.read, query, instant(app.clock()), viewer);
    if (list.invitations.length === 0 && (query.after || query.before) && list.total > 0)
      return res.redirect(303, invitationsPath(query));
    rememberPageSize(res, '/invitations', query, app.config.secure);
    const page = {
      ...invitationsPage({ query, list, folded, mayWrite: may(req.viewer!, 'users', 'write'), format: formatOf(req) }),
      stuck: await findStuckMail(app.db.read),
      requests: await findInvitationRequests(app.db.read, REQUESTS_SHOWN),
      mayWrite: may(req.viewer!, 'users', 'write'),
    };
    render(req, res, 'invitations/index', page, { fragments: { 'invitations-list': 'lists/_list' } });
  });

  return router;
}
