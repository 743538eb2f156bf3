import type { Request, Response } from 'express';
import { makeAdministrators } from '../../../access/administrators.ts';
import { union } from '../../../access/rights.ts';
import { may, type Viewer } from '../../../access/viewer.ts';
import type { AppContext } from '../../../app-context.ts';
import { minuteOf } from '../../../clock.ts';
import { accountsThroughCompany, type Contact, type ContactViewer, warnedAccounts } from '../../../contacts/contact.ts';
import { searchContacts } from '../../../contacts/contact-search.ts';
import { findContact } from '../../../contacts/contact-store.ts';
import { findContactViewer } from '../../../contacts/contact-viewer.ts';
import type { Reader } from '../../../db/database.ts';
import type { Errors, Typed } from '../../../forms/form.ts';
import { type Picker, SUGGESTED, type Suggestion, soughtIn } from '../../../forms/picker.ts';
import { asOpened, staleForm } from '../../../forms/stale-form.ts';
import { findGroups } from '../../../groups/group-store.ts';
import { groupPicker } from '../../../groups/pages/group-picker.ts';
import { findMemberships } from '../../../memberships/membership-store.ts';
import { givenBy } from '../../../permissions/effect.ts';
import { keptByProgram } from '../../../provisioning/provisioned-fields.ts';
import { findTags, findTagsOf } from '../../../tags/tag-store.ts';
import type { Format } from '../../../text/format.ts';
import { idIn } from '../../../text/record-id.ts';
import type { Channel } from '../../../verbs/act.ts';
import { channelNamed } from '../../../web/channel.ts';
import { pickersOf } from '../../../web/picker.ts';
import { formatOf } from '../../../web/reader/reader-format.ts';
import { render } from '../../../web/render.ts';
import { findUsersCalled, suggestedByName } from '../../list/user-suggestions.ts';
import type { User } from '../../user.ts';
import { checkUser, typedOf, typedUser, USER_SEARCHES } from '../../user-form.ts';
import { findUserByIdentifier } from '../../user-lookup.ts';
import { stateLimits } from '../../user-state.ts';
import { findSubject, findUserNames } from '../../user-store.ts';
import { takenMessage } from '../../user-uniqueness.ts';

interface FormState {
  typed: Typed;
  errors?: Errors;
  status?: number;
  /** The user who is edited; undefined for a new one. */
  user?: User;
  /** What saving does to the rights of the user, told before it is done. */
  effects?: string[];
  /** Whether open links end with it, so that new ones are offered. */
  endsLinks?: boolean;
  /** What somebody else saved since the form was opened, by field. */
  theirs?: Errors;
}

/** How access starts: by an invitation that is mailed or shown to be copied, or not yet. */
export function accessOf(app: AppContext, typed: Typed): Channel | 'later' {
  return typed.access === 'later' ? 'later' : channelNamed(app, typed.access);
}

/** New User and Edit: one page, filled from the same fields. */
export async function showUserForm(app: AppContext, req: Request, res: Response, state: FormState): Promise<void> {
  const { user, typed } = state;
  const db = app.db.read;
  const viewer = req.viewer!;
  const contactViewer = await findContactViewer(db, viewer, minuteOf(app.clock()));
  const chosen = await contactTyped(db, contactViewer, typed);
  const held = user && { memberships: await findMemberships(db, [user.id]), format: formatOf(req) };
  const pickers = [
    await contactPicker(db, contactViewer, typed, { chosen, user }),
    await groupPicker(app, viewer, typed, { held }),
    await ownerPicker(app, viewer, state),
  ];
  const { page: parts, fragments } = pickersOf(req, typed, user ? `/users/${user.id}` : '/users', pickers);
  const page = {
    title: user ? `Edit ${user.name}` : 'New User',
    ...parts,
    typed,
    makesAdministrator: !user && (await makesAdministrator(db, typed)),
    effects: state.effects ?? [],
    endsLinks: state.endsLinks ?? false,
    errors: state.errors ?? {},
    theirs: state.theirs,
    user,
    leavingPath: user && user.id !== viewer.id ? `/users/${user.id}/leaving` : undefined,
    kept: user && (await keptByProgram(db, user.id)),
    warned: chosen && chosen.id !== user?.contactId ? warnedAccounts(chosen) : [],
    mayCreateGroups: may(viewer, 'groups', 'write'),
    mayCreateContacts: may(viewer, 'contacts', 'write'),
    tags: await findTags(db, 'user'),
    access: accessOf(app, typed),
    mayMail: app.mail !== undefined,
    linksWorkElsewhere: app.config.baseUrlGiven,
    invitationHours: app.config.invitationHours,
  };
  render(req, res, 'users/form', page, { status: state.status, fragments });
}

/** Persons without a user, and the one who is linked already. */
async function contactPicker(
  db: Reader,
  viewer: ContactViewer,
  typed: Typed,
  { chosen, user }: { chosen?: Contact; user?: User },
): Promise<Picker> {
  const sought = soughtIn(typed, USER_SEARCHES, 'contactId');
  const found = sought
    ? await searchContacts(db, viewer, sought, { kind: 'person', freeFor: user?.id ?? null, limit: SUGGESTED })
    : [];
  const isKeptUnseen = !chosen && user?.contactId != null && Number(typed.contactId) === user.contactId;
  return {
    field: 'contactId',
    search: 'contactSearch',
    label: 'Search for a person',
    chosen: isKeptUnseen
      ? [{ value: user.contactId!, name: 'A contact that you may not see' }]
      : [chosen].flatMap((one) => (one ? suggestedContact(one, user) : [])),
    found: found.filter((one) => one.id !== chosen?.id).map((one) => suggestedContact(one, user)),
    sought,
    nothing: 'Nobody without a user is found under',
    isClosed: !may(viewer, 'contacts', 'read'),
    foot: 'users/_account-warning',
  };
}

