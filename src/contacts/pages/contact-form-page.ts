import type { Request, Response } from 'express';
import { may } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import type { Reader } from '../../db/database.ts';
import type { Errors, Typed } from '../../forms/form.ts';
import { type Picker, SUGGESTED, type Suggestion, soughtIn } from '../../forms/picker.ts';
import { asOpened, staleForm } from '../../forms/stale-form.ts';
import { groupsCalled } from '../../groups/group-suggestions.ts';
import { findTagsOf } from '../../tags/tag-store.ts';
import { idIn } from '../../text/record-id.ts';
import { shortened } from '../../text/text.ts';
import { findUsersCalled, suggestedByName } from '../../users/list/user-suggestions.ts';
import { stateLimits } from '../../users/user-state.ts';
import { pickersOf } from '../../web/picker.ts';
import { render } from '../../web/render.ts';
import { ACCOUNT_TYPES, type Contact, type ContactViewer, requireEditable } from '../contact.ts';
import { CONTACT_SEARCHES, typedContact, typedOf } from '../contact-form.ts';
import { searchContacts } from '../contact-search.ts';
import { findContact } from '../contact-store.ts';

const OWN_GROUPS_NAMED = 10;

interface FormState {
  viewer: ContactViewer;
  typed: Typed;
  errors?: Errors;
  status?: number;
  /** The contact that is edited; undefined for a new one. */
  contact?: Contact;
  /** What somebody else saved since the form was opened, by field. */
  theirs?: Errors;
}

/** New Person, New Company and Edit: one page, filled from the same fields. */
export async function showContactForm(app: AppContext, req: Request, res: Response, state: FormState): Promise<void> {
  const { viewer, contact, typed } = state;
  const db = app.db.read;
  const isCompany = typed.kind === 'company';
  const pickers = [
    await companyPicker(db, viewer, typed, contact),
    await userPicker(app, viewer, typed),
    await groupPicker(app, viewer, typed),
  ];
  const { page: parts, fragments } = pickersOf(req, typed, contact ? `/contacts/${contact.id}` : '/contacts', pickers);
  const page = {
    title: contact ? `Edit ${contact.name}` : isCompany ? 'New Company' : 'New Person',
    ...parts,
    typed,
    errors: state.errors ?? {},
    theirs: state.theirs,
    contact,
    isCompany,
    accountTypes: ACCOUNT_TYPES,
    mayGiveToAll: may(viewer, 'contacts', 'write'),
  };
  render(req, res, 'contacts/form', page, { status: state.status, fragments });
}

async function companyPicker(
  db: Reader,
  viewer: ContactViewer,
  typed: Typed,
  contact: Contact | undefined,
): Promise<Picker> {
  const chosen = await companyTyped(db, viewer, typed);
  const isKeptUnseen = !chosen && contact?.companyId != null && Number(typed.companyId) === contact.companyId;
  const sought = soughtIn(typed, CONTACT_SEARCHES, 'companyId');
  const found = sought ? await searchContacts(db, viewer, sought, { kind: 'company', limit: SUGGESTED }) : [];
  const suggested = ({ id, name, email }: Contact): Suggestion => ({ value: id, name, note: email ?? '' });
  return {
    field: 'companyId',
    search: 'companySearch',
    label: 'Search for a company',
    chosen: isKeptUnseen
      ? [{ value: contact.companyId!, name: 'A company that you may not see' }]
      : [chosen].flatMap((one) => (one ? suggested(one) : [])),
    found: found.filter((one) => one.id !== chosen?.id && one.id !== contact?.id).map(suggested),
    sought,
    nothing: 'No other company is found under',
  };
}

/** To whom it may be private; who may not look at users finds nobody. */
async function userPicker(app: AppContext, viewer: ContactViewer, typed: Typed): Promise<Picker> {
  const sought = soughtIn(typed, CONTACT_SEARCHES, 'ownerUser');
  const sources = { db: app.db.read, index: app.index, limits: stateLimits(app), viewer };
  return {
    field: 'ownerUser',
    search: 'ownerUser',
    label: 'Private to',
    help: 'Name or system email of a user. Empty: you.',
    chosen: [],
    found: suggestedByName(await findUsersCalled(sources, sought)),
    sought,
    nothing: 'Nobody is found under',
  };
}

/** One's own groups; all for who may read them. */
async function groupPicker({ index }: AppContext, viewer: ContactViewer, typed: Typed): Promise<Picker> {
  await index.groups.refresh();
  const own = index.groups.named(viewer.groupIds);
  const sought = soughtIn(typed, CONTACT_SEARCHES, 'ownerGroup');
  const groups = sought && may(viewer, 'groups', 'read') ? index.groups.named() : own;
  return {
    field: 'ownerGroup',
    search: 'ownerGroup',
    label: 'Name of the group',
    help: own.length > 0 ? `Yours: ${shortened(own.map(nameOf), OWN_GROUPS_NAMED)}` : 'You are in no group.',
    chosen: [],
    found: groupsCalled(groups, sought).map(({ name }) => ({ value: name, name })),
    sought,
    nothing: 'No group is found under',
  };
}

function nameOf({ name }: { name: string }): string {
  return name;
}

/** The form as the database would fill it now. */
export async function typedNow(db: Reader, contact: Contact, viewer: ContactViewer): Promise<Typed> {
  const tags = (await findTagsOf(db, 'contact', contact.id)).map((tag) => tag.name);
  return asOpened(typedOf(contact, tags, viewer));
}

/** The form again, after somebody else saved since it was opened. Throws Forbidden where it is no longer this viewer's to edit. */
export async function showConflict(
  app: AppContext,
  req: Request,
  res: Response,
  { typed, contact, viewer }: { typed: Typed; contact: Contact; viewer: ContactViewer },
): Promise<void> {
  const db = app.db.read;
  const now = await findContact(db, viewer, contact.id);
  requireEditable(viewer, now);
  const stored = await typedNow(db, now, viewer);
  const stale = staleForm(typed, stored, typedContact);
  if (stale.theirs.companyId && stored.companyId)
    stale.theirs.companyId = (await companyTyped(db, viewer, stored))?.name ?? 'a company that you may not see';
  await showContactForm(app, req, res, { ...stale, viewer, contact: now, status: 409 });
}

async function companyTyped(db: Reader, viewer: ContactViewer, { companyId }: Typed): Promise<Contact | undefined> {
  const id = idIn(companyId);
  const company = id === undefined ? undefined : await findContact(db, viewer, id);
  return company?.kind === 'company' ? company : undefined;
}
