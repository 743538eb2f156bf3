import type { Knex } from 'knex';
import type { Instant } from '../clock.ts';
import type { ContactViewer } from '../contacts/contact.ts';
import type { Reader } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { findUserIdsBySearch } from '../linked-contacts/linked-search.ts';
import type { Cursor } from '../lists/list-query.ts';
import type { Channel } from '../verbs/act.ts';
import type { InvitationQuery, InvitationSort } from './invitation-list-query.ts';
import { INVITATION_STATUSES, type InvitationStatus } from './invitation-status.ts';

export const CHANNELS = ['mail', 'copy'] as const satisfies Channel[];

export interface ListedInvitation {
  id: number;
  userId: number;
  userName: string;
  userEmail: string;
  status: InvitationStatus;
  channel: Channel;
  createdAt: Instant;
  createdBy: number | null;
  creatorName: string | null;
  expiresAt: Instant;
  openedAt: Instant | null;
  usedAt: Instant | null;
  /** What the mail server said last. */
  answer: string;
}

export interface InvitationList {
  invitations: ListedInvitation[];
  total: number;
  /** How many each value would leave under the other filters. */
  statusCounts: Record<InvitationStatus, number>;
  channelCounts: Record<Channel, number>;
  /** Cursors of the pages before and after, where there are any. */
  previous?: Cursor;
  next?: Cursor;
}

interface Cell {
  status: InvitationStatus;
  channel: Channel;
  number: number;
}

const DEFAULT_STATUSES: readonly InvitationStatus[] = INVITATION_STATUSES.filter((status) => status !== 'withdrawn');

/** What each order goes by. */
const COLUMNS: Record<Exclude<InvitationSort, 'status'>, string> = {
  name: 'users.sort_name',
  email: 'users.email_key',
  channel: 'links.channel',
  creator: "coalesce(creators.sort_name, 'the program')",
  made: 'links.created_at',
};

/** One page of the invitations, with the counts of every filter. */
export async function listInvitations(
  db: Reader,
  query: InvitationQuery,
  now: Instant,
  viewer: ContactViewer,
): Promise<InvitationList> {
  const found = query.q === '' ? undefined : await findUserIdsBySearch(db, viewer, query.q);
  const statuses = new Set(query.status.length > 0 ? query.status : DEFAULT_STATUSES);
  const channels = new Set(query.channel.length > 0 ? query.channel : CHANNELS);

  const backwards = query.before !== undefined && query.after === undefined;
  const cursor = query.after ?? query.before;
  const [order, past] = query.descending === backwards ? ['asc', '>'] : ['desc', '<'];
  const [place, placeBindings] = query.sort === 'status' ? [STATUS_PLACE, [now]] : [COLUMNS[query.sort], []];
  const page = invitations(db, found)
    .join('users', 'users.id', 'links.user_id')
    .leftJoin('users as creators', 'creators.id', 'links.created_by')
    .whereRaw(`${STATUS} in (${placesFor([...statuses])})`, [now, ...statuses])
    .whereIn('links.channel', [...channels])
    .orderByRaw(`${place} ${order}, links.id ${order}`, placeBindings)
    .limit(query.per + 1)
    .select('links.*', 'users.name as user_name', 'users.email as user_email', 'creators.name as creator_name')
    .select('outbox.answer', db.raw(`${STATUS} as status`, [now]), db.raw(`${place} as place`, placeBindings));
  if (cursor) page.whereRaw(`(${place}, links.id) ${past} (?, ?)`, [...placeBindings, cursor.value, cursor.id]);
  const rows = await page;
  const isMore = rows.length > query.per;
  const shown = rows.slice(0, query.per);
  if (backwards) shown.reverse();
  const [first, last] = [shown[0], shown.at(-1)];

  const counted: Cell[] = await invitations(db, found)
    .groupByRaw('1, 2')
    .select(db.raw(`${STATUS} as status`, [now]), 'links.channel')
    .count('* as number');
  const cells = counted.map((cell) => ({ ...cell, number: Number(cell.number) }));
  const sum = (holds: (cell: Cell) => boolean) => cells.filter(holds).reduce((total, { number }) => total + number, 0);
  return {
    invitations: shown.map(invitationOf),
    total: sum((cell) => statuses.has(cell.status) && channels.has(cell.channel)),
    statusCounts: Object.fromEntries(
      INVITATION_STATUSES.map((status) => [
        status,
        sum((cell) => cell.status === status && channels.has(cell.channel)),
      ]),
    ) as Record<InvitationStatus, number>,
    channelCounts: Object.fromEntries(
      CHANNELS.map((channel) => [channel, sum((cell) => cell.channel === channel && statuses.has(cell.status))]),
    ) as Record<Channel, number>,
    previous: first && (backwards ? isMore : cursor) ? { value: first.place, id: first.id } : undefined,
    next: last && (backwards || isMore) ? { value: last.place, id: last.id } : undefined,
  };
}

/** Takes the moment at which it is asked. */
const STATUS = `case
  when links.used_at is not null then 'accepted'
  when links.ended_at is not null then 'withdrawn'
  when outbox.failed_at is not null and links.opened_at is null then 'not-delivered'
  when links.expires_at <= ? then 'expired'
  when links.opened_at is not null then 'opened'
  when outbox.id is not null and outbox.sent_at is null then 'waiting'
  when links.channel = 'copy' then 'copied'
  else 'sent' end`;

/** As they follow one another in the life of an invitation. */
export const IN_LIFE: readonly InvitationStatus[] = [
  'waiting',
  'copied',
  'sent',
  'opened',
  'accepted',
  'expired',
  'not-delivered',
  'withdrawn',
];

const STATUS_PLACE = `case ${STATUS} ${IN_LIFE.map((status, n) => `when '${status}' then ${n}`).join(' ')} end`;

function invitations(db: Reader, userIds: number[] | undefined): Knex.QueryBuilder {
  const query = db('links')
    .leftJoin('outbox', (join) => join.on('outbox.link_id', 'links.id').onVal('outbox.kind', 'invitation'))
    .where('links.purpose', 'invitation');
  return userIds ? whereIdIn(query, 'links.user_id', userIds) : query;
}

function placesFor(values: unknown[]): string {
  return values.map(() => '?').join(', ');
}

function invitationOf(row: { [column: string]: never }): ListedInvitation {
  return {
    id: row.id,
    userId: row.user_id,
    userName: row.user_name,
    userEmail: row.user_email,
    status: row.status,
    channel: row.channel,
    createdAt: row.created_at,
    createdBy: row.created_by,
    creatorName: row.creator_name,
    expiresAt: row.expires_at,
    openedAt: row.opened_at,
    usedAt: row.used_at,
    answer: row.answer ?? '',
  };
}
