import type { Request } from 'express';
import { covers } from '../../access/rights.ts';
import type { AppContext } from '../../app-context.ts';
import { dayOf } from '../../clock.ts';
import type { Contact } from '../../contacts/contact.ts';
import { findContact } from '../../contacts/contact-store.ts';
import { findContactViewer } from '../../contacts/contact-viewer.ts';
import type { Typed } from '../../forms/form.ts';
import { findGroups } from '../../groups/group-store.ts';
import type { User } from '../user.ts';
import { emptyUser } from '../user-form.ts';

/** New User as it is opened from the record of a person or a group; empty otherwise. Nothing is saved by it. */
export async function prefilledUser(app: AppContext, req: Request): Promise<Typed> {
  return { ...(await typedFromContact(app, req)), groups: await groupsMeant(app, req) };
}

async function typedFromContact(app: AppContext, req: Request): Promise<Typed> {
  const contact = await contactMeant(app, req);
  if (contact?.kind !== 'person' || contact.activity === 'deleted' || contact.userId !== null) return emptyUser();
  // A name holds no @, which would look like an email address.
  const name = contact.name.replaceAll('@', ' ').trim();
  return { ...emptyUser(), contactId: String(contact.id), name, email: contact.email ?? '' };
}

/** The group that the address names, where the viewer may give it. The form shows it to who may know of it. */
async function groupsMeant(app: AppContext, req: Request): Promise<string[]> {
  const id = req.query.group;
  if (typeof id !== 'string' || !/^[1-9]\d{0,14}$/.test(id)) return [];
  const groups = await findGroups(app.db.read, [Number(id)]);
  return groups.filter((group) => covers(req.viewer!.rights, group.rights)).map((group) => String(group.id));
}

/** The form of the linked user with what the person's changes offer, to be looked at and saved. */
export async function withOffer(app: AppContext, req: Request, user: User, typed: Typed): Promise<Typed> {
  const contact = await contactMeant(app, req);
  if (!contact || contact.id !== user.contactId || contact.offer.userId !== user.id) return typed;
  const { name = typed.name, email = typed.email } = contact.offer;
  return { ...typed, name, email };
}

async function contactMeant(app: AppContext, req: Request): Promise<Contact | undefined> {
  const id = req.query.contact;
  if (typeof id !== 'string' || !/^[1-9]\d{0,14}$/.test(id)) return undefined;
  return findContact(app.db.read, await findContactViewer(app.db.read, req.viewer!, dayOf(app.clock())), Number(id));
}
