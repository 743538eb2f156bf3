import type { Request, Response } from 'express';
import { waitsForInvitation } from '../../access/admission.ts';
import { covers, grantsInWords } from '../../access/rights.ts';
import type { AppContext } from '../../app-context.ts';
import { findWaiting } from '../../asking/deciding.ts';
import { type Instant, instant, minuteOf } from '../../clock.ts';
import { findDeputy } from '../../groups/deputy-store.ts';
import type { Group } from '../../groups/group.ts';
import { encodeCursor, readPageQuery } from '../../lists/list-query.ts';
import { pagerLinks } from '../../lists/pager.ts';
import { listMembers } from '../../memberships/list/member-list.ts';
import { soughtMembers } from '../../memberships/list/sought-members.ts';
import { linesToCopy } from '../../one-time-links/pages/link-lines.ts';
import { findOwnOpen } from '../../reviews/own-reviews.ts';
import { STATE_LABELS } from '../../users/state-labels.ts';
import { badgesOf, stateLimits } from '../../users/user-state.ts';
import { findSubjects, findUsers } from '../../users/user-store.ts';
import { Forbidden } from '../../verbs/refusals.ts';
import { takeFlash } from '../../web/flash.ts';
import { render } from '../../web/render.ts';
import { reachOf } from '../actions/leading.ts';
import { findOwn } from '../actions/reinviting.ts';
import { findLedGroups, whyNotToLead } from '../led-group.ts';
import { recentDeeds } from './leading-operations.ts';

const MEMBERS_PER_PAGE = 50;
/** So many members are looked through for those who wait; so many of them are ticked at once. */
const MOST_LOOKED_AT = 500;
const MOST_REINVITED = 100;

/** All groups that the viewer leads. Whoever leads none is not told that there is such a page. */
export async function showLedGroups(app: AppContext, req: Request, res: Response): Promise<void> {
  const groups = await findLedGroups(app.db.read, req.viewer!.id, minuteOf(app.clock()));
  if (groups.length === 0) throw new Forbidden('There is nothing at this address.', true);
  await app.index.refresh();
  const rows = groups.map((group) => ({
    ...group,
    users: app.index.sizeOf('group', group.id),
    permissions: grantsInWords(group.rights),
  }));
  const reviews = await findOwnOpen(app.db.read, req.viewer!.id);
  const asked = (await findWaiting(app.db.read, req.viewer!)).requests.length;
  render(req, res, 'leading/index', { title: 'Groups you lead', groups: rows, reviews, asked });
}

/** One of them, with its people. */
export async function showLedGroup(app: AppContext, req: Request, res: Response, group: Group): Promise<void> {
  const query = readPageQuery(req.query, { sorts: ['name'], natural: { sort: 'name', descending: false } });
  const list = await listMembers(app, group.id, { ...query, per: MEMBERS_PER_PAGE });
  const path = `/led-groups/${group.id}`;
  if (list.members.length === 0 && list.total > 0) return res.redirect(303, path);
  const said = takeFlash(req);
  const ids = list.members.map((member) => member.userId);
  const users = new Map((await findUsers(app.db.read, ids)).map((user) => [user.id, user]));
  const now = minuteOf(app.clock());
  const waiting = await waitingForInvitation(app, group, now);
  const limits = stateLimits(app);
  render(req, res, 'leading/show', {
    title: group.name,
    flash: said,
    group,
    links: said?.showInvitationsOf ? await linksTo(app, req, group, said.showInvitationsOf) : [],
    reason: whyNotToLead(group),
    permissions: grantsInWords(group.rights),
    members: list.members.map((member) => ({
      ...member,
      lastLoginAt: users.get(member.userId)!.lastLoginAt,
      lastActivityAt: users.get(member.userId)!.lastActivityAt,
      badges: badgesOf(users.get(member.userId)!, limits).map((state) => ({ state, label: STATE_LABELS[state] })),
    })),
    total: list.total,
    isLeader: group.leaderId === req.viewer!.id,
    deputy: await findDeputy(app.db.read, group.id, now),
    asked: (await findWaiting(app.db.read, req.viewer!)).requests.length,
    waiting: waiting.length,
    reinvitePath: `${path}/members/edit?${new URLSearchParams(waiting.map((id) => ['ids', String(id)]))}`,
    deeds: await recentDeeds(app, req, group),
    pagerLinks: pagerLinks(
      list.previous && `${path}?before=${encodeCursor(list.previous)}`,
      list.next && `${path}?after=${encodeCursor(list.next)}`,
    ),
  });
}

/** Who of its members has an invitation to use yet; so many as can be reinvited at once. */
async function waitingForInvitation(app: AppContext, group: Group, now: Instant): Promise<number[]> {
  const ids = await (await soughtMembers(app, group.id)).ids(MOST_LOOKED_AT);
  const waiting = (await findUsers(app.db.read, ids)).filter((user) => waitsForInvitation(user, now));
  return waiting.slice(0, MOST_REINVITED).map(({ id }) => id);
}

/**
 * The new invitations as lines to copy, judged anew: meanwhile somebody may have got rights that are none of the leader's, or a link that
 * somebody else made.
 */
async function linksTo(app: AppContext, req: Request, group: Group, ids: number[]): Promise<string[]> {
  const reach = await reachOf(app.db.read, req.viewer!.id, minuteOf(app.clock()));
  const covered = (await findSubjects(app.db.read, ids, minuteOf(app.clock()))).filter((subject) =>
    covers(reach, subject.rights),
  );
  const own = await findOwn(app.db.read, { by: req.viewer!, at: instant(app.clock()) }, covered);
  return whyNotToLead(group) ? [] : linesToCopy(app, 'invitation', [...own.values()]);
}
