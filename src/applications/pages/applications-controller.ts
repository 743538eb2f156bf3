import { type Request, type Response, Router } from 'express';
import type { AppContext } from '../../app-context.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { confirmed } from '../../sessions/pages/confirmed.ts';
import { flash } from '../../web/flash.ts';
import { requireRight } from '../../web/guards/authorization.ts';
import { takeKept } from '../../web/kept-form.ts';
import { deleteApplication } from '../actions/application-editing.ts';
import { typedApplication } from '../application-form.ts';
import { findApplication } from '../application-store.ts';
import { backTo, registeredOf } from './addressed-application.ts';
import { showDeletion } from './application-deletion-page.ts';
import { registerFromForm, saveFromForm, showForm, typedOf } from './application-form-page.ts';
import { answerQuestion } from './application-list-page.ts';
import { sendHolders, showApplication } from './application-record-page.ts';

/** What rights can be granted on, and who has them. */
export function applicationsController(app: AppContext): Router {
  const router = Router();
  // Whose rights these are is told of users and of groups at once.
  const read = [requireRight('groups', 'read'), requireRight('users', 'read')];
  const write = requireRight('settings', 'write');
  const addressed = (req: Request) => findApplication(app.db.read, String(req.params.key));

  router.get('/applications', read, (req: Request, res: Response) => answerQuestion(app, req, res));

  router.get('/applications/new', write, (req, res) =>
    showForm(app, req, res, { typed: typedApplication(takeKept(req) ?? {}) }),
  );

  router.post('/applications', write, (req, res) => registerFromForm(app, req, res));

  router.get('/applications/:key', read, async (req: Request, res: Response) =>
    showApplication(app, req, res, await addressed(req)),
  );

  router.get('/applications/:key/holders.csv', read, confirmed(app), async (req: Request, res: Response) =>
    sendHolders(app, req, res, await addressed(req)),
  );

  router.get('/applications/:key/edit', write, async (req, res) => {
    const application = await registeredOf(app, req);
    await showForm(app, req, res, { typed: typedOf(application), application });
  });

  router.patch('/applications/:key', write, async (req, res) =>
    saveFromForm(app, req, res, await registeredOf(app, req)),
  );

  router.get('/applications/:key/deletion/new', write, async (req, res) =>
    showDeletion(app, req, res, await registeredOf(app, req)),
  );

  router.post('/applications/:key/deletion', write, async (req, res) => {
    const application = await registeredOf(app, req);
    await app.db.write((trx) => deleteApplication(trx, actOf(app, req), application.key));
    flash(req, `The application ${application.name} is deleted.`);
    res.redirect(303, backTo(req.viewer!, '/applications'));
  });

  return router;
}
