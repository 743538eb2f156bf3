import type { Viewer } from '../../access/viewer.ts';
import type { Reader } from '../../db/database.ts';
import { idsAmong } from '../../lists/list-query.ts';
import type { UserIndex } from '../../users/list/user-index.ts';
import { keptPath, type ListQuery, readListPath } from '../../users/list/user-list-query.ts';
import { selectForView } from '../../users/list/view-selection.ts';
import type { StateLimits } from '../../users/user-state.ts';
import { MOST_PEOPLE } from '../review.ts';

/** Whom a view means, as far as they are active, and the groups that it is narrowed to; of more than can be asked about, one more. */
export async function meantBy(
  db: Reader,
  index: UserIndex,
  { view, by, limits }: { view: string; by: Viewer; limits: StateLimits },
): Promise<{ ids: number[]; total: number; groupIds: number[] }> {
  const query = onlyActive(readListPath(view));
  if (!query.activity.includes('active')) return { ids: [], total: 0, groupIds: [] };
  const { ids, total } = await selectForView(db, index, { query, limits, viewer: by }, MOST_PEOPLE + 1);
  return { ids, total, groupIds: idsAmong(query.group) };
}

/** The address of a view as it is kept with a review; of none, all who are active. */
export function reviewedView(view: string): string {
  return keptPath(onlyActive(readListPath(view)));
}

/** A view of those alone who are not active means nobody here, and not all who are. */
function onlyActive(query: ListQuery): ListQuery {
  const isOfOthers = query.activity.length > 0 && !query.activity.includes('active');
  return isOfOthers ? query : { ...query, activity: ['active'] };
}
