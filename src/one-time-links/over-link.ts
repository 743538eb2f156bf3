import { hashOfSecret } from '../access/secret-hash.ts';
import type { Instant } from '../clock.ts';
import type { Reader } from '../db/database.ts';
import type { Purpose } from '../verbs/act.ts';
import { type Link, linkOf } from './one-time-link.ts';

/** Why a link can no longer be used. */
export type LinkEnd = 'used' | 'expired' | 'replaced';

/** A link that is over, for whoever shows its token or its sealed form; undefined where there never was one, or it is open. */
export async function findOverLink(
  db: Reader,
  purpose: Purpose,
  by: { token: string } | { id: number },
  now: Instant,
): Promise<{ link: Link; end: LinkEnd } | undefined> {
  const key = 'token' in by ? { token_hash: hashOfSecret(by.token) } : by;
  const row = await db('links')
    .where({ purpose, ...key })
    .first();
  const end = row && endOf(row, now);
  return end && { link: linkOf(row)!, end };
}

function endOf(
  row: { used_at: Instant | null; ended_at: Instant | null; refused_at: Instant | null; expires_at: Instant },
  now: Instant,
): LinkEnd | undefined {
  if (row.used_at !== null) return 'used';
  if (row.ended_at !== null) return 'replaced';
  return row.refused_at !== null || row.expires_at <= now ? 'expired' : undefined;
}
