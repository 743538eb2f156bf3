import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Person } from '../../seeds/cast.ts';
import { PROGRAMS_PATH } from '../../src/users/list/user-list-columns.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { pathTo } from '../support/people.ts';
import { programAs } from '../support/program.ts';
import { type Fields, type Session, signedIn } from '../support/session.ts';

const MAILING = { SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'roster@example.com' };

let app: TestApp;
let alice: Session;

beforeEach(async () => {
  app = await startApp(MAILING);
  alice = await signedIn(app, 'alice');
});
afterEach(() => app.close());

const row = (person: Person) => app.db.read('users').where('id', app.people[person]).first();
const set = (person: Person, columns: object) =>
  app.db.write((trx) => trx('users').where('id', app.people[person]).update(columns));
const found = async (state: string) => pageOf(await alice.get(`/users?state=${state}`)).texts('tbody th a');

/** Chooses and carries out; gives what the sheet said, and the report. */
async function operate(action: string, person: Person, choices: Fields) {
  const { location } = (await alice.post('/bulk-operations', { action, ids: String(app.people[person]) })).headers;
  const chosen = await alice.post(`${location}/choices`, choices);
  if (chosen.status !== 303) return { status: chosen.status, page: pageOf(chosen) };
  const sheet = pageOf(await alice.get(location));
  const done = await alice.post(`${location}/execution`);
  return { status: done.status, page: sheet };
}

