import { type Request, type Response, Router } from 'express';
import type { Level } from '../../access/rights.ts';
import { may, type Viewer } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { unlessFieldErrors } from '../../audit/pages/refusal-recording.ts';
import { dayOf } from '../../clock.ts';
import type { Errors, Typed } from '../../forms/form.ts';
import { staleForm } from '../../forms/stale-form.ts';
import { findAllGroups } from '../../groups/group-store.ts';
import { encodeCursor, firstOf, readPageQuery } from '../../lists/list-query.ts';
import { pagerLinks } from '../../lists/pager.ts';
import { effectsOf, givenBy } from '../../permissions/effect.ts';
import { findHolders, listHolders } from '../../permissions/holder-list.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { findUserByIdentifier, findUserNames } from '../../users/user-store.ts';
import { Forbidden } from '../../verbs/refusals.ts';
import { requireRight } from '../../web/authorization.ts';
import { sendCsv } from '../../web/csv.ts';
import { flash } from '../../web/flash.ts';
import { render } from '../../web/render.ts';
import { unlessStale } from '../../web/stale-form.ts';
import {
  deleteApplication,
  findFirstGroups,
  registerApplication,
  requireDeletable,
  updateApplication,
} from '../actions/application-editing.ts';
import type { Application } from '../application.ts';
import { checkApplication, checkNewApplication, typedApplication } from '../application-form.ts';
import { findApplication, findApplications } from '../application-store.ts';

const LEVELS: Level[] = ['read', 'write'];

