import type { Request, Response } from 'express';
import { may, mayAdminister } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { findContactEvents, findLastChangeOf } from '../../audit/audit-store.ts';
import { shownTo } from '../../audit/pages/shown-events.ts';
import { dayOf } from '../../clock.ts';
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
import { findPeopleOf } from '../contact-store.ts';

const EVENTS_SHOWN = 15;
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
    contact.userId === null || !mayReadUsers ? undefined : await findSubject(db, contact.userId, dayOf(app.clock()));
  const mayChangeUser = user !== undefined && mayAdminister(viewer, user);
  const page = {
    title: contact.name,
    contact,
    isPublic: isPublic(contact),
    tags: await findTagsOf(db, 'contact', contact.id),
    people: await findPeopleOf(db, viewer, contact, PEOPLE_SHOWN),
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
    ...(await timelineOf(app, contact.id, viewer)),
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
  const before = /^\d{1,15}$/.test(String(req.query.before)) ? Number(req.query.before) : undefined;
  const timeline = await timelineOf(app, contact.id, viewer, before);
  const page = { title: `Older changes of ${contact.name}`, contact, ...timeline };
  render(req, res, 'contacts/timeline', page, { fragments: { older: 'users/_older' } });
}

/** What of the person changed since and differs from the user: field, what the user has, what it would become. */
export function offersTo(
  user: Subject,
  { offer, userId }: Contact,
): { field: 'name' | 'email'; from: string; to: string }[] {
  if (offer.userId !== userId) return [];
  return (['name', 'email'] as const).flatMap((field) => {
    const to = offer[field];
    return to === undefined || to === user[field] ? [] : [{ field, from: user[field], to }];
  });
}

/** The newest events, and where older ones are found if there are any. What is said of users is for those who read users. */
async function timelineOf(app: AppContext, contactId: number, viewer: ContactViewer, beforeId?: number) {
  // What it was before it changed hands was not for those who see it now; the audit tells it to who may read that.
  const since = may(viewer, 'audit', 'read') ? 0 : await findLastChangeOf(app.db.read, contactId, 'owner');
  const all = await findContactEvents(app.db.read, contactId, beforeId, EVENTS_SHOWN + 1);
  const events = all.filter((event) => event.id > since);
  const shown = events.slice(0, EVENTS_SHOWN);
  const isMore = events.length > EVENTS_SHOWN;
  const readable = may(viewer, 'users', 'read') ? shown : shown.filter((event) => event.subjectType !== 'user');
  return {
    events: await shownTo(app.db.read, viewer, readable),
    olderPath: isMore ? `/contacts/${contactId}/timeline?before=${shown.at(-1)?.id}` : undefined,
  };
}