describe('a program', () => {
  it('stands in a list of its own, with who answers for it, its reason, its tokens and when it is to be reviewed', async () => {
    await set('robin', {
      api_only_owner_id: app.people.bob,
      api_only_review_on: '2027-02-01',
      api_only_reason: 'Billing',
    });
    const cells = async () => {
      const page = pageOf(await alice.get(PROGRAMS_PATH));
      expect(page.texts('tbody th a')).toEqual(['robin']);
      return page.texts('tbody td').slice(1, -1);
    };
    expect(await cells()).toEqual(['bob', 'Billing', 'none', '1 Feb 2027']);
    const program = await programAs(app, 'robin', ['users:read']);
    await programAs(app, 'robin', ['users:read']);
    expect(await cells()).toEqual(['bob', 'Billing', '2 used never', '1 Feb 2027']);
    await program.get('/users');
    app.clock.advance(3 * 60_000);
    expect((await cells())[2]).toBe('2 used 3 minutes ago');
    const file = await submit(alice, PROGRAMS_PATH.replace('/users?', '/users/export?'), { fileFormat: 'csv' });
    expect(file.text).toMatch(/robin,Billing,bob,2027-02-01,2,2026-\S+Z/);
  });

  it('is found where nobody answers for it, where it is to be reviewed, unused, or without a token', async () => {
    await set('robin', { api_only_owner_id: app.people.bob, api_only_review_on: '2026-11-23' });
    expect([await found('orphaned'), await found('review-due')]).toEqual([[], []]);
    expect(await found('no-token')).toContain('robin');
    await submit(alice, pathTo(app, 'robin', '/tokens/new'), { name: 'nightly', scopes: ['users:read'] });
    expect(await found('no-token')).not.toContain('robin');
    await alice.post(pathTo(app, 'bob', '/deactivation'));
    expect(await found('orphaned')).toEqual(['robin']);
    app.clock.advance(100 * 86_400_000);
    alice = await signedIn(app, 'alice');
    expect(await found('review-due')).toContain('robin');
    expect(await found('unused')).toContain('robin');
    expect(await found('no-token')).toContain('robin');
  });

  it('says in the report of an undo what it was, and no id of who answered for it', async () => {
    await set('robin', { api_only_reason: 'Billing', api_only_review_on: '2027-02-01' });
    await operate('hand-over-program', 'robin', { apiOnlyOwner: 'bob' });
    const { id } = await app.db.read('bulk_operations').orderBy('id', 'desc').first('id');
    const sheet = (await alice.post('/bulk-operations', { action: 'undo', from: String(id) })).headers.location;
    await alice.post(`${sheet}/execution`);
    expect(pageOf(await alice.get(sheet)).textOf('.report .badge + .note')).toBe(
      'was API-only: Billing, to be reviewed on 1 Feb 2027',
    );
  });

  it('is reviewed: kept until another day, or handed over, with an event each', async () => {
    const audit = await watchAudit(app);
    await operate('keep-program', 'robin', { reviewOn: '2027-06-01' });
    await operate('hand-over-program', 'robin', { apiOnlyOwner: 'bob' });
    expect(await row('robin')).toMatchObject({
      api_only_review_on: '2027-06-01',
      api_only_owner_id: app.people.bob,
      api_only: 1,
    });
    const events = (await audit.since()).map(({ action, after }) => [action, Object.keys(after)]);
    expect(events).toEqual([
      ['user.updated', ['apiOnlyReviewOn']],
      ['user.updated', ['apiOnlyOwner']],
    ]);
    expect((await operate('keep-program', 'robin', { reviewOn: '' })).status).toBe(422);
    expect((await operate('hand-over-program', 'robin', { apiOnlyOwner: 'dave' })).page.errors()).toHaveProperty(
      'apiOnlyOwner',
    );
    const refused = await operate('keep-program', 'bob', { reviewOn: '2027-06-01' });
    expect(refused.page.textOf('main')).toContain('is a person');
  });

  it('is kept until a day that each reads as they are used to', async () => {
    await submit(alice, '/preferences', { dates: 'month' });
    const { page } = await operate('keep-program', 'robin', { reviewOn: '2027-06-01' });
    expect(page.textOf('main')).toContain('They are to be reviewed again on Jun 1, 2027.');
    const list = async (session: Session) => pageOf(await session.get('/bulk-operations')).textOf('main');
    expect(await list(alice)).toContain('1 program kept, to be reviewed on Jun 1, 2027.');
    expect(await list(await signedIn(app, 'ada'))).toContain('1 program kept, to be reviewed on 1 Jun 2027.');
  });

  it('is made of a person and the reverse, and the sheet says what ends', async () => {
    const bob = await signedIn(app, 'bob');
    await submit(bob, '/credentials/tokens/new', { name: 'mine', scopes: ['users:read'] });
    const fields = { apiOnlyReason: 'Sends reports', apiOnlyOwner: 'alice', apiOnlyReviewOn: '2027-06-01' };
    expect((await operate('convert-to-api-only', 'bob', { ...fields, apiOnlyReason: '' })).status).toBe(422);
    const { page } = await operate('convert-to-api-only', 'bob', fields);
    expect(page.textOf('main')).toContain('never sign in in a browser again');
    expect(await row('bob')).toMatchObject({ api_only: 1, password_hash: null });
    expect(await app.db.read('sessions').where('user_id', app.people.bob)).toEqual([]);
    expect(await app.db.read('tokens').whereNull('ended_at')).toEqual([]);
    await set('bob', { email: null, email_key: null });
    const without = await operate('convert-to-person', 'bob', { email: '' });
    expect(without.page.textOf('main')).toContain('without an email');
    await operate('convert-to-person', 'bob', { email: 'bob@example.org' });
    expect(await row('bob')).toMatchObject({ api_only: 0, email: 'bob@example.org' });
  });

  it('is answered for by somebody else: of many, whoever is to answer stays a person', async () => {
    const { bob, rita } = app.people;
    const choices = { apiOnlyReason: 'Sends reports', apiOnlyOwner: 'rita', apiOnlyReviewOn: '2027-06-01' };
    const { location } = (
      await alice.post('/bulk-operations', { action: 'convert-to-api-only', ids: `${rita},${bob}` })
    ).headers;
    await alice.post(`${location}/choices`, choices);
    const reason = 'An API-only user does not answer for itself. Name somebody else';
    expect(pageOf(await alice.get(location)).textOf('main')).toContain(reason);
    await alice.post(`${location}/execution`);
    expect(await row('rita')).toMatchObject({ api_only: 0 });
    expect(await row('bob')).toMatchObject({ api_only: 1, api_only_owner_id: rita });
    const edited = await submit(alice, `${pathTo(app, 'lena')}/edit`, {
      apiOnly: 'on',
      ...choices,
      apiOnlyOwner: 'lena',
    });
    expect([edited.status, pageOf(edited).textOf('main').includes(reason)]).toEqual([422, true]);
    expect(await row('lena')).toMatchObject({ api_only: 0 });
  });

  it('is named where its owner goes, and handed over with it or told of', async () => {
    await set('robin', { api_only_owner_id: app.people.bob });
    const sheet = pageOf(await alice.get(pathTo(app, 'bob', '/deactivation/new')));
    expect(sheet.textOf('fieldset:has(#newOwner)')).toContain('robin');
    const wrong = await alice.post(pathTo(app, 'bob', '/deactivation'), { newOwner: 'nobody' });
    expect([wrong.status, pageOf(wrong).errors().newOwner]).toEqual([422, expect.stringContaining('no active user')]);
    expect((await row('bob')).activity).toBe('active');
    expect((await alice.post(pathTo(app, 'bob', '/deactivation'), { newOwner: 'ada' })).status).toBe(303);
    expect((await row('robin')).api_only_owner_id).toBe(app.people.ada);
    expect(await app.db.read('outbox').where('kind', 'programs-orphaned')).toEqual([]);

    const audit = await watchAudit(app);
    await alice.post(pathTo(app, 'ada', '/deletion'));
    expect((await audit.since()).map(({ action }) => action)).toEqual(['user.deleted']);
    const mails = await app.db.read('outbox').where('kind', 'programs-orphaned');
    expect(mails.map(({ user_id }) => user_id)).toEqual([app.people.alice]);
    expect(JSON.parse(mails[0].facts)).toMatchObject({ owner: 'ada', what: 'was deleted', programs: 'robin' });
  });
});