/** What rights can be granted on, and who has them. */
export function applicationsController(app: AppContext): Router {
  const router = Router();
  // Whose rights these are is told of users and of groups at once.
  const read = [requireRight('groups', 'read'), requireRight('users', 'read')];
  const write = requireRight('settings', 'write');

  router.get('/applications', read, async (req: Request, res: Response) => {
    const asked = {
      application: textOf(req.query.application),
      level: levelOf(req.query.level),
      user: textOf(req.query.user),
    };
    if (!asked.user) return showAll(req, res, asked);
    const user = await findUserByIdentifier(app.db.read, asked.user);
    if (!user) return showAll(req, res, asked, { user: 'There is no user with this name or email.' });
    const { key } = await findApplication(app.db.read, asked.application);
    res.redirect(303, `/users/${user.id}/permissions?application=${key}&level=${asked.level}`);
  });

  router.get('/applications/new', write, async (req: Request, res: Response) =>
    showForm(req, res, { typed: typedApplication({}) }),
  );

  router.post('/applications', write, async (req: Request, res: Response) => {
    const typed = typedApplication(req.body);
    const failed = (errors: Errors) => showForm(req, res, { typed, errors, status: 422 });
    const { values, errors } = checkNewApplication(typed);
    if (errors) return failed(errors);
    await unlessFieldErrors(app, req, failed, async () => {
      await app.db.write((trx) => registerApplication(trx, actOf(app, req), values));
      flash(req, `The application ${values.name} is registered. Groups can grant rights on it now.`);
      res.redirect(303, backTo(req.viewer!, `/applications/${values.key}`));
    });
  });

  router.get('/applications/:key', read, async (req: Request, res: Response) => {
    const application = await findApplication(app.db.read, String(req.params.key));
    const level = levelOf(req.query.level);
    const query = readPageQuery(req.query, ['name'], { sort: 'name', descending: false });
    const list = await listHolders(app, application.key, level, query);
    const path = (place: Record<string, string>) =>
      `/applications/${application.key}?${new URLSearchParams({ level, ...place })}`;
    if (list.holders.length === 0 && list.total > 0) return res.redirect(303, path({}));
    const groups = (await findAllGroups(app.db.read)).filter(
      (group) => group.activity !== 'deleted' && group.rights[application.key] !== undefined,
    );
    render(req, res, 'applications/show', {
      title: application.name,
      application,
      groups,
      level,
      list,
      levels: LEVELS.map((one) => ({
        level: one,
        isChosen: one === level,
        path: `/applications/${application.key}?level=${one}`,
      })),
      pagerLinks: pagerLinks(
        list.previous && path({ before: encodeCursor(list.previous) }),
        list.next && path({ after: encodeCursor(list.next) }),
      ),
      names: await findUserNames(app.db.read, [application.registered?.by ?? null]),
      mayWrite: application.registered !== undefined && may(req.viewer!, 'settings', 'write'),
    });
  });

  router.get('/applications/:key/holders.csv', read, async (req: Request, res: Response) => {
    const { key } = await findApplication(app.db.read, String(req.params.key));
    const level = levelOf(req.query.level);
    const rows = (await findHolders(app, key, level)).map((holder) => [
      holder.name,
      holder.email,
      holder.level,
      holder.through.map((group) => group.name).join(', '),
    ]);
    sendCsv(res, { name: `${key}-${level}`, columns: ['Name', 'System email', 'Permission', 'Through'], rows });
  });

  router.get('/applications/:key/edit', write, async (req: Request, res: Response) => {
    const application = await registered(req);
    await showForm(req, res, { typed: typedOf(application), application });
  });

  router.patch('/applications/:key', write, async (req: Request, res: Response) => {
    const application = await registered(req);
    const typed = typedApplication(req.body);
    const { values, errors } = checkApplication(typed);
    if (errors) return showForm(req, res, { typed, errors, application, status: 422 });
    const version = Number(typed.version);
    await unlessStale(
      async () => {
        const stale = staleForm(typed, typedOf(await registered(req)), typedApplication);
        await showForm(req, res, { ...stale, application, status: 409 });
      },
      async () => {
        await app.db.write((trx) => updateApplication(trx, actOf(app, req), application.key, version, values));
        flash(req, 'Saved.');
        res.redirect(303, backTo(req.viewer!, `/applications/${application.key}`));
      },
    );
  });

  router.get('/applications/:key/deletion/new', write, async (req: Request, res: Response) => {
    const application = await registered(req);
    const { key } = application;
    const granting = (await findAllGroups(app.db.read)).filter((group) => group.rights[key] !== undefined);
    requireDeletable(req.viewer!, key, granting);
    const changes = granting.map((group) => {
      const { [key]: _, ...to } = group.rights;
      return { groupId: group.id, from: givenBy(group), to: givenBy({ ...group, rights: to }) };
    });
    render(req, res, 'applications/deletion', {
      title: `Delete ${application.name}`,
      application,
      backPath: backTo(req.viewer!, `/applications/${key}`),
      groups: granting,
      mayReadGroups: may(req.viewer!, 'groups', 'read'),
      effects: may(req.viewer!, 'groups', 'read') ? await effectsOf(app, changes) : [],
    });
  });

  router.post('/applications/:key/deletion', write, async (req: Request, res: Response) => {
    const application = await registered(req);
    await app.db.write((trx) => deleteApplication(trx, actOf(app, req), application.key));
    flash(req, `The application ${application.name} is deleted.`);
    res.redirect(303, backTo(req.viewer!, '/applications'));
  });

  /** All of them, and a question to ask: may this user do that, and why? */
  async function showAll(
    req: Request,
    res: Response,
    asked: { application: string; level: Level; user: string },
    errors: Errors = {},
  ): Promise<void> {
    const groups = (await findAllGroups(app.db.read)).filter((group) => group.activity === 'active');
    const granting = (key: string, level: Level) => groups.filter((group) => group.rights[key] === level).length;
    const applications = (await findApplications(app.db.read)).map((one) => ({
      ...one,
      reading: granting(one.key, 'read'),
      writing: granting(one.key, 'write'),
    }));
    const page = {
      title: 'Applications',
      applications,
      asked,
      errors,
      mayWrite: may(req.viewer!, 'settings', 'write'),
    };
    render(req, res, 'applications/index', page, { status: Object.keys(errors).length > 0 ? 422 : 200 });
  }

  async function showForm(
    req: Request,
    res: Response,
    state: { typed: Typed; errors?: Errors; application?: Application; theirs?: Errors; status?: number },
  ): Promise<void> {
    const { typed, errors = {}, application, theirs, status } = state;
    const groups = await findFirstGroups(app.db.read, req.viewer!, dayOf(app.clock()));
    const title = application ? `Edit ${application.name}` : 'New Application';
    const backPath = backTo(req.viewer!, application ? `/applications/${application.key}` : '/applications');
    render(req, res, 'applications/form', { title, typed, errors, application, theirs, groups, backPath }, { status });
  }

  /** The application that the address names; those that are a part of Roster are nobody's to change. */
  async function registered(req: Request): Promise<Application> {
    const application = await findApplication(app.db.read, String(req.params.key));
    if (!application.registered) throw new Forbidden('This application is a part of Roster.');
    return application;
  }

  return router;
}

/** Who registers applications may be nobody who reads what they grant to whom: they come back to the installation. */
function backTo(viewer: Viewer, path: string): string {
  return may(viewer, 'groups', 'read') && may(viewer, 'users', 'read') ? path : '/installation';
}

function typedOf({ name, description, registered }: Application): Typed {
  return { name, description, version: String(registered?.version) };
}

function levelOf(value: unknown): Level {
  return firstOf(value) === 'write' ? 'write' : 'read';
}

function textOf(value: unknown): string {
  return (firstOf(value) ?? '').trim().slice(0, 254);
}
