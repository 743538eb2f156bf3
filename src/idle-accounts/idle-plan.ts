import { setImmediate as turnOfOthers } from 'node:timers/promises';
import { findWhoMayAdminister } from '../access/administrators.ts';
import { DAY, type Instant, instant } from '../clock.ts';
import type { Reader } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { whereAlong } from '../db/keyset.ts';
import type { Row } from '../db/tables.ts';
import { type IdleDays, type IdleUser, type Standing, standingOf } from './idle-rule.ts';
import { findWarnings } from './idle-warning-store.ts';

/** Everybody who was not there for long, by what is due for them. */
export type IdlePlan = Record<Standing, IdleUser[]> & {
  /** Whether all were looked at. */
  isWhole: boolean;
};

/** By what clock it is planned. */
export interface IdleMoment {
  now: number;
  ranSeconds: number;
}

const AT_ONCE = 500;

/** What the rule would do now, to at most so many by each step. Those come first who signed in the longest ago. */
export async function planIdle(
  db: Reader,
  days: IdleDays,
  moment: IdleMoment,
  { most, looked = Number.POSITIVE_INFINITY }: { most: number; looked?: number },
): Promise<IdlePlan> {
  const plan: IdlePlan = {
    warn: [],
    tell: [],
    end: [],
    'without email': [],
    undelivered: [],
    waits: [],
    isWhole: true,
  };
  const spared = await findWhoMayAdminister(db);
  let from: { value: string; id: number } | undefined;
  for (let number = 0; ; number += AT_ONCE) {
    const rows: Found[] = await whereAlong(idleUsers(db, days, moment.now), BY_LOGIN, {
      nulls: false,
      descending: false,
      from,
    }).limit(AT_ONCE);
    for (const user of await withWarnings(db, rows)) {
      if (spared.has(user.id)) continue;
      const due = plan[standingOf(user, days, moment)];
      if (due.length < most) due.push(user);
      else plan.isWhole = false;
    }
    const last = rows.at(-1);
    if (!last || rows.length < AT_ONCE) return plan;
    if (number + AT_ONCE >= looked) return { ...plan, isWhole: false };
    from = { value: last.last_login_at!, id: last.id };
    await turnOfOthers();
  }
}

/** Those of these for whom a step is due still. */
export async function stillDue(
  db: Reader,
  users: IdleUser[],
  days: IdleDays,
  moment: IdleMoment,
): Promise<{ user: IdleUser; standing: Standing }[]> {
  const ids = users.map(({ id }) => id);
  const rows: Found[] = await whereIdIn(idleUsers(db, days, moment.now), 'users.id', ids).orderBy('users.id');
  const spared = await findWhoMayAdminister(db);
  const idle = (await withWarnings(db, rows)).filter(({ id }) => !spared.has(id));
  return idle.map((user) => ({ user, standing: standingOf(user, days, moment) }));
}

type Found = Pick<
  Row<'users'>,
  'id' | 'name' | 'email' | 'starts_at' | 'last_login_at' | 'last_activity_at' | 'access_confirmed_at'
>;

/** Whoever signed in before that had been there before it, too: the index of sign-ins finds them. */
const BY_LOGIN = { value: 'last_login_at', id: 'users.id' };

/** Not who never signed in, has not started or has left. */
function idleUsers(db: Reader, { warnDays }: IdleDays, now: number) {
  const before = instant(now - warnDays * DAY);
  return db('users')
    .where('last_login_at', '<=', before)
    .where({ activity: 'active', api_only: false })
    .where((either) => either.whereNull('last_activity_at').orWhere('last_activity_at', '<=', before))
    .where((either) => either.whereNull('access_confirmed_at').orWhere('access_confirmed_at', '<=', before))
    .where((either) => either.whereNull('starts_at').orWhere('starts_at', '<=', before))
    .where((either) => either.whereNull('leaves_at').orWhere('leaves_at', '>', instant(now)))
    .select(
      ...['users.id', 'users.name', 'email', 'starts_at', 'last_login_at', 'last_activity_at', 'access_confirmed_at'],
    );
}

async function withWarnings(db: Reader, rows: Found[]): Promise<IdleUser[]> {
  const warnings = await findWarnings(
    db,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    email: row.email,
    seenAt: lastOf([row.last_login_at, row.last_activity_at, row.access_confirmed_at, row.starts_at]),
    warning: warnings.get(row.id),
  }));
}

function lastOf(moments: (Instant | null)[]): Instant {
  return moments
    .filter((moment) => moment !== null)
    .toSorted()
    .at(-1)!;
}
