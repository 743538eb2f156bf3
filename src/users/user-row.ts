import type { Knex } from 'knex';
import type { Activity } from '../access/activity.ts';
import type { Instant } from '../clock.ts';
import { linkedToAccount } from '../contacts/warned-accounts.ts';
import { isGiven } from '../db/conditions.ts';
import type { Reader } from '../db/database.ts';
import type { Left, Row } from '../db/tables.ts';
import { joinInvitation } from '../one-time-links/standing-links.ts';
import { withPlainLines } from '../text/text.ts';
import type { User } from './user.ts';
import { programColumns } from './user-columns.ts';

/** What is read of a user: their own row but for what nobody is to see, and what other tables say of them. */
export type Found = Omit<Row<'users'>, 'password_hash' | 'contact_sort' | 'search_text'> &
  Pick<Left<Row<'lockouts'>>, 'attempts' | 'locked_until'> & {
    has_password: number | boolean;
    owner_activity: Activity | null;
    owner_leaves_at: Instant | null;
    token_until: string | null;
    attempts_at_devices: number | null;
    invitation_expires_at: string | null;
    invitation_failed: number | boolean;
    linked_to_account: number | boolean;
    has_second_factor: number | boolean;
    factor_nonce: string | null;
  };

/** Users with their lock, their open invitation and its mail; the one place that reads them. Never the password hash. */
export function selectUsers(db: Reader): Knex.QueryBuilder<Found, Found[]> {
  return joinInvitation(db('users').leftJoin('lockouts', 'lockouts.user_id', 'users.id'), 'invitation')
    .leftJoin('outbox as invitation_mail', (join) =>
      join.on('invitation_mail.link_id', 'invitation.id').onVal('invitation_mail.kind', 'invitation'),
    )
    .leftJoin('second_factors as factor', 'factor.user_id', 'users.id')
    .select(
      'factor.nonce as factor_nonce',
      'users.id',
      'users.name',
      'users.email',
      'users.confirmed_email',
      'users.activity',
      'users.deleted_from',
      'users.password_set_at',
      'users.no_shared_data',
      'users.starts_at',
      'users.leaves_at',
      'users.description',
      'users.contact_id',
      'users.contact_name',
      'users.api_only',
      'users.api_only_reason',
      'users.api_only_owner_id',
      'users.api_only_review_on',
      'users.last_login_at',
      'users.last_activity_at',
      'users.access_confirmed_at',
      'users.access_confirmed_by',
      'lockouts.attempts',
      'lockouts.locked_until',
      db('device_lockouts').where('user_id', db.ref('users.id')).sum('attempts').as('attempts_at_devices'),
      'invitation.expires_at as invitation_expires_at',
      'users.time_zone',
      'users.erased_at',
      'users.version',
      'users.created_at',
      'users.created_by',
    )
    .select({
      has_password: isGiven(db, 'users.password_hash'),
      invitation_failed: isGiven(db, 'invitation_mail.failed_at'),
      linked_to_account: linkedToAccount(db),
      ...programColumns(db),
      has_second_factor: isGiven(db, 'factor.confirmed_at'),
    });
}

export function userOf(row: Found): User {
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    confirmedEmail: row.confirmed_email,
    activity: row.activity,
    deletedFrom: row.deleted_from,
    hasPassword: Boolean(row.has_password),
    passwordSetAt: row.password_set_at,
    noSharedData: Boolean(row.no_shared_data),
    startsAt: row.starts_at,
    leavesAt: row.leaves_at,
    description: withPlainLines(row.description),
    contactId: row.contact_id,
    contactName: row.contact_name,
    apiOnly: Boolean(row.api_only),
    apiOnlyReason: row.api_only_reason,
    apiOnlyOwnerId: row.api_only_owner_id,
    apiOnlyReviewOn: row.api_only_review_on,
    ownerActivity: row.owner_activity,
    ownerLeavesAt: row.owner_leaves_at,
    tokenUntil: row.token_until,
    lastLoginAt: row.last_login_at,
    lastActivityAt: row.last_activity_at,
    accessConfirmedAt: row.access_confirmed_at,
    accessConfirmedBy: row.access_confirmed_by,
    loginAttempts: row.attempts ?? 0,
    lockedUntil: row.locked_until,
    attemptsAtKnownDevices: Number(row.attempts_at_devices ?? 0),
    invitationExpiresAt: row.invitation_expires_at,
    invitationFailed: Boolean(row.invitation_failed),
    linkedToAccount: Boolean(row.linked_to_account),
    hasSecondFactor: Boolean(row.has_second_factor),
    isFactorPasskeys: row.factor_nonce === '',
    timeZone: row.time_zone,
    erasedAt: row.erased_at,
    version: row.version,
    createdAt: row.created_at,
    createdBy: row.created_by,
  };
}
