import { emailChangeAddress } from '../../../src/one-time-links/email-change-store.ts';
import { PASSWORD, startApp, startEmptyApp } from '../../support/app.ts';
import { codeOf, giveFactor } from '../../support/factor.ts';
import { linkFor, opened } from '../../support/links.ts';
import { challengeIn, givePasskey } from '../../support/passkey.ts';
import { Session } from '../../support/session.ts';
import type { Classified } from '../route.ts';
import {
  column,
  hasPassword,
  NEW_PASSWORD,
  numberOf,
  openLinks,
  signedInAs,
  startMailingApp,
  wanting,
} from '../standing-facts.ts';

/** What a device signed for the browser that sends it. */
let shownPasskey = '';

/** How people come in. */
export const SIGNING_IN: Record<string, Classified> = {
  'get /setup': { open: 'everybody', shows: 404 },
  'get /setup/:token': { open: 'everybody', shows: 410 },
  'post /setup': {
    open: 'everybody',
    change: {
      form: '/setup',
      start: startEmptyApp,
      browser: async (app) => {
        const session = new Session(app);
        await session.get(`/setup/${app.context.setupToken}`);
        await session.get('/setup');
        return session;
      },
      fields: { name: 'first', email: 'first@example.com', password: NEW_PASSWORD, repeated: NEW_PASSWORD },
      state: numberOf('users'),
      from: 0,
      to: 1,
      audit: ['group.created', 'user.created', 'password.chosen'],
      leadsTo: /^\/users$/,
      bad: {
        fields: { name: 'a@b', email: 'nobody', password: 'too short', repeated: 'too short' },
        errors: ['name', 'email', 'password'],
        never: ['too short'],
      },
    },
  },
  'get /session/new': { open: 'everybody', shows: 303 },
  'post /session': {
    open: 'everybody',
    change: {
      form: '/session/new',
      browser: async (app) => new Session(app),
      fields: { identifier: 'bob', password: PASSWORD },
      state: signedInAs,
      from: 0,
      to: 1,
      audit: [],
      leadsTo: /^\/$/,
      bad: { fields: { identifier: 'nobody', password: 'not the one' }, errors: [], never: ['not the one'] },
    },
  },
  'delete /session': {
    open: 'everybody',
    change: { form: '/menu', state: signedInAs, from: 1, to: 0, audit: [], leadsTo: /^\/session\/new$/ },
  },
  'get /session/factor/new': { open: 'everybody', shows: 303 },
  'post /session/factor': {
    open: 'everybody',
    change: {
      form: '/session/factor/new',
      browser: async (app) => {
        await giveFactor(app, 'bob');
        const session = new Session(app);
        await session.signIn('bob');
        session.forgetToken();
        await session.get('/session/factor/new');
        return session;
      },
      fields: async (app) => ({ code: await codeOf(app, 'bob') }),
      state: signedInAs,
      from: 0,
      to: 1,
      audit: [],
      leadsTo: /^\/$/,
    },
  },
  'post /session/passkey/challenge': {
    open: 'everybody',
    change: {
      form: '/session/new',
      browser: async (app) => {
        await givePasskey(app, 'bob');
        return new Session(app);
      },
      state: numberOf('passkey_challenges'),
      from: 0,
      to: 1,
      audit: [],
      answers: 200,
    },
  },
  'post /session/passkey': {
    open: 'everybody',
    change: {
      form: '/session/new',
      browser: async (app) => {
        const device = await givePasskey(app, 'bob');
        const session = new Session(app);
        shownPasskey = device.show(await challengeIn(session));
        return session;
      },
      fields: () => ({ credential: shownPasskey }),
      state: signedInAs,
      from: 0,
      to: 1,
      audit: [],
      leadsTo: /^\/$/,
    },
  },
  'get /invitations/acceptance/new': { open: 'everybody', shows: 410 },
  'get /invitations/:token': { open: 'everybody', shows: 303 },
  // Its form stands on the page of a link that is over: see one-time-links/late-and-over.test.ts.
  'post /invitations/requests': { open: 'everybody' },
  'post /invitations/acceptance': {
    open: 'everybody',
    change: {
      form: '/invitations/acceptance/new',
      browser: async (app) => opened(app, await linkFor(app, 'carol', 'invitation')),
      fields: { password: NEW_PASSWORD, repeated: NEW_PASSWORD },
      state: hasPassword('carol'),
      from: false,
      to: true,
      audit: ['password.chosen'],
      leadsTo: /^\/me$/,
      bad: { fields: { password: NEW_PASSWORD, repeated: 'another' }, errors: ['repeated'], never: [NEW_PASSWORD] },
    },
  },
  'post /passwords/strength': { open: 'everybody' },
  // Without a mail server there is no such page.
  'get /passwords/requests/new': { open: 'everybody', shows: 404 },
  'post /passwords/requests': {
    open: 'everybody',
    change: {
      form: '/passwords/requests/new',
      start: () => startApp({ SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'roster@example.com' }),
      browser: async (app) => new Session(app),
      fields: { identifier: 'bob' },
      state: numberOf('reset_requests'),
      from: 0,
      to: 1,
      // The answer to it is what the audit tells, once it is known whom it concerns.
      audit: [],
      leadsTo: /^\/session\/new$/,
      bad: { fields: { identifier: ' ' }, errors: ['identifier'] },
    },
  },
  'get /passwords/acceptance/new': { open: 'everybody', shows: 410 },
  'get /passwords/:token': { open: 'everybody', shows: 303 },
  'post /passwords/acceptance': {
    open: 'everybody',
    change: {
      form: '/passwords/acceptance/new',
      browser: async (app) => opened(app, await linkFor(app, 'bob', 'password-reset')),
      fields: { password: NEW_PASSWORD, repeated: NEW_PASSWORD },
      state: openLinks('bob', 'password-reset'),
      from: 1,
      to: 0,
      audit: ['password.reset'],
      leadsTo: /^\/session\/new$/,
      bad: { fields: { password: 'bob', repeated: 'bob' }, errors: ['password'] },
    },
  },
  'get /welcome': { open: 'signed-in', shows: 303 },
  'get /emails/confirmation/new': { open: 'everybody', shows: 410 },
  'get /emails/:token': { open: 'everybody', shows: 410 },
  'post /emails/confirmation': {
    open: 'everybody',
    change: {
      form: '/emails/confirmation/new',
      start: startMailingApp,
      browser: async (app) => {
        await app.db.write((trx) => wanting(trx, app, app.people.bob));
        const session = new Session(app);
        const { nonce } = await app.db.read('email_changes').first('nonce');
        const change = { userId: app.people.bob, nonce };
        await session.get(new URL(emailChangeAddress('http://x', app.context.actSettings.links, change)).pathname);
        return session;
      },
      state: column('bob', 'email'),
      from: 'bob@example.com',
      to: 'robert@example.com',
      audit: ['user.updated'],
      leadsTo: /^\/session\/new$/,
    },
  },
  'get /invitations': { open: ['users', 'read'] },
};
