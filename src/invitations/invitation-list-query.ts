import { listAddress, type Order, type PageQuery, readPageQuery, type Source, wordsOf } from '../lists/list-query.ts';
import type { Channel } from '../verbs/act.ts';
import type { InvitationStatus } from './invitation-status.ts';

const INVITATION_SORTS = ['name', 'email', 'status', 'channel', 'creator', 'made'] as const;
export type InvitationSort = (typeof INVITATION_SORTS)[number];

const NEWEST_FIRST: Order<InvitationSort> = { sort: 'made', descending: true };
const FILTERS = ['status', 'channel'];

/** The whole view of the list, as the address holds it. */
export interface InvitationQuery extends PageQuery<InvitationSort> {
  /** Empty: all but those that were withdrawn or replaced. */
  status: InvitationStatus[];
  channel: Channel[];
}

export function readInvitationQuery(source: Source, rememberedPer?: number): InvitationQuery {
  return {
    ...readPageQuery(source, { sorts: INVITATION_SORTS, natural: NEWEST_FIRST, takes: FILTERS, rememberedPer }),
    status: wordsOf(source.status),
    channel: wordsOf(source.channel),
  };
}

/** The address of the view with some of it changed; going anywhere else starts at the first page. */
export function invitationsPath(query: InvitationQuery, change: Partial<InvitationQuery> = {}): string {
  const next = { ...query, after: undefined, before: undefined, ...change };
  return listAddress('/invitations', next, NEWEST_FIRST, { status: next.status, channel: next.channel });
}
