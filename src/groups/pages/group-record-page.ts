import type { Request, Response } from 'express';
import { may, maySeeLinkOf, type Viewer } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { showOlderEvents, type Telling, timelineOf } from '../../audit/pages/timeline.ts';
import { minuteOf } from '../../clock.ts';
import { findContactViewer } from '../../contacts/contact-viewer.ts';
import { findContactsOf } from '../../contacts/first-contacts.ts';
import { type Cursor, decodeCursor, encodeCursor, fewWords, firstOf } from '../../lists/list-query.ts';
import { pagerLinks } from '../../lists/pager.ts';
import { listMembers } from '../../memberships/list/member-list.ts';
import { soughtMembers } from '../../memberships/list/sought-members.ts';
import { linesToCopy } from '../../one-time-links/pages/link-lines.ts';
import type { EndedLink } from '../../permissions/outgrown-links.ts';
import { groupKeptBy } from '../../provisioning/provisioned-fields.ts';
import { findTagsOf } from '../../tags/tag-store.ts';
import { findSubjects, findUserNames } from '../../users/user-store.ts';
import { takeFlash } from '../../web/flash.ts';
import { render } from '../../web/render.ts';
import { GROUP_ACTIONS } from '../actions/group-actions.ts';
import { findDeputy } from '../deputy-store.ts';
import { type Group, mayChange } from '../group.ts';
import { findLeaderships } from '../leader.ts';

const MEMBERS_PER_PAGE = 50;
const CONTACTS_SHOWN = 10;

export async function showRecord(app: AppContext, req: Request, res: Response, group: Group): Promise<void> {
  const db = app.db.read;
  const viewer = req.viewer!;
  const place = { after: cursorOf(req.query.after), before: cursorOf(req.query.before) };
  const search = { q: searchIn(req.query.q), looksAtEmails: may(viewer, 'users', 'read') };
  const list = await listMembers(app, group.id, { ...place, per: MEMBERS_PER_PAGE, search });
  if (list.members.length === 0 && (place.after || place.before) && list.total > 0)
    return res.redirect(303, pathTo(group, { q: search.q }));
  const mayEdit = mayChange(viewer, group) && group.activity !== 'deleted';
  const contactViewer = await findContactViewer(db, viewer, minuteOf(app.clock()));
  const said = takeFlash(req);
  const page = {
    title: group.name,
    flash: said,
    links: await renewedLinks(app, viewer, said?.showRenewed ?? []),
    group,
    isLedInVain: (await findLeaderships(db, [group.id], minuteOf(app.clock()))).get(group.id) === 'inactive',
    tags: await findTagsOf(db, 'group', group.id),
    deputy: await findDeputy(db, group.id, minuteOf(app.clock())),
    keptBy: await groupKeptBy(db, group.id),
    list,
    q: search.q,
    members: search.q ? (await soughtMembers(app, group.id)).total : list.total,
    pagerLinks: membersPagerLinks(group, search.q, list),
    // Nobody sees them but its members.
    seesContacts: contactViewer.groupIds.has(group.id),
    contacts: await findContactsOf(app, contactViewer, group.id, CONTACTS_SHOWN),
    names: await findUserNames(db, [group.createdBy, ...list.members.map((member) => member.grantedBy)]),
    ...(await timelineOf(app, req, telling(group))),
    mayEdit,
    // What destroys comes last.
    actions: GROUP_ACTIONS.toReversed().filter((action) => !action.refusalOf(viewer, group)),
    mayEditMembers: mayEdit && may(viewer, 'users', 'write'),
    mayReadUsers: may(viewer, 'users', 'read'),
    mayReview: group.activity === 'active' && may(viewer, 'users', 'write'),
  };
  render(req, res, 'groups/show', page, { fragments: { 'group-members': 'groups/_members' } });
}

/** What is looked for among the members. */
export function searchIn(value: unknown): string {
  return fewWords(firstOf(value) ?? '');
}

/** New links as lines to copy, judged anew: meanwhile somebody may have got rights that the viewer does not hold. */
async function renewedLinks(app: AppContext, viewer: Viewer, renewed: EndedLink[]): Promise<string[]> {
  const ids = [...new Set(renewed.map((link) => link.userId))];
  const subjects = (await findSubjects(app.db.read, ids, minuteOf(app.clock()))).filter((one) =>
    maySeeLinkOf(viewer, one),
  );
  const of = (purpose: EndedLink['purpose']) =>
    subjects.filter(({ id }) => renewed.some((link) => link.userId === id && link.purpose === purpose));
  return [
    ...(await linesToCopy(app, 'invitation', of('invitation'))),
    ...(await linesToCopy(app, 'password-reset', of('password-reset'))),
  ];
}

/** Events before those that are shown already, as a page and as more of the record. */
export async function showTimeline(app: AppContext, req: Request, res: Response, group: Group): Promise<void> {
  await showOlderEvents(app, req, res, telling(group));
}

function telling({ id, name }: Group): Telling {
  return { type: 'group', id, name };
}

function membersPagerLinks(group: Group, q: string, list: { previous?: Cursor; next?: Cursor }) {
  const path = (name: string, cursor?: Cursor) => cursor && pathTo(group, { q, [name]: encodeCursor(cursor) });
  return pagerLinks(path('before', list.previous), path('after', list.next));
}

/** The members in a view of them. */
function pathTo(group: Group, view: Record<string, string>): string {
  const given = Object.entries(view).filter(([, value]) => value !== '');
  return `/groups/${group.id}${given.length > 0 ? `?${new URLSearchParams(given)}` : ''}#members`;
}

function cursorOf(text: unknown): Cursor | undefined {
  return typeof text === 'string' ? decodeCursor(text) : undefined;
}
