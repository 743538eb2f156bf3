import type { Knex } from 'knex';
import type { Instant } from '../clock.ts';
import type { ContactViewer } from '../contacts/contact.ts';
import { type Cases, valueInCase } from '../db/conditions.ts';
import type { Reader } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { whereAlong } from '../db/keyset.ts';
import type { Row } from '../db/tables.ts';
import { findUserIdsBySearch } from '../linked-contacts/linked-search.ts';
import { readPage } from '../lists/keyset-page.ts';
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

type Found = Row<'links'> & {
  user_name: string;
  user_email: string;
  creator_name: string | null;
  answer: string | null;
  status: InvitationStatus;
  /** What the order goes by. */
  place: string | number;
};

const DEFAULT_STATUSES: readonly InvitationStatus[] = INVITATION_STATUSES.filter((status) => status !== 'withdrawn');

/** What each order goes by. */
const VALUES: Record<InvitationSort, (db: Reader, now: Instant) => string | Knex.Raw> = {
  name: () => 'users.sort_name',
  email: () => 'users.email_key',
  status: placeInLife,
  channel: () => 'links.channel',
  creator: (db) =>
    valueInCase(
      db,
      [[(creator) => creator.whereNull('creators.sort_name'), 'the program']],
      db.ref('creators.sort_name'),
    ),
  made: () => 'links.created_at',
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

  const status = valueInCase(db, statusCases(now), 'sent');
  const key = { value: VALUES[query.sort](db, now), id: 'links.id' };
  const page = await readPage<Found>(query, {
    read: (stretch, limit) => {
      const chosen = invitations(db, found)
        .join('users', 'users.id', 'links.user_id')
        .leftJoin('users as creators', 'creators.id', 'links.created_by')
        .whereIn(status as never, [...statuses])
        .whereIn('links.channel', [...channels])
        .select('links.*', 'users.name as user_name', 'users.email as user_email', 'creators.name as creator_name')
        .select('outbox.answer', { status, place: key.value });
      return whereAlong(chosen, key, stretch).limit(limit);
    },
    placeOf: (row) => ({ value: row.place, id: row.id }),
  });

  const counted: Cell[] = await invitations(db, found)
    .groupBy('status', 'links.channel')
    .select({ status }, 'links.channel')
    .count('* as number');
  const cells = counted.map((cell) => ({ ...cell, number: Number(cell.number) }));
  const sum = (holds: (cell: Cell) => boolean) => cells.filter(holds).reduce((total, { number }) => total + number, 0);
  return {
    invitations: page.rows.map(invitationOf),
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
    previous: page.previous,
    next: page.next,
  };
}

/** All but those that were sent and nothing more. */
function statusCases(now: Instant): Cases<InvitationStatus> {
  return [
    [(link) => link.whereNotNull('links.used_at'), 'accepted'],
    [(link) => link.whereNotNull('links.ended_at'), 'withdrawn'],
    [(link) => link.whereNotNull('outbox.failed_at').whereNull('links.opened_at'), 'not-delivered'],
    [(link) => link.where('links.expires_at', '<=', now), 'expired'],
    [(link) => link.whereNotNull('links.opened_at'), 'opened'],
    [(link) => link.whereNotNull('outbox.id').whereNull('outbox.sent_at'), 'waiting'],
    [(link) => link.where('links.channel', 'copy'), 'copied'],
  ];
}

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

function placeInLife(db: Reader, now: Instant): Knex.Raw {
  const places = statusCases(now).map(([when, status]): Cases<number>[number] => [when, IN_LIFE.indexOf(status)]);
  return valueInCase(db, places, IN_LIFE.indexOf('sent'));
}

function invitations(db: Reader, userIds: number[] | undefined): Knex.QueryBuilder {
  const query = db('links')
    .leftJoin('outbox', (join) => join.on('outbox.link_id', 'links.id').onVal('outbox.kind', 'invitation'))
    .where('links.purpose', 'invitation');
  return userIds ? whereIdIn(query, 'links.user_id', userIds) : query;
}

function invitationOf(row: Found): ListedInvitation {
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
