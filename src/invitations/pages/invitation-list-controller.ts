import { Router } from 'express';
import type { AppContext } from '../../app-context.ts';
import { requireRight } from '../../web/guards/authorization.ts';
import { showInvitations } from './invitation-list-page.ts';

/** *Invitations*: who was invited by whom, by which channel, and how far it has got. */
export function invitationListController(app: AppContext): Router {
  const router = Router();
  router.get('/invitations', requireRight('users', 'read'), (req, res) => showInvitations(app, req, res));
  return router;
}
