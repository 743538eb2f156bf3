import { type Request, type Response, Router } from 'express';
import type { AppContext } from '../../app-context.ts';
import { unlessFieldErrors } from '../../audit/pages/refusal-recording.ts';
import type { Transaction } from '../../db/database.ts';
import type { Errors } from '../../forms/form.ts';
import { actOf } from '../../sessions/pages/act.ts';
import type { Act } from '../../verbs/act.ts';
import { Conflict, Forbidden } from '../../verbs/refusals.ts';
import { flash } from '../../web/flash.ts';
import { requireRight } from '../../web/guards/authorization.ts';
import { render } from '../../web/render.ts';
import { leadTo } from '../../web/whole-page.ts';
import { deleteView, pinView, shareView, unpinView, unshareView } from '../actions/view-keeping.ts';
import { mayDelete, type SavedView } from '../saved-view.ts';
import { viewIdOf, viewOf } from './addressed-view.ts';
import { keepFromForm, renameFromForm, showNewView, showRenaming } from './saved-view-form-page.ts';
import { showSavedViews } from './saved-view-list-page.ts';

type Verb = (trx: Transaction, act: Act, id: number) => Promise<SavedView>;

/** Views of the users list that are kept under a name. */
export function savedViewsController(app: AppContext): Router {
  const router = Router();
  const read = requireRight('users', 'read');
  const write = requireRight('users', 'write');

  router.get('/saved-views', read, (req, res) => showSavedViews(app, req, res));

  router.get('/saved-views/new', read, (req, res) => showNewView(app, req, res));

  router.post('/saved-views', read, (req, res) => keepFromForm(app, req, res));

  router.get('/saved-views/:id/edit', read, (req, res) => showRenaming(app, req, res));

  router.patch('/saved-views/:id', read, (req, res) => renameFromForm(app, req, res));

  router.put('/saved-views/:id/pin', read, (req, res) =>
    obey(req, res, pinView, ({ name }) => `The view ${name} is pinned beside the list.`),
  );

  router.delete('/saved-views/:id/pin', read, (req, res) =>
    obey(req, res, unpinView, ({ name }) => `The view ${name} is pinned no more.`),
  );

  router.put('/saved-views/:id/sharing', write, (req, res) =>
    obey(req, res, shareView, ({ name }) => `All who may read users see the view ${name} now.`),
  );

  router.delete('/saved-views/:id/sharing', read, (req, res) =>
    obey(req, res, unshareView, ({ name }) => `The view ${name} is yours alone again.`),
  );

  router.get('/saved-views/:id/deletion/new', read, async (req, res) => {
    const savedView = await viewOf(app, req);
    if (!mayDelete(req.viewer!, savedView)) throw new Forbidden(`The view ${savedView.name} is somebody else’s.`);
    const page = { title: `Delete ${savedView.name}`, savedView };
    render(req, res, 'saved-views/deletion', page, { fragments: { 'dialog-body': 'saved-views/_deletion' } });
  });

  router.post('/saved-views/:id/deletion', read, (req, res) =>
    obey(req, res, deleteView, ({ name }) => `The view ${name} is deleted.`),
  );

  async function obey(req: Request, res: Response, verb: Verb, said: (view: SavedView) => string): Promise<void> {
    const failed = ({ pinned, shared }: Errors) => {
      throw new Conflict(pinned ?? shared);
    };
    await unlessFieldErrors(app, req, failed, async () => {
      const view = await app.db.write((trx) => verb(trx, actOf(app, req), viewIdOf(req)));
      flash(req, said(view));
      leadTo(req, res, '/saved-views');
    });
  }

  return router;
}
