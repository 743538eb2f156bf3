import type { Instant } from '../../clock.ts';
import type { Reader } from '../../db/database.ts';
import { browserName } from '../../text/browser-name.ts';
import type { User } from '../../users/user.ts';
import { findKnownDevices } from '../known-device-store.ts';
import { PERMANENTLY } from '../lockout-store.ts';
import { findSignIns, type LoginAttempt } from '../login-attempt-store.ts';
import { findSessions, handleOf } from '../session-store.ts';

const OUTCOMES: Record<LoginAttempt['outcome'], string> = {
  'signed in': 'Signed in',
  'wrong password': 'Failed: wrong password',
  'wrong code': 'Failed: wrong second factor',
  'wrong passkey': 'Failed: wrong passkey',
  'while locked': 'Failed: locked at that time',
  'may not sign in': 'Failed: may not sign in',
  'unknown name': 'Failed',
};

/** Where a user is signed in. `ownId` is the session of the request, if it is one of theirs. */
export async function sessionsSection(db: Reader, userId: number, now: Instant, ownId?: string) {
  const own = ownId && handleOf(ownId);
  return (await findSessions(db, userId, now)).map((session) => ({
    ...session,
    browser: browserName(session.agent),
    isThis: session.handle === own,
  }));
}

/** On which devices they signed in with the password that they have. */
export async function devicesSection(db: Reader, user: Pick<User, 'id' | 'passwordSetAt'>, now: Instant) {
  const devices = await findKnownDevices(db, user, now);
  return devices.map((device) => ({ ...device, browser: browserName(device.agent) }));
}

/** How a user signed in, or did not, the newest first. */
export async function signInHistory(db: Reader, userId: number, limit?: number) {
  return (await findSignIns(db, userId, limit)).map((one) => ({
    ...one,
    words: OUTCOMES[one.outcome],
    isSuccess: one.outcome === 'signed in',
    browser: browserName(one.agent),
    isKnown: one.device !== null,
    isForGood: one.lockedUntil === PERMANENTLY,
  }));
}
