import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Purpose } from '../verbs/act.ts';
import type { Link } from './one-time-link.ts';

/**
 * What the form behind a link carries, so that it acts on the link that it shows, whatever else this browser has opened meanwhile (R90).
 * Nobody makes one without the secret.
 */
export function sealLink({ id, purpose }: Pick<Link, 'id' | 'purpose'>, secret: string): string {
  return `${id}.${macOf(id, purpose, secret)}`;
}

/** The id of the link that was sealed for this purpose; undefined for everything else. */
export function readSealedLink(text: string, purpose: Purpose, secret: string): number | undefined {
  const [, id, mac] = /^([1-9]\d{0,14})\.([\w-]{43})$/.exec(text) ?? [];
  if (id === undefined) return undefined;
  return timingSafeEqual(Buffer.from(mac), Buffer.from(macOf(Number(id), purpose, secret))) ? Number(id) : undefined;
}

function macOf(id: number, purpose: Purpose, secret: string): string {
  return createHmac('sha256', secret).update(`form of ${purpose} ${id}`).digest('base64url');
}
