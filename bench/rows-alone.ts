import { ALL_RIGHTS } from '../src/access/rights.ts';
import { openDatabase } from '../src/db/database.ts';
import type { UserIndex } from '../src/users/list/user-index.ts';
import { listUsers } from '../src/users/list/user-list.ts';
import { readListQuery } from '../src/users/list/user-list-query.ts';
import type { Figures } from './load.ts';

/** An index that counts nothing and lets everybody through: what is left of a view is the reading of its rows. */
const UNCOUNTED = {
  refresh: async () => {},
  select: () => ({ total: Number.POSITIVE_INFINITY, isSelected: () => true, ids: () => [] }),
  sizes: () => ({ change: 0, tags: new Int32Array(), groups: new Int32Array() }),
} as unknown as UserIndex;

/** Reading the rows of page 1, without counting, without HTTP. */
export async function rowsAlone(folder: string, times: number): Promise<Figures> {
  const db = openDatabase(folder);
  const limits = { now: Date.now(), staleDays: 90, confirmDays: 180 };
  const viewer = { id: 1, name: 'bench', rights: ALL_RIGHTS };
  const took: number[] = [];
  for (let n = 0; n < times + 10; n++) {
    const start = performance.now();
    await listUsers(db.read, UNCOUNTED, readListQuery({}), limits, viewer);
    took.push(performance.now() - start);
  }
  await db.close();
  const sorted = took.slice(10).sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(sorted.length * share)];
  return { requests: times, answered: times, perSecond: 1000 / at(0.5), p50: at(0.5), p99: at(0.99), failed: 0 };
}
