import { CONTACT_CHANGES } from '../contacts/contact-index.ts';
import type { Reader } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import type { Feed } from '../facets/following/feed.ts';
import { GROUP_CHANGES } from '../groups/names/group-names.ts';
import { USER_CHANGES } from '../users/list/user-index.ts';
import type { Seen } from './bulk-item-store.ts';
import type { BulkOperation, SubjectType } from './bulk-operation.ts';
import { findMeantAmong } from './bulk-piece-store.ts';

/** Where it stands who changed, and by what these are put in order. */
const FEEDS: Record<SubjectType, { feed: Feed; order: string }> = {
  user: { feed: USER_CHANGES, order: 'sort_name' },
  group: { feed: GROUP_CHANGES, order: 'name' },
  contact: { feed: CONTACT_CHANGES, order: 'sort_name' },
};

/**
 * Names of those who changed meanwhile: of those who are meant, among whom somebody may be new, and of others, who may have been meant
 * before; and of those who came and went by time alone.
 */
export interface ChangedMeanwhile {
  meant: string[];
  others: string[];
  joined: string[];
  left: string[];
}

const NAMED = 1_000;

/** Of a draft, those who changed between the moment the view was shown and the freezing, as far as they are seen; the first of them by name. */
export async function findChangedMeanwhile(
  db: Reader,
  { id, subjectType, shownChange, frozenChange, movedByTime }: BulkOperation,
  seen: Seen = (query) => query,
): Promise<ChangedMeanwhile> {
  const byTime = { joined: await findNames(db, movedByTime.joined), left: await findNames(db, movedByTime.left) };
  if (shownChange === null || frozenChange === null) return { meant: [], others: [], ...byTime };
  const { feed, order } = FEEDS[subjectType];
  const { table, column, records } = feed;
  const ordered = `${records}.${order}`;
  const changes = db(table)
    .join(records, `${records}.id`, `${table}.${column}`)
    .where(`${table}.id`, '>', shownChange)
    .where(`${table}.id`, '<=', frozenChange)
    .distinct(`${records}.id`, `${records}.name`, ordered)
    .orderBy(ordered)
    .limit(NAMED);
  const rows = (await seen(changes, records)) as { id: number; name: string }[];
  const meant = await findMeantAmong(
    db,
    id,
    rows.map((row) => row.id),
  );
  const [within, others] = [true, false].map((isMeant) => rows.filter((row) => meant.has(row.id) === isMeant));
  return { meant: within.map(({ name }) => name), others: others.map(({ name }) => name), ...byTime };
}

async function findNames(db: Reader, ids: number[]): Promise<string[]> {
  return ids.length === 0 ? [] : whereIdIn(db('users'), 'id', ids).orderBy('sort_name').pluck('name');
}
