import { relyingPartyOf } from '../../../src/passkeys/relying-party.ts';
import { PASSWORD, startApp } from '../../support/app.ts';
import { codeFor, giveFactorTo } from '../../support/factor.ts';
import { Device, givePasskeyTo } from '../../support/passkey.ts';
import { signedIn } from '../../support/session.ts';
import type { Classified } from '../route.ts';
import {
  askForPasskey,
  beginFactorFor,
  column,
  hasPassword,
  NEW_PASSWORD,
  numberOf,
  signedInAs,
  startMailingApp,
  wanting,
} from '../standing-facts.ts';

/** What people do with their own credentials. */
export const CREDENTIALS: Record<string, Classified> = {
  'get /credentials/tokens': { open: 'signed-in' },
  'get /credentials/tokens/new': { open: 'signed-in' },
  'post /credentials/tokens': {
    open: 'signed-in',
    change: {
      form: '/credentials/tokens/new',
      fields: { name: 'nightly', scopes: 'users:read' },
      state: numberOf('tokens'),
      from: 0,
      to: 1,
      audit: ['token.made'],
      // The secret stands in the answer itself.
      answers: 200,
      bad: { fields: { name: '', days: '0' }, errors: ['name', 'days'] },
    },
  },
  'get /credentials/tokens/:handle/rotation/new': { open: 'signed-in', token: true },
  'post /credentials/tokens/:handle/rotation': {
    open: 'signed-in',
    token: true,
    change: {
      form: '/credentials/tokens/:handle/rotation/new',
      fields: { hours: '24' },
      nonsense: { fields: { hours: 'x' }, status: 400 },
      state: numberOf('tokens'),
      from: 1,
      to: 2,
      audit: ['token.rotated'],
      answers: 200,
    },
  },
  'delete /credentials/tokens/:handle': {
    open: 'signed-in',
    token: true,
    change: {
      form: '/credentials/tokens',
      state: async (app) => (await app.db.read('tokens').whereNull('ended_at')).length,
      from: 1,
      to: 0,
      audit: ['token.revoked'],
      leadsTo: /^\/credentials\/tokens$/,
    },
  },
  'get /credentials': { open: 'signed-in' },
  'get /credentials/email/edit': { open: 'signed-in' },
  'put /credentials/email': {
    open: 'signed-in',
    change: {
      form: '/credentials/email/edit',
      start: startMailingApp,
      fields: { email: 'new@example.com', current: PASSWORD },
      state: async (app) => (await app.db.read('email_changes').pluck('email')).join(),
      from: '',
      to: 'new@example.com',
      audit: ['user.email-asked-for'],
      leadsTo: /^\/credentials$/,
      bad: { fields: { email: 'nobody', current: PASSWORD }, errors: ['email'], never: [PASSWORD] },
    },
  },
  'delete /credentials/email': {
    open: 'signed-in',
    change: {
      form: '/credentials',
      start: async () => {
        const app = await startMailingApp();
        await app.db.write(async (trx) => {
          for (const id of Object.values(app.people)) await wanting(trx, app, id);
        });
        return app;
      },
      state: numberOf('email_changes', 'alice'),
      from: 1,
      to: 0,
      audit: ['user.email-kept'],
      leadsTo: /^\/credentials$/,
    },
  },
  'get /credentials/second-factor': { open: 'signed-in' },
  'post /credentials/second-factor': {
    open: 'signed-in',
    change: {
      form: '/credentials/second-factor',
      fields: { current: PASSWORD },
      state: numberOf('second_factors'),
      from: 0,
      to: 1,
      // It counts for nothing until it is confirmed.
      audit: [],
      leadsTo: /^\/credentials\/second-factor\/confirmation\/new$/,
    },
  },
  'post /credentials/second-factor/passkeys': {
    open: 'signed-in',
    prepare: givePasskeyTo,
    change: {
      form: '/credentials/second-factor',
      fields: { current: PASSWORD },
      state: async (app) => (await app.db.read('second_factors').whereNotNull('confirmed_at')).length,
      from: 0,
      to: 1,
      audit: ['second-factor.set-up'],
      leadsTo: /^\/credentials\/second-factor\/codes$/,
    },
  },
  'get /credentials/second-factor/confirmation/new': { open: 'signed-in', shows: 303 },
  'post /credentials/second-factor/confirmation': {
    open: 'signed-in',
    prepare: beginFactorFor,
    change: {
      form: '/credentials/second-factor/confirmation/new',
      fields: (app, form) => ({ code: codeFor(form.textOf('main code'), app.clock.now()) }),
      state: async (app) => (await app.db.read('second_factors').whereNotNull('confirmed_at')).length,
      from: 0,
      to: 1,
      audit: ['second-factor.set-up'],
      leadsTo: /^\/credentials\/second-factor\/codes$/,
      bad: { fields: { code: '000000' }, errors: ['code'] },
    },
  },
  'delete /credentials/second-factor': {
    open: 'signed-in',
    prepare: giveFactorTo,
    change: {
      form: '/credentials/second-factor',
      fields: { current: PASSWORD },
      state: numberOf('second_factors'),
      from: 1,
      to: 0,
      audit: ['second-factor.removed'],
      leadsTo: /^\/credentials\/second-factor$/,
    },
  },
  'post /credentials/second-factor/codes': {
    open: 'signed-in',
    prepare: giveFactorTo,
    change: {
      form: '/credentials/second-factor',
      fields: { current: PASSWORD },
      state: async (app) => (await app.db.read('audit_events').where('action', 'second-factor.codes-renewed')).length,
      from: 0,
      to: 1,
      audit: ['second-factor.codes-renewed'],
      leadsTo: /^\/credentials\/second-factor\/codes$/,
    },
  },
  'get /credentials/second-factor/codes': { open: 'signed-in', shows: 303 },
  'get /credentials/passkeys/new': { open: 'signed-in' },
  'post /credentials/passkeys/challenge': {
    open: 'signed-in',
    change: {
      form: '/credentials/passkeys/new',
      fields: { current: PASSWORD },
      state: numberOf('passkey_challenges'),
      from: 0,
      to: 1,
      // It counts for nothing until a device has made one.
      audit: [],
      leadsTo: /^\/credentials\/passkeys\/confirmation\/new$/,
    },
  },
  'get /credentials/passkeys/confirmation/new': { open: 'signed-in', shows: 303 },
  'post /credentials/passkeys': {
    open: 'signed-in',
    prepare: askForPasskey,
    change: {
      form: '/credentials/passkeys/confirmation/new',
      fields: (app, form) => ({
        name: 'Phone',
        credential: new Device(relyingPartyOf(app.config)!).make(
          JSON.parse(form.$('[data-options]').attr('data-options')!),
        ),
      }),
      state: numberOf('passkeys'),
      from: 0,
      to: 1,
      audit: ['passkey.added'],
      leadsTo: /^\/credentials$/,
      bad: { fields: { name: ' ' }, errors: ['name'] },
    },
  },
  'get /credentials/passkeys/:id/delete': { open: 'signed-in', passkey: true },
  'delete /credentials/passkeys/:id': {
    open: 'signed-in',
    passkey: true,
    change: {
      form: '/credentials/passkeys/:id/delete',
      fields: { current: PASSWORD },
      state: numberOf('passkeys'),
      from: 1,
      to: 0,
      audit: ['passkey.removed'],
      leadsTo: /^\/credentials$/,
    },
  },
  'get /credentials/sign-ins': { open: 'signed-in' },
  'get /credentials/confirmation/new': { open: 'signed-in' },
  'post /credentials/confirmation/challenge': {
    open: 'signed-in',
    prepare: givePasskeyTo,
    change: {
      form: '/credentials/confirmation/new?next=/users',
      state: numberOf('passkey_challenges'),
      from: 0,
      to: 1,
      audit: [],
      answers: 200,
    },
  },
  'post /credentials/confirmation': {
    open: 'signed-in',
    change: {
      form: '/credentials/confirmation/new?next=/users',
      fields: { password: PASSWORD, next: '/users' },
      // Under a new id (R47).
      state: signedInAs,
      from: 1,
      to: 1,
      audit: [],
      leadsTo: /^\/users$/,
      // A wrong password is an attempt.
      bad: { fields: { password: '' }, errors: [] },
    },
  },
  'get /credentials/report/new': { open: 'signed-in' },
  'post /credentials/report': {
    open: 'signed-in',
    change: {
      form: '/credentials/report/new',
      state: hasPassword('alice'),
      from: true,
      to: false,
      audit: ['user.secured'],
      leadsTo: /^\/session\/new$/,
    },
  },
  'delete /credentials/devices/:id': {
    open: 'signed-in',
    device: true,
    change: {
      form: '/credentials',
      state: async (app) => (await app.db.read('known_devices').whereNotNull('token_hash')).length,
      from: 1,
      to: 0,
      audit: ['device.forgotten'],
      leadsTo: /^\/credentials$/,
    },
  },
  'delete /credentials/sessions': {
    open: 'signed-in',
    session: 'another',
    change: {
      form: '/credentials',
      state: signedInAs,
      from: 2,
      to: 1,
      audit: ['user.sessions-ended'],
      leadsTo: /^\/credentials$/,
    },
  },
  'delete /credentials/sessions/:handle': {
    open: 'signed-in',
    session: 'another',
    change: {
      form: '/credentials',
      state: signedInAs,
      from: 2,
      to: 1,
      audit: ['user.sessions-ended'],
      leadsTo: /^\/credentials$/,
    },
  },
  'post /credentials/password': {
    open: 'signed-in',
    change: {
      form: '/credentials',
      browser: (app) => signedIn(app, 'bob'),
      fields: { current: PASSWORD, password: NEW_PASSWORD, repeated: NEW_PASSWORD },
      state: column('bob', 'version'),
      from: 2,
      to: 3,
      audit: ['password.changed'],
      leadsTo: /^\/credentials$/,
      bad: {
        fields: { current: PASSWORD, password: 'too short', repeated: 'too short' },
        errors: ['password'],
        never: [PASSWORD, 'too short'],
      },
    },
  },
  'post /credentials/email-confirmation': {
    open: 'signed-in',
    change: {
      form: '/credentials',
      start: async () => {
        const app = await startApp();
        await app.db.write((trx) => trx('users').update({ confirmed_email: 'before@example.com' }));
        return app;
      },
      state: column('alice', 'confirmed_email'),
      from: 'before@example.com',
      to: null,
      audit: ['user.email-confirmed'],
      leadsTo: /^\/credentials$/,
    },
  },
};
