import type { Request, Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import { Conflict } from '../../verbs/refusals.ts';
import { render } from '../../web/render.ts';
import type { Contact, ContactViewer } from '../contact.ts';
import { settled } from '../contact.ts';
import { findPeopleOf } from '../first-contacts.ts';

/** What deleting it does, to be confirmed. Throws Conflict where it is deleted already. */
export async function showDeletion(
  app: AppContext,
  req: Request,
  res: Response,
  contact: Contact,
  viewer: ContactViewer,
): Promise<void> {
  const nothing = settled(contact, 'deleted');
  if (nothing) throw new Conflict(nothing);
  const people = await findPeopleOf(app, viewer, contact, 0);
  render(req, res, 'contacts/action', {
    title: `Delete contact: ${contact.name}`,
    contact,
    button: 'Delete contact',
    isDangerous: true,
    action: `/contacts/${contact.id}/deletion`,
    method: 'post',
    consequences: [
      `${contact.name} leaves the lists and every search. The record and its history stay, under the filter Deleted; from there it can be restored as it was.`,
      ...(contact.userId === null
        ? []
        : [
            'The linked user stays and can sign in as before. While the contact is deleted, the user’s record says so and lists show no contact.',
          ]),
      ...(people.total > 0 ? ['Its people stay. While the company is deleted they are shown without it.'] : []),
    ],
  });
}

/** What restoring it does, to be confirmed. Throws Conflict where it is not deleted. */
export function showRestoration(req: Request, res: Response, contact: Contact): void {
  const nothing = settled(contact, 'active');
  if (nothing) throw new Conflict(nothing);
  render(req, res, 'contacts/action', {
    title: `Restore contact: ${contact.name}`,
    contact,
    button: 'Restore contact',
    isDangerous: false,
    action: `/contacts/${contact.id}/deletion`,
    method: 'delete',
    consequences: [
      `${contact.name} is listed and found again, with everything that stands in the record.`,
      'A user who was linked, and has not been linked to somebody else since, shows the contact again.',
    ],
  });
}
