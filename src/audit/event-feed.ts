import type { Reader } from '../db/database.ts';
import { findHead } from './chain.ts';

/** A piece of the audit, in the order in which things happened. */
export interface Stretch {
  ids: number[];
  /** Up to here it was looked: what comes next is after it. */
  upTo: number;
  /** Whether there is more already. */
  isMore: boolean;
}

export interface FeedQuery {
  /** The number of the last event that is known. */
  after: number;
  /** All kinds where there are none. */
  kinds: readonly string[];
  limit: number;
}

/** Where few events are of the kinds that are meant, no request looks at more. */
const LOOKED_AT = 20_000;

/** The number of the newest event. */
export async function findNewest(db: Reader): Promise<number> {
  return (await findHead(db))?.eventId ?? 0;
}

/**
 * What comes after an event. Numbers are given under the one lock of all writers and without gaps, so none that is smaller comes to be
 * later. Undefined where there is no such event (yet).
 */
export async function readStretch(db: Reader, { after, kinds, limit }: FeedQuery): Promise<Stretch | undefined> {
  const newest = await findNewest(db);
  if (after > newest) return undefined;
  const last = Math.min(newest, after + LOOKED_AT);
  const events = db('audit_events').where('id', '>', after).where('id', '<=', last);
  if (kinds.length > 0) events.whereIn('action', kinds);
  const ids: number[] = await events.orderBy('id').limit(limit).pluck('id');
  const upTo = ids.length === limit ? ids[ids.length - 1] : last;
  return { ids, upTo, isMore: upTo < newest };
}
