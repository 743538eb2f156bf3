import { type Request, type RequestHandler, type Response, Router } from 'express';
import { may } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { confirmed } from '../../sessions/pages/confirmed.ts';
import { requireRight } from '../../web/guards/authorization.ts';
import { takeKept } from '../../web/kept-form.ts';
import type { Group } from '../group.ts';
import { liftsDemand, requireChangeable } from '../group.ts';
import { typedGroup } from '../group-form.ts';
import { groupOf } from './addressed-group.ts';
import { showGroupForm, typedNow } from './group-form-page.ts';
import { showGroups, showTagFilter } from './group-list-page.ts';
import { showRecord, showTimeline } from './group-record-page.ts';
import { createFromForm, saveFromForm } from './group-saving.ts';

export function groupsController(app: AppContext): Router {
  const router = Router();
  const read = requireRight('groups', 'read');
  const write = requireRight('groups', 'write');

  router.get('/groups', ledInstead, read, (req, res) => showGroups(app, req, res));

  router.get('/groups/tags', read, (req, res) => showTagFilter(app, req, res));

  router.get('/groups/new', write, async (req, res) => {
    await showGroupForm(app, req, res, { typed: typedGroup(takeKept(req) ?? {}) });
  });

  router.post('/groups', write, (req, res) => createFromForm(app, req, res));

  router.get('/groups/:id', ledInstead, read, async (req, res) => showRecord(app, req, res, await groupOf(app, req)));

  router.get('/groups/:id/timeline', read, async (req, res) => showTimeline(app, req, res, await groupOf(app, req)));

  router.get('/groups/:id/edit', write, async (req, res) => {
    const group = await changeable(req);
    const kept = takeKept(req);
    const typed = kept ? typedGroup(kept) : await typedNow(app.db.read, group);
    await showGroupForm(app, req, res, { typed, group });
  });

  const saves = confirmed(app, async (req) => {
    const { step, requiresSecondFactor } = typedGroup(req.body);
    return !step && liftsDemand(await changeable(req), { requiresSecondFactor: requiresSecondFactor !== '' });
  });
  router.patch('/groups/:id', write, saves, async (req: Request, res: Response) =>
    saveFromForm(app, req, res, await changeable(req)),
  );

  async function changeable(req: Request): Promise<Group> {
    const group = await groupOf(app, req);
    requireChangeable({ by: req.viewer! }, group);
    return group;
  }

  return router;
}

/** Who may not read groups but leads some is shown those instead. */
const ledInstead: RequestHandler = (req, res, next) => {
  const { viewer, params } = req;
  if (!viewer || may(viewer, 'groups', 'read')) return next();
  const path = params.id === undefined ? '/led-groups' : `/led-groups/${params.id}`;
  const isLed = params.id === undefined ? viewer.leads.length > 0 : viewer.leads.includes(Number(params.id));
  if (isLed) res.redirect(303, path);
  else next();
};
