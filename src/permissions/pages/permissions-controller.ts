import { type Request, type Response, Router } from 'express';
import type { AppContext } from '../../app-context.ts';
import { findApplications } from '../../applications/application-store.ts';
import type { Group } from '../../groups/group.ts';
import { requireChangeable } from '../../groups/group.ts';
import { groupOf } from '../../groups/pages/addressed-group.ts';
import { confirmed } from '../../sessions/pages/confirmed.ts';
import { requireRight } from '../../web/guards/authorization.ts';
import { typedOf } from '../permission-form.ts';
import { keysOf, showMatrix } from './permission-matrix-page.ts';
import { saveMatrix } from './permission-saving.ts';

/** What a group grants: a matrix, then a sheet that says what the change does, then the change. */
export function permissionsController(app: AppContext): Router {
  const router = Router();
  const write = requireRight('groups', 'write');

  router.get('/groups/:id/permissions/edit', write, async (req, res) => {
    const group = await changeable(req);
    const applications = await findApplications(app.db.read);
    showMatrix(req, res, { group, applications, typed: typedOf(group, keysOf(applications)) });
  });

  router.patch('/groups/:id/permissions', write, confirmed(app), async (req: Request, res: Response) =>
    saveMatrix(app, req, res, await changeable(req)),
  );

  async function changeable(req: Request): Promise<Group> {
    const group = await groupOf(app, req);
    requireChangeable({ by: req.viewer! }, group);
    return group;
  }

  return router;
}
