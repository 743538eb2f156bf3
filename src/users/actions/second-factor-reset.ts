import { mailNotice } from '../../mail/outbox-store.ts';
import { removePasskeysOf } from '../../passkeys/passkey-store.ts';
import { removeFactors } from '../../second-factors/second-factor-store.ts';
import { stopRememberingAll } from '../../sessions/known-device-store.ts';
import { counted } from '../../text/text.ts';
import { writtenOf } from '../../verbs/action.ts';
import { forbidden, inapplicable } from '../../verbs/outcome.ts';
import { administered, type UserAction } from './user-action.ts';
import { recordOnUsers } from './user-events.ts';

/** Somebody lost their devices and their recovery codes: the password alone lets them in again, until they set up another factor. */
export const SECOND_FACTOR_RESET: UserAction = {
  name: 'reset-second-factor',
  label: 'Reset second factor',
  otherNames: ['Reset two-factor', 'Reset TOTP', 'Remove passkeys'],
  icon: 'key',
  demandsProof: true,
  isDangerous: true,
  path: 'second-factor',
  method: 'delete',
  page: 'delete',
  button: 'Reset second factor',
  consequences: (user) => [
    `${user.name} signs in with the password alone, until they set up another second factor. Their recovery codes are worth nothing any more, and their passkeys are removed.`,
    'Be sure that it is they who ask: whoever knows the password gets in.',
    'Password and sessions stay. They are told by mail, where mail goes out.',
  ],
  done: (user) => `The second factor of ${user.name} is reset.`,
  bulk: {
    button: (number) => `Reset the second factor of ${counted(number, 'user')}`,
    done: (number) => `The second factor of ${counted(number, 'user')} was reset.`,
    consequence:
      'They sign in with their passwords alone, until they set up another second factor. Their passkeys are removed.',
    lasting: 'It cannot be taken back.',
  },
  refusalOf: administered((subject, isSelf) => {
    if (isSelf) return forbidden('is yourself: remove it under My credentials, or ask another administrator');
    return subject.hasSecondFactor || subject.hasPasskey ? undefined : inapplicable('has no second factor');
  }),
  async perform(trx, act, subjects) {
    const ids = subjects.map(({ id }) => id);
    await removeFactors(trx, ids);
    await stopRememberingAll(trx, ids);
    const passkeys = await removePasskeysOf(trx, ids);
    await recordOnUsers(trx, act, subjects, 'second-factor.reset', ({ id }) => ({
      after: passkeys.has(id) ? { passkeysRemoved: passkeys.get(id) } : {},
    }));
    const facts = { what: 'second-factor.reset', from: act.address, by: act.by.name };
    for (const { id, email } of subjects)
      await mailNotice(trx, act, 'second-factor-changed', { userId: id, address: email }, facts);
    return writtenOf(subjects, ({ hasSecondFactor }) => ({ before: { hasSecondFactor }, after: {} }));
  },
  was: () => 'had a second factor',
  events: { 'second-factor.reset': 'reset the second factor of' },
};
