import type { Request, Response } from 'express';
import { may } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { type Choice, type Column, listFrame, noSuch } from '../../lists/list-frame.ts';
import { toggled } from '../../lists/list-query.ts';
import { findStuckMail } from '../../mail/stuck-mails.ts';
import type { Format } from '../../text/format.ts';
import { marking, searchedWords } from '../../text/text.ts';
import { INVITATION } from '../../users/actions/invitation.ts';
import type { Channel } from '../../verbs/act.ts';
import { answerList } from '../../web/list-answer.ts';
import { readHabits } from '../../web/reader/list-habits.ts';
import { formatOf } from '../../web/reader/reader-format.ts';
import { CHANNELS } from '../invitation-index.ts';
import { type InvitationList, type ListedInvitation, listInvitations } from '../invitation-list.ts';
import {
  type InvitationQuery,
  type InvitationSort,
  invitationsPath,
  readInvitationQuery,
} from '../invitation-list-query.ts';
import { findInvitationRequests } from '../invitation-request-store.ts';
import { IN_LIFE, type InvitationStatus } from '../invitation-status.ts';

const STATUS_LABELS: Record<InvitationStatus, string> = {
  accepted: 'Accepted',
  withdrawn: 'Withdrawn or replaced',
  'not-delivered': 'Not delivered',
  expired: 'Expired',
  opened: 'Opened',
  waiting: 'Waiting to be sent',
  copied: 'Copied',
  sent: 'Sent',
};
const BADGES: Partial<Record<InvitationStatus, string>> = {
  'not-delivered': 'not-delivered',
  expired: 'invitation-expired',
  opened: 'invited',
  waiting: 'invited',
  copied: 'invited',
  sent: 'invited',
};
const CHANNEL_LABELS: Record<Channel, string> = { mail: 'By mail', copy: 'By link' };

const COLUMNS: Column<InvitationSort>[] = [
  { sort: 'name', label: 'Name', width: 'wide' },
  { sort: 'email', label: 'System email', width: 'wide' },
  { sort: 'status', label: 'Status', width: 'rest' },
  { sort: 'channel', label: 'Channel', width: 'slight', givesWay: true },
  { sort: 'creator', label: 'Invited by', width: 'narrow' },
  { sort: 'made', label: 'Made', width: 'narrow' },
];

const REQUESTS_SHOWN = 20;

/** The list of invitations as the address asks for it, with what waits and who asks. */
export async function showInvitations(app: AppContext, req: Request, res: Response): Promise<void> {
  const { per, folded } = readHabits(req);
  const query = readInvitationQuery(req.query, per);
  const list = await listInvitations(app, query, req.viewer!);
  const mayWrite = may(req.viewer!, 'users', 'write');
  const isBehindEnd = list.invitations.length === 0 && list.total > 0;
  const firstPage = invitationsPath(query);
  const found = { path: '/invitations', query, isBehindEnd, firstPage, secure: app.config.secure };
  await answerList(req, res, found, async () => ({
    ...invitationsPage({ query, list, folded, mayWrite, format: formatOf(req) }),
    stuck: await findStuckMail(app.db.read),
    requests: await findInvitationRequests(app.db.read, REQUESTS_SHOWN),
    mayWrite,
  }));
}

/** Everything that the list's page shows, with the address that each link leads to. */
function invitationsPage({
  query,
  list,
  folded,
  mayWrite,
  format,
}: {
  query: InvitationQuery;
  list: InvitationList;
  folded: string[];
  mayWrite: boolean;
  format: Format;
}) {
  const choice = <T extends string>(name: 'status' | 'channel', value: T, label: string, count: number): Choice => {
    const chosen = query[name] as T[];
    const path = invitationsPath(query, { [name]: toggled(chosen, value) });
    return { label, value, count, isChosen: chosen.includes(value), path };
  };
  const words = searchedWords(query.q);
  return {
    title: 'Invitations',
    invitations: list.invitations.map((one) => ({
      ...one,
      label: STATUS_LABELS[one.status],
      badge: BADGES[one.status] ?? '',
      detail: detailOf(one, format),
    })),
    channelLabels: CHANNEL_LABELS,
    marking: () => marking(words),
    list: listFrame({
      name: 'invitations',
      path: '/invitations',
      label: 'Invitations',
      noun: 'invitation',
      searchHint: 'Name, email or contact',
      query,
      pathTo: (change) => invitationsPath(query, change),
      columns: COLUMNS,
      filters: [
        {
          name: 'status',
          label: 'Status',
          unknown: noSuch('status'),
          choices: IN_LIFE.map((one) => choice('status', one, STATUS_LABELS[one], list.statusCounts[one])),
        },
        {
          name: 'channel',
          label: 'Channel',
          unknown: noSuch('channel'),
          choices: CHANNELS.map((one) => choice('channel', one, CHANNEL_LABELS[one], list.channelCounts[one])),
        },
      ],
      folded,
      total: list.total,
      previous: list.previous,
      next: list.next,
      rows: 'invitations/_rows',
      empty: { unmatched: 'No invitation matches all of this.', none: 'Nobody was invited yet.', icon: 'mail' },
      bulk: mayWrite
        ? {
            actions: [INVITATION],
            fields: [['view', invitationsPath(query)]],
            meansAll: false,
          }
        : undefined,
      hasMenus: mayWrite,
    }),
  };
}

/** What there is to say beyond the status. */
function detailOf({ status, openedAt, usedAt, expiresAt, answer }: ListedInvitation, format: Format): string {
  if (status === 'accepted') return format.moment(usedAt!);
  if (status === 'opened') return `${format.moment(openedAt!)}; until ${format.moment(expiresAt)}`;
  if (status === 'expired') return format.moment(expiresAt);
  if (status === 'not-delivered' || (status === 'waiting' && answer)) return answer;
  return status === 'withdrawn' ? '' : `until ${format.moment(expiresAt)}`;
}
