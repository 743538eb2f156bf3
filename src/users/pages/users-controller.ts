import { type Request, type Response, Router } from 'express';
import { may, mayAdminister } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { confirmed } from '../../sessions/pages/confirmed.ts';
import { requireAdministered } from '../../verbs/administering.ts';
import { WAS_ERASED } from '../../verbs/outcome.ts';
import { Conflict } from '../../verbs/refusals.ts';
import { requireRight } from '../../web/guards/authorization.ts';
import { takeKept } from '../../web/kept-form.ts';
import { formatOf } from '../../web/reader/reader-format.ts';
import { render } from '../../web/render.ts';
import type { Subject } from '../user.ts';
import { typedUser } from '../user-form.ts';
import { subjectOf } from './addressed-user.ts';
import { prefilledUser, withOffer } from './form/prefilled-user.ts';
import { showUserForm, typedNow } from './form/user-form-page.ts';
import { createFromForm, saveFromForm } from './form/user-saving.ts';
import { isWeightyUserForm } from './form/weighty-user-form.ts';
import { chooseColumns, resetColumns, showColumnChoice } from './list/column-choice-page.ts';
import { showGroupFilter, showTagFilter } from './list/filter-values-pages.ts';
import { showUsers } from './list/user-list-page.ts';
import { showMemberships } from './record/memberships-page.ts';
import { offeredActions, operableUser } from './record/offered-actions.ts';
import { showPermissions } from './record/permissions-page.ts';
import { showRecord, showTimeline } from './record/user-record-page.ts';

export function usersController(app: AppContext): Router {
  const router = Router();
  const read = requireRight('users', 'read');
  const write = requireRight('users', 'write');

  router.get('/users', read, (req, res) => showUsers(app, req, res));

  router.get('/users/columns', read, (req, res) => showColumnChoice(req, res));

  router.put('/users/columns', read, (req, res) => chooseColumns(app, req, res));

  router.delete('/users/columns', read, (req, res) => resetColumns(app, req, res));

  router.get('/users/groups', read, (req, res) => showGroupFilter(app, req, res));

  router.get('/users/tags', read, (req, res) => showTagFilter(app, req, res));

  router.get('/users/new', write, async (req, res) => {
    const kept = takeKept(req);
    const typed = kept ? typedUser(kept) : await prefilledUser(app, req);
    await showUserForm(app, req, res, { typed });
  });

  const creates = confirmed(app, (req) => isWeightyUserForm(app, req));
  router.post('/users', write, creates, (req, res) => createFromForm(app, req, res));

  router.get('/users/:id', read, async (req, res) => showRecord(app, req, res, await subjectOf(app, req)));

  router.get('/users/:id/actions', read, async (req, res) => {
    const user = await subjectOf(app, req);
    const viewer = req.viewer!;
    const page = {
      title: `Actions for ${user.name}`,
      user,
      mayEdit: mayAdminister(viewer, user) && user.erasedAt === null,
      mayCreate: may(viewer, 'users', 'write'),
      actions: offeredActions(viewer, user),
      operable: operableUser(viewer, user),
    };
    render(req, res, 'users/actions', page, { fragments: { 'row-menu': 'users/_actions' } });
  });

  router.get('/users/:id/groups', read, async (req, res) => showMemberships(app, req, res, await subjectOf(app, req)));

  router.get('/users/:id/permissions', read, async (req, res) =>
    showPermissions(app, req, res, await subjectOf(app, req)),
  );

  router.get('/users/:id/timeline', read, async (req, res) => showTimeline(app, req, res, await subjectOf(app, req)));

  router.get('/users/:id/edit', write, async (req, res) => {
    const user = await editable(req);
    const kept = takeKept(req);
    const typed = kept
      ? typedUser(kept)
      : await withOffer(app, req, user, await typedNow(app.db.read, user, formatOf(req)));
    await showUserForm(app, req, res, { typed, user });
  });

  const saves = confirmed(app, async (req) => isWeightyUserForm(app, req, await editable(req)));
  router.patch('/users/:id', write, saves, async (req: Request, res: Response) =>
    saveFromForm(app, req, res, await editable(req)),
  );

  async function editable(req: Request): Promise<Subject> {
    const user = await subjectOf(app, req);
    requireAdministered(req.viewer!, user);
    if (user.erasedAt !== null) throw new Conflict(`${user.name} ${WAS_ERASED}.`);
    return user;
  }

  return router;
}
