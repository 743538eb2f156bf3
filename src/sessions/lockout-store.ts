import { recordChanges } from '../audit/audit-store.ts';
import { DAY, type Instant, instant, MINUTE } from '../clock.ts';
import { valueInCase } from '../db/conditions.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { prepared } from '../db/prepared.ts';
import type { Row } from '../db/tables.ts';
import { mailNotice } from '../mail/outbox-store.ts';
import type { User } from '../users/user.ts';
import type { Act } from '../verbs/act.ts';

/** The first wait; each that follows without a success in between is twice as long, up to a day. */
export const FIRST_LOCK = 15 * MINUTE;
const LONGEST_LOCK = DAY;
/** After this many times the limit in all, no waiting helps: a reset link, an administrator or the command line does (R16). */
export const LOCKS_BEFORE_PERMANENT = 20;
/** The lock that waiting does not end. */
export const PERMANENTLY: Instant = '9999-12-31T23:59:59.999Z';

/** Whose failed sign-ins are counted, and where: on the account's own counter, for strangers, or on that of a known device. */
export interface Tried {
  user: Pick<User, 'id' | 'name' | 'email'>;
  /** Null for a stranger's browser. */
  device: string | null;
  agent: string;
}

/** A counter of failed sign-ins as it stands. */
export interface Counter {
  device: string | null;
  /** As it called itself; empty for the account's own counter, which many share. */
  agent: string;
  /** Since the last success or the end of the last lock. */
  attempts: number;
  /** Since the last success. */
  attemptsInAll: number;
  /** How many locks there were since then. */
  step: number;
  lockedAt: Instant | null;
  lockedUntil: Instant | null;
}

/** No user has this id, and so no counter. */
const NOBODY = { id: 0 };

/** The account's own counter, or that of a known device. */
type Found = Row<'lockouts'> & Partial<Row<'device_lockouts'>>;

/**
 * Counts an attempt before its password is looked at, so that no number of parallel ones gets more than the limit (R16).
 * Where the counter is locked it returns the end of that lock, and neither counter nor lock grow (R22).
 */
export async function reserveAttempt(
  trx: Transaction,
  act: Act,
  tried: Tried,
  limit: number,
): Promise<Instant | undefined> {
  const found: Found | undefined = await rowOf(trx, tried).first();
  if (!found) {
    await insertFirst(trx, act, tried);
    return undefined;
  }
  if (found.locked_until !== null && found.locked_until > act.at) {
    await countNobodys(trx, tried.device);
    return found.locked_until;
  }
  // A lock that has ended starts the count anew.
  const attempts = found.locked_until === null ? found.attempts + 1 : 1;
  // The lock of the last attempt was never written: a crash came between. It is written now.
  if (attempts > limit) return lock(trx, act, tried, found, limit);
  await rowOf(trx, tried).update({
    attempts,
    attempts_in_all: found.attempts_in_all + 1,
    locked_at: null,
    locked_until: null,
    last_attempt_at: act.at,
  });
  return undefined;
}

/** A reserved attempt was wrong: at the limit its counter is locked. Returns the end of the lock it made. */
export async function lockAtLimit(
  trx: Transaction,
  act: Act,
  tried: Tried,
  limit: number,
): Promise<Instant | undefined> {
  const found: Found | undefined = await rowOf(trx, tried).first();
  return found && found.attempts >= limit ? lock(trx, act, tried, found, limit) : undefined;
}

/** As much as an attempt on somebody's account asks of the database, where the name is nobody's (R25). */
export async function reserveNothing(trx: Transaction, device: string | null): Promise<void> {
  await lookAtNothing(trx, device);
  await countNobodys(trx, device);
}

/** The same for what is asked once it was wrong. */
export async function lookAtNothing(trx: Transaction, device: string | null): Promise<void> {
  await rowOf(trx, { user: NOBODY, device }).first();
}

async function countNobodys(trx: Transaction, device: string | null): Promise<void> {
  await rowOf(trx, { user: NOBODY, device }).update({ attempts: 0 });
}

/** How long the lock lasts that follows so many others without a success in between. */
export function lockDuration(step: number): number {
  // Past any sensible step the power would be no number that a date can hold.
  return Math.min(FIRST_LOCK * 2 ** Math.min(step, 20), LONGEST_LOCK);
}

/**
 * A right password undoes the counter that it met, and no other: nobody's success gives strangers new guesses. Returns how many
 * failures were counted there before it.
 */
export async function clearCounter(trx: Transaction, tried: Tried): Promise<number> {
  const found: Found | undefined = await rowOf(trx, tried).first();
  await rowOf(trx, tried).delete();
  // The attempt that succeeded was counted as well, before its hash.
  return Math.max(0, (found?.attempts_in_all ?? 1) - 1);
}

