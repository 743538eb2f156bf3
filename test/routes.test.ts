import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { routesOf } from '../faults/routes.ts';
import type { Person } from '../seeds/cast.ts';
import type { Activity } from '../src/access/activity.ts';
import { ALL_RIGHTS, type Application, type Level, type Rights } from '../src/access/rights.ts';
import { instant } from '../src/clock.ts';
import type { Transaction } from '../src/db/database.ts';
import { USUAL_DAYS } from '../src/idle-accounts/idle-rule.ts';
import { setIdleRule } from '../src/idle-accounts/idle-rule-store.ts';
import { planOn } from '../src/import/actions/import-planning.ts';
import { stageFile } from '../src/import/actions/staging.ts';
import { beginPlanning } from '../src/import/import-store.ts';
import { createListDraft } from '../src/leading/actions/list-draft.ts';
import { typedRows } from '../src/leading/leading-form.ts';
import { askForEmail, emailChangeAddress } from '../src/one-time-links/email-change-store.ts';
import { makeChallenge } from '../src/passkeys/challenge-store.ts';
import { relyingPartyOf } from '../src/passkeys/relying-party.ts';
import { createPeopleDraft } from '../src/pasted-people/actions/people-draft.ts';
import { typedPeople } from '../src/pasted-people/people-form.ts';
import { beginFactor } from '../src/second-factors/second-factor-store.ts';
import { rememberDevice } from '../src/sessions/known-device-store.ts';
import { findUsers } from '../src/users/user-store.ts';
import { actSettings } from '../src/verbs/act.ts';
import { programAct } from '../src/verbs/program-act.ts';
import { findDeliveries, insertDeliveries, markDelivered } from '../src/webhooks/delivery-store.ts';
import { disable, insertWebhook } from '../src/webhooks/webhook-store.ts';
import { PASSWORD, startApp, startEmptyApp, type TestApp } from './support/app.ts';
import { asked, letAskFor } from './support/asking.ts';
import { watchAudit } from './support/audit.ts';
import { everything, facts, factsBesideAudit } from './support/database.ts';
import { deletedLongAgo } from './support/erasure.ts';
import { codeFor, codeOf, giveFactor, giveFactorTo } from './support/factor.ts';
import { changeAll, fieldsOf, shownIn } from './support/left-form.ts';
import { levels } from './support/levels.ts';
import { linkFor, opened } from './support/links.ts';
import { pageOf } from './support/page.ts';
import { challengeIn, Device, givePasskey, givePasskeyTo } from './support/passkey.ts';
import { createdBy, groupId } from './support/people.ts';
import { beginReview } from './support/reviews.ts';
import { type Fields, Session, signedIn } from './support/session.ts';

const NEW_PASSWORD = 'nine slow tractors hum';

/** A route that changes something: an example that works, and what follows from it. */
interface Change {
  /** The page whose form sends it. */
  form: string;
  /** The browser that sends it: Alice's, unless said otherwise. */
  browser?: (app: TestApp) => Promise<Session>;
  start?: () => Promise<TestApp>;
  /** What is typed into the form, beyond what stands in it. */
  fields?: Fields | ((app: TestApp, form: ReturnType<typeof pageOf>) => Fields | Promise<Fields>);
  /** The file that is sent with it. */
  file?: string;
  /** What it answers to a field that makes no sense, where no form could have sent it. */
  nonsense?: { fields: Fields; status: number };
  /** What it changes, read before and after. */
  state: (app: TestApp) => Promise<unknown>;
  from: unknown;
  to: unknown;
  /** The events it leaves; none for what the audit does not tell. */
  audit: string[];
  /** What it answers where that is no way on: 200 for a file. */
  answers?: number;
  leadsTo?: RegExp;
  bad?: { fields: Fields; errors: string[]; never?: string[] };
  /** Whether there is something to do when somebody does it to themself; `never`: nobody may. */
  toOneself?: 'works' | 'nothing to do' | 'never';
}

/** Or a bulk operation stands for it: one that is prepared, or that asks for more, or one that Alice has begun or executed. */
type OperationKind = 'draft' | 'scheduled' | 'asking' | 'running' | 'paused' | 'executed' | 'list' | 'led' | 'led list';

interface Classified {
  /** `leader`: whoever leads the group, whatever their rights; `decider`: they, and who may write users and groups. */
  open: 'everybody' | 'signed-in' | 'leader' | 'decider' | [Application, Level];
  /** What it asks for besides. */
  also?: [Application, Level];
  /** Or what is enough instead, for a part of it. */
  either?: [Application, Level];
  /** Who stands for `:id`; a link stands for `:token`. */
  subject?: Person;
  /** Or the group of this name. */
  group?: string;
  /** Or the application of this key, which is registered where it is not a part of Roster. */
  application?: 'users' | 'time-sheets';
  /** Or the contact of this name. */
  contact?: string;
  /** What it takes for it to stand there. */
  prepare?: (app: TestApp, id: number) => Promise<unknown>;
  /** Or a bulk operation stands for it: one that is prepared, or one that Alice has executed. */
  operation?: OperationKind;
  /** Or a view that the viewer has saved, and shared or pinned. */
  savedView?: 'own' | 'shared' | 'pinned';
  /** Or a file that the viewer imports, of which it is known what it comes to or not yet. */
  imports?: 'read' | 'planned' | 'contacts' | 'planned contacts';
  /** Or a session of the viewer in another browser stands for it, or is there to be ended. */
  session?: 'another' | 'of the subject';
  /** Or a device of theirs that is remembered. */
  device?: true;
  /** Or a passkey of the viewer. */
  passkey?: true;
  /** Or a token of the subject, or of the viewer where there is none, stands for it or is there. */
  token?: true;
  /** Or a webhook of nobody's: as it is, disabled, or with a test that has arrived. */
  webhook?: 'enabled' | 'disabled' | 'tested';
  /** Or a review of the members of Support, which Alice began and their leader is asked. */
  review?: true;
  /** Or somebody whom the subject, a program, wants to take over. */
  clash?: true;
  /** Or what somebody asked for: the viewer, or Erin who wants to be in Support. */
  accessRequest?: 'own' | 'of another';
  /** Whether who may not read it but leads a group is shown that one instead. */
  isLedInstead?: true;
  /** A page that only shows: what it answers to Alice where that is not 200. */
  shows?: number;
  /** Whether it shows something when somebody looks at themself; `never`: nobody may. */
  ofOneself?: 'works' | 'nothing to do' | 'never';
  change?: Change;
}

const column = (person: Person, name: string) => async (app: TestApp) =>
  (await app.db.read('users').where('id', app.people[person]).first(name))[name];
const operationColumn = (name: string) => async (app: TestApp) =>
  (await app.db.read('bulk_operations').orderBy('id', 'desc').first(name))[name];
const groupColumn = (name: string) => async (app: TestApp) =>
  (
    await app.db
      .read('groups')
      .leftJoin('users as leader', 'leader.id', 'leader_id')
      .where('groups.name', 'Support')
      .first('groups.*', 'leader.name as leader_name')
  )[name];
const contactColumn = (contact: string, name: string) => async (app: TestApp) =>
  (await app.db.read('contacts').where('name', contact).first(name))[name];
const deleted = (app: TestApp, id: number) =>
  app.db.write((trx) => trx('contacts').where({ id }).update({ activity: 'deleted' }));
/** Somebody else wrote the email that stands there. */
const withNewEmail = (app: TestApp, id: number) =>
  app.db.write((trx) => trx('users').where({ id }).update({ confirmed_email: 'before@example.com' }));
const letLeave = (app: TestApp, id: number) =>
  app.db.write((trx) => trx('users').where({ id }).update({ leaves_at: '2026-12-01T17:00:00.000Z' }));
/** The person has a new email, which the user could take over. */
const offering = (app: TestApp, id: number) => {
  const offer = JSON.stringify({ userId: app.people.bob, email: 'b.schmidt@example.com' });
  return app.db.write((trx) => trx('contacts').where({ id }).update({ offer }));
};
const decisionOnDave = async (app: TestApp) =>
  (await app.db.read('provisioning_clashes').where('subject_id', app.people.dave).first())?.decision;
const untilOfBob = async (app: TestApp) =>
  (await app.db.read('memberships').where('user_id', app.people.bob).first())?.until_on;
const membersOfSupport = async (app: TestApp) =>
  (await app.db.read('memberships').where('group_id', await groupId(app, 'Support'))).length;
const openLinks = (person: Person, purpose: string) => async (app: TestApp) =>
  (
    await app.db
      .read('links')
      .where({ user_id: app.people[person], purpose })
      .whereNull('ended_at')
      .whereNull('used_at')
  ).length;
const signedInAs = async (app: TestApp) => (await app.db.read('sessions').whereNotNull('user_id')).length;
const hasPassword = (person: Person) => async (app: TestApp) => (await column(person, 'password_hash')(app)) !== null;

/** The tags that all of each list of people get. */
const lists = async (app: TestApp) =>
  (await app.db.read('bulk_operations').where('action', 'invite-people')).map(
    ({ choices }) => JSON.parse(choices).typed.tags,
  );

const startMailingApp = () => startApp({ SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'roster@example.com' });

/** Somebody is setting up a second factor, in whatever browser of theirs. */
async function beginFactorFor(app: TestApp, id: number): Promise<void> {
  await app.db.write(async (trx) => {
    const nonce = await beginFactor(trx, id, instant(app.clock.now()));
    for (const { id_hash, data } of await trx('sessions').where('user_id', id)) {
      const begun = { ...JSON.parse(data), begunFactor: { nonce, since: app.clock.now() } };
      await trx('sessions')
        .where({ id_hash })
        .update({ data: JSON.stringify(begun) });
    }
  });
}

/** What a device signed for the browser that sends it. */
let shownPasskey = '';

/** Somebody is adding a passkey, in whatever browser of theirs. */
async function askForPasskey(app: TestApp, id: number): Promise<void> {
  const sessions = await app.db.read('sessions').where('user_id', id).pluck('data');
  await app.db.write(async (trx) => {
    for (const data of sessions) {
      const asked = { formSecret: JSON.parse(data).csrfSecret, purpose: 'setting up' as const };
      await makeChallenge(trx, asked, instant(app.clock.now()));
    }
  });
}

/** Somebody wants another email. */
function wanting(trx: Transaction, app: TestApp, id: number) {
  const act = programAct(actSettings(app.config), { id, name: '', at: instant(app.clock.now()) });
  return askForEmail(trx, act, id, 'robert@example.com');
}