/** Whether the groups that are chosen make an administrator of whoever is in them. */
export async function makesAdministrator(db: Reader, typed: Typed): Promise<boolean> {
  if (typed.apiOnly) return false;
  const groups = await findGroups(db, [typed.groups].flat().map(Number));
  return makeAdministrators(union(groups.map(givenBy)));
}

/** Active people: a program does not answer for another one, nor anybody for themself. */
async function ownerPicker(app: AppContext, viewer: Viewer, { typed, user, errors }: FormState): Promise<Picker> {
  const sought = soughtIn(typed, USER_SEARCHES, 'apiOnlyOwner', errors);
  const sources = { db: app.db.read, index: app.index, limits: stateLimits(app), viewer };
  const found = await findUsersCalled(sources, sought, { activity: ['active'] });
  return {
    field: 'apiOnlyOwner',
    search: 'apiOnlyOwner',
    label: 'Owner',
    help: 'Name or system email of the person who answers for it. Required for API-only.',
    chosen: [],
    found: suggestedByName(found.filter((one) => !one.badges.includes('api-only') && one.id !== user?.id)),
    sought,
    nothing: 'Nobody is found under',
  };
}

/** The form again, after somebody else saved since it was opened. */
export async function showConflict(
  app: AppContext,
  req: Request,
  res: Response,
  { typed, user }: { typed: Typed; user: User },
): Promise<void> {
  const db = app.db.read;
  const now = await findSubject(db, user.id, minuteOf(app.clock()));
  const format = formatOf(req);
  const stored = await typedNow(db, now, format);
  const stale = staleForm(typed, stored, typedUser, format);
  const { contactId, groups } = stale.theirs;
  const viewer = await findContactViewer(db, req.viewer!, minuteOf(app.clock()));
  if (contactId && stored.contactId)
    stale.theirs.contactId = (await contactTyped(db, viewer, stored))?.name ?? 'a contact that you may not see';
  if (groups)
    stale.theirs.groups = format.value((await findGroups(db, [stored.groups].flat().map(Number))).map(nameOf));
  await showUserForm(app, req, res, { ...stale, user: now, status: 409 });
}

/** The contact that the form names, if the viewer may see it. */
async function contactTyped(db: Reader, viewer: ContactViewer, { contactId }: Typed): Promise<Contact | undefined> {
  const id = idIn(contactId);
  return id === undefined ? undefined : findContact(db, viewer, id);
}

/** With what tells namesakes apart. */
function suggestedContact(contact: Contact, user: User | undefined): Suggestion {
  const { id, name, email, companyName, accounts, activity, userId, userName } = contact;
  const isTaken = userId !== null && userId !== user?.id;
  const note = [
    companyName,
    email,
    ...new Set([...accounts, ...accountsThroughCompany(contact)]),
    isTaken ? `signs in as ${userName}` : '',
    activity === 'deleted' ? 'deleted' : '',
  ];
  return { value: id, name, email, note: note.filter(Boolean).join(' · ') };
}

function nameOf({ name }: { name: string }): string {
  return name;
}

/** The form as the database would fill it now. */
export async function typedNow(db: Reader, user: User, format: Format): Promise<Typed> {
  const groupIds = (await findMemberships(db, [user.id])).map((membership) => membership.groupId);
  const tags = (await findTagsOf(db, 'user', user.id)).map((tag) => tag.name);
  const apiOnlyOwner = (await findUserNames(db, [user.apiOnlyOwnerId])).get(user.apiOnlyOwnerId ?? 0) ?? '';
  return asOpened(typedOf(user, { groupIds, tags, apiOnlyOwner }, format));
}

/** What is wrong with the field that was just left, by the rules of the whole form; empty where nothing is. */
export async function showFieldCheck(
  app: AppContext,
  req: Request,
  res: Response,
  typed: Typed,
  user?: User,
): Promise<void> {
  const field = String(typed.field);
  const errors = { ...(await takenErrors(app.db.read, typed, user)), ...checkUser(typed, formatOf(req), user).errors };
  // One who only passed by is not told what is missing: that is said when the form is sent.
  const isPassed = String(typed[field] ?? '') === '';
  const page = { title: 'Check', field, errors: isPassed ? {} : errors };
  render(req, res, 'users/check', page, { fragments: { [`${field}-check`]: '_field-error' } });
}

/** The form again with all that is wrong with it, what is taken included: nobody should send it twice to learn of two mistakes. */
export async function showMistakes(
  app: AppContext,
  req: Request,
  res: Response,
  { typed, errors, user }: { typed: Typed; errors: Errors; user?: User },
): Promise<void> {
  const taken = await takenErrors(app.db.read, typed, user);
  await showUserForm(app, req, res, { typed, errors: { ...taken, ...errors }, user, status: 422 });
}

/** Only a hint: whether a name is free is decided when it is saved. */
async function takenErrors(db: Reader, typed: Typed, user: User | undefined): Promise<Errors> {
  const errors: Errors = {};
  for (const field of ['name', 'email'] as const) {
    const text = String(typed[field]);
    const other = text ? await findUserByIdentifier(db, text) : undefined;
    if (other && other.id !== user?.id && text.trim() !== user?.[field]) errors[field] = takenMessage(field, text);
  }
  return errors;
}

/** The email that the chosen or new contact has, for a field that was left empty. */
export async function proposedEmail(db: Reader, viewer: ContactViewer, typed: Typed): Promise<string | undefined> {
  if (String(typed.email).trim() !== '') return undefined;
  if (typed.newContactName) return String(typed.newContactEmail) || undefined;
  return (await contactTyped(db, viewer, typed))?.email ?? undefined;
}
