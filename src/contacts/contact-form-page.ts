import type { Request, Response } from 'express';
import type { Reader } from '../db/database.ts';
import { findGroups } from '../groups/group-store.ts';
import { findTagsOf } from '../tags/tag-store.ts';
import { may } from '../users/user.ts';
import type { AppContext } from '../web/app-context.ts';
import type { Errors, Typed } from '../web/form.ts';
import { render } from '../web/render.ts';
import { savedMeanwhile } from '../web/stale-form.ts';
import { ACCOUNT_TYPES, type Contact, type ContactViewer } from './contact.ts';
import { typedContact, typedOf } from './contact-form.ts';
import { findContact, searchContacts } from './contact-store.ts';

const COMPANIES_OFFERED = 8;

interface FormState {
  viewer: ContactViewer;
  typed: Typed;
  errors?: Errors;
  status?: number;
  /** The contact that is edited; undefined for a new one. */
  contact?: Contact;
  /** Whether it was typed before the session ended. */
  isRestored?: boolean;
  /** What stands in the database by now, when somebody else changed it since the form was opened. */
  theirs?: Typed;
}

/** New Person, New Company and Edit: one page, filled from the same fields. */
export async function showContactForm(app: AppContext, req: Request, res: Response, state: FormState): Promise<void> {
  const { viewer, typed, contact, theirs } = state;
  const db = app.db.read;
  const search = String(typed.companySearch).trim();
  const chosen = await companyTyped(db, viewer, typed);
  const found = search ? await searchContacts(db, viewer, search, { kind: 'company', limit: COMPANIES_OFFERED }) : [];
  const isCompany = typed.kind === 'company';
  const isKeptUnseen = !chosen && contact?.companyId != null && Number(typed.companyId) === contact.companyId;
  const page = {
    title: contact ? `Edit ${contact.name}` : isCompany ? 'New Company' : 'New Person',
    // After a conflict the next comparison begins at what is shown now.
    typed: theirs ? { ...typed, opened: theirs.opened } : typed,
    isRestored: state.isRestored ?? false,
    errors: state.errors ?? {},
    theirs: theirs && (await meanwhile(db, viewer, typed, theirs)),
    contact,
    isCompany,
    search,
    companies: [
      ...(isKeptUnseen ? [{ id: contact.companyId, name: 'A company that you may not see' }] : []),
      ...(chosen ? [chosen] : []),
      ...found.filter((one) => one.id !== chosen?.id && one.id !== contact?.id),
    ],
    accountTypes: ACCOUNT_TYPES,
    ownGroups: (await findGroups(db, [...viewer.groupIds])).map((group) => group.name),
    mayGiveToAll: may(viewer, 'contacts', 'write'),
  };
  render(req, res, 'contacts/form', page, {
    status: state.status,
    fragments: { 'company-picker': 'contacts/_company-picker' },
  });
}

/** The form as the database would fill it now. */
export async function typedNow(db: Reader, contact: Contact, viewer: ContactViewer): Promise<Typed> {
  const tags = (await findTagsOf(db, 'contact', contact.id)).map((tag) => tag.name);
  const typed = typedOf(contact, tags, viewer);
  return { ...typed, opened: JSON.stringify(typed) };
}

/** What somebody else saved since the form was opened, where it differs from what was typed, in words. */
async function meanwhile(db: Reader, viewer: ContactViewer, typed: Typed, theirs: Typed): Promise<Errors> {
  const words = savedMeanwhile(typed, theirs, typedContact);
  if (words.companyId && theirs.companyId)
    words.companyId = (await companyTyped(db, viewer, theirs))?.name ?? 'a company that you may not see';
  return words;
}

async function companyTyped(db: Reader, viewer: ContactViewer, { companyId }: Typed): Promise<Contact | undefined> {
  const id = /^[1-9]\d{0,14}$/.test(String(companyId)) ? Number(companyId) : undefined;
  const company = id === undefined ? undefined : await findContact(db, viewer, id);
  return company?.kind === 'company' ? company : undefined;
}
