import { type Request, type Response, Router } from 'express';
import { covers, grants, type Level } from '../../access/rights.ts';
import { may } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import type { Application } from '../../applications/application.ts';
import { findApplications } from '../../applications/application-store.ts';
import type { Errors, Typed } from '../../forms/form.ts';
import { staleForm } from '../../forms/stale-form.ts';
import { requireChangeable } from '../../groups/actions/group-editing.ts';
import type { Group } from '../../groups/group.ts';
import { findGroup } from '../../groups/group-store.ts';
import { groupOf } from '../../groups/pages/addressed-group.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { renewLinks } from '../../users/actions/renewed-links.ts';
import { Forbidden } from '../../verbs/refusals.ts';
import { requireRight } from '../../web/authorization.ts';
import { mailedWords, renewalOf } from '../../web/channel.ts';
import { flash } from '../../web/flash.ts';
import { render } from '../../web/render.ts';
import { unlessStale } from '../../web/stale-form.ts';
import { setPermissions } from '../actions/permission-editing.ts';
import { countEndingLinks, effectsOf } from '../effect.ts';
import { rightsIn, typedOf, typedPermissions } from '../permission-form.ts';

/** What a group grants: a matrix, then a sheet that says what the change does, then the change. */
export function permissionsController(app: AppContext): Router {
  const router = Router();
  const write = requireRight('groups', 'write');

  router.get('/groups/:id/permissions/edit', write, async (req, res) => {
    const group = await changeable(req);
    const applications = await findApplications(app.db.read);
    showMatrix(req, res, group, applications, typedOf(group, keysOf(applications)));
  });

  router.patch('/groups/:id/permissions', write, async (req, res) => {
    const group = await changeable(req);
    const applications = await findApplications(app.db.read);
    const typed = typedPermissions(req.body, keysOf(applications));
    if (typed.step === 'choose') return showMatrix(req, res, group, applications, typed);
    const rights = rightsIn(typed, group, keysOf(applications));
    if (!covers(req.viewer!.rights, rights)) throw new Forbidden('You cannot give rights that you do not hold.');
    const conflict = () => showConflict(req, res, group.id, typed);
    if (typed.version !== String(group.version)) return conflict();
    if (!typed.confirmed) return showSheet(req, res, group, applications, typed);
    await unlessStale(conflict, async () => {
      const version = Number(typed.version);
      const renewal = renewalOf(app, req.body);
      const renewed = await app.db.write(async (trx) => {
        const act = actOf(app, req);
        const ended = await setPermissions(trx, act, group.id, version, rights);
        return renewal ? renewLinks(trx, act, ended) : [];
      });
      const said = `Permissions of ${group.name} are saved. They hold from the next click of each member.`;
      const path = `/groups/${group.id}`;
      if (renewal === 'copy') flash(req, said, { path, showRenewed: renewed });
      else flash(req, [said, mailedWords(renewed.length)].filter(Boolean).join(' '));
      res.redirect(303, path);
    });
  });

  async function showConflict(req: Request, res: Response, id: number, typed: Typed): Promise<void> {
    const group = await findGroup(app.db.read, id);
    const applications = await findApplications(app.db.read);
    const keys = keysOf(applications);
    const stale = staleForm(typed, typedOf(group, keys), (body) => typedPermissions(body, keys));
    showMatrix(req, res, group, applications, stale.typed, stale.theirs);
  }

  /** `theirs`: what somebody else saved since the form was opened, by application. */
  function showMatrix(
    req: Request,
    res: Response,
    group: Group,
    applications: Application[],
    typed: Typed,
    theirs?: Errors,
  ): void {
    const viewer = req.viewer!;
    const mayGive = (key: string, level: 'none' | Level) => level === 'none' || grants(viewer.rights, key, level);
    const page = {
      title: `Permissions of ${group.name}`,
      group,
      typed,
      rows: applications.map(({ key, name, registered }) => ({
        key,
        name,
        isRegistered: registered !== undefined,
        choices: (['none', 'read', 'write'] as const).map((level) => ({
          level,
          isChosen: typed[key] === level,
          mayGive: mayGive(key, level),
        })),
        meanwhile: theirs?.[key] ?? '',
      })),
      isStale: theirs !== undefined,
    };
    render(req, res, 'groups/permissions', page, { status: theirs ? 409 : 200 });
  }

  /** What saving would do, and to how many. */
  async function showSheet(
    req: Request,
    res: Response,
    group: Group,
    applications: Application[],
    typed: Typed,
  ): Promise<void> {
    const rights = rightsIn(typed, group, keysOf(applications));
    const cells = applications.map(({ key, name }) => ({
      key,
      name,
      from: group.rights[key] ?? 'none',
      to: rights[key] ?? 'none',
    }));
    const changes = [{ groupId: group.id, from: group.rights, to: rights }];
    const page = {
      title: `Change permissions of ${group.name}`,
      group,
      typed,
      fields: [...keysOf(applications), 'version'],
      cells: cells.filter(({ from, to }) => from !== to),
      effects: await effectsOf(app, changes),
      // To make links is to change users.
      endingLinks: may(req.viewer!, 'users', 'write') ? await countEndingLinks(app, changes) : 0,
      mayMail: app.mail !== undefined,
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

function keysOf(applications: Application[]): string[] {
  return applications.map((application) => application.key);
}
