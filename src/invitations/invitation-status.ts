import type { Knex } from 'knex';
import type { Instant } from '../clock.ts';
import { literal } from '../db/conditions.ts';
import type { Reader } from '../db/database.ts';
import type { Row } from '../db/tables.ts';

/** How far an invitation has got; exactly one holds, the first that fits. */
export const INVITATION_STATUSES = [
  'accepted',
  'withdrawn',
  'not-delivered',
  'expired',
  'opened',
  'waiting',
  'copied',
  'sent',
] as const;
export type InvitationStatus = (typeof INVITATION_STATUSES)[number];

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

/** What tells how far one has got: of its link, and of the mail that carries it, where there is one. */
export type InvitationRow = Pick<Row<'links'>, 'channel' | 'used_at' | 'ended_at' | 'opened_at' | 'expires_at'> & {
  mail_id: number | null;
  sent_at: Instant | null;
  failed_at: Instant | null;
};

/** The columns of it, of a query that `joinMail` joined. */
export const STATUS_COLUMNS = [
  ...['channel', 'used_at', 'ended_at', 'opened_at', 'expires_at'].map((column) => `links.${column}`),
  'outbox.id as mail_id',
  'outbox.sent_at',
  'outbox.failed_at',
];

/** Adds to a query of links the mails of invitations. */
export function joinMail(db: Reader, links: Knex.QueryBuilder): Knex.QueryBuilder {
  return links.leftJoin('outbox', (join) =>
    join.on('outbox.link_id', 'links.id').on('outbox.kind', literal(db, 'invitation')),
  );
}

export function statusOf(row: InvitationRow, now: Instant): InvitationStatus {
  if (row.used_at !== null) return 'accepted';
  if (row.ended_at !== null) return 'withdrawn';
  if (row.failed_at !== null && row.opened_at === null) return 'not-delivered';
  if (row.expires_at <= now) return 'expired';
  if (row.opened_at !== null) return 'opened';
  if (row.mail_id !== null && row.sent_at === null) return 'waiting';
  return row.channel === 'copy' ? 'copied' : 'sent';
}
