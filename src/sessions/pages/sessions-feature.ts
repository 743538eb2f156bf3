import { DAY, instant } from '../../clock.ts';
import type { Feature } from '../../web/feature.ts';
import { pruneAddressLimits } from '../address-limiter.ts';
import { pruneKnownDevices } from '../known-device-store.ts';
import { pruneDeviceCounters } from '../lockout-store.ts';
import { pruneLoginAttempts } from '../login-attempt-store.ts';
import { pruneSealedRequests } from '../sealed-request-store.ts';
import { pruneSessions } from '../session-store.ts';
import { KNOWN_FOR } from './known-devices.ts';

export const SESSIONS: Feature = {
  publicForms: /^\/session\b/,
  shownAgain: /^POST \/session(\/passkey)?\/?$/i,
  harmless: /^DELETE \/session\/?$/i,
  async prune(trx, now, { signInDays }) {
    await pruneSessions(trx, instant(now));
    await pruneSealedRequests(trx, instant(now));
    await pruneAddressLimits(trx, instant(now));
    await pruneDeviceCounters(trx, instant(now - KNOWN_FOR));
    await pruneLoginAttempts(trx, instant(now - signInDays * DAY));
    await pruneKnownDevices(trx, instant(now - KNOWN_FOR));
  },
};
