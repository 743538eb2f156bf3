import type { Request } from 'express';
import type { AppContext } from '../../app-context.ts';
import { Kept } from '../../kept.ts';
import { keptPath, type ListQuery, listPath, readListPath } from '../../users/list/user-list-query.ts';
import { findViews } from '../saved-view-store.ts';

/** A view that its reader has pinned beside the list. */
export interface PinnedView {
  name: string;
  query: ListQuery;
  path: string;
}

export async function findPinned({ db }: AppContext, req: Request): Promise<PinnedView[]> {
  const { id, user } = req.viewer!;
  const views = await findViews(db.read, id, user.pinnedViews);
  return keptPinned.get([views.map(({ name }) => name), views.map(({ address }) => address)], () =>
    views.map(({ name, address }) => {
      const query = readListPath(address);
      return { name, query, path: keptPath(query) };
    }),
  );
}

const keptPinned = new Kept<PinnedView[]>();

/** What stands above the filters, with how many each of the pinned views shows where that is known. */
export function shownViews(pinned: PinnedView[], query: ListQuery, counts: number[] | undefined) {
  const here = keptPath(query);
  return {
    pinned: pinned.map(({ name, path }, n) => ({ name, path, count: counts?.[n], isChosen: path === here })),
    keepPath: `/saved-views/new?${new URLSearchParams({ view: listPath(query) })}`,
  };
}