describe('a program that may change users', () => {
  it('says of itself neither who answers for it, nor why, nor until when', async () => {
    const robin = app.people.robin;
    await app.db.write(async (trx) => {
      const group_id = (await trx('groups').where('name', 'Helpdesk').first('id'))!.id;
      await trx('memberships').insert({ group_id, user_id: robin, granted_at: '2026-11-01T12:00:00.000Z' });
      await trx('users').where('id', robin).update({ leaves_at: '2027-01-31T00:00:00.000Z' });
    });
    const program = await programAs(app, 'robin');
    const owned = { reason: 'Sends invoices to the archive', ownerId: app.people.alice, reviewOn: '2030-01-31' };
    const said = (body: object) => program.send('patch', `/users/${robin}`, body, { 'If-Match': '*' });
    for (const body of [
      { apiOnly: { ...owned, ownerId: app.people.bob } },
      { apiOnly: { ...owned, reviewOn: '2040-01-31' } },
      { apiOnly: { ...owned, reason: 'All' } },
      { leavesAt: null },
    ])
      expect([body, (await said(body)).status]).toEqual([body, 403]);
    for (const [action, values] of [
      ['keep-program', { reviewOn: '2040-01-31' }],
      ['hand-over-program', { apiOnlyOwner: 'bob' }],
    ] as const) {
      const draft = await program.send('post', '/bulk-operations', { on: 'users', ids: [robin], action, values });
      expect([action, draft.body.changed, draft.body.reasons[0].reason]).toEqual([
        action,
        0,
        expect.stringMatching(/yourself/),
      ]);
    }
    expect((await said({ apiOnly: owned, description: 'As before' })).status).toBe(200);
  });
});