/** A right password behind which a second factor is asked for: its own attempt counts no more, those before it still do (R19). */
export async function giveBackAttempt(trx: Transaction, tried: Tried): Promise<void> {
  const found: Found | undefined = await rowOf(trx, tried).first();
  if (!found) return;
  if (found.attempts_in_all <= 1) await rowOf(trx, tried).delete();
  else await rowOf(trx, tried).update({ attempts: found.attempts - 1, attempts_in_all: found.attempts_in_all - 1 });
}

/** Undoes every counter, step, lock and total: after a finished reset, or by an administrator. */
export async function clearLoginAttempts(trx: Transaction, userIds: number[]): Promise<void> {
  await whereIdIn(trx('lockouts'), 'user_id', userIds).delete();
  await clearDeviceCounters(trx, userIds);
}

/** With a new password every device is a stranger's again, so their counters count nothing any more. */
export async function clearDeviceCounters(trx: Transaction, userIds: number[]): Promise<void> {
  await whereIdIn(trx('device_lockouts'), 'user_id', userIds).delete();
}

/**
 * A lock made after this moment, which is still to come, begins now and lasts as long as it was to: neither shorter nor beyond its span.
 * Returns how many there were.
 */
export async function restartLocksMadeAfter(trx: Transaction, after: Instant, now: Instant): Promise<number> {
  let restarted = 0;
  for (const table of ['lockouts', 'device_lockouts']) {
    const ahead = () => trx(table).where('locked_at', '>', after);
    const steps: number[] = await ahead().distinct().pluck('step');
    for (const step of steps)
      restarted += await ahead()
        .where({ step })
        .update({
          locked_at: now,
          // The lock counted itself.
          locked_until: valueInCase(
            trx,
            [[(lock) => lock.where('locked_until', PERMANENTLY), PERMANENTLY]],
            instant(Date.parse(now) + lockDuration(step - 1)),
          ),
        });
  }
  return restarted;
}

/** Nobody can meet a counter again whose device was last tried longer ago than a device stays known. */
export async function pruneDeviceCounters(trx: Transaction, lastTriedBefore: Instant): Promise<void> {
  await trx('device_lockouts').where('last_attempt_at', '<', lastTriedBefore).delete();
}

const selectOwnCounter = prepared<{ userId: number }, Found>((db, { userId }) =>
  db('lockouts').where({ user_id: userId }),
);
const selectDeviceCounters = prepared<{ userId: number }, Found>((db, { userId }) =>
  db('device_lockouts').where({ user_id: userId }).orderBy('last_attempt_at', 'desc'),
);

/** The counters of a user that count anything: the account's own first, then those of known devices, the latest first. */
export async function findCounters(db: Reader, userId: number): Promise<Counter[]> {
  const own = await selectOwnCounter(db, { userId });
  const devices = await selectDeviceCounters(db, { userId });
  return [...own, ...devices].map((row) => ({
    device: row.device ?? null,
    agent: row.agent ?? '',
    attempts: row.attempts,
    attemptsInAll: row.attempts_in_all,
    step: row.step,
    lockedAt: row.locked_at,
    lockedUntil: row.locked_until,
  }));
}

/** Every lock goes through here: one event each, and a notice to the user. Returns its end. */
async function lock(trx: Transaction, act: Act, tried: Tried, counter: Found, limit: number): Promise<Instant> {
  const isPermanent = counter.attempts_in_all >= limit * LOCKS_BEFORE_PERMANENT;
  const lockedUntil = isPermanent ? PERMANENTLY : instant(Date.parse(act.at) + lockDuration(counter.step));
  await rowOf(trx, tried).update({ step: counter.step + 1, locked_at: act.at, locked_until: lockedUntil });
  await recordChanges(trx, act, [
    {
      action: 'user.locked',
      subjectType: 'user',
      subjectId: tried.user.id,
      subjectName: tried.user.name,
      after: {
        counter: tried.device === null ? 'account' : 'known device',
        loginAttempts: counter.attempts,
        lockedUntil: isPermanent ? 'for good' : lockedUntil,
      },
    },
  ]);
  await mailNotice(
    trx,
    act,
    'account-locked',
    { userId: tried.user.id, address: tried.user.email },
    {
      attempts: String(counter.attempts),
      from: act.address,
      until: isPermanent ? '' : lockedUntil,
      counter: tried.device === null ? 'account' : 'known device',
    },
  );
  return lockedUntil;
}

function rowOf(trx: Transaction, { user, device }: { user: { id: number }; device: string | null }) {
  return device === null
    ? trx('lockouts').where({ user_id: user.id })
    : trx('device_lockouts').where({ user_id: user.id, device });
}

async function insertFirst(trx: Transaction, act: Act, { user, device, agent }: Tried): Promise<void> {
  const row = { user_id: user.id, attempts: 1, attempts_in_all: 1, last_attempt_at: act.at };
  if (device === null) await trx('lockouts').insert(row);
  else await trx('device_lockouts').insert({ ...row, device, agent });
}
