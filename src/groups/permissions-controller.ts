import { type Request, type Response, Router } from 'express';
import { actOf } from '../web/act.ts';
import type { AppContext } from '../web/app-context.ts';
import { requireRight } from '../web/authorization.ts';
import { Forbidden } from '../web/errors.ts';
import { flash } from '../web/flash.ts';
import { StaleVersion, type Typed } from '../web/form.ts';
import { render } from '../web/render.ts';
import { groupOf } from './addressed-group.ts';
import { effectsOf } from './effect.ts';
import type { Group } from './group.ts';
import { requireChangeable } from './group-editing.ts';
import { findGroup } from './group-store.ts';
import { APPLICATIONS, covers, grants, type Level } from './permission.ts';
import { setPermissions } from './permission-editing.ts';
import { rightsIn, typedOf, typedPermissions } from './permission-form.ts';

/** What a group grants: a matrix, then a sheet that says what the change does, then the change. */
export function permissionsController(app: AppContext): Router {
  const router = Router();
  const write = requireRight('groups', 'write');

  router.get('/groups/:id/permissions/edit', write, async (req, res) => {
    const group = await changeable(req);
    showMatrix(req, res, group, typedOf(group));
  });

  router.patch('/groups/:id/permissions', write, async (req, res) => {
    const group = await changeable(req);
    const typed = typedPermissions(req.body);
    if (typed.step === 'choose') return showMatrix(req, res, group, typed);
    const rights = rightsIn(typed, group);
    if (!covers(req.viewer!.rights, rights)) throw new Forbidden('You cannot give rights that you do not hold.');
    if (typed.version !== String(group.version)) return showConflict(req, res, group.id, typed);
    if (!typed.confirmed) return showSheet(req, res, group, typed);
    try {
      const version = Number(typed.version);
      await app.db.write((trx) => setPermissions(trx, actOf(app, req), group.id, version, rights));
      flash(req, `Permissions of ${group.name} are saved. They hold from the next click of each member.`);
      res.redirect(303, `/groups/${group.id}`);
    } catch (error) {
      if (!(error instanceof StaleVersion)) throw error;
      await showConflict(req, res, group.id, typed);
    }
  });

  async function showConflict(req: Request, res: Response, id: number, typed: Typed): Promise<void> {
    const group = await findGroup(app.db.read, id);
    const theirs = typedOf(group);
    showMatrix(req, res, group, { ...typed, version: theirs.version }, theirs);
  }

  /** `theirs`: what stands in the database by now, when somebody else changed it since the form was opened. */
  function showMatrix(req: Request, res: Response, group: Group, typed: Typed, theirs?: Typed): void {
    const viewer = req.viewer!;
    const mayGive = (application: (typeof APPLICATIONS)[number], level: 'none' | Level) =>
      level === 'none' || grants(viewer.rights, application, level);
    const page = {
      title: `Permissions of ${group.name}`,
      group,
      typed,
      rows: APPLICATIONS.map((application) => ({
        application,
        choices: (['none', 'read', 'write'] as const).map((level) => ({
          level,
          isChosen: typed[application] === level,
          mayGive: mayGive(application, level),
        })),
        meanwhile: theirs && theirs[application] !== typed[application] ? theirs[application] : '',
      })),
      isStale: theirs !== undefined,
    };
    render(req, res, 'groups/permissions', page, { status: theirs ? 409 : 200 });
  }

  /** What saving would do, and to how many. */
  async function showSheet(req: Request, res: Response, group: Group, typed: Typed): Promise<void> {
    const rights = rightsIn(typed, group);
    const change = { groupId: group.id, from: group.rights, to: rights };
    const cells = APPLICATIONS.map((application) => ({
      application,
      from: change.from[application] ?? 'none',
      to: rights[application] ?? 'none',
    }));
    const page = {
      title: `Change permissions of ${group.name}`,
      group,
      typed,
      applications: APPLICATIONS,
      cells: cells.filter(({ from, to }) => from !== to),
      effects: await effectsOf(app, [change]),
    };
    render(req, res, 'groups/permissions-sheet', page);
  }

  async function changeable(req: Request): Promise<Group> {
    const group = await groupOf(app, req);
    requireChangeable({ by: req.viewer! }, group);
    return group;
  }

  return router;
}
