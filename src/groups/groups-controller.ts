import { Router } from 'express';
import { listContacts } from '../contacts/contact-store.ts';
import { may } from '../users/user.ts';
import type { AppContext } from '../web/app-context.ts';
import { requireRight } from '../web/authorization.ts';
import { render } from '../web/render.ts';
import { findGroupsWithSize } from './group-store.ts';

const CONTACTS_SHOWN = 200;

/** Groups and contacts as plain lists. */
export function groupsController(app: AppContext): Router {
  const router = Router();

  router.get('/groups', requireRight('groups', 'read'), async (req, res) => {
    const mayReadContacts = may(req.viewer!, 'contacts', 'read');
    const groups = await findGroupsWithSize(app.db.read);
    const contacts = mayReadContacts ? await listContacts(app.db.read, CONTACTS_SHOWN) : [];
    render(req, res, 'groups/index', {
      title: 'Groups',
      groups,
      contacts,
      mayReadContacts,
      contactsShown: CONTACTS_SHOWN,
    });
  });

  return router;
}
