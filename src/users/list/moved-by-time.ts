import { setImmediate as turnOfOthers } from 'node:timers/promises';
import type { Viewer } from '../../access/viewer.ts';
import type { Reader } from '../../db/database.ts';
import { pieces } from '../../db/ids.ts';
import type { UserIndex } from './user-index.ts';
import type { ListQuery } from './user-list-query.ts';
import { meantByView } from './view-selection.ts';

/** Who came into a view, and who left it. */
export interface Moved {
  joined: number[];
  left: number[];
}

/** So many are kept of each, of so many who are looked at: nobody reads more names. */
const MOST_KEPT = 1_000;
const LOOKED_AT = 5_000;
const AT_ONCE = 250;

/**
 * Who came into a view or left it since that moment although nothing was changed of them: whose invitation expired, who became stale. Each is
 * looked at as they were then.
 */
export async function movedByTime(
  db: Reader,
  index: UserIndex,
  { query, viewer, since, now }: { query: ListQuery; viewer: Viewer; since: number; now: number },
): Promise<Moved> {
  await index.refresh();
  const turned = index.turnedBetween(since, now).slice(0, LOOKED_AT);
  if (turned.length === 0) return { joined: [], left: [] };
  const before = index.ofNobody();
  for (const some of pieces(turned, AT_ONCE)) {
    await before.take(some, since);
    await turnOfOthers();
  }
  const was = await meantByView(db, before, { query, viewer, now: since });
  const is = await meantByView(db, index, { query, viewer, now });
  const joined = turned.filter((id) => is(id) && !was(id));
  const left = turned.filter((id) => was(id) && !is(id));
  return { joined: joined.slice(0, MOST_KEPT), left: left.slice(0, MOST_KEPT) };
}
