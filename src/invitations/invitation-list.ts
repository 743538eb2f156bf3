import type { Viewer } from '../access/viewer.ts';
import { type Instant, instant, minuteOf } from '../clock.ts';
import { findContactViewer } from '../contacts/contact-viewer.ts';
import type { Reader } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { prepared } from '../db/prepared.ts';
import type { Row } from '../db/tables.ts';
import { lazily, type Selection, type Within } from '../facets/facet-index.ts';
import { type FrozenSet, frozenAlong } from '../facets/frozen-walk.ts';
import { alongIndex, meantAlong } from '../facets/orders/along-index.ts';
import { alongPlaces, type Place } from '../facets/orders/along-places.ts';
import { readPage, type Source } from '../lists/keyset-page.ts';
import { type Cursor, soughtWords } from '../lists/list-query.ts';
import type { UserSources } from '../users/list/user-index.ts';
import type { Channel } from '../verbs/act.ts';
import { CHANNELS, type InvitationFacet, type InvitationIndex, PROGRAM } from './invitation-index.ts';
import type { InvitationQuery, InvitationSort } from './invitation-list-query.ts';
import {
  IN_LIFE,
  INVITATION_STATUSES,
  type InvitationRow,
  type InvitationStatus,
  joinMail,
  STATUS_COLUMNS,
  statusOf,
} from './invitation-status.ts';

/** What the list is read from. */
export interface InvitationSources extends UserSources {
  invitationIndex: InvitationIndex;
}

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

type Found = Pick<Row<'links'>, 'id' | 'user_id' | 'created_at' | 'created_by'> &
  InvitationRow & {
    user_name: string;
    user_email: string;
    creator_name: string | null;
    answer: string | null;
  };

const DEFAULT_STATUSES: readonly InvitationStatus[] = INVITATION_STATUSES.filter((status) => status !== 'withdrawn');

/** One page of the invitations, with the counts of every filter. */
export async function listInvitations(
  sources: InvitationSources,
  query: InvitationQuery,
  asking: Viewer,
): Promise<InvitationList> {
  const { selection, source } = await meantBy(sources, query, asking);
  const counts = {
    statusCounts: countsOf(selection, 'status', INVITATION_STATUSES),
    channelCounts: countsOf(selection, 'channel', CHANNELS),
  };
  const page = await readPage(query, source);
  return {
    invitations: await findInvitations(sources.db.read, page.rows, instant(sources.clock())),
    total: selection.total,
    ...counts,
    previous: page.previous,
    next: page.next,
  };
}

/** The invitations that a view means at this moment, in its order. */
export async function freezeInvitations(
  sources: InvitationSources,
  query: InvitationQuery,
  asking: Viewer,
  atOnce: number,
): Promise<FrozenSet> {
  const { selection, source } = await meantBy(sources, query, asking);
  return frozenAlong(selection, [source], { descending: query.descending, atOnce });
}

/** Those that a view means, and where the list's order comes from. */
async function meantBy(sources: InvitationSources, query: InvitationQuery, asking: Viewer) {
  const { db, index, invitationIndex } = sources;
  const words = soughtWords(query);
  const viewer = await findContactViewer(db.read, asking, minuteOf(sources.clock()));
  const creators = query.sort === 'creator' ? await findCreatorPlaces(sources) : [];
  await index.refresh();
  await invitationIndex.refresh();
  const people = words && index.search(words, viewer);
  const statuses = query.status.length > 0 ? query.status : DEFAULT_STATUSES;
  const selection = invitationIndex.select({
    values: {
      status: statuses.map((status) => INVITATION_STATUSES.indexOf(status)),
      channel: query.channel.map((channel) => CHANNELS.indexOf(channel)),
    },
    within: people && among(sources, people),
  });
  return { selection, source: sourceOf(sources, selection, query.sort, creators) };
}

/** The invitations of those who were found. */
function among({ index, invitationIndex }: InvitationSources, people: Within): Within {
  return lazily(`${index.change} ${people.name}`, () => invitationIndex.ofUsers(people.set));
}

function countsOf<T extends string>(
  selection: Selection<InvitationFacet>,
  facet: InvitationFacet,
  values: readonly T[],
): Record<T, number> {
  return Object.fromEntries(values.map((value, n) => [value, selection.count(facet, n)])) as Record<T, number>;
}

function sourceOf(
  sources: InvitationSources,
  selection: Selection<InvitationFacet>,
  sort: InvitationSort,
  creators: Place[],
): Source<number> {
  switch (sort) {
    case 'status': {
      const places = IN_LIFE.map((one, value) => ({ value, values: [INVITATION_STATUSES.indexOf(one)] }));
      return alongPlaces(selection, 'status', places);
    }
    case 'channel': {
      const places = CHANNELS.map((value, n) => ({ value, values: [n] }));
      return alongPlaces(selection, 'channel', places);
    }
    case 'creator':
      return alongPlaces(selection, 'creator', creators);
    default:
      return meantAlong(selection, sources.invitationIndex.number, (among) => SORTS[sort](sources.db.read, among));
  }
}

/** The orders that have an index. */
const SORTS = {
  name: alongColumn('sort_name'),
  email: alongColumn('email_key'),
  made: alongColumn('created_at'),
};

function alongColumn(value: string) {
  return alongIndex((db) => db('invitation_places'), { value, id: 'link_id' });
}

/** In the order of their names, the program among them. */
async function findCreatorPlaces({ db, invitationIndex }: InvitationSources): Promise<Place[]> {
  await invitationIndex.refresh();
  const users: { id: number; sort_name: string }[] = await whereIdIn(db.read('users'), 'id', [
    ...invitationIndex.creators,
  ]).select('id', 'sort_name');
  const creators = [...users, { id: PROGRAM, sort_name: 'the program' }];
  return [...Map.groupBy(creators, (creator) => creator.sort_name)].map(([value, some]) => ({
    value,
    values: some.map(({ id }) => id),
  }));
}

/** In the order of the ids; those that are gone are left out. */
export async function findInvitations(db: Reader, ids: number[], now: Instant): Promise<ListedInvitation[]> {
  const rows = await selectInvitations(db, { ids });
  const found = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => {
    const row = found.get(id);
    return row ? invitationOf(row, now) : [];
  });
}

const selectInvitations = prepared<{ ids: number[] }, Found>((db, { ids }) => {
  const invitations = joinMail(db, db('links'))
    .join('users', 'users.id', 'links.user_id')
    .leftJoin('users as creators', 'creators.id', 'links.created_by')
    .select('links.id', 'links.user_id', 'links.created_at', 'links.created_by', ...STATUS_COLUMNS, 'outbox.answer')
    .select('users.name as user_name', 'users.email as user_email', 'creators.name as creator_name');
  return whereIdIn(invitations.where('links.purpose', 'invitation'), 'links.id', ids);
});

/** The newest of a user, which is the only one that may be open. */
export async function findNewestInvitation(
  db: Reader,
  userId: number,
  now: Instant,
): Promise<ListedInvitation | undefined> {
  const links = db('links').where({ user_id: userId, purpose: 'invitation' });
  const [id] = await links.orderBy('id', 'desc').limit(1).pluck('id');
  return id === undefined ? undefined : (await findInvitations(db, [id], now))[0];
}

function invitationOf(row: Found, now: Instant): ListedInvitation {
  return {
    id: row.id,
    userId: row.user_id,
    userName: row.user_name,
    userEmail: row.user_email,
    status: statusOf(row, now),
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
