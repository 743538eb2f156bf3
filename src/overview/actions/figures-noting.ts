import { EVERYTHING } from '../../access/rights.ts';
import { type Clock, DAY, dayOf, instant } from '../../clock.ts';
import type { Database, Transaction } from '../../db/database.ts';
import { findAttemptsAfter, findFirstAttemptSince } from '../../sessions/login-attempt-store.ts';
import type { UserIndex } from '../../users/list/user-index.ts';
import { readListPath } from '../../users/list/user-list-query.ts';
import { countViews } from '../../users/list/view-selection.ts';
import { stateLimits } from '../../users/user-state.ts';
import { countAttempts, findLastCounted, forgetFiguresBefore, keepPeople, type People } from '../daily-figure-store.ts';

/** What is asked how many people there are. */
export interface FigureSources {
  db: Database;
  index: UserIndex;
  clock: Clock;
  config: { staleDays: number; confirmDays: number };
}

/** The lists of those who are counted. */
export const PEOPLE_PATHS: Record<keyof People, string> = {
  active: '/users?activity=active',
  invited: '/users?activity=active&state=invited',
  deactivated: '/users?activity=deactivated',
};

const AT_ONCE = 5_000;
/** What was tried longer ago is not counted after it, when the first are. */
const COUNTED_BACK = 30 * DAY;
export const KEPT_DAYS = 400;

/** How many people there are today, as far as the index knows, and who tried to come in since it was looked at last. */
export async function noteFigures(sources: FigureSources): Promise<void> {
  const { db, index, clock } = sources;
  // Nobody waits for it.
  await index.refreshWholly();
  const today = dayOf(clock());
  const people = await countPeople(sources);
  await db.write(async (trx) => {
    await keepPeople(trx, today, people);
    await forgetFiguresBefore(trx, dayOf(clock() - KEPT_DAYS * DAY));
  });
  while (await db.write((trx) => countSome(trx, clock())));
}

export async function countPeople({ db, index, clock, config }: FigureSources): Promise<People> {
  const names = Object.keys(PEOPLE_PATHS) as (keyof People)[];
  const counts = await countViews(db.read, index, {
    queries: names.map((name) => readListPath(PEOPLE_PATHS[name])),
    limits: stateLimits({ clock, config }),
    viewer: { id: null, name: 'Roster', rights: EVERYTHING },
  });
  return Object.fromEntries(names.map((name, n) => [name, counts[n]])) as unknown as People;
}

/** Whether there may be more. Each is counted once: which were says the same transaction. */
async function countSome(trx: Transaction, now: number): Promise<boolean> {
  const last = (await findLastCounted(trx)) || (await findFirstAttemptSince(trx, instant(now - COUNTED_BACK))) - 1;
  const attempts = await findAttemptsAfter(trx, last, AT_ONCE);
  await countAttempts(trx, attempts);
  return attempts.length === AT_ONCE;
}
