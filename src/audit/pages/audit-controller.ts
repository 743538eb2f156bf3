import { Router } from 'express';
import type { AppContext } from '../../app-context.ts';
import { requireRight } from '../../web/guards/authorization.ts';
import { showAudit } from './audit-page.ts';

export function auditController(app: AppContext): Router {
  const router = Router();
  router.get('/audit', requireRight('audit', 'read'), (req, res) => showAudit(app, req, res));
  return router;
}
