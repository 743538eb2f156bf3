import { createHmac } from 'node:crypto';
import type { Instant } from '../clock.ts';
import type { Row } from '../db/tables.ts';
import type { LinkSettings, Purpose } from '../verbs/act.ts';

export interface Link {
  id: number;
  purpose: Purpose;
  userId: number;
  createdAt: Instant;
  createdBy: number | null;
  expiresAt: Instant;
  /** When its form was first looked at. */
  openedAt: Instant | null;
}

/** What a token is derived from, besides the secret. */
export type TokenSource = Pick<Link, 'purpose' | 'userId'> & { nonce: string };

/** Where the link leads; `baseUrl` is the setting, never taken from a request. */
export function linkAddress(baseUrl: string, purpose: Purpose, token: string): string {
  return `${baseUrl}/${purpose === 'invitation' ? 'invitations' : 'passwords'}/${token}`;
}

/** 256 bits that nobody can make without the secret (R31). For mails, and for those only who may issue the link. */
export function tokenOf(settings: LinkSettings, { purpose, userId, nonce }: TokenSource): string {
  return createHmac('sha256', settings.secret).update(`${purpose} ${userId} ${nonce}`).digest('base64url');
}

export function linkOf(row: Row<'links'> | undefined): Link | undefined {
  return (
    row && {
      id: row.id,
      purpose: row.purpose,
      userId: row.user_id,
      createdAt: row.created_at,
      createdBy: row.created_by,
      expiresAt: row.expires_at,
      openedAt: row.opened_at,
    }
  );
}
