import type { Request, Response } from 'express';
import { may, mayAdminister } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { findLastChangeOf } from '../../audit/event-list.ts';
import { showOlderEvents, type Telling, timelineOf } from '../../audit/pages/timeline.ts';
import { minuteOf } from '../../clock.ts';
import { findTagsOf } from '../../tags/tag-store.ts';
import type { Subject } from '../../users/user.ts';
import { findSubject, findUserNames } from '../../users/user-store.ts';
import { render } from '../../web/render.ts';
import {
  accountsThroughCompany,
  type Contact,
  type ContactViewer,
  isPublic,
  mayEdit,
  warnedAccounts,
} from '../contact.ts';
import { findPeopleOf } from '../first-contacts.ts';

const PEOPLE_SHOWN = 10;

export async function showRecord(
  app: AppContext,
  req: Request,
  res: Response,
  contact: Contact,
  viewer: ContactViewer,
): Promise<void> {
  const db = app.db.read;
  const isDeleted = contact.activity === 'deleted';
  const mayReadUsers = may(viewer, 'users', 'read');
  const user =
    contact.userId === null || !mayReadUsers ? undefined : await findSubject(db, contact.userId, minuteOf(app.clock()));
  const mayChangeUser = user !== undefined && mayAdminister(viewer, user);
  const page = {
    title: contact.name,
    contact,
    isPublic: isPublic(contact),
    tags: await findTagsOf(db, 'contact', contact.id),
    people: await findPeopleOf(app, viewer, contact, PEOPLE_SHOWN),
    user,
    mayReadUsers,
    mayReadGroups: may(viewer, 'groups', 'read'),
    mayChangeUser,
    mayLink: contact.kind === 'person' && !isDeleted && contact.userId === null && may(viewer, 'users', 'write'),
    offers: mayChangeUser ? offersTo(user, contact) : [],
    warned: warnedAccounts(contact),
    accountsThroughCompany: accountsThroughCompany(contact),
    mayEdit: mayEdit(viewer, contact),
    names: await findUserNames(db, [contact.createdBy]),
    ...(await timelineOf(app, req, await telling(app, contact, viewer))),
  };
  render(req, res, 'contacts/show', page);
}

/** Events before those that are shown already, as a page and as more of the record. */
export async function showTimeline(
  app: AppContext,
  req: Request,
  res: Response,
  contact: Contact,
  viewer: ContactViewer,
): Promise<void> {
  await showOlderEvents(app, req, res, await telling(app, contact, viewer));
}

/** What of the person changed since and differs from the user: field, what the user has, what it would become. */
function offersTo(user: Subject, { offer, userId }: Contact): { field: 'name' | 'email'; from: string; to: string }[] {
  if (offer.userId !== userId) return [];
  return (['name', 'email'] as const).flatMap((field) => {
    const to = offer[field];
    return to === undefined || to === user[field] ? [] : [{ field, from: user[field] ?? '', to }];
  });
}

/** What is said of users is for those who read users. */
async function telling(app: AppContext, { id, name }: Contact, viewer: ContactViewer): Promise<Telling> {
  // What it was before it changed hands was not for those who see it now; the audit tells it to who may read that.
  const since = may(viewer, 'audit', 'read') ? 0 : await findLastChangeOf(app.db.read, id, 'owner');
  const isTold: Telling['isTold'] = may(viewer, 'users', 'read') ? undefined : (event) => event.subjectType !== 'user';
  return { type: 'contact', id, name, since, isTold };
}
