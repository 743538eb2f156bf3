import type { Request } from 'express';
import type { AppContext } from '../../app-context.ts';
import { minuteOf } from '../../clock.ts';
import { Forbidden, NotFound } from '../../verbs/refusals.ts';
import { addressedId } from '../../web/addressed-id.ts';
import type { Contact, ContactViewer } from '../contact.ts';
import { findContact, findContactOfAnyOwner } from '../contact-store.ts';
import { findContactViewer } from '../contact-viewer.ts';

const NONE = 'There is no such contact.';

/**
 * The contact that the address names, a deleted one included, with who asks for it. One that the viewer may not see is
 * answered like one that is not there; but it was a refusal, and is written down as one.
 */
export async function contactOf(app: AppContext, req: Request): Promise<{ contact: Contact; viewer: ContactViewer }> {
  const id = addressedId(req, 'id', NONE);
  const viewer = await viewerOf(app, req);
  const contact = await findContact(app.db.read, viewer, id);
  if (contact) return { contact, viewer };
  throw (await findContactOfAnyOwner(app.db.read, id)) ? new Forbidden(NONE, true) : new NotFound(NONE);
}

export function viewerOf(app: AppContext, req: Request): Promise<ContactViewer> {
  return findContactViewer(app.db.read, req.viewer!, minuteOf(app.clock()));
}
