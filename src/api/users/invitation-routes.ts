import { z } from 'zod';
import { performDirectly } from '../../bulk-operations/actions/execution.ts';
import { instant } from '../../clock.ts';
import type { Reader, Transaction } from '../../db/database.ts';
import { requireDone } from '../../forms/required-outcome.ts';
import { INVITATION_EXPORT } from '../../invitations/invitation-export.ts';
import {
  findInvitations,
  findNewestInvitation,
  type ListedInvitation,
  listInvitations,
} from '../../invitations/invitation-list.ts';
import { invitationsPath, readInvitationQuery } from '../../invitations/invitation-list-query.ts';
import { INVITATION as INVITING } from '../../users/actions/invitation.ts';
import { INVITATION_WITHDRAWAL } from '../../users/actions/invitation-withdrawal.ts';
import { judgeUsers } from '../../users/actions/user-actions.ts';
import type { Act } from '../../verbs/act.ts';
import { Conflict, NotFound } from '../../verbs/refusals.ts';
import { INVITATION, pageOf } from '../contract/answers.ts';
import { listAnswer, PREFIX, requireKnown, sourceOf } from '../contract/lists.ts';
import { requireMail } from '../contract/required-mail.ts';
import { type Answer, type Call, type Route, route } from '../contract/route.ts';
import { id } from './user-fields.ts';

const READ: Route['needs'] = { right: ['users', 'read'] };
const WRITE: Route['needs'] = { right: ['users', 'write'] };

/** Never the link itself: what a program makes goes by mail. */
export const INVITATION_ROUTES: Route[] = [
  route({
    method: 'get',
    path: '/invitations',
    summary:
      'A page of the invitations that a view means, how far each has got; without `status` all but those withdrawn',
    tag: 'Invitations',
    needs: READ,
    filters: ['q', 'status', 'channel', 'sort'],
    status: 200,
    answer: pageOf(INVITATION),
    handle: list,
  }),
  route({
    method: 'post',
    path: '/invitations',
    summary: 'Invite a user by mail; a link sent before no longer works',
    tag: 'Invitations',
    needs: WRITE,
    body: z.strictObject({ userId: id }).meta({ id: 'NewInvitation' }),
    status: 201,
    answer: INVITATION,
    handle: (call) =>
      call.write(async (trx, act) => {
        const { userId } = call.body;
        requireDone(await judgeUsers(trx, act, INVITING, [userId]));
        requireMail(call.app);
        await perform(trx, act, INVITING.name, userId);
        const made = (await findNewestInvitation(trx, userId, act.at))!;
        return { headers: { Location: `${PREFIX}/invitations/${made.id}` }, body: told(made) };
      }),
  }),
  route({
    method: 'get',
    path: '/invitations/{id}',
    summary: 'One invitation',
    tag: 'Invitations',
    needs: READ,
    status: 200,
    answer: INVITATION,
    handle: async ({ app, ids }) => ({ body: told(await meant(app.db.read, ids.id, instant(app.clock()))) }),
  }),
  route({
    method: 'delete',
    path: '/invitations/{id}',
    summary: 'Withdraw an invitation that is open: its link no longer works',
    tag: 'Invitations',
    needs: WRITE,
    status: 200,
    answer: INVITATION,
    handle: (call) =>
      call.write(async (trx, act) => {
        const one = await meant(trx, call.ids.id, act.at);
        const newest = await findNewestInvitation(trx, one.userId, act.at);
        if (newest?.id !== one.id) throw new Conflict('This invitation was replaced by a newer one.');
        await perform(trx, act, INVITATION_WITHDRAWAL.name, one.userId);
        return { body: told(await meant(trx, one.id, act.at)) };
      }),
  }),
];

async function perform(trx: Transaction, act: Act, action: string, userId: number): Promise<void> {
  requireDone((await performDirectly(trx, act, { subjectType: 'user', action, ids: [userId] })).outcomes);
}

async function list({ app, req, viewer }: Call): Promise<Answer> {
  await requireKnown({ app, req, viewer }, INVITATION_EXPORT.problemsIn);
  const query = readInvitationQuery(sourceOf(req));
  const found = await listInvitations(app, query, viewer);
  return listAnswer({
    total: found.total,
    items: found.invitations.map(told),
    next: found.next && invitationsPath(query, { after: found.next }),
    previous: found.previous && invitationsPath(query, { before: found.previous }),
  });
}

async function meant(db: Reader, id: number, now: string): Promise<ListedInvitation> {
  const [found] = await findInvitations(db, [id], now);
  if (!found) throw new NotFound('There is no such invitation.');
  return found;
}

function told(one: ListedInvitation) {
  return {
    id: one.id,
    user: { id: one.userId, name: one.userName },
    status: one.status,
    channel: one.channel,
    createdAt: one.createdAt,
    createdBy: one.createdBy === null ? null : { id: one.createdBy, name: one.creatorName ?? '' },
    expiresAt: one.expiresAt,
    openedAt: one.openedAt,
    usedAt: one.usedAt,
    answer: one.answer,
  };
}
