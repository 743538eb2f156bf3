import { type Request, type RequestHandler, Router } from 'express';
import { may } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { unlessFieldErrors } from '../../audit/pages/refusal-recording.ts';
import type { Errors } from '../../forms/form.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { findTags } from '../../tags/tag-store.ts';
import { requireRight } from '../../web/authorization.ts';
import { flash } from '../../web/flash.ts';
import { takeKept } from '../../web/kept-form.ts';
import { readHabits, rememberPageSize } from '../../web/list-habits.ts';
import { render } from '../../web/render.ts';
import { unlessStale } from '../../web/stale-form.ts';
import { createLedGroup, requireChangeable, updateGroup } from '../actions/group-editing.ts';
import type { Group } from '../group.ts';
import { checkGroup, typedGroup } from '../group-form.ts';
import { listGroups } from '../group-list.ts';
import { readGroupQuery } from '../group-list-query.ts';
import { groupOf } from './addressed-group.ts';
import { showConflict, showGroupForm, showMistakes, typedNow } from './group-form-page.ts';
import { groupsPage } from './group-list-page.ts';
import { showRecord, showTimeline } from './group-record-page.ts';

export function groupsController(app: AppContext): Router {
  const router = Router();
  const read = requireRight('groups', 'read');
  const write = requireRight('groups', 'write');

  router.get('/groups', ledInstead, read, async (req, res) => {
    const { per, folded } = readHabits(req);
    const query = readGroupQuery(req.query, per);
    const list = await listGroups(app, query);
    rememberPageSize(res, '/groups', query, app.config.secure);
    const tags = await findTags(app.db.read, 'group');
    const mayWrite = may(req.viewer!, 'groups', 'write');
    const page = { ...groupsPage({ query, list, tags, folded, mayWrite }), leads: req.viewer!.leads.length > 0 };
    render(req, res, 'groups/index', page, { fragments: { 'groups-list': 'lists/_list' } });
  });

  router.get('/groups/new', write, async (req, res) => {
    const kept = takeKept(req);
    await showGroupForm(app, req, res, { typed: typedGroup(kept ?? {}), isRestored: kept !== undefined });
  });

  router.post('/groups', write, async (req, res) => {
    const typed = typedGroup(req.body);
    if (typed.step) return showGroupForm(app, req, res, { typed });
    const failed = (errors: Errors) => showMistakes(app, req, res, { typed, errors });
    const { values, errors } = checkGroup(typed);
    if (errors) return failed(errors);
    await unlessFieldErrors(app, req, failed, async () => {
      const id = await app.db.write((trx) => createLedGroup(trx, actOf(app, req), values));
      flash(req, `The group ${values.name} was created.`);
      res.redirect(303, `/groups/${id}`);
    });
  });

  router.get('/groups/:id', ledInstead, read, async (req, res) => showRecord(app, req, res, await groupOf(app, req)));

  router.get('/groups/:id/timeline', read, async (req, res) => showTimeline(app, req, res, await groupOf(app, req)));

  router.get('/groups/:id/edit', write, async (req, res) => {
    const group = await changeable(req);
    const kept = takeKept(req);
    const typed = kept ? typedGroup(kept) : await typedNow(app.db.read, group);
    await showGroupForm(app, req, res, { typed, group, isRestored: kept !== undefined });
  });

  router.patch('/groups/:id', write, async (req, res) => {
    const group = await changeable(req);
    const typed = typedGroup(req.body);
    if (typed.step) return showGroupForm(app, req, res, { typed, group });
    const failed = (errors: Errors) => showMistakes(app, req, res, { typed, errors, group });
    const { values, errors } = checkGroup(typed);
    if (errors) return failed(errors);
    const conflict = () => showConflict(app, req, res, { typed, group });
    const save = async () => {
      await app.db.write((trx) => updateGroup(trx, actOf(app, req), group.id, Number(typed.version), values));
      flash(req, 'Saved.');
      res.redirect(303, `/groups/${group.id}`);
    };
    await unlessFieldErrors(app, req, failed, () => unlessStale(conflict, save));
  });

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
