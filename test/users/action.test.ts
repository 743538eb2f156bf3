import { describe, expect, it } from '@jest/globals';
import { ALL_RIGHTS, type Rights } from '../../src/access/rights.ts';
import type { Viewer } from '../../src/access/viewer.ts';
import type { UserAction } from '../../src/users/actions/user-action.ts';
import { USER_ACTIONS } from '../../src/users/actions/user-actions.ts';
import type { Subject } from '../../src/users/user.ts';
import { PLAIN_USER } from '../support/plain-user.ts';

const ACTIONS = [
  'deactivate',
  'activate',
  'delete',
  'reset-login-attempts',
  'reinvite',
  'withdraw-invitation',
  'send-password-reset',
  'confirm-access',
  'end-sessions',
  'confirm-email',
  'require-new-password',
  'secure-account',
  'reset-second-factor',
  'extend',
];
const actionNamed = (name: string): UserAction => USER_ACTIONS.find((action) => action.name === name)!;

const AUDITOR: Rights = { users: 'read', groups: 'read', contacts: 'read', audit: 'read' };
const VIEWERS = {
  alice: { id: 1, name: 'alice', rights: ALL_RIGHTS },
  max: { id: 3, name: 'max', rights: { users: 'write' } },
  rita: { id: 4, name: 'rita', rights: AUDITOR },
  bob: { id: 6, name: 'bob', rights: {} },
  program: { id: null, name: 'the program', rights: ALL_RIGHTS },
} satisfies Record<string, Viewer>;

const MEMBER: Subject = { ...PLAIN_USER, id: 20, name: 'subject', rights: {}, hasSession: false, hasPasskey: false };
const NO_PASSWORD = { hasPassword: false, passwordSetAt: null };

/** Subjects that differ in what there is to do, none of whom may do anything themself. */
const SUBJECTS = {
  'an ordinary member': MEMBER,
  'somebody with a new email': { ...MEMBER, confirmedEmail: 'before@example.com' },
  'somebody who is signed in': { ...MEMBER, hasSession: true },
  'somebody not invited': { ...MEMBER, ...NO_PASSWORD },
  'somebody who has to choose a new password': { ...MEMBER, hasPassword: false },
  'somebody invited': { ...MEMBER, ...NO_PASSWORD, invitationExpiresAt: '2026-12-01T00:00:00.000Z' },
  'an integration': { ...MEMBER, ...NO_PASSWORD, apiOnly: true },
  'an integration that had a password': { ...MEMBER, apiOnly: true },
  'somebody with failed attempts': { ...MEMBER, loginAttempts: 1 },
  'somebody with failed attempts at a known device': { ...MEMBER, attemptsAtKnownDevices: 1 },
  'somebody with a second factor': { ...MEMBER, hasSecondFactor: true },
  'somebody with a passkey': { ...MEMBER, hasPasskey: true },
  'somebody locked': { ...MEMBER, loginAttempts: 5, lockedUntil: '2026-12-01T00:00:00.000Z' },
  'somebody who leaves soon': { ...MEMBER, leavesAt: '2036-12-01T00:00:00.000Z' },
  'somebody deactivated': { ...MEMBER, activity: 'deactivated' },
  'somebody deactivated before they were invited': { ...MEMBER, ...NO_PASSWORD, activity: 'deactivated' },
  'somebody deleted': { ...MEMBER, activity: 'deleted' },
} satisfies Record<string, Subject>;

/** In the order of ACTIONS: `+` works, `.` has nothing to do. */
const APPLIES: Record<keyof typeof SUBJECTS, string> = {
  'an ordinary member': '+.+...++..++..',
  'somebody with a new email': '+.+...++.+++..',
  'somebody who is signed in': '+.+...+++.++..',
  'somebody not invited': '+.+.+..+......',
  'somebody invited': '+.+.++.+......',
  'an integration': '+.+....+......',
  'an integration that had a password': '+.+....+......',
  'somebody with failed attempts': '+.++..++..++..',
  'somebody with failed attempts at a known device': '+.++..++..++..',
  'somebody with a second factor': '+.+...++..+++.',
  'somebody with a passkey': '+.+...++..+++.',
  'somebody locked': '+.++..++..++..',
  'somebody who has to choose a new password': '+.+...++...+..',
  'somebody who leaves soon': '+.+...++..++.+',
  'somebody deactivated': '.++...........',
  'somebody deactivated before they were invited': '.++...........',
  'somebody deleted': '.+............',
};

const SIGNS = { forbidden: 'x', inapplicable: '.', stale: '?' };
function answers(viewer: Viewer, subject: Subject): string {
  return ACTIONS.map((action) => {
    const refusal = actionNamed(action).refusalOf(viewer, subject);
    return refusal ? SIGNS[refusal.kind] : '+';
  }).join('');
}

const FORBIDDEN = 'x'.repeat(ACTIONS.length);
const subjects = Object.entries(SUBJECTS) as [keyof typeof SUBJECTS, Subject][];

describe('an action on a user', () => {
  it('is one of these', () => {
    expect(ACTIONS.toSorted()).toEqual(USER_ACTIONS.map((action) => action.name).sort());
  });

  describe.each(subjects)('%s', (name, subject) => {
    it.each(['alice', 'max', 'program'] as const)('is open to %s where there is something to do', (viewer) => {
      expect(answers(VIEWERS[viewer], subject)).toBe(APPLIES[name]);
    });

    it.each(['rita', 'bob'] as const)('is closed to %s', (viewer) => {
      expect(answers(VIEWERS[viewer], subject)).toBe(FORBIDDEN);
    });

    it.each<[string, Rights]>([
      ['an administrator', ALL_RIGHTS],
      ['an auditor', AUDITOR],
      ['a reader of one thing more', { users: 'write', audit: 'read' }],
    ])('is closed to max where the subject is %s as well (R61)', (_, rights) => {
      expect(answers(VIEWERS.max, { ...subject, rights })).toBe(FORBIDDEN);
    });

    it.each<[string, Rights]>([
      ['the same', { users: 'write' }],
      ['less', { users: 'read' }],
      ['a right on a registered application (R82)', { users: 'read', warehouse: 'write' }],
    ])('is open to max where the subject holds %s', (_, rights) => {
      expect(answers(VIEWERS.max, { ...subject, rights })).toBe(APPLIES[name]);
    });

    it('is open to an administrator where the subject is one too', () => {
      expect(answers(VIEWERS.alice, { ...subject, rights: ALL_RIGHTS })).toBe(APPLIES[name]);
    });
  });

  it.each(['alice', 'max'] as const)('on themself: %s may do what neither takes access nor renews it', (who) => {
    const viewer = VIEWERS[who];
    expect(answers(viewer, { ...MEMBER, id: viewer.id, rights: viewer.rights })).toBe('x.xx..x+x.xxxx');
    const reasons = ['deactivate', 'delete'].map(
      (action) => actionNamed(action).refusalOf(viewer, { ...MEMBER, id: viewer.id, rights: viewer.rights })?.reason,
    );
    expect(reasons).toEqual(['is yourself: nobody deactivates themself', 'is yourself: nobody deletes themself']);
  });
});
