import { Router } from 'express';
import { instant } from '../clock.ts';
import type { Channel } from '../links/link-store.ts';
import { findStuckMail } from '../mail/outbox-store.ts';
import { may } from '../users/user.ts';
import type { AppContext } from '../web/app-context.ts';
import { requireRight } from '../web/authorization.ts';
import { format } from '../web/format.ts';
import { pagerLinks } from '../web/pager.ts';
import { render } from '../web/render.ts';
import {
  CHANNELS,
  INVITATION_STATUSES,
  type InvitationFilter,
  type InvitationList,
  type InvitationStatus,
  type ListedInvitation,
  listInvitations,
} from './invitation-list.ts';

const PER_PAGE = 50;

const STATUS_LABELS: Record<InvitationStatus, string> = {
  accepted: 'Accepted',
  withdrawn: 'Withdrawn or replaced',
  'not-delivered': 'Not delivered',
  expired: 'Expired',
  opened: 'Opened',
  waiting: 'Waiting to be sent',
  sent: 'Sent',
};
/** As they follow one another in the life of an invitation. */
const SHOWN_ORDER: InvitationStatus[] = [
  'waiting',
  'sent',
  'opened',
  'accepted',
  'expired',
  'not-delivered',
  'withdrawn',
];
const BADGES: Partial<Record<InvitationStatus, string>> = {
  'not-delivered': 'not-delivered',
  expired: 'invitation-expired',
  opened: 'invited',
  waiting: 'invited',
  sent: 'invited',
};
const CHANNEL_LABELS: Record<Channel, string> = { mail: 'By mail', copy: 'Link copied' };

/** *Invitations*: who was invited by whom, by which channel, and how far it has got. */
export function invitationListController(app: AppContext): Router {
  const router = Router();

  router.get('/invitations', requireRight('users', 'read'), async (req, res) => {
    const filter = readFilter(req.query);
    const list = await listInvitations(app.db.read, filter, instant(app.clock()), PER_PAGE);
    if (list.invitations.length === 0 && (filter.after || filter.before) && list.total > 0)
      return res.redirect(303, pathOf(filter));
    render(req, res, 'invitations/index', {
      ...listPage(filter, list),
      stuck: await findStuckMail(app.db.read),
      mayWrite: may(req.viewer!, 'users', 'write'),
    });
  });

  return router;
}

function listPage(filter: InvitationFilter, list: InvitationList) {
  const choice = <T extends string>(name: 'status' | 'channel', value: T, label: string, count: number) => {
    const chosen = filter[name] as string[];
    const isChosen = chosen.includes(value);
    const path = pathOf({ ...filter, [name]: isChosen ? chosen.filter((one) => one !== value) : [...chosen, value] });
    return { label, count, isChosen, path };
  };
  const [first, last] = [list.invitations[0], list.invitations.at(-1)];
  return {
    title: 'Invitations',
    filter,
    total: list.total,
    rows: list.invitations.map((one) => ({
      ...one,
      label: STATUS_LABELS[one.status],
      badge: BADGES[one.status] ?? '',
      detail: detailOf(one),
    })),
    channelLabels: CHANNEL_LABELS,
    filters: [
      {
        name: 'status',
        label: 'Status',
        choices: SHOWN_ORDER.map((one) => choice('status', one, STATUS_LABELS[one], list.statusCounts[one])),
      },
      {
        name: 'channel',
        label: 'Channel',
        choices: CHANNELS.map((one) => choice('channel', one, CHANNEL_LABELS[one], list.channelCounts[one])),
      },
    ],
    isFiltered: filter.q !== '' || filter.status.length > 0 || filter.channel.length > 0,
    pagerLinks: pagerLinks(
      list.hasPrevious && first ? pathOf(filter, { before: first.id }) : undefined,
      list.hasNext && last ? pathOf(filter, { after: last.id }) : undefined,
    ),
  };
}

/** What there is to say beyond the status. */
function detailOf({ status, openedAt, usedAt, expiresAt, answer }: ListedInvitation): string {
  if (status === 'accepted') return format.moment(usedAt!);
  if (status === 'opened') return `${format.moment(openedAt!)}; until ${format.moment(expiresAt)}`;
  if (status === 'expired') return format.moment(expiresAt);
  if (status === 'not-delivered' || (status === 'waiting' && answer)) return answer;
  return status === 'withdrawn' ? '' : `until ${format.moment(expiresAt)}`;
}

function readFilter(source: Record<string, unknown>): InvitationFilter {
  const all = (value: unknown) => [...new Set([value].flat())];
  const id = (value: unknown) => (/^[1-9]\d{0,14}$/.test(String(value)) ? Number(value) : undefined);
  const [q] = all(source.q);
  return {
    q: typeof q === 'string' ? q.trim().slice(0, 200) : '',
    status: INVITATION_STATUSES.filter((one) => all(source.status).includes(one)),
    channel: CHANNELS.filter((one) => all(source.channel).includes(one)),
    after: id(source.after),
    before: id(source.before),
  };
}

/** The address of the view; anything but another page starts at the newest. */
function pathOf(
  { q, status, channel }: Pick<InvitationFilter, 'q' | 'status' | 'channel'>,
  page: { after?: number; before?: number } = {},
): string {
  const parameters = new URLSearchParams();
  if (q) parameters.set('q', q);
  for (const one of status) parameters.append('status', one);
  for (const one of channel) parameters.append('channel', one);
  for (const [name, id] of Object.entries(page)) parameters.set(name, String(id));
  const text = parameters.toString();
  return text ? `/invitations?${text}` : '/invitations';
}
