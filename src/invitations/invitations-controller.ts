import type { Router } from 'express';
import { linkController } from '../links/link-controller.ts';
import { noteLogin } from '../users/user-store.ts';
import { circumstances } from '../web/act.ts';
import type { AppContext } from '../web/app-context.ts';
import { startSession } from '../web/authentication.ts';
import { flash } from '../web/flash.ts';

/** An invited person opens their link, chooses a password and is signed in. */
export function invitationsController(app: AppContext): Router {
  return linkController(app, {
    purpose: 'invitation',
    base: '/invitations',
    view: 'invitations/new',
    title: 'Welcome',
    how: 'chosen',
    async finish(req, res, user) {
      await app.db.write((trx) => noteLogin(trx, user.id, circumstances(app, req).at));
      await startSession(app, req, res, user);
      flash(req, `Welcome, ${user.name}. Your password is set, and you are signed in.`);
      res.redirect(303, '/');
    },
  });
}
