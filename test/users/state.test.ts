import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { maySignIn } from '../../src/access/admission.ts';
import { DAY, instant, minuteOf } from '../../src/clock.ts';
import { PERMANENTLY } from '../../src/sessions/lockout-store.ts';
import type { User } from '../../src/users/user.ts';
import { badgesOf, factsOf, STATES, type State, stateBits, statesOf } from '../../src/users/user-state.ts';
import { PLAIN_USER } from '../support/plain-user.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const LIMITS = { now: NOW, staleDays: 90, confirmDays: 180 };
const ago = (milliseconds: number) => instant(NOW - milliseconds);
const ahead = (milliseconds: number) => instant(NOW + milliseconds);

/** Signed in a moment ago and confirmed: in no state at all. */
const PLAIN: User = {
  ...PLAIN_USER,
  passwordSetAt: ago(DAY),
  lastLoginAt: ago(1),
  lastActivityAt: ago(1),
  hasSecondFactor: true,
  createdAt: ago(DAY),
};
const WAITING = { hasPassword: false, passwordSetAt: null, lastLoginAt: null, lastActivityAt: null };

/** A program that somebody answers for, and that has a token. */
const PROGRAM: Partial<User> = { apiOnly: true, ownerActivity: 'active', tokenUntil: ahead(DAY) };

const RULES: [description: string, user: Partial<User>, states: State[]][] = [
  ['nothing to say', {}, []],

  ['no password and no invitation', WAITING, ['not-invited']],
  ['the same, but an integration', { ...WAITING, ...PROGRAM }, ['api-only']],
  ['the same, but deactivated', { ...WAITING, activity: 'deactivated' }, []],

  ['an invitation that ends in a moment', { ...WAITING, invitationExpiresAt: ahead(1) }, ['invited']],
  ['an invitation that ends now', { ...WAITING, invitationExpiresAt: ahead(0) }, ['invitation-expired']],
  ['an invitation that ended a moment ago', { ...WAITING, invitationExpiresAt: ago(1) }, ['invitation-expired']],
  [
    'an invitation whose mail failed',
    { ...WAITING, invitationExpiresAt: ahead(1), invitationFailed: true },
    ['invited', 'not-delivered'],
  ],
  ['a mail that failed, and then a password', { invitationExpiresAt: ahead(1), invitationFailed: true }, []],
  ['an invitation, but a password as well', { invitationExpiresAt: ahead(DAY) }, []],
  ['an invitation of a deleted user', { ...WAITING, activity: 'deleted', invitationExpiresAt: ahead(DAY) }, []],

  ['a contact of a customer', { linkedToAccount: true }, ['linked-to-account']],
  ['the same, but deleted', { linkedToAccount: true, activity: 'deleted' }, ['linked-to-account']],

  ['a password that is worth nothing any more', { hasPassword: false }, ['password-due']],
  ['a password alone', { hasSecondFactor: false }, ['no-second-factor']],
  ['the same, but an integration', { hasSecondFactor: false, ...PROGRAM }, ['api-only']],
  ['the same, but deactivated', { hasSecondFactor: false, activity: 'deactivated' }, []],
  ['no password and no factor', { ...WAITING, hasSecondFactor: false }, ['not-invited']],
  ['a password that was never used', { lastLoginAt: null }, ['never-signed-in']],
  ['the same, but deactivated', { lastLoginAt: null, activity: 'deactivated' }, []],

  ['a lock that ends in a moment', { lockedUntil: ahead(1) }, ['locked']],
  ['a lock that ends now', { lockedUntil: ahead(0) }, []],
  ['a lock that waiting does not end', { lockedUntil: PERMANENTLY }, ['locked']],
  ['failed attempts without a lock', { loginAttempts: 4 }, []],
  ['a locked user who is deactivated', { lockedUntil: ahead(DAY), activity: 'deactivated' }, []],

  ['not to start yet', { startsAt: ahead(1) }, ['not-started']],
  ['starting now', { startsAt: ahead(0) }, []],
  ['not to start yet, but deactivated', { startsAt: ahead(1), activity: 'deactivated' }, []],
  ['made long before their start', { startsAt: ago(1), createdAt: ago(999 * DAY), lastActivityAt: null }, []],

  ['leaving in a moment', { leavesAt: ahead(1) }, []],
  ['leaving now', { leavesAt: ahead(0) }, ['left']],
  ['leaving in a hundred years', { leavesAt: '2126-11-22T17:00:00.000Z' }, []],
  ['a user who left and is deleted', { leavesAt: '2020-01-01T00:00:00.000Z', activity: 'deleted' }, []],

  ['seen exactly 90 days ago', { lastActivityAt: ago(90 * DAY) }, []],
  ['seen a moment before that', { lastActivityAt: ago(90 * DAY + 1) }, ['stale']],
  ['never seen, made 90 days ago', { lastActivityAt: null, createdAt: ago(90 * DAY) }, []],
  ['never seen, made a moment before that', { lastActivityAt: null, createdAt: ago(90 * DAY + 1) }, ['stale']],
  ['not seen for long, but deactivated', { lastActivityAt: ago(200 * DAY), activity: 'deactivated' }, []],

  ['made 180 days ago, never confirmed', { createdAt: ago(180 * DAY) }, []],
  ['made a moment before that, never confirmed', { createdAt: ago(180 * DAY + 1) }, ['to-be-confirmed']],
  ['confirmed 180 days ago', { createdAt: ago(999 * DAY), accessConfirmedAt: ago(180 * DAY) }, []],
  [
    'confirmed a moment before that',
    { createdAt: ago(999 * DAY), accessConfirmedAt: ago(180 * DAY + 1) },
    ['to-be-confirmed'],
  ],
  ['never confirmed, but deleted', { createdAt: ago(999 * DAY), activity: 'deleted' }, []],

  ['an integration', PROGRAM, ['api-only']],
  ['one whose owner is gone', { ...PROGRAM, ownerActivity: 'deactivated' }, ['api-only', 'orphaned']],
  ['one whose owner was never named', { ...PROGRAM, ownerActivity: null }, ['api-only', 'orphaned']],
  ['one whose owner leaves in a moment', { ...PROGRAM, ownerLeavesAt: ahead(1) }, ['api-only']],
  ['one whose owner leaves now', { ...PROGRAM, ownerLeavesAt: ahead(0) }, ['api-only', 'orphaned']],
  ['one to be reviewed today', { ...PROGRAM, apiOnlyReviewOn: '2026-11-22' }, ['api-only', 'review-due']],
  ['one to be reviewed tomorrow', { ...PROGRAM, apiOnlyReviewOn: '2026-11-23' }, ['api-only']],
  ['one whose token ends now', { ...PROGRAM, tokenUntil: ahead(0) }, ['api-only', 'no-token']],
  ['one that was never given a token', { ...PROGRAM, tokenUntil: null }, ['api-only', 'no-token']],
  ['one that came in long ago', { ...PROGRAM, lastActivityAt: ago(91 * DAY) }, ['stale', 'api-only', 'unused']],
  ['an integration that is deactivated', { apiOnly: true, activity: 'deactivated' }, ['api-only']],
  ['an integration that is deleted', { apiOnly: true, activity: 'deleted' }, ['api-only']],

  [
    'several at once, in the order in which they are shown',
    {
      lastLoginAt: null,
      lockedUntil: ahead(1),
      leavesAt: '2026-01-01T00:00:00.000Z',
      lastActivityAt: ago(999 * DAY),
      ...PROGRAM,
      ownerActivity: 'deleted',
      apiOnlyReviewOn: '2026-01-01',
      tokenUntil: null,
    },
    ['never-signed-in', 'locked', 'left', 'stale', 'api-only', 'orphaned', 'review-due', 'unused', 'no-token'],
  ],
];