/** Every route there is. What nobody classified here fails the run, and so does what is here and no longer there. */
const ROUTES: Record<string, Classified> = {
  'get /credentials/tokens': { open: 'signed-in' },
  'get /credentials/tokens/new': { open: 'signed-in' },
  'post /credentials/tokens': {
    open: 'signed-in',
    change: {
      form: '/credentials/tokens/new',
      fields: { name: 'nightly', scopes: 'users:read' },
      state: async (app) => (await app.db.read('tokens')).length,
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
      state: async (app) => (await app.db.read('tokens')).length,
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
  'get /users/:id/tokens': { open: ['users', 'read'], subject: 'robin' },
  'get /users/:id/tokens/new': { open: ['users', 'write'], subject: 'robin' },
  'post /users/:id/tokens': {
    open: ['users', 'write'],
    subject: 'robin',
    change: {
      form: '/users/:id/tokens/new',
      fields: { name: 'nightly', scopes: 'users:read' },
      state: async (app) => (await app.db.read('tokens')).length,
      from: 0,
      to: 1,
      audit: ['token.made'],
      // The secret stands in the answer itself.
      answers: 200,
      bad: { fields: { name: '', days: '0' }, errors: ['name', 'days'] },
    },
  },
  'get /users/:id/tokens/:handle/rotation/new': { open: ['users', 'write'], subject: 'robin', token: true },
  'post /users/:id/tokens/:handle/rotation': {
    open: ['users', 'write'],
    subject: 'robin',
    token: true,
    change: {
      form: '/users/:id/tokens/:handle/rotation/new',
      fields: { hours: '24' },
      nonsense: { fields: { hours: 'x' }, status: 400 },
      state: async (app) => (await app.db.read('tokens')).length,
      from: 1,
      to: 2,
      audit: ['token.rotated'],
      answers: 200,
    },
  },
  'delete /users/:id/tokens/:handle': {
    open: ['users', 'write'],
    subject: 'robin',
    token: true,
    change: {
      form: '/users/:id/tokens',
      state: async (app) => (await app.db.read('tokens').whereNull('ended_at')).length,
      from: 1,
      to: 0,
      audit: ['token.revoked'],
      leadsTo: /^\/users\/\d+\/tokens$/,
    },
  },
  'get /provisioning': { open: ['users', 'read'] },
  'get /users/:id/provisioning': { open: ['users', 'read'], subject: 'robin' },
  'get /users/:id/provisioning/:handle/confirmation/new': { open: ['users', 'write'], subject: 'robin', clash: true },
  'post /users/:id/provisioning/:handle/confirmation': {
    open: ['users', 'write'],
    subject: 'robin',
    clash: true,
    change: {
      form: '/users/:id/provisioning/:handle/confirmation/new',
      state: decisionOnDave,
      from: null,
      to: 'confirmed',
      audit: ['provisioning.confirmed'],
      leadsTo: /^\/users\/\d+\/provisioning$/,
    },
  },
  'post /users/:id/provisioning/:handle/refusal': {
    open: ['users', 'write'],
    subject: 'robin',
    clash: true,
    change: {
      form: '/users/:id/provisioning',
      state: decisionOnDave,
      from: null,
      to: 'declined',
      audit: ['provisioning.declined'],
      leadsTo: /^\/users\/\d+\/provisioning$/,
    },
  },
  'get /health': { open: 'everybody' },
  'get /api': { open: 'everybody' },
  // Who has no token is told that there is nothing.
  'get /metrics': { open: 'everybody', shows: 404 },
  'get /installation': { open: ['settings', 'read'] },
  'post /installation/test-mails': {
    open: ['settings', 'write'],
    change: {
      form: '/installation',
      start: () => startApp({ SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'roster@example.com' }),
      state: async (app) => (await app.db.read('outbox').where('kind', 'test-mail')).length,
      from: 0,
      to: 1,
      audit: ['system.test-mail-sent'],
      leadsTo: /^\/installation$/,
    },
  },
  // It asks for a token itself; its routes are held against their description in test/api.
  'use /api/v1': { open: 'everybody', shows: 401 },
  // Likewise, in test/scim.
  'use /scim/v2': { open: 'everybody', shows: 401 },
  'use /assets': { open: 'everybody' },
  'get /assets/:version/js/htmx.js': { open: 'everybody' },
  'get /assets/:version/js/combobox.js': { open: 'everybody' },
  'get /assets/:version/js/webauthn.js': { open: 'everybody' },
  'get /assets/:version/js/:module': { open: 'everybody' },
  'get /assets/:version/icons.svg': { open: 'everybody' },
  'get /assets/:version/roster.css': { open: 'everybody' },
  'use /assets/:version': { open: 'everybody' },
  // It only reads a larger body; the routes below it are closed.
  'get /preferences': { open: 'everybody' },
  'post /preferences': { open: 'everybody' },
  'patch /preferences/times': {
    open: 'signed-in',
    change: {
      form: '/preferences',
      fields: { zone: 'Europe/Berlin' },
      state: (app) => column('alice', 'time_zone')(app),
      from: null,
      to: 'Europe/Berlin',
      // How somebody reads moments is nobody else's matter.
      audit: [],
      leadsTo: /^\/preferences$/,
    },
  },
  'patch /preferences/mails': {
    open: 'signed-in',
    change: {
      form: '/preferences',
      start: startMailingApp,
      fields: { ownLeaving: 'yes' },
      state: async (app) => Boolean(await column('alice', 'is_told_of_leaving')(app)),
      from: false,
      to: true,
      audit: [],
      leadsTo: /^\/preferences$/,
    },
  },
  'patch /preferences/weekly-mail': {
    open: ['users', 'write'],
    change: {
      form: '/preferences',
      fields: { weekly: 'on' },
      state: async (app) => app.db.read('weekly_mails').pluck('sent_for'),
      from: [],
      to: ['2026-11-16'],
      // What somebody is mailed is nobody else's matter.
      audit: [],
      leadsTo: /^\/preferences$/,
    },
  },
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
      state: async (app) => (await app.db.read('users')).length,
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
      state: async (app) => (await app.db.read('passkey_challenges')).length,
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
      state: async (app) => (await app.db.read('reset_requests')).length,
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

  'get /': { open: 'signed-in', shows: 303 },
  'get /welcome': { open: 'signed-in', shows: 303 },
  'get /me': { open: 'signed-in' },
  'get /access-requests': { open: 'decider' },
  'get /access-requests/new': { open: 'signed-in' },
  'post /access-requests': {
    open: 'signed-in',
    change: {
      form: '/access-requests/new',
      start: async () => {
        const app = await startApp();
        const row = { name: 'Wiki', name_key: 'wiki', created_at: instant(app.clock.now()) };
        await app.db.write((trx) => trx('groups').insert(row));
        await letAskFor(app, 'Wiki');
        return app;
      },
      fields: async (app) => ({
        asked: `group ${await groupId(app, 'Wiki')}`,
        reason: 'for the month',
        untilAt: '2027-01-31',
      }),
      state: async (app) => (await app.db.read('access_requests')).length,
      from: 0,
      to: 1,
      audit: ['access.asked'],
      leadsTo: /^\/access-requests\/\d+$/,
      bad: { fields: { reason: ' ', untilAt: 'soon' }, errors: ['reason', 'untilAt'] },
    },
  },
  'get /access-requests/:id': { open: 'signed-in', accessRequest: 'own' },
  'delete /access-requests/:id': {
    open: 'signed-in',
    accessRequest: 'own',
    change: {
      form: '/access-requests/:id',
      fields: {},
      state: async (app) => (await app.db.read('access_requests').first('answer'))?.answer,
      from: '',
      to: 'withdrawn',
      audit: ['access.withdrawn'],
      leadsTo: /^\/access-requests\/:id$/,
    },
  },
  'post /access-requests/:id/decision': {
    open: 'decider',
    accessRequest: 'of another',
    change: {
      form: '/access-requests/:id',
      fields: { answer: 'give', untilAt: '2027-01-31' },
      nonsense: { fields: { answer: 'perhaps', words: '' }, status: 422 },
      state: membersOfSupport,
      from: 4,
      to: 5,
      audit: ['membership.granted', 'access.given'],
      leadsTo: /^\/access-requests\/:id$/,
    },
  },
  'get /credentials': { open: 'signed-in' },
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
      state: async (app) => (await app.db.read('email_changes').where('user_id', app.people.alice)).length,
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
      state: async (app) => (await app.db.read('second_factors')).length,
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
      state: async (app) => (await app.db.read('second_factors')).length,
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
      state: async (app) => (await app.db.read('passkey_challenges')).length,
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
      state: async (app) => (await app.db.read('passkeys')).length,
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
      state: async (app) => (await app.db.read('passkeys')).length,
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
      state: async (app) => (await app.db.read('passkey_challenges')).length,
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

  'get /users': { open: ['users', 'read'] },
  'get /users/columns': { open: ['users', 'read'] },
  'put /users/columns': {
    open: ['users', 'read'],
    change: {
      form: '/users/columns',
      fields: { column: 'email' },
      state: (app) => column('alice', 'list_columns')(app),
      from: null,
      to: '{"users":["email"]}',
      // What somebody wants of a list is nobody else's matter.
      audit: [],
      leadsTo: /^\/users$/,
    },
  },
  'delete /users/columns': {
    open: ['users', 'read'],
    change: {
      start: async () => {
        const app = await startApp();
        await app.db.write((trx) => trx('users').update({ list_columns: '{"users":["tags"]}' }));
        return app;
      },
      form: '/users/columns',
      state: (app) => column('alice', 'list_columns')(app),
      from: '{"users":["tags"]}',
      to: '{}',
      audit: [],
      leadsTo: /^\/users$/,
    },
  },
  'get /saved-views': { open: ['users', 'read'] },
  'get /saved-views/new': { open: ['users', 'read'] },
  'post /saved-views': {
    open: ['users', 'read'],
    change: {
      form: '/saved-views/new?view=%2Fusers%3Fstate%3Dlocked',
      fields: { name: 'Locked out' },
      state: async (app) => (await app.db.read('saved_views')).map((row) => row.name),
      from: [],
      to: ['Locked out'],
      // How somebody looks at a list is nobody else's matter, until they share it.
      audit: [],
      leadsTo: /^\/users\?state=locked&column=name/,
      bad: { fields: { name: ' ' }, errors: ['name'] },
    },
  },
  'get /saved-views/:id/edit': { open: ['users', 'read'], savedView: 'own' },
  'patch /saved-views/:id': {
    open: ['users', 'read'],
    savedView: 'shared',
    change: {
      form: '/saved-views/:id/edit',
      fields: { name: 'Locked out' },
      state: async (app) => (await app.db.read('saved_views')).map((row) => row.name),
      from: ['Locked'],
      to: ['Locked out'],
      audit: ['view.updated'],
      leadsTo: /^\/saved-views$/,
      bad: { fields: { name: 'x'.repeat(61) }, errors: ['name'] },
    },
  },
  'put /saved-views/:id/pin': {
    open: ['users', 'read'],
    savedView: 'own',
    change: {
      form: '/saved-views',
      state: async (app) => JSON.parse((await column('alice', 'pinned_views')(app)) ?? '[]').length,
      from: 0,
      to: 1,
      audit: [],
      leadsTo: /^\/saved-views$/,
    },
  },
  'delete /saved-views/:id/pin': {
    open: ['users', 'read'],
    savedView: 'pinned',
    change: {
      form: '/saved-views',
      state: async (app) => JSON.parse((await column('alice', 'pinned_views')(app)) ?? '[]').length,
      from: 1,
      to: 0,
      audit: [],
      leadsTo: /^\/saved-views$/,
    },
  },
  'put /saved-views/:id/sharing': {
    open: ['users', 'write'],
    savedView: 'own',
    change: {
      form: '/saved-views',
      state: async (app) => (await app.db.read('saved_views')).map((row) => row.is_shared),
      from: [0],
      to: [1],
      audit: ['view.shared'],
      leadsTo: /^\/saved-views$/,
    },
  },
  'delete /saved-views/:id/sharing': {
    open: ['users', 'read'],
    savedView: 'shared',
    change: {
      form: '/saved-views',
      state: async (app) => (await app.db.read('saved_views')).map((row) => row.is_shared),
      from: [1],
      to: [0],
      audit: ['view.unshared'],
      leadsTo: /^\/saved-views$/,
    },
  },
  'get /saved-views/:id/deletion/new': { open: ['users', 'read'], savedView: 'own' },
  'post /saved-views/:id/deletion': {
    open: ['users', 'read'],
    savedView: 'shared',
    change: {
      form: '/saved-views/:id/deletion/new',
      state: async (app) => (await app.db.read('saved_views')).length,
      from: 1,
      to: 0,
      audit: ['view.deleted'],
      leadsTo: /^\/saved-views$/,
    },
  },
  'get /users/new': { open: ['users', 'write'] },
  'post /users': {
    open: ['users', 'write'],
    change: {
      form: '/users/new',
      fields: { name: 'nora', email: 'nora@example.com', access: 'later' },
      state: async (app) => (await app.db.read('users')).length,
      from: 10,
      to: 11,
      audit: ['user.created'],
      leadsTo: /^\/users\/\d+$/,
      bad: {
        fields: { name: 'no@ra', email: 'nowhere', leavesAt: '2026-02-30', apiOnly: 'yes', tags: 'x'.repeat(41) },
        errors: ['name', 'email', 'leavesAt', 'apiOnlyReason', 'apiOnlyOwner', 'apiOnlyReviewOn', 'tags'],
      },
    },
  },
  'get /users/new/list': { open: ['users', 'write'] },
  'post /users/new/list': {
    open: ['users', 'write'],
    change: {
      form: '/users/new/list',
      fields: { text: 'Nora nora@example.com' },
      state: lists,
      from: [],
      to: [''],
      audit: [],
      leadsTo: /^\/users\/new\/list\/\d+$/,
      bad: { fields: { text: 'nobody' }, errors: ['text'] },
    },
  },
  'get /users/new/list/:id': { open: ['users', 'write'], operation: 'list' },
  'post /users/new/list/:id': {
    open: ['users', 'write'],
    operation: 'list',
    change: {
      form: '/users/new/list/:id',
      fields: { step: 'sheet', tags: 'Berlin' },
      nonsense: { fields: { name: ['Nora', 'Otto'] }, status: 400 },
      state: lists,
      from: [''],
      to: ['Berlin'],
      audit: [],
      leadsTo: /^\/users\/new\/list\/:id\/sheet$/,
    },
  },
  'get /users/new/list/:id/sheet': { open: ['users', 'write'], operation: 'list' },
  'post /users/new/list/:id/invitations': {
    open: ['users', 'write'],
    operation: 'list',
    change: {
      form: '/users/new/list/:id/sheet',
      fields: {},
      state: async (app) => (await app.db.read('users')).length,
      from: 10,
      to: 11,
      audit: ['user.created', 'invitation.issued'],
      leadsTo: /^\/bulk-operations\/:id$/,
    },
  },
  'get /users/import': { open: ['users', 'write'] },
  'post /users/imports': {
    open: ['users', 'write'],
    change: {
      form: '/users/import',
      file: 'Name,Email\nnora,nora@example.com\n',
      state: async (app) => (await app.db.read('imports')).length,
      from: 0,
      to: 1,
      audit: [],
      leadsTo: /^\/users\/imports\/\d+$/,
    },
  },
  'get /users/imports/:id': { open: ['users', 'write'], imports: 'planned' },
  'get /users/imports/:id/columns': { open: ['users', 'write'], imports: 'read' },
  'get /users/imports/:id/refused.csv': { open: ['users', 'write'], imports: 'planned' },
  'get /users/imports/:id/missing': { open: ['users', 'write'], imports: 'planned' },
  'post /users/imports/:id/missing': {
    open: ['users', 'write'],
    imports: 'planned',
    change: {
      form: '/users/imports/:id/missing',
      fields: { number: '1' },
      state: async (app) => (await app.db.read('bulk_operations')).map(({ action }) => action),
      from: [],
      to: ['deactivate'],
      audit: [],
      leadsTo: /^\/bulk-operations\/(\d+|:id)$/,
    },
  },
  'post /users/imports/:id/columns': {
    open: ['users', 'write'],
    imports: 'read',
    change: {
      form: '/users/imports/:id/columns',
      fields: { by: 'name' },
      nonsense: { fields: { 'column-0': 'nonsense' }, status: 400 },
      state: async (app) => (await app.db.read('imports').first()).state,
      from: 'read',
      to: 'planned',
      audit: [],
      leadsTo: /^\/users\/imports\/:id$/,
    },
  },
  'post /users/imports/:id/emails': {
    open: ['users', 'write'],
    imports: 'planned',
    change: {
      form: '/users/imports/:id?kind=emails',
      fields: { ticked: '3' },
      state: async (app) => (await app.db.read('import_plans').where('line', 3).first()).is_ticked,
      from: null,
      to: 1,
      audit: [],
      leadsTo: /^\/users\/imports\/:id\?kind=emails$/,
    },
  },
  'post /users/imports/:id/execution': {
    open: ['users', 'write'],
    imports: 'planned',
    change: {
      form: '/users/imports/:id',
      fields: { todo: '1' },
      state: async (app) => (await app.db.read('users')).length,
      from: 10,
      to: 11,
      audit: ['user.created'],
      leadsTo: /^\/bulk-operations\/(\d+|:id)$/,
    },
  },
  'get /users/groups': { open: ['users', 'read'] },
  'get /users/:id': { open: ['users', 'read'], subject: 'bob' },
  'get /security': { open: ['users', 'read'] },
  'get /overview': { open: ['users', 'read'] },
  'get /idle-accounts': { open: ['users', 'read'] },
  'patch /idle-accounts': {
    open: ['users', 'write'],
    also: ['settings', 'write'],
    change: {
      form: '/idle-accounts',
      fields: { warnDays: '30' },
      state: async (app) => (await app.db.read('idle_rule').first())?.warn_days,
      from: undefined,
      to: 30,
      audit: ['idle-rule.set'],
      leadsTo: /^\/idle-accounts$/,
      bad: { fields: { warnDays: 'soon' }, errors: ['warnDays'] },
    },
  },
  'post /idle-accounts/activation': {
    open: ['users', 'write'],
    also: ['settings', 'write'],
    change: {
      form: '/idle-accounts',
      state: async (app) => Boolean((await app.db.read('idle_rule').first())?.is_on),
      from: false,
      to: true,
      audit: ['idle-rule.set'],
      leadsTo: /^\/idle-accounts$/,
    },
  },
  'delete /idle-accounts/activation': {
    open: ['users', 'write'],
    also: ['settings', 'write'],
    prepare: (app) =>
      app.db.write((trx) =>
        setIdleRule(trx, USUAL_DAYS, { isOn: true, zone: 'UTC', by: null, at: '2026-11-01T00:00:00.000Z' }),
      ),
    change: {
      form: '/idle-accounts',
      state: async (app) => Boolean((await app.db.read('idle_rule').first())?.is_on),
      from: true,
      to: false,
      audit: ['idle-rule.set'],
      leadsTo: /^\/idle-accounts$/,
    },
  },
  'get /users/:id/sign-ins': { open: ['users', 'read'], subject: 'bob' },
  'delete /users/:id/sessions/:handle': {
    open: ['users', 'write'],
    subject: 'bob',
    session: 'of the subject',
    change: {
      form: '/users/:id',
      state: async (app) => (await app.db.read('sessions').where('user_id', app.people.bob)).length,
      from: 1,
      to: 0,
      audit: ['user.sessions-ended'],
      leadsTo: /^\/users\/\d+$/,
      toOneself: 'never',
    },
  },
  'get /users/:id/timeline': { open: ['users', 'read'], subject: 'bob' },
  'get /users/:id/groups': { open: ['users', 'read'], subject: 'bob' },
  'get /users/:id/actions': { open: ['users', 'read'], subject: 'bob' },
  'get /users/:id/edit': { open: ['users', 'write'], subject: 'bob' },
  'patch /users/:id': {
    open: ['users', 'write'],
    subject: 'bob',
    change: {
      form: '/users/:id/edit',
      fields: { description: 'on the second floor' },
      state: column('bob', 'description'),
      from: '',
      to: 'on the second floor',
      audit: ['user.updated'],
      leadsTo: /^\/users\/:id$/,
      bad: { fields: { name: '', email: 'nowhere', description: 'kept' }, errors: ['name', 'email'] },
    },
  },
  'get /users/:id/extension/new': { open: ['users', 'write'], subject: 'bob', prepare: letLeave, ofOneself: 'never' },
  'post /users/:id/extension': {
    open: ['users', 'write'],
    subject: 'bob',
    prepare: letLeave,
    change: {
      toOneself: 'never',
      form: '/users/:id/extension/new',
      state: column('bob', 'leaves_at'),
      from: '2026-12-01T17:00:00.000Z',
      to: '2027-01-12T17:00:00.000Z',
      audit: ['user.updated'],
      leadsTo: /^\/users\/:id$/,
    },
  },
  'get /users/:id/access-confirmation/new': { open: ['users', 'write'], subject: 'bob' },
  'post /users/:id/access-confirmation': {
    open: ['users', 'write'],
    subject: 'bob',
    change: {
      form: '/users/:id/access-confirmation/new',
      state: column('bob', 'access_confirmed_at'),
      from: null,
      to: '2026-11-22T12:00:00.000Z',
      audit: ['user.access-confirmed'],
      leadsTo: /^\/users\/:id$/,
    },
  },
  'get /users/:id/email-confirmation/new': {
    open: ['users', 'write'],
    subject: 'bob',
    prepare: withNewEmail,
    ofOneself: 'nothing to do',
  },
  'post /users/:id/email-confirmation': {
    open: ['users', 'write'],
    subject: 'bob',
    prepare: withNewEmail,
    change: {
      form: '/users/:id/email-confirmation/new',
      state: column('bob', 'confirmed_email'),
      from: 'before@example.com',
      to: null,
      audit: ['user.email-confirmed'],
      leadsTo: /^\/users\/:id$/,
      toOneself: 'nothing to do',
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
  'get /users/:id/login-attempts/delete': { open: ['users', 'write'], subject: 'erin', ofOneself: 'never' },
  'delete /users/:id/login-attempts': {
    open: ['users', 'write'],
    subject: 'erin',
    change: {
      form: '/users/:id/login-attempts/delete',
      state: async (app) => (await app.db.read('lockouts').where('user_id', app.people.erin).first())?.attempts,
      from: 5,
      to: undefined,
      audit: ['user.login-attempts-reset'],
      leadsTo: /^\/users\/:id$/,
      toOneself: 'never',
    },
  },
  'get /users/:id/sessions/delete': {
    open: ['users', 'write'],
    subject: 'bob',
    prepare: (app) => signedIn(app, 'bob'),
    ofOneself: 'never',
  },
  'delete /users/:id/sessions': {
    open: ['users', 'write'],
    subject: 'bob',
    prepare: (app) => signedIn(app, 'bob'),
    change: {
      form: '/users/:id/sessions/delete',
      state: async (app) => (await app.db.read('sessions').where('user_id', app.people.bob)).length,
      from: 1,
      to: 0,
      audit: ['user.sessions-ended'],
      leadsTo: /^\/users\/:id$/,
      toOneself: 'never',
    },
  },
  'get /users/:id/invitation/new': { open: ['users', 'write'], subject: 'carol', ofOneself: 'nothing to do' },
  'post /users/:id/invitation': {
    open: ['users', 'write'],
    subject: 'carol',
    change: {
      form: '/users/:id/invitation/new',
      state: async (app) => (await app.db.read('links').where({ user_id: app.people.carol })).length,
      from: 1,
      to: 2,
      audit: ['invitation.issued'],
      leadsTo: /^\/users\/:id$/,
      toOneself: 'nothing to do',
    },
  },
  'get /users/:id/invitation/delete': { open: ['users', 'write'], subject: 'carol', ofOneself: 'nothing to do' },
  'delete /users/:id/invitation': {
    open: ['users', 'write'],
    subject: 'carol',
    change: {
      form: '/users/:id/invitation/delete',
      state: openLinks('carol', 'invitation'),
      from: 1,
      to: 0,
      audit: ['invitation.withdrawn'],
      leadsTo: /^\/users\/:id$/,
      toOneself: 'nothing to do',
    },
  },
  'get /users/:id/second-factor/delete': {
    open: ['users', 'write'],
    subject: 'bob',
    prepare: (app) => giveFactor(app, 'bob'),
    ofOneself: 'never',
  },
  'delete /users/:id/second-factor': {
    open: ['users', 'write'],
    subject: 'bob',
    prepare: (app) => giveFactor(app, 'bob'),
    change: {
      form: '/users/:id/second-factor/delete',
      state: async (app) => (await app.db.read('second_factors')).length,
      from: 1,
      to: 0,
      audit: ['second-factor.reset'],
      toOneself: 'never',
      leadsTo: /^\/users\/:id$/,
    },
  },
  'get /users/:id/securing/new': { open: ['users', 'write'], subject: 'bob', ofOneself: 'never' },
  'post /users/:id/securing': {
    open: ['users', 'write'],
    subject: 'bob',
    change: {
      form: '/users/:id/securing/new',
      state: hasPassword('bob'),
      from: true,
      to: false,
      audit: ['user.secured'],
      toOneself: 'never',
      leadsTo: /^\/users\/:id$/,
    },
  },
  'get /users/:id/password/delete': { open: ['users', 'write'], subject: 'bob', ofOneself: 'never' },
  'delete /users/:id/password': {
    open: ['users', 'write'],
    subject: 'bob',
    change: {
      form: '/users/:id/password/delete',
      state: hasPassword('bob'),
      from: true,
      to: false,
      audit: ['user.password-required', 'password-reset.issued'],
      toOneself: 'never',
      leadsTo: /^\/users\/:id$/,
    },
  },
  'get /users/:id/password-reset/new': { open: ['users', 'write'], subject: 'bob', ofOneself: 'never' },
  'post /users/:id/password-reset': {
    open: ['users', 'write'],
    subject: 'bob',
    change: {
      form: '/users/:id/password-reset/new',
      state: openLinks('bob', 'password-reset'),
      from: 0,
      to: 1,
      audit: ['password-reset.issued'],
      toOneself: 'never',
      leadsTo: /^\/users\/:id$/,
    },
  },
  'get /users/:id/deactivation/delete': { open: ['users', 'write'], subject: 'dave', ofOneself: 'nothing to do' },
  'delete /users/:id/deactivation': {
    open: ['users', 'write'],
    subject: 'dave',
    change: {
      form: '/users/:id/deactivation/delete',
      state: column('dave', 'activity'),
      from: 'deactivated',
      to: 'active',
      audit: ['user.activated'],
      leadsTo: /^\/users\/:id$/,
      toOneself: 'nothing to do',
    },
  },
  'get /users/:id/deactivation/new': { open: ['users', 'write'], subject: 'bob', ofOneself: 'never' },
  'post /users/:id/deactivation': {
    open: ['users', 'write'],
    subject: 'bob',
    change: {
      form: '/users/:id/deactivation/new',
      state: column('bob', 'activity'),
      from: 'active',
      to: 'deactivated',
      audit: ['user.deactivated'],
      leadsTo: /^\/users\/:id$/,
      toOneself: 'never',
    },
  },
  'get /users/:id/leaving': { open: ['users', 'write'], subject: 'bob', ofOneself: 'never' },
  'post /users/:id/leaving': {
    open: ['users', 'write'],
    subject: 'bob',
    change: {
      form: '/users/:id/leaving',
      state: column('bob', 'activity'),
      from: 'active',
      to: 'deactivated',
      audit: ['user.deactivated'],
      leadsTo: /^\/users\/:id$/,
      bad: { fields: { leavesAt: '2026-02-30' }, errors: ['leavesAt'] },
      toOneself: 'never',
    },
  },
  'get /users/:id/deletion/new': { open: ['users', 'write'], subject: 'bob', ofOneself: 'never' },
  'post /users/:id/deletion': {
    open: ['users', 'write'],
    subject: 'bob',
    change: {
      form: '/users/:id/deletion/new',
      state: column('bob', 'activity'),
      from: 'active',
      to: 'deleted',
      audit: ['user.deleted'],
      leadsTo: /^\/users\/:id$/,
      toOneself: 'never',
    },
  },
  'get /users/:id/erasure/new': {
    open: ['users', 'write'],
    subject: 'bob',
    // Who is not deleted is not erased.
    shows: 409,
    ofOneself: 'nothing to do',
  },
  'post /users/:id/erasure': {
    open: ['users', 'write'],
    subject: 'bob',
    change: {
      form: '/users/:id/erasure/new',
      start: async () => {
        const app = await startApp();
        await deletedLongAgo(app, 'bob');
        return app;
      },
      fields: { name: 'bob' },
      state: async (app) => (await column('bob', 'erased_at')(app)) !== null,
      from: false,
      to: true,
      audit: ['user.erased'],
      leadsTo: /^\/users\/:id$/,
      bad: { fields: { name: 'rob' }, errors: ['name'] },
      toOneself: 'nothing to do',
    },
  },
  'get /invitations': { open: ['users', 'read'] },
  'get /bulk-operations': { open: ['users', 'read'], either: ['groups', 'read'] },
  'post /bulk-operations': {
    open: ['users', 'write'],
    change: {
      form: '/users',
      fields: (app) => ({ action: 'deactivate', ids: [String(app.people.bob)] }),
      state: async (app) => (await app.db.read('bulk_operations')).length,
      from: 0,
      to: 1,
      // Nothing is done to anybody yet.
      audit: [],
      leadsTo: /^\/bulk-operations\/\d+$/,
      nonsense: { fields: { action: 'promote' }, status: 400 },
    },
  },
  'get /bulk-operations/:id': { open: ['users', 'read'], operation: 'executed' },
  'get /bulk-operations/:id/items.csv': { open: ['users', 'read'], operation: 'executed' },
  'post /bulk-operations/:id/execution': {
    open: ['users', 'write'],
    operation: 'draft',
    change: {
      form: '/bulk-operations/:id',
      state: column('bob', 'activity'),
      from: 'active',
      to: 'deactivated',
      audit: ['user.deactivated'],
      leadsTo: /^\/bulk-operations\/:id$/,
    },
  },
  'get /bulk-operations/:id/choices': { open: ['users', 'write'], operation: 'asking' },
  'post /bulk-operations/:id/choices': {
    open: ['users', 'write'],
    operation: 'asking',
    change: {
      form: '/bulk-operations/:id',
      fields: { tag: 'remote' },
      state: operationColumn('choices'),
      from: '{}',
      to: '{"tag":"remote"}',
      // Nothing is done to anybody yet.
      audit: [],
      leadsTo: /^\/bulk-operations\/:id$/,
      bad: { fields: { tag: 'x'.repeat(41) }, errors: ['tag'] },
    },
  },
  'post /bulk-operations/:id/pause': {
    open: ['users', 'write'],
    operation: 'running',
    change: {
      form: '/bulk-operations/:id',
      state: operationColumn('paused_for'),
      from: '',
      to: 'alice paused it',
      audit: ['operation.paused'],
      leadsTo: /^\/bulk-operations\/:id$/,
    },
  },
  'delete /bulk-operations/:id/pause': {
    open: ['users', 'write'],
    operation: 'paused',
    change: {
      form: '/bulk-operations/:id',
      state: operationColumn('paused_for'),
      from: 'somebody paused it',
      to: '',
      audit: ['operation.resumed'],
      leadsTo: /^\/bulk-operations\/:id$/,
    },
  },
  'post /bulk-operations/:id/cancellation': {
    open: ['users', 'write'],
    operation: 'paused',
    change: {
      form: '/bulk-operations/:id',
      state: async (app) => (await operationColumn('cancelled_at')(app)) !== null,
      from: false,
      to: true,
      audit: ['operation.cancelled'],
      leadsTo: /^\/bulk-operations\/:id$/,
    },
  },
  'get /bulk-operations/:id/schedule/new': { open: ['users', 'write'], operation: 'draft' },
  'post /bulk-operations/:id/schedule': {
    open: ['users', 'write'],
    operation: 'draft',
    change: {
      form: '/bulk-operations/:id/schedule/new',
      fields: { dueAt: '2027-01-15', 'dueAt-time': '18:00' },
      state: async (app) => (await app.db.read('scheduled_operations').first('due_at'))?.due_at ?? null,
      from: null,
      to: '2027-01-15T18:00:00.000Z',
      audit: ['user.change-scheduled'],
      leadsTo: /^\/bulk-operations\/:id$/,
      bad: { fields: { dueAt: 'soon', 'dueAt-time': '' }, errors: ['dueAt'] },
    },
  },
  'post /bulk-operations/:id/schedule/cancellation': {
    open: ['users', 'write'],
    operation: 'scheduled',
    change: {
      form: '/bulk-operations/:id',
      fields: { user: '' },
      state: async (app) => (await app.db.read('scheduled_operations')).length,
      from: 1,
      to: 0,
      audit: ['user.change-unscheduled'],
      leadsTo: /^\/users$/,
    },
  },
  'get /search': { open: 'signed-in' },
  'get /search/names': { open: 'signed-in' },
  'get /menu': { open: 'signed-in' },
  'get /shortcuts': { open: 'signed-in' },
  'get /interface': { open: 'signed-in' },
  'get /groups': { open: ['groups', 'read'], isLedInstead: true },
  'get /groups/new': { open: ['groups', 'write'] },
  'post /groups': {
    open: ['groups', 'write'],
    change: {
      form: '/groups/new',
      fields: { name: 'Sales', leader: 'bob', tags: 'North' },
      state: async (app) => (await app.db.read('groups')).length,
      from: 4,
      to: 5,
      audit: ['group.created'],
      leadsTo: /^\/groups\/\d+$/,
      bad: {
        fields: { name: ' ', leader: 'x'.repeat(255), description: 'x'.repeat(5001), tags: 'x'.repeat(41) },
        errors: ['name', 'leader', 'description', 'tags'],
      },
    },
  },
  'get /groups/:id': { open: ['groups', 'read'], group: 'Support', isLedInstead: true },
  'get /groups/:id/timeline': { open: ['groups', 'read'], group: 'Support' },
  'get /groups/:id/edit': { open: ['groups', 'write'], group: 'Support' },
  'patch /groups/:id': {
    open: ['groups', 'write'],
    group: 'Support',
    change: {
      form: '/groups/:id/edit',
      fields: { leader: 'bob' },
      state: groupColumn('leader_name'),
      from: 'lena',
      to: 'bob',
      audit: ['group.updated'],
      leadsTo: /^\/groups\/:id$/,
      bad: { fields: { name: '', description: 'kept', tags: 'x'.repeat(41) }, errors: ['name', 'tags'] },
    },
  },
  'get /groups/:id/members/new': { open: ['groups', 'write'], group: 'Support' },
  'post /groups/:id/members': {
    open: ['groups', 'write'],
    group: 'Support',
    change: {
      form: '/groups/:id/members/new',
      fields: { list: 'erin, robin@example.com', untilAt: '2026-11-23', confirmed: 'yes' },
      state: async (app) => (await app.db.read('memberships').where('until_on', '2026-11-23')).length,
      from: 0,
      to: 2,
      audit: ['membership.granted', 'membership.granted'],
      leadsTo: /^\/groups\/:id$/,
      bad: { fields: { list: 'erin, nobody', untilAt: '2026-02-30' }, errors: ['untilAt'] },
    },
  },
  // Nobody is ticked.
  'get /groups/:id/members/edit': { open: ['groups', 'write'], group: 'Support', shows: 303 },
  'patch /groups/:id/members': {
    open: ['groups', 'write'],
    group: 'Support',
    change: {
      form: '/groups/:id/members/edit?ids=6',
      fields: (app) => ({ ids: String(app.people.bob), untilAt: '2026-11-23' }),
      state: untilOfBob,
      from: null,
      to: '2026-11-23',
      audit: ['membership.until-set'],
      leadsTo: /^\/groups\/:id$/,
      bad: { fields: { untilAt: '2026-02-30' }, errors: ['untilAt'] },
    },
  },
  'delete /groups/:id/members': {
    open: ['groups', 'write'],
    group: 'Support',
    change: {
      form: '/groups/:id/members/edit?ids=6',
      fields: (app) => ({ ids: String(app.people.bob) }),
      state: untilOfBob,
      from: null,
      to: undefined,
      audit: ['membership.ended'],
      leadsTo: /^\/groups\/:id$/,
    },
  },
  'get /groups/:id/permissions/edit': { open: ['groups', 'write'], group: 'Support' },
  'patch /groups/:id/permissions': {
    open: ['groups', 'write'],
    group: 'Support',
    change: {
      form: '/groups/:id/permissions/edit',
      fields: { ...levels({ contacts: 'write' }), confirmed: 'yes' },
      state: async (app) => (await app.db.read('group_permissions').where('level', 'write')).length,
      from: 6,
      to: 7,
      audit: ['group.permissions-changed'],
      leadsTo: /^\/groups\/:id$/,
      nonsense: { fields: levels({ contacts: 'everything' }), status: 400 },
    },
  },
  'get /webhooks': { open: ['settings', 'read'] },
  'get /webhooks/new': { open: ['settings', 'write'] },
  'post /webhooks': {
    open: ['settings', 'write'],
    change: {
      form: '/webhooks/new',
      fields: { name: 'Chat', address: 'https://hooks.example.com/', user: '' },
      state: async (app) => (await app.db.read('webhooks')).length,
      from: 0,
      to: 1,
      audit: ['webhook.created'],
      // The secret stands in the answer itself.
      answers: 200,
      bad: { fields: { name: '', address: 'x' }, errors: ['name', 'address'] },
    },
  },
  'get /webhooks/:id': { open: ['settings', 'read'], webhook: 'tested' },
  'get /webhooks/:id/edit': { open: ['settings', 'write'], webhook: 'enabled' },
  'patch /webhooks/:id': {
    open: ['settings', 'write'],
    webhook: 'enabled',
    change: {
      form: '/webhooks/:id/edit',
      fields: { name: 'Talk' },
      state: async (app) => (await app.db.read('webhooks').first()).name,
      from: 'Chat',
      to: 'Talk',
      audit: ['webhook.updated'],
      leadsTo: /^\/webhooks\/:id$/,
      bad: { fields: { name: '', user: 'nobody here' }, errors: ['name'] },
    },
  },
  'get /webhooks/:id/rotation/new': { open: ['settings', 'write'], webhook: 'enabled' },
  'post /webhooks/:id/rotation': {
    open: ['settings', 'write'],
    webhook: 'enabled',
    change: {
      form: '/webhooks/:id/rotation/new',
      state: async (app) => (await app.db.read('webhooks').first()).former_nonce,
      from: null,
      to: 'x',
      audit: ['webhook.secret-renewed'],
      answers: 200,
    },
  },
  'post /webhooks/:id/disabling': {
    open: ['settings', 'write'],
    webhook: 'enabled',
    change: {
      form: '/webhooks/:id',
      state: async (app) => Boolean((await app.db.read('webhooks').first()).is_enabled),
      from: true,
      to: false,
      audit: ['webhook.disabled'],
      leadsTo: /^\/webhooks\/:id$/,
    },
  },
  'delete /webhooks/:id/disabling': {
    open: ['settings', 'write'],
    webhook: 'disabled',
    change: {
      form: '/webhooks/:id',
      fields: { from: 'now' },
      nonsense: { fields: { from: 'x' }, status: 400 },
      state: async (app) => Boolean((await app.db.read('webhooks').first()).is_enabled),
      from: false,
      to: true,
      audit: ['webhook.enabled'],
      leadsTo: /^\/webhooks\/:id$/,
    },
  },
  'post /webhooks/:id/tests': {
    open: ['settings', 'write'],
    webhook: 'enabled',
    change: {
      form: '/webhooks/:id',
      state: async (app) => (await app.db.read('webhook_deliveries')).length,
      from: 0,
      to: 1,
      audit: ['webhook.tested'],
      leadsTo: /^\/webhooks\/:id$/,
    },
  },
  'post /webhooks/:id/deliveries/:handle/replay': {
    open: ['settings', 'write'],
    webhook: 'tested',
    change: {
      form: '/webhooks/:id',
      state: async (app) => (await app.db.read('webhook_deliveries').whereNotNull('next_at')).length,
      from: 0,
      to: 1,
      audit: ['webhook.replayed'],
      leadsTo: /^\/webhooks\/\d+$/,
    },
  },
  'get /webhooks/:id/deletion/new': { open: ['settings', 'write'], webhook: 'enabled' },
  'post /webhooks/:id/deletion': {
    open: ['settings', 'write'],
    webhook: 'enabled',
    change: {
      form: '/webhooks/:id/deletion/new',
      state: async (app) => (await app.db.read('webhooks')).length,
      from: 1,
      to: 0,
      audit: ['webhook.deleted'],
      leadsTo: /^\/webhooks$/,
    },
  },
  'get /applications': { open: ['groups', 'read'], also: ['users', 'read'] },
  'get /applications/new': { open: ['settings', 'write'] },
  'post /applications': {
    open: ['settings', 'write'],
    change: {
      form: '/applications/new',
      fields: { key: 'rooms', name: 'Rooms' },
      state: async (app) => (await app.db.read('applications')).length,
      from: 0,
      to: 1,
      audit: ['application.registered', 'group.permissions-changed'],
      leadsTo: /^\/applications\/rooms$/,
      bad: { fields: { key: 'No!', name: '' }, errors: ['key', 'name'] },
    },
  },
  'get /applications/:key': { open: ['groups', 'read'], also: ['users', 'read'], application: 'users' },
  'get /applications/:key/holders.csv': { open: ['groups', 'read'], also: ['users', 'read'], application: 'users' },
  'get /applications/:key/edit': { open: ['settings', 'write'], application: 'time-sheets' },
  'patch /applications/:key': {
    open: ['settings', 'write'],
    application: 'time-sheets',
    change: {
      form: '/applications/:key/edit',
      fields: { name: 'Hours' },
      state: async (app) => (await app.db.read('applications').first()).name,
      from: 'Time sheets',
      to: 'Hours',
      audit: ['application.updated'],
      leadsTo: /^\/applications\/:id$/,
      bad: { fields: { name: '' }, errors: ['name'] },
    },
  },
  'get /applications/:key/deletion/new': { open: ['settings', 'write'], application: 'time-sheets' },
  'post /applications/:key/deletion': {
    open: ['settings', 'write'],
    application: 'time-sheets',
    change: {
      form: '/applications/:key/deletion/new',
      state: async (app) => (await app.db.read('applications')).length,
      from: 1,
      to: 0,
      audit: ['application.deleted'],
      leadsTo: /^\/applications$/,
    },
  },
  'get /led-groups': { open: 'leader' },
  'get /led-groups/:id': { open: 'leader', group: 'Support' },
  'get /led-groups/:id/members/new': { open: 'leader', group: 'Support' },
  'get /led-groups/:id/invitations/new': { open: 'leader', group: 'Support' },
  'post /led-groups/:id/invitations': {
    open: 'leader',
    group: 'Support',
    change: {
      form: '/led-groups/:id/invitations/new',
      browser: (app) => signedIn(app, 'lena'),
      fields: { name: 'nina', email: 'nina@example.com' },
      state: async (app) => (await app.db.read('users')).length,
      from: 10,
      to: 11,
      audit: ['user.created', 'invitation.issued'],
      leadsTo: /^\/led-groups\/:id$/,
      bad: { fields: { name: 'a@b', email: 'nobody' }, errors: ['name', 'email'] },
    },
  },
  'get /led-groups/:id/invitations/list': { open: 'leader', group: 'Support' },
  'post /led-groups/:id/invitations/list': {
    open: 'leader',
    group: 'Support',
    change: {
      form: '/led-groups/:id/invitations/list',
      browser: (app) => signedIn(app, 'lena'),
      fields: { text: 'nina@example.com' },
      state: async (app) => (await app.db.read('bulk_operations')).length,
      from: 0,
      to: 1,
      audit: [],
      leadsTo: /^\/led-groups\/:id\/invitations\/list\/\d+$/,
      bad: { fields: { text: 'nobody' }, errors: ['text'] },
    },
  },
  'get /led-groups/:id/invitations/list/:list': { open: 'leader', operation: 'led list' },
  'post /led-groups/:id/invitations/list/:list': {
    open: 'leader',
    operation: 'led list',
    change: {
      form: '/led-groups/:id/invitations/list/:list',
      browser: (app) => signedIn(app, 'lena'),
      fields: { step: 'invite' },
      nonsense: { fields: { name: ['nina', 'nora'] }, status: 400 },
      state: async (app) => (await app.db.read('users')).length,
      from: 10,
      to: 11,
      audit: ['user.created', 'invitation.issued'],
      leadsTo: /^\/led-groups\/\d+$/,
    },
  },
  'post /led-groups/:id/members': {
    open: 'leader',
    group: 'Support',
    change: {
      form: '/led-groups/:id/members/new',
      browser: (app) => signedIn(app, 'lena'),
      fields: { emails: 'erin@example.com' },
      state: membersOfSupport,
      from: 4,
      to: 5,
      audit: ['membership.granted'],
      leadsTo: /^\/led-groups\/:id$/,
      bad: { fields: { emails: ' ', untilAt: 'soon' }, errors: ['emails', 'untilAt'] },
    },
  },
  'get /led-groups/:id/members/edit': { open: 'leader', group: 'Support', shows: 303 },
  'patch /led-groups/:id/members': {
    open: 'leader',
    group: 'Support',
    change: {
      form: '/led-groups/:id/members/edit?ids=6',
      browser: (app) => signedIn(app, 'lena'),
      fields: (app) => ({ ids: String(app.people.bob), untilAt: '2030-01-31' }),
      state: untilOfBob,
      from: null,
      to: '2030-01-31',
      audit: ['membership.until-set'],
      leadsTo: /^\/led-groups\/:id$/,
      bad: { fields: { untilAt: 'soon' }, errors: ['untilAt'] },
    },
  },
  'delete /led-groups/:id/members': {
    open: 'leader',
    group: 'Support',
    change: {
      form: '/led-groups/:id/members/edit?ids=6',
      browser: (app) => signedIn(app, 'lena'),
      fields: (app) => ({ ids: String(app.people.bob) }),
      state: membersOfSupport,
      from: 4,
      to: 3,
      audit: ['membership.ended'],
      leadsTo: /^\/led-groups\/:id$/,
    },
  },
  'post /led-groups/:id/members/invitations': {
    open: 'leader',
    group: 'Support',
    change: {
      form: '/led-groups/:id/members/edit?ids=7',
      // The link of whom somebody else has created is not theirs to make.
      start: async () => {
        const app = await startApp();
        await createdBy(app, 'carol', 'lena');
        return app;
      },
      browser: (app) => signedIn(app, 'lena'),
      fields: (app) => ({ ids: String(app.people.carol) }),
      state: async (app) => (await app.db.read('links').where('user_id', app.people.carol)).length,
      from: 1,
      to: 2,
      audit: ['invitation.issued'],
      leadsTo: /^\/led-groups\/:id$/,
    },
  },
  'delete /led-groups/:id/members/login-attempts': {
    open: 'leader',
    group: 'Support',
    change: {
      form: '/led-groups/:id/members/edit?ids=6',
      start: async () => {
        const app = await startApp();
        await new Session(app).signIn('bob', 'not the password');
        return app;
      },
      browser: (app) => signedIn(app, 'lena'),
      fields: (app) => ({ ids: String(app.people.bob) }),
      state: async (app) => (await app.db.read('lockouts').where('user_id', app.people.bob).first())?.attempts ?? 0,
      from: 1,
      to: 0,
      audit: ['user.login-attempts-reset'],
      leadsTo: /^\/led-groups\/:id$/,
    },
  },
  'post /led-groups/:id/members/access-confirmation': {
    open: 'leader',
    group: 'Support',
    change: {
      form: '/led-groups/:id/members/edit?ids=6',
      browser: (app) => signedIn(app, 'lena'),
      fields: (app) => ({ ids: String(app.people.bob) }),
      state: async (app) => (await column('bob', 'access_confirmed_at')(app)) !== null,
      from: false,
      to: true,
      audit: ['user.access-confirmed'],
      leadsTo: /^\/led-groups\/:id$/,
    },
  },
  'get /reviews': { open: ['users', 'read'] },
  'get /reviews/new': { open: ['users', 'write'] },
  'post /reviews': {
    open: ['users', 'write'],
    change: {
      form: '/reviews/new',
      fields: { silence: 'nothing' },
      state: async (app) => (await app.db.read('reviews')).length,
      from: 0,
      to: 1,
      audit: ['review.started'],
      leadsTo: /^\/reviews\/\d+$/,
      bad: {
        fields: {
          question: ' ',
          named: 'nobody',
          asks: 'named',
          dueAt: 'soon',
          silence: 'deactivation',
          silenceDays: '0',
        },
        errors: ['question', 'dueAt', 'silenceDays'],
      },
      nonsense: { fields: { asks: 'everybody' }, status: 422 },
    },
  },
  'get /reviews/:id': { open: ['users', 'read'], review: true },
  'get /reviews/:id/answers': { open: 'leader', review: true },
  'post /reviews/:id/answers': {
    open: 'leader',
    review: true,
    change: {
      form: '/reviews/:id/answers',
      browser: (app) => signedIn(app, 'lena'),
      fields: { rest: 'keep' },
      state: async (app) => (await app.db.read('review_questions').where('answer', 'keep')).length,
      from: 0,
      to: 1,
      audit: ['user.access-confirmed', 'review.answered'],
      leadsTo: /^\/reviews\/:id\/answers$/,
    },
  },
  'post /reviews/:id/reminders': {
    open: ['users', 'write'],
    review: true,
    change: {
      form: '/reviews/:id',
      start: startMailingApp,
      state: async (app) => (await app.db.read('review_reviewers').first()).reminders,
      from: 0,
      to: 1,
      audit: ['review.reminded'],
      leadsTo: /^\/reviews\/:id$/,
    },
  },
  'post /reviews/:id/decisions': {
    open: ['users', 'write'],
    review: true,
    change: {
      form: '/reviews/:id',
      fields: (app) => ({ ids: String(app.people.carol) }),
      state: async (app) => (await app.db.read('bulk_operations')).length,
      from: 0,
      to: 1,
      audit: [],
      leadsTo: /^\/bulk-operations\/(\d+|:id)$/,
    },
  },
  'get /reviews/:id/evidence': { open: ['users', 'read'], review: true },
  'get /reviews/:id/evidence/file': { open: ['users', 'read'], review: true },
  'post /reviews/:id/closure': {
    open: ['users', 'write'],
    review: true,
    change: {
      form: '/reviews/:id',
      state: async (app) => (await app.db.read('reviews').first()).closed_at !== null,
      from: false,
      to: true,
      audit: ['review.closed'],
      leadsTo: /^\/reviews\/:id$/,
    },
  },
  'delete /reviews/:id/repetition': {
    open: ['users', 'write'],
    review: true,
    change: {
      form: '/reviews/:id',
      state: async (app) => (await app.db.read('reviews').first()).next_at !== null,
      from: true,
      to: false,
      audit: ['review.repetition-ended'],
      leadsTo: /^\/reviews\/:id$/,
    },
  },
  'get /led-groups/:id/lead': { open: 'leader', group: 'Support' },
  'post /led-groups/:id/deputy': {
    open: 'leader',
    group: 'Support',
    change: {
      form: '/led-groups/:id/lead',
      browser: (app) => signedIn(app, 'lena'),
      fields: { deputy: 'bob', untilAt: '2027-01-31' },
      state: async (app) => (await app.db.read('deputies').first('user_id'))?.user_id !== undefined,
      from: false,
      to: true,
      audit: ['group.deputy-named'],
      leadsTo: /^\/led-groups\/:id$/,
    },
  },
  'delete /led-groups/:id/deputy': {
    open: 'leader',
    group: 'Support',
    change: {
      form: '/led-groups/:id/lead',
      start: async () => {
        const app = await startApp();
        const [group_id, leader_id] = [Number(await groupId(app, 'Support')), app.people.lena];
        await app.db.write((trx) => trx('deputies').insert({ group_id, leader_id, user_id: app.people.bob }));
        return app;
      },
      browser: (app) => signedIn(app, 'lena'),
      fields: {},
      state: async (app) => (await app.db.read('deputies')).length,
      from: 1,
      to: 0,
      audit: ['group.deputy-ended'],
      leadsTo: /^\/led-groups\/:id$/,
    },
  },
  'post /led-groups/:id/hand-over': {
    open: 'leader',
    group: 'Support',
    change: {
      form: '/led-groups/:id/lead',
      browser: (app) => signedIn(app, 'lena'),
      fields: { leader: 'bob' },
      state: groupColumn('leader_name'),
      from: 'lena',
      to: 'bob',
      audit: ['group.updated'],
      leadsTo: /^\/me$/,
      bad: { fields: { leader: 'nobody' }, errors: ['leader'] },
    },
  },
  'get /led-operations/:id': { open: 'leader', operation: 'led' },
  'get /led-operations/:id/undo': { open: 'leader', operation: 'led' },
  'post /led-operations/:id/undo': {
    open: 'leader',
    operation: 'led',
    change: {
      form: '/led-operations/:id/undo',
      browser: (app) => signedIn(app, 'lena'),
      state: membersOfSupport,
      from: 3,
      to: 4,
      audit: ['membership.granted'],
      leadsTo: /^\/led-operations\/\d+$/,
    },
  },
  'get /users/:id/permissions': { open: ['users', 'read'], subject: 'bob' },
  'get /contacts': { open: ['contacts', 'read'] },
  'get /contacts/new': { open: ['contacts', 'write'] },
  'post /contacts': {
    open: ['contacts', 'write'],
    change: {
      form: '/contacts/new',
      fields: { name: 'Nora Nilsson', emails: 'nora@example.com', accounts: 'prospect', tags: 'North' },
      state: async (app) => (await app.db.read('contacts')).length,
      from: 4,
      to: 5,
      audit: ['contact.created'],
      leadsTo: /^\/contacts\/\d+$/,
      bad: {
        fields: {
          name: ' ',
          emails: 'nowhere',
          phones: 'none',
          address: 'x'.repeat(501),
          position: 'x'.repeat(201),
          companyId: '',
          companySearch: 'Acme',
          owner: 'group',
          ownerUser: 'x'.repeat(255),
          ownerGroup: 'x'.repeat(101),
          tags: 'x'.repeat(41),
          description: 'x'.repeat(5001),
        },
        errors: [
          ...['name', 'emails', 'phones', 'address', 'position', 'companyId'],
          ...['ownerUser', 'ownerGroup', 'tags', 'description'],
        ],
      },
      nonsense: { fields: { owner: 'everybody' }, status: 422 },
    },
  },
  'get /contacts/:id': { open: ['contacts', 'read'], contact: 'Bob Schmidt' },
  'get /contacts/:id/timeline': { open: ['contacts', 'read'], contact: 'Bob Schmidt' },
  // Public ones; whoever owns a contact edits it without write (see test/contacts).
  'get /contacts/:id/edit': { open: ['contacts', 'write'], contact: 'Bob Schmidt' },
  'patch /contacts/:id': {
    open: ['contacts', 'write'],
    contact: 'María Müller',
    change: {
      form: '/contacts/:id/edit',
      fields: { position: 'Buyer' },
      state: contactColumn('María Müller', 'position'),
      from: '',
      to: 'Buyer',
      audit: ['contact.updated'],
      leadsTo: /^\/contacts\/:id$/,
      bad: { fields: { name: '', phones: 'x', position: 'kept' }, errors: ['name', 'phones'] },
    },
  },
  'get /contacts/:id/deletion/new': { open: ['contacts', 'write'], contact: 'María Müller' },
  'post /contacts/:id/deletion': {
    open: ['contacts', 'write'],
    contact: 'María Müller',
    change: {
      form: '/contacts/:id/deletion/new',
      state: contactColumn('María Müller', 'activity'),
      from: 'active',
      to: 'deleted',
      audit: ['contact.deleted'],
      leadsTo: /^\/contacts\/:id$/,
    },
  },
  'get /contacts/:id/deletion/delete': { open: ['contacts', 'write'], contact: 'Cleo Customer', prepare: deleted },
  'delete /contacts/:id/deletion': {
    open: ['contacts', 'write'],
    contact: 'Cleo Customer',
    prepare: deleted,
    change: {
      form: '/contacts/:id/deletion/delete',
      state: contactColumn('Cleo Customer', 'activity'),
      from: 'deleted',
      to: 'active',
      audit: ['contact.restored'],
      leadsTo: /^\/contacts\/:id$/,
    },
  },
  'get /contacts/:id/link/new': { open: ['contacts', 'write'], contact: 'María Müller' },
  'post /contacts/:id/link': {
    open: ['contacts', 'write'],
    contact: 'María Müller',
    change: {
      form: '/contacts/:id/link/new',
      fields: { user: 'lena' },
      state: column('lena', 'contact_name'),
      from: null,
      to: 'María Müller',
      audit: ['user.updated'],
      leadsTo: /^\/contacts\/:id$/,
      bad: { fields: { user: ' ' }, errors: ['user'] },
    },
  },
  'get /contacts/:id/link/delete': { open: ['contacts', 'write'], contact: 'Bob Schmidt' },
  'delete /contacts/:id/link': {
    open: ['contacts', 'write'],
    contact: 'Bob Schmidt',
    change: {
      form: '/contacts/:id/link/delete',
      state: column('bob', 'contact_name'),
      from: 'Bob Schmidt',
      to: null,
      audit: ['user.updated'],
      leadsTo: /^\/contacts\/:id$/,
    },
  },
  'delete /contacts/:id/offer': {
    open: ['contacts', 'write'],
    contact: 'Bob Schmidt',
    prepare: offering,
    change: {
      form: '/contacts/:id',
      state: async (app) => Object.keys(JSON.parse(await contactColumn('Bob Schmidt', 'offer')(app))),
      from: ['userId', 'email'],
      to: [],
      audit: ['contact.offer-declined'],
      leadsTo: /^\/contacts\/:id$/,
    },
  },
  'get /contacts/import': { open: ['contacts', 'write'] },
  'post /contacts/imports': {
    open: ['contacts', 'write'],
    change: {
      form: '/contacts/import',
      file: 'Name,Email\nNora,nora@example.com\n',
      state: async (app) => (await app.db.read('imports')).map(({ kind }) => kind),
      from: [],
      to: ['contacts'],
      audit: [],
      leadsTo: /^\/contacts\/imports\/\d+$/,
    },
  },
  'get /contacts/imports/:id': { open: ['contacts', 'write'], imports: 'planned contacts' },
  'get /contacts/imports/:id/columns': { open: ['contacts', 'write'], imports: 'contacts' },
  'get /contacts/imports/:id/refused.csv': { open: ['contacts', 'write'], imports: 'planned contacts' },
  'post /contacts/imports/:id/columns': {
    open: ['contacts', 'write'],
    imports: 'contacts',
    change: {
      form: '/contacts/imports/:id/columns',
      fields: { by: 'name' },
      nonsense: { fields: { 'column-0': 'groups' }, status: 400 },
      state: async (app) => (await app.db.read('imports').first()).state,
      from: 'read',
      to: 'planned',
      audit: [],
      leadsTo: /^\/contacts\/imports\/:id$/,
    },
  },
  'post /contacts/imports/:id/execution': {
    open: ['contacts', 'write'],
    imports: 'planned contacts',
    change: {
      form: '/contacts/imports/:id',
      fields: { todo: '2' },
      state: async (app) => (await app.db.read('contacts')).length,
      from: 4,
      to: 6,
      audit: ['contact.created', 'contact.created'],
      leadsTo: /^\/bulk-operations\/(\d+|:id)$/,
    },
  },
  'get /audit': { open: ['audit', 'read'] },

  ...exportOf('users', 'users'),
  ...exportOf('groups', 'groups'),
  ...exportOf('contacts', 'contacts'),
  ...exportOf('audit', 'audit'),
  ...exportOf('invitations', 'users'),
};

/** Who may read a list may have it as a file, and the audit tells of it. */
function exportOf(list: string, application: Application): Record<string, Classified> {
  return {
    [`get /${list}/export`]: { open: [application, 'read'] },
    [`post /${list}/export`]: {
      open: [application, 'read'],
      change: {
        form: `/${list}/export`,
        fields: { fileFormat: 'jsonl' },
        state: async (app) => (await app.db.read('audit_events').where('action', 'records.exported')).length,
        from: 0,
        to: 1,
        audit: ['records.exported'],
        answers: 200,
      },
    },
  };
}

interface Route extends Classified {
  name: string;
  method: string;
  pattern: string;
}

const routes: Route[] = Object.entries(ROUTES).map(([name, classified]) => {
  const [method, pattern] = name.split(' ');
  return { name, method, pattern, ...classified };
});
const isClosed = (route: Route) => route.open !== 'everybody';
const isRead = (route: Route) => route.method === 'get';
const changing = routes.filter((route) => route.change !== undefined);

/** Who they are is in seeds/cast.ts; what they may do stands here once more, so that the two are compared. */
const VIEWERS: Standing[] = [
  { viewer: 'alice', may: { users: 'write', groups: 'write', contacts: 'write', audit: 'write', settings: 'write' } },
  { viewer: 'max', may: { users: 'write' } },
  { viewer: 'rita', may: { users: 'read', groups: 'read', contacts: 'read', audit: 'read' } },
  { viewer: 'lena', may: {}, leads: 'Support' },
  { viewer: 'bob', may: {} },
  { viewer: 'bob', as: 'a reader of groups alone', may: { groups: 'read' }, group: { groups: 'read' } },
  {
    viewer: 'bob',
    as: 'a holder of a registered application',
    may: {},
    group: { 'time-sheets': 'write' },
    isLike: 'bob',
  },
  { viewer: 'bob', as: 'a member of a deleted group', may: {}, group: ALL_RIGHTS, fate: ['deleted'], isLike: 'bob' },
  {
    viewer: 'bob',
    as: 'a member of a restored group',
    may: { groups: 'read', audit: 'read' },
    group: { groups: 'read', audit: 'read' },
    fate: ['deleted', 'active'],
    isLike: 'a reader of groups alone',
  },
  {
    viewer: 'lena',
    as: 'a leader of a deleted group',
    may: {},
    leads: 'Support',
    fateOfLed: ['deleted'],
    isLike: 'bob',
  },
];

interface Standing {
  viewer: Person;
  /** What they stand for, where that is not what they are in the cast. */
  as?: string;
  may: Partial<Record<Application, Level>>;
  leads?: string;
  /** What one more group of theirs grants, and what became of it since. */
  group?: Rights;
  fate?: Activity[];
  fateOfLed?: Activity[];
  /** Whose rights they have, come by in another way, which is decided in one place: they try one route of each kind. */
  isLike?: string;
}

/** Makes them what they stand for. */
async function stand(app: TestApp, { viewer, group, fate = [], leads, fateOfLed = [] }: Standing): Promise<void> {
  const at = '2026-11-01T12:00:00.000Z';
  await app.db.write(async (trx) => {
    for (const activity of fateOfLed) await trx('groups').where('name', leads).update({ activity });
    if (!group) return;
    const row = { name: 'Standing', name_key: 'standing', created_at: at };
    const [{ id }] = await trx('groups').insert(row).returning('id');
    for (const [application, level] of Object.entries(group))
      await trx('group_permissions').insert({ group_id: id, application, level });
    await trx('memberships').insert({ user_id: app.people[viewer], group_id: id, granted_at: at });
    for (const activity of fate) await trx('groups').where({ id }).update({ activity });
  });
}

type Relation = 'another' | 'themself' | 'somebody with more rights';

interface Case {
  title: string;
  route: Route;
  relation: Relation;
  /** What the answer must be. */
  expected: 'allowed' | 'nothing to do' | 'led' | 403 | 404;
}

function casesOf({ viewer, may, leads, fateOfLed, isLike }: Standing): Case[] {
  const cases = routes.filter(isClosed).flatMap((route) => {
    const relations: Relation[] = !route.subject
      ? ['another']
      : viewer === 'alice'
        ? ['another', 'themself']
        : ['another', 'themself', 'somebody with more rights'];
    return relations
      .filter((relation) => !(relation === 'another' && route.subject === viewer))
      .map((relation) => {
        const expected = expectedOf(route, relation, may, fateOfLed?.at(-1) === 'deleted' ? undefined : leads);
        const answer =
          expected === 'led'
            ? 'shows their own groups to'
            : expected === 'allowed'
              ? 'lets'
              : expected === 'nothing to do'
                ? 'has nothing to do for'
                : 'refuses';
        return {
          title: `${answer} ${viewer}: ${route.name}${route.subject ? ` of ${relation}` : ''}`,
          route,
          relation,
          expected,
        };
      });
  });
  return isLike ? firstOfEachKind(cases) : cases;
}

/** By what they demand, on whom, and whether they read or change. */
function firstOfEachKind(cases: Case[]): Case[] {
  const kinds = new Map<string, Case>();
  for (const one of cases) {
    const { open, also, either, isLedInstead } = one.route;
    const kind = JSON.stringify([open, also, either, isLedInstead, one.relation, isRead(one.route)]);
    if (!kinds.has(kind)) kinds.set(kind, one);
  }
  return [...kinds.values()];
}

function expectedOf(
  route: Route,
  relation: Relation,
  may: Partial<Record<Application, Level>>,
  leads: string | undefined,
): Case['expected'] {
  if (route.open === 'signed-in') return 'allowed';
  if (route.open === 'leader') return leads ? 'allowed' : 404;
  if (route.open === 'decider') return leads || (may.users === 'write' && may.groups === 'write') ? 'allowed' : 404;
  const [application, level] = route.open as [Application, Level];
  if (route.either && may[route.either[0]] !== undefined) return 'allowed';
  if (may[application] === undefined) return leads && route.isLedInstead ? 'led' : 404;
  if (level === 'read' && route.also && may[route.also[0]] === undefined) return 404;
  if (level === 'read') return 'allowed';
  if (may[application] !== 'write') return 403;
  if (route.also) return expectedOf({ ...route, open: route.also, also: undefined }, relation, may, leads);
  if (relation === 'somebody with more rights') return 403;
  const toOneself = route.change?.toOneself ?? route.ofOneself ?? 'works';
  if (relation !== 'themself' || toOneself === 'works') return 'allowed';
  return toOneself === 'never' ? 403 : toOneself;
}

/** Alice's browser sends the example of each changing route to others: there it is looked at more closely. */
function isTriedBelow({ route, relation, expected }: Case, viewer: Person): boolean {
  return viewer === 'alice' && relation === 'another' && expected === 'allowed' && !route.change!.browser;
}

function pathOf(pattern: string, id: number | string | undefined): string {
  // A session of somebody is named by both.
  const [own, handle = own] = String(id).split('#');
  return pattern
    .replace(/:(id|key)/, own)
    .replace(/:(handle|list)/, handle)
    .replace(':token', 'no-token-that-was-ever-made-x');
}

/** What stands for `:id` in the address. */
async function idOf(
  app: TestApp,
  session: Session,
  route: Route,
  relation: Relation,
  viewer: Person,
): Promise<number | string | undefined> {
  if (route.application) return applicationOf(app, route.application);
  if (route.operation === 'list') return listOf(app, viewer);
  if (route.operation === 'led list') return ledListOf(app);
  if (route.operation) return operationOf(app, session, route.operation);
  if (route.token)
    return tokenOf(
      app,
      relation === 'another' ? (route.subject ?? viewer) : relation === 'themself' ? viewer : 'ada',
      route,
    );
  if (route.webhook) return webhookOf(app, route.webhook);
  if (route.review) return beginReview(app);
  if (route.clash)
    return clashOf(app, relation === 'another' ? route.subject! : relation === 'themself' ? viewer : 'ada');
  if (route.session === 'another') return otherSessionOf(app, session, viewer);
  if (route.device) return rememberedOf(app, app.people[viewer]);
  if (route.passkey) return passkeyOf(app, app.people[viewer]);
  if (route.imports) return importOf(app, viewer, route.imports);
  if (route.accessRequest) return requestOf(app, route.accessRequest === 'own' ? viewer : 'erin');
  if (route.savedView) return savedViewOf(app, app.people[viewer], route.savedView);
  if (route.group) return Number(await groupId(app, route.group));
  if (route.contact) {
    const { id } = await app.db.read('contacts').where('name', route.contact).first('id');
    await route.prepare?.(app, id);
    return id;
  }
  // What the viewer has.
  if (!route.subject) return void (await route.prepare?.(app, app.people[viewer]));
  await route.prepare?.(app, app.people[route.subject]);
  if (route.session && relation === 'another') return sessionOf(app, route.subject);
  if (relation === 'themself') return app.people[viewer];
  return relation === 'another' ? app.people[route.subject] : app.people.ada;
}

async function rememberedOf(app: TestApp, userId: number): Promise<number> {
  const [user] = await findUsers(app.db.read, [userId]);
  const from = { device: 'a-device', agent: '', address: '127.0.0.1' };
  await app.db.write((trx) => rememberDevice(trx, user, from, instant(app.clock.now())));
  return (await app.db.read('known_devices').orderBy('id', 'desc').first('id')).id;
}

async function passkeyOf(app: TestApp, userId: number): Promise<number> {
  await givePasskeyTo(app, userId);
  return (await app.db.read('passkeys').orderBy('id', 'desc').first('id')).id;
}

/** One more that can be used, as the address names it. */
async function tokenOf(app: TestApp, person: Person, { subject }: Route): Promise<string> {
  const user_id = app.people[person];
  const [{ id }] = await app.db.write((trx) =>
    trx('tokens')
      .insert({
        user_id,
        name: 'nightly',
        beginning: 'roster_abc123',
        hash: randomUUID(),
        scopes: '["users:read"]',
        created_at: instant(app.clock.now()),
        expires_at: instant(app.clock.now() + 90 * 86_400_000),
      })
      .returning('id'),
  );
  return subject ? `${user_id}#${id}` : String(id);
}

/** As the address names it, with what was sent there. */
async function webhookOf(app: TestApp, kind: NonNullable<Classified['webhook']>): Promise<string> {
  const at = instant(app.clock.now());
  return app.db.write(async (trx) => {
    const values = { name: 'Chat', address: 'https://hooks.example.com/', kinds: [], userId: null };
    const id = await insertWebhook(trx, values, { nonce: 'x', position: 0, createdAt: at, createdBy: null });
    if (kind === 'disabled') await disable(trx, id, 'it was quiet');
    if (kind !== 'tested') return String(id);
    await insertDeliveries(trx, id, [{ id: null, kind: 'webhook.test' }], at);
    const [delivery] = await findDeliveries(trx, id, undefined, 1);
    await markDelivered(trx, delivery.id, at, { status: 204, answer: '' });
    return `${id}#${delivery.id}`;
  });
}

/** A program calls Dave one of its own. */
async function clashOf(app: TestApp, provisioner: Person): Promise<string> {
  const provisioner_id = app.people[provisioner];
  const [{ id }] = await app.db.write(async (trx) => {
    await trx('provisioning_clashes').where({ provisioner_id }).delete();
    return trx('provisioning_clashes')
      .insert({
        provisioner_id,
        kind: 'user',
        subject_id: app.people.dave,
        name: 'dave',
        reason: 'name',
        first_at: instant(app.clock.now()),
        last_at: instant(app.clock.now()),
      })
      .returning('id');
  });
  return `${provisioner_id}#${id}`;
}

/** By which the page of the viewer names it. */
async function otherSessionOf(app: TestApp, session: Session, viewer: Person): Promise<string> {
  await signedIn(app, viewer);
  const form = pageOf(await session.get('/credentials')).$('form[action^="/credentials/sessions/"]');
  return form.attr('action')!.split('/').at(-1)!;
}

/** A session of somebody, by which the record of theirs names it. */
async function sessionOf(app: TestApp, person: Person): Promise<string> {
  await signedIn(app, person);
  const id = app.people[person];
  const record = pageOf(await (await signedIn(app, 'alice')).get(`/users/${id}`));
  return `${id}#${record.$('form[action*="/sessions/"]').attr('action')!.split('/').at(-1)}`;
}

/** A file of one who is new, and of Bob with another email. */
async function importOf(app: TestApp, viewer: Person, wanted: NonNullable<Classified['imports']>): Promise<number> {
  const id = app.people[viewer];
  const kind = wanted.endsWith('contacts') ? 'contacts' : 'users';
  const state = wanted.startsWith('planned') ? 'planned' : 'read';
  const own = await app.db.read('imports').where({ created_by: id, state, kind }).first('id');
  if (own) return own.id;
  const path = join(app.folder, 'people.csv');
  writeFileSync(path, 'Name,Email\nnora,nora@example.com\nbob,robert@example.com\n');
  const at = instant(app.clock.now());
  const act = programAct(actSettings(app.config), {
    id,
    name: viewer,
    rights: { users: 'write', contacts: 'write' },
    at,
  });
  const staged = await stageFile(app.db, act, { path, name: 'people.csv', kind }, 1_000);
  if (state === 'read') return staged;
  const all = { name: 'Erin', path: '/users?q=erin' };
  await app.db.write((trx) =>
    beginPlanning(trx, staged, {
      meanings: ['name', kind === 'users' ? 'email' : 'emails'],
      by: 'name',
      mark: '',
      all,
    }),
  );
  await planOn(app.db, act, staged, Number.POSITIVE_INFINITY);
  return staged;
}

async function applicationOf(app: TestApp, key: string): Promise<string> {
  const row = { key, name: 'Time sheets', created_at: '2026-01-01T00:00:00.000Z' };
  if (key === 'time-sheets') await app.db.write((trx) => trx('applications').insert(row).onConflict('key').ignore());
  return key;
}

async function savedViewOf(app: TestApp, userId: number, kind: 'own' | 'shared' | 'pinned'): Promise<number> {
  const row = { name: 'Locked', name_key: 'locked', address: '/users?state=locked', is_shared: kind === 'shared' };
  return app.db.write(async (trx) => {
    const known = await trx('saved_views').where('owner_id', userId).first('id');
    if (known) return known.id;
    const [{ id }] = await trx('saved_views')
      .insert({ ...row, owner_id: userId })
      .returning('id');
    if (kind === 'pinned')
      await trx('users')
        .where('id', userId)
        .update({ pinned_views: `[${id}]` });
    return id;
  });
}

/** Erin for Support, anybody else for Auditors. */
async function requestOf(app: TestApp, by: Person): Promise<number> {
  const user_id = app.people[by];
  const own = await app.db.read('access_requests').where({ user_id, answer: '' }).first('id');
  if (own) return own.id;
  const group_id = await letAskFor(app, by === 'erin' ? 'Support' : 'Auditors');
  return Number((await asked(app, by, { group_id: Number(group_id) })).split('/').at(-1));
}

/** A list of one whom it would invite, which is seen by nobody but who pasted it. */
async function listOf(app: TestApp, viewer: Person): Promise<number> {
  const created_by = app.people[viewer];
  const own = await app.db.read('bulk_operations').where({ action: 'invite-people', created_by }).first('id');
  if (own) return own.id;
  const nora = { line: '1', name: 'Nora', email: 'nora@example.com', groups: '', tags: '', startsAt: '', leavesAt: '' };
  const act = programAct(actSettings(app.config), { id: created_by, name: viewer, at: '2026-11-22T12:00:00.000Z' });
  const list = { typed: typedPeople({}).typed, rows: [{ ...nora, isKept: true, contact: '' }] };
  return app.db.write((trx) => createPeopleDraft(trx, act, list));
}

/** A list that Lena pasted for her group, which is seen by nobody else. */
async function ledListOf(app: TestApp): Promise<string> {
  const group = Number(await groupId(app, 'Support'));
  const by = { id: app.people.lena, name: 'lena', at: '2026-11-22T12:00:00.000Z' };
  const act = programAct(actSettings(app.config), by);
  const list = { typed: typedRows({}).typed, rows: [{ name: 'nina', email: 'nina@example.com', isKept: true }] };
  return `${group}#${await app.db.write((trx) => createListDraft(trx, act, group, list))}`;
}

/** A bulk operation on Bob: a draft is seen by nobody but who made it, all others by all who read users. */
async function operationOf(app: TestApp, session: Session, kind: OperationKind): Promise<number> {
  if (kind === 'led') return ledOperation(app);
  const action =
    { draft: 'deactivate', scheduled: 'deactivate', asking: 'add-tag' }[kind as string] ?? 'confirm-access';
  const fields = { action, ids: String(app.people.bob) };
  const own = kind === 'draft' || kind === 'asking' ? await session.post('/bulk-operations', fields) : undefined;
  const by = own?.status === 303 ? session : await signedIn(app, 'alice');
  const { location } = own?.status === 303 ? own.headers : (await by.post('/bulk-operations', fields)).headers;
  if (kind === 'executed') await by.post(`${location}/execution`);
  if (kind === 'scheduled') await by.post(`${location}/schedule`, { dueAt: '2027-01-15' });
  const id = Number(location.split('/').at(-1));
  if (kind === 'running' || kind === 'paused') {
    await app.context.operations.stop();
    await app.db.write(async (trx) => {
      // It is in nobody's way.
      await trx('bulk_operation_pieces').where('operation_id', id).delete();
      await trx('bulk_operations')
        .where({ id })
        .update({
          executed_at: instant(app.clock.now()),
          ...(kind === 'paused' && { paused_at: instant(app.clock.now()), paused_for: 'somebody paused it' }),
        });
    });
  }
  return id;
}

/** Lena took Bob out of the group that she leads, or led. */
async function ledOperation(app: TestApp): Promise<number> {
  const lena = await signedIn(app, 'lena');
  const group = Number(await groupId(app, 'Support'));
  await lena.post(`/led-groups/${group}/members`, { ids: String(app.people.bob), _method: 'delete' });
  const done = await app.db.read('bulk_operations').orderBy('id', 'desc').first('id');
  if (done) return done.id;
  const at = instant(app.clock.now());
  const [made] = await app.db.write((trx) =>
    trx('bulk_operations')
      .insert({
        ...{ subject_type: 'user', action: 'remove-from-group', choices: JSON.stringify({ group }), size: 1 },
        ...{ created_by: app.people.lena, created_at: at, executed_at: at, finished_at: at, address: '' },
      })
      .returning('id'),
  );
  return made.id;
}

/** The fields as Alice's browser would send them: what stands in the form, and what she types. */
async function filled(app: TestApp, change: Change, id: number | string | undefined, reader: Session): Promise<Fields> {
  const form = pageOf(await reader.get(pathOf(change.form, id)));
  const { _csrf, _method, ...standing } = form.typed();
  return { ...standing, ...(typeof change.fields === 'function' ? await change.fields(app, form) : change.fields) };
}

/** Sends the example of a changing route from a browser that stands on its form. */
async function send(session: Session, route: Route, id: number | string | undefined, fields: Fields, headers = {}) {
  const path = pathOf(route.pattern, id);
  if (route.change?.file === undefined) return session.send(route.method as 'post', path, fields, headers);
  const { file = route.change.file, ...others } = fields;
  return session.upload(path, others, file, headers);
}

interface Begun extends AsyncDisposable {
  app: TestApp;
  session: Session;
  id: number | string | undefined;
  fields: Fields;
}

async function begin(route: Route): Promise<Begun> {
  const change = route.change!;
  const app = await (change.start ?? startApp)();
  const session = await (change.browser ?? ((one) => signedIn(one, 'alice')))(app);
  const id = await idOf(app, session, route, 'another', 'alice');
  const fields = await filled(app, change, id, session);
  return { app, session, id, fields, [Symbol.asyncDispose]: app.close };
}

describe('the list of routes', () => {
  it('classifies every route that there is, and none that is not (R59)', async () => {
    await using app = await startApp();
    const there = routesOf(app.express)
      .map((route) => route.replace(/\/assets\/[0-9a-f]+/, '/assets/:version'))
      // Each of our own modules, of which there may be any number.
      .map((route) => route.replace(/(:version\/js\/)(?!htmx|combobox|webauthn)\w+\.js/, '$1:module'));
    expect([...new Set(there)].toSorted()).toEqual(Object.keys(ROUTES).toSorted());
  });

  it('has an example for everything that changes something', () => {
    const without = routes.filter((route) => route.method !== 'get' && route.method !== 'use' && !route.change);
    // What the browser keeps, what is asked on the page of a link that is over, and what only tells how strong a password is.
    expect(without.map((route) => route.name)).toEqual([
      'post /preferences',
      'post /invitations/requests',
      'post /passwords/strength',
    ]);
  });
});

describe('a stranger', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  it.each(routes.filter(isClosed))('is sent to the sign-in page: $name', async (route) => {
    const stranger = new Session(app);
    await stranger.formToken();
    const path = pathOf(route.pattern, route.subject ? app.people[route.subject] : 1);
    const before = await facts(app);
    const answer = isRead(route) ? await stranger.get(path) : await send(stranger, route, app.people.bob, {});
    expect(answer.status).toBe(303);
    const next = isRead(route) && path !== '/' ? `?next=${encodeURIComponent(path)}` : '';
    expect(answer.headers.location).toBe(`/session/new${next}`);
    const htmx = { 'HX-Request': 'true' };
    const swapped = isRead(route)
      ? await stranger.get(path, htmx)
      : await send(stranger, route, app.people.bob, {}, htmx);
    expect([swapped.status, swapped.headers['hx-redirect'], swapped.text]).toEqual([401, '/session/new', '']);
    expect(await facts(app)).toEqual(before);
  });
});

describe.each(VIEWERS.map((standing) => ({ ...standing, title: standing.as ?? standing.viewer })))(
  '$title',
  (standing) => {
    const { viewer } = standing;
    let shared: TestApp;
    let session: Session;
    let alice: Session;
    beforeAll(async () => {
      shared = await startApp();
      await stand(shared, standing);
      session = await signedIn(shared, viewer);
      alice = await signedIn(shared, 'alice');
      await session.get('/credentials');
    });
    afterAll(() => shared.close());
    const cases = casesOf(standing);

    const refusals = cases.filter(({ expected }) => typeof expected === 'number');
    if (refusals.length > 0)
      it.each(refusals)('$title, and changes nothing (R59)', async ({ route, relation, expected }) => {
        const id = await idOf(shared, alice, route, relation, viewer);
        const fields = route.change?.fields ? await filled(shared, route.change, id, alice) : {};
        // As if a minute had gone by: the first refusal of a kind is told at once.
        await shared.db.write((trx) => trx('refusals').delete());
        const audit = await watchAudit(shared);
        const before = await factsBesideAudit(shared);
        const path = pathOf(route.pattern, id);
        const answer = isRead(route) ? await session.get(path) : await send(session, route, id, fields);
        expect(answer.status).toBe(expected);
        expect(await factsBesideAudit(shared)).toEqual(before);
        const events = await audit.since();
        expect(events.map((event) => [event.action, event.actorName, event.subjectName])).toEqual([
          ['request.refused', viewer, `${route.method.toUpperCase()} ${path}`],
        ]);
      });

    it.each(cases.filter(({ route, expected }) => isRead(route) && typeof expected === 'string'))(
      '$title',
      async ({ route, relation, expected }) => {
        // What somebody prepares is for nobody else to see.
        const by = route.operation === 'asking' || route.operation === 'draft' ? session : alice;
        const id = await idOf(shared, by, route, relation, viewer);
        const answer = await session.get(pathOf(route.pattern, id));
        const status = { allowed: route.shows ?? 200, led: 303, 'nothing to do': 409 };
        expect(answer.status).toBe(status[expected as keyof typeof status]);
      },
    );

    it.each(
      cases.filter((one) => !isRead(one.route) && typeof one.expected === 'string' && !isTriedBelow(one, viewer)),
    )('$title', async ({ route, relation, expected }) => {
      await using app = await (route.change!.start ?? startApp)();
      await stand(app, standing);
      const own = await signedIn(app, viewer);
      const id = await idOf(app, own, route, relation, viewer);
      const isForm = route.change!.fields !== undefined;
      const fields = isForm ? await filled(app, route.change!, id, own) : {};
      const audit = await watchAudit(app);
      const before = await factsBesideAudit(app);
      const answer = await send(own, route, id, fields);
      expect(answer.status).toBe(route.change!.answers ?? 303);
      expect(await audit.actions()).toEqual(expected === 'allowed' ? route.change!.audit : []);
      if (expected === 'nothing to do') {
        expect(await factsBesideAudit(app)).toEqual(before);
        expect(pageOf(await own.get(answer.headers.location)).message()).toMatch(/^Nothing changed/);
      } else expect(await factsBesideAudit(app)).not.toEqual(before);
    });
  },
);

describe('an unknown user, group or operation', () => {
  let app: TestApp;
  let alice: Session;
  beforeAll(async () => {
    app = await startApp();
    alice = await signedIn(app, 'alice');
  });
  afterAll(() => app.close());

  it.each(routes.filter((route) => route.subject || route.group || route.contact || route.operation || route.imports))(
    'is not found: $name',
    async (route) => {
      // What is refused as if it were not there is told by the audit.
      const look = route.open === 'leader' ? factsBesideAudit : facts;
      const before = await look(app);
      for (const id of [
        '999999',
        '0',
        '-1',
        '01',
        '1.0',
        '1e3',
        'abc',
        '99999999999999999999',
        '1%20or%201=1',
        '%27',
      ]) {
        const path = pathOf(route.pattern, id);
        const answer = isRead(route) ? await alice.get(path) : await alice.send(route.method as 'post', path);
        expect([id, answer.status]).toEqual([id, 404]);
      }
      expect(await look(app)).toEqual(before);
    },
  );
});

describe.each(changing)('$name', (route) => {
  const { change } = route;
  if (!change) return;

  it.each([
    { how: 'as a page', headers: {} },
    { how: 'asked for by htmx', headers: { 'HX-Request': 'true', 'HX-Target': 'main#main' } },
  ])('changes what it says, once, and leads on, $how (R77)', async ({ headers }) => {
    await using begun = await begin(route);
    const { app, session, id, fields } = begun;
    const audit = await watchAudit(app);
    expect(await change.state(app)).toEqual(change.from);
    const answer = await send(session, route, id, fields, headers);
    expect(answer.status).toBe(change.answers ?? 303);
    if (change.leadsTo) expect(answer.headers.location.replace(`/${id}`, '/:id')).toMatch(change.leadsTo);
    expect(await change.state(app)).toEqual(change.to);
    const events = await audit.since();
    expect(events.map((event) => event.action)).toEqual(change.audit);
    expect(new Set(events.map((event) => event.requestId)).size).toBe(Math.min(1, change.audit.length));
  });

  // None of them changes anything, so one beginning serves all.
  describe('as it should not be sent', () => {
    let begun: Awaited<ReturnType<typeof begin>>;
    beforeAll(async () => {
      begun = await begin(route);
    });
    afterAll(async () => {
      await begun[Symbol.asyncDispose]();
    });

    it('refuses what another site, or no form of ours, sends, and changes nothing (R68)', async () => {
      const { app, session, id, fields } = begun;
      const audit = await watchAudit(app);
      const other = new Session(app);
      const othersToken = await other.formToken();
      const ownToken = await session.formToken();
      const path = pathOf(route.pattern, id);
      const before = await factsBesideAudit(app);
      const isViewer = (await app.db.read('sessions').whereNotNull('user_id')).length > 0 && !change.browser;

      const forged: [string, () => Promise<{ status: number }>][] = [
        ['no token', () => send(session, route, id, { ...fields, _csrf: [] })],
        ['an empty token', () => send(session, route, id, { ...fields, _csrf: '' })],
        ["another session's token", () => send(session, route, id, { ...fields, _csrf: othersToken })],
        ['the token twice', () => send(session, route, id, { ...fields, _csrf: [ownToken, ownToken] })],
        ['a request from another site', () => send(session, route, id, fields, { 'Sec-Fetch-Site': 'cross-site' })],
        ['a request from a sister site', () => send(session, route, id, fields, { 'Sec-Fetch-Site': 'same-site' })],
        ['a foreign Origin', () => send(session, route, id, fields, { Origin: 'https://evil.example' })],
        ['Origin: null', () => send(session, route, id, fields, { Origin: 'null' })],
        [
          'a body of plain text',
          async () =>
            session.agent
              .post(path)
              .set('Content-Type', 'text/plain')
              .send(new URLSearchParams({ _csrf: ownToken, _method: route.method, ...(fields as object) }).toString()),
        ],
        [
          'a body of JSON',
          async () => session.agent.post(path).send({ _csrf: ownToken, _method: route.method, ...fields }),
        ],
        ['the bare method', async () => session.agent[route.method as 'post'](path)],
      ];
      for (const [what, attempt] of forged) expect([what, (await attempt()).status]).toEqual([what, 403]);

      expect(await factsBesideAudit(app)).toEqual(before);
      // A signed-in person's refusals are written down, each once.
      if (isViewer) expect(await audit.actions()).toEqual(forged.map(() => 'request.refused'));
    });

    it('refuses a field that came twice, and changes nothing (R39)', async () => {
      const { app, session, id, fields } = begun;
      const page = pageOf(await session.get(pathOf(change.form, id)));
      const action = pathOf(route.pattern, id);
      const form = page.$(`form[action="${action}"], form:has([formaction="${action}"])`);
      const names = form
        .find('[name]')
        .toArray()
        .map((field) => page.$(field).attr('name')!);
      expect(names).toContain('_csrf');
      const before = await facts(app);
      // Groups, accounts, columns and ticked users and rows are several. The user's name stands in password forms for password managers only; nobody reads it here.
      for (const name of new Set(
        names.filter(
          (one) =>
            ![
              '_csrf',
              'groups',
              'keep',
              'ids',
              'accounts',
              'column',
              'columns',
              'ticked',
              'username',
              'scopes',
              'kinds',
            ].includes(one),
        ),
      )) {
        const value = name === '_method' ? route.method : String(fields[name] ?? '');
        const answer = await send(session, route, id, { ...fields, [name]: [value, value] });
        expect([name, answer.status]).toEqual([name, 400]);
      }
      expect(await facts(app)).toEqual(before);
    });

    if (change.nonsense) {
      const { nonsense } = change;
      it('refuses what no form of ours sends, and changes nothing', async () => {
        const { app, session, id, fields } = begun;
        const before = await factsBesideAudit(app);
        expect((await send(session, route, id, { ...fields, ...nonsense.fields })).status).toBe(nonsense.status);
        expect(await factsBesideAudit(app)).toEqual(before);
      });
    }

    if (change.bad) {
      const { bad } = change;
      it('shows bad input again with one message per field, and changes nothing', async () => {
        const { app, session, id, fields } = begun;
        const before = await factsBesideAudit(app);
        for (const headers of [{}, { 'HX-Request': 'true' }]) {
          const answer = await send(session, route, id, { ...fields, ...bad.fields }, headers);
          expect(answer.status).toBe(422);
          const page = pageOf(answer);
          expect(Object.keys(page.errors()).toSorted()).toEqual(bad.errors.toSorted());
          // What a picker fills is mended where one searches for it.
          for (const field of bad.errors)
            expect([
              field,
              page.$(`[name="${field}"], #${field}-picker input`).filter('[aria-invalid="true"]').length,
            ]).toEqual([field, 1]);
          const typed = page.typed();
          // Said by the sheet, which is read anew.
          const { confirmed, ...shown } = { ...fields, ...bad.fields };
          for (const [name, value] of Object.entries(shown)) {
            const isSecret = page.$(`[name="${name}"]`).attr('type') === 'password';
            expect([name, typed[name]]).toEqual([name, isSecret ? '' : value]);
          }
          for (const secret of bad.never ?? []) expect(answer.text).not.toContain(secret);
        }
        expect(await factsBesideAudit(app)).toEqual(before);
      });
    }
  });
});

describe.each(changing.filter(isClosed))('$name, whose session is over', (route) => {
  const change = route.change!;

  it('comes back as it was left to whoever left it, to nobody else, and does nothing by itself', async () => {
    await using begun = await begin(route);
    const { app, session, id } = begun;
    const sent = { method: route.method, action: pathOf(route.pattern, id) };
    const page = pathOf(change.form, id);
    const person = await whoIs(session);
    const other = person === 'ada' ? 'alice' : 'ada';
    const audit = await watchAudit(app);

    // Whoever may not see the page is refused it.
    const done = async () => (await audit.actions()).filter((action) => action !== 'request.refused');

    const leave = async () => {
      const opened = pageOf(await session.get(page));
      changeAll(opened, sent);
      return { shown: shownIn(opened, sent), fields: fieldsOf(opened, sent) };
    };
    const sendLate = (fields: Fields) =>
      send(session, route, id, { ...fields, ...secretsIn(change, fields) }, { 'Sec-Fetch-Site': 'same-origin' });
    const isAgain = async (left: Awaited<ReturnType<typeof leave>>, answer: Awaited<ReturnType<typeof sendLate>>) => {
      expect([answer.status, answer.headers.location]).toEqual([303, page]);
      const back = await session.get(page);
      if (BEGUN_ANEW.includes(route.name)) return expect(back.status).toBe(303);
      expect(shownIn(pageOf(back), sent)).toEqual(left.shown);
      if (Object.keys(left.fields).some((name) => SECRETS.includes(name)))
        expect(pageOf(back).message()).toContain('Passwords and codes are never kept');
      if (change.file) expect(pageOf(back).message()).toContain('A file is not kept');
      if (Object.keys(left.shown).length > 0)
        expect(shownIn(pageOf(await session.get(page)), sent)).not.toEqual(left.shown);
    };

    for (const end of [
      () => app.db.write((trx) => trx('sessions').update({ expires_at: instant(app.clock.now() - 1) })),
      () => session.send('delete', '/session'),
    ]) {
      const left = await leave();
      await end();
      const late = await sendLate(left.fields);
      if (late.status === 303) {
        // Nothing was typed or chosen.
        expect([left.shown, late.headers.location]).toEqual([
          {},
          expect.stringMatching(/^\/session\/new\?.*undone=1$/),
        ]);
        await enterAgain(app, session, person, await session.get(late.headers.location));
        continue;
      }
      expect([late.status, pageOf(late).heading()]).toEqual([401, 'Sign in to Roster']);
      await isAgain(left, await enterAgain(app, session, person, late));
      if (BEGUN_ANEW.includes(route.name)) return expect(await done()).toEqual([]);
    }

    const left = await leave();
    await enterAgain(app, session, person, { text: '' });
    const old = await sendLate(left.fields);
    if (old.status === 422) expect(left.shown).toEqual({});
    else await isAgain(left, old);

    const theirs = await leave();
    await enterAgain(app, session, other, { text: '' });
    const late = await sendLate(theirs.fields);
    if (late.status === 422) {
      expect([theirs.shown, pageOf(late).$('main form').length]).toEqual([{}, 0]);
      return expect(await done()).toEqual([]);
    }
    expect([late.status, pageOf(late).textOf('[role=alert]')]).toEqual([
      401,
      expect.stringContaining(`go on as ${other}`),
    ]);
    const wrong = await enterAgain(app, session, other, late);
    expect([wrong.status, wrong.headers.location]).toEqual([303, '/']);
    expect((await app.db.read('sessions').pluck('data')).join()).not.toContain('kept');
    if (Object.keys(theirs.shown).length > 0)
      expect(shownIn(pageOf(await session.get(page)), sent)).not.toEqual(theirs.shown);
    await isAgain(theirs, await enterAgain(app, session, person, late));
    expect(await done()).toEqual([]);
  });
});

/** What a session had begun ends with it. */
const BEGUN_ANEW = ['post /credentials/second-factor/confirmation', 'post /credentials/passkeys'];
const SECRETS = ['password', 'current', 'repeated', 'code', 'credential'];

/** What is typed into fields that hide it. */
function secretsIn({ fields }: Change, among: Fields): Fields {
  const typed = typeof fields === 'function' ? {} : (fields ?? {});
  return Object.fromEntries(
    Object.keys(among).flatMap((name) => (SECRETS.includes(name) ? [[name, typed[name] ?? 'typed']] : [])),
  );
}

async function whoIs(session: Session): Promise<Person> {
  const menu = pageOf(await session.get('/me'))
    .$('#own-button')
    .attr('aria-label')!;
  return menu.split(', ')[1] as Person;
}

/** Signs somebody in by this page, as it carries along what it does; with a second factor, where they have one. */
async function enterAgain(app: TestApp, session: Session, person: Person, { text }: { text: string }) {
  const page = pageOf(text ? { text } : await session.get('/session/new'));
  const { next = '', kept = '' } = page.typed('form[action="/session"]') as Record<string, string>;
  session.forgetToken();
  if (text) session.read({ text });
  const typed = { identifier: person, password: PASSWORD, next, kept };
  const answer = await session.post('/session', typed, { 'Sec-Fetch-Site': 'same-origin' });
  // It had been open while somebody else signed in.
  if (answer.status === 422 && text) return enterAgain(app, session, person, answer);
  if (answer.headers.location !== '/session/factor/new') return answer;
  await session.get('/session/factor/new');
  app.clock.advance(60_000);
  return session.post('/session/factor', { code: await codeOf(app, person) });
}

describe('looking', () => {
  let app: TestApp;
  let alice: Session;
  let links: Record<string, string>;
  beforeAll(async () => {
    app = await startApp();
    alice = await signedIn(app, 'alice');
    links = {
      'get /invitations/:token': await linkFor(app, 'carol', 'invitation', alice),
      'get /passwords/:token': await linkFor(app, 'bob', 'password-reset', alice),
    };
  });
  afterAll(() => app.close());

  it.each(routes.filter(isRead))('changes nothing, by GET and by HEAD: $name (R69)', async (route) => {
    // Whoever was asked long ago is asked again before a file.
    await app.db.write((trx) => trx('sessions').update({ confirmed_at: instant(app.clock.now()) }));
    // Who does nothing for an hour is signed out.
    const reader = route.open === 'leader' ? await signedIn(app, 'lena') : alice;
    const path = links[route.name] ?? pathOf(route.pattern, await idOf(app, alice, route, 'another', 'alice'));
    const before = await facts(app);
    app.clock.advance(120_000);
    const expected = path.includes(':version') ? 404 : (route.shows ?? 200);
    expect((await reader.get(path)).status).toBe(expected);
    expect((await reader.agent.head(path)).status).toBe(expected);
    expect((await reader.get(path, { 'HX-Request': 'true' })).status).toBe(expected);
    expect(await facts(app)).toEqual(before);
  });

  it('at a password tells how strong it is, and keeps nothing', async () => {
    const before = await facts(app);
    const secret = 'a very particular secret';
    const answer = await alice.post('/passwords/strength', { password: secret });
    expect(answer.status).toBe(200);
    expect(answer.text).not.toContain(secret);
    expect(await facts(app)).toEqual(before);
    expect(JSON.stringify(await everything(app))).not.toContain(secret);
  });
});