describe('the state of a user', () => {
  it.each(RULES)('follows from its facts: %s', (_, change, states) => {
    expect(statesOf({ ...PLAIN, ...change }, LIMITS)).toEqual(states);
  });

  it('is tried in every one of them', () => {
    expect(new Set(RULES.flatMap(([, , states]) => states))).toEqual(new Set(STATES));
  });

  it('has the same places as bits for the filters', () => {
    for (const [, change, states] of RULES) {
      const bits = stateBits(factsOf({ ...PLAIN, ...change }), LIMITS);
      expect(STATES.filter((_, n) => (bits >> n) & 1)).toEqual(states);
    }
  });

  it('is a badge, but for a confirmation that is due, which is a filter only', () => {
    const user = { ...PLAIN, createdAt: ago(999 * DAY), lockedUntil: ahead(1) };
    expect(statesOf(user, LIMITS)).toEqual(['locked', 'to-be-confirmed']);
    expect(badgesOf(user, LIMITS)).toEqual(['locked']);
  });

  it('says "left" from the very moment at which the user is no longer let in', () => {
    const moments = ['2026-11-22T17:00:00.000Z', '2026-11-23T00:00:00.000Z', null];
    const around = fc.integer({ min: Date.parse('2026-11-22'), max: Date.parse('2026-11-24') });
    fc.assert(
      fc.property(around, fc.constantFrom(...moments), fc.constantFrom(...moments), (now, startsAt, leavesAt) => {
        const user = { ...PLAIN, startsAt, leavesAt };
        const states = statesOf(user, { ...LIMITS, now });
        const isOut = states.includes('left') || states.includes('not-started');
        expect(isOut).toBe(!maySignIn(user, instant(now)));
        // Whoever asks for a minute is told the same.
        expect(maySignIn(user, minuteOf(now))).toBe(!isOut);
      }),
      {
        examples: moments.flatMap((one) =>
          one === null
            ? []
            : [-1, 0, 1].flatMap((by): [number, string | null, string | null][] => [
                [Date.parse(one) + by, null, one],
                [Date.parse(one) + by, one, null],
              ]),
        ),
      },
    );
  });
});
