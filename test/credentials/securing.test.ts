import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { linkFor, opened } from '../support/links.ts';
import { pageOf } from '../support/page.ts';
import { isSignedIn, pathTo } from '../support/people.ts';
import { Session, signedIn } from '../support/session.ts';

const MAIL = { SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'roster@example.com' };
const NEW_PASSWORD = 'nine slow tractors hum';

let app: TestApp;
let bob: Session;
let alice: Session;

beforeEach(async () => {
  app = await startApp(MAIL);
  alice = await signedIn(app, 'alice');
  bob = await signedIn(app, 'bob');
});
afterEach(() => app.close());

const mails = async (kind: string) =>
  (await app.db.read('outbox').where({ kind }).orderBy('user_id')).map((mail) => mail.address);
const report = () => bob.post('/credentials/report');

describe('“This was not me”', () => {
  it('ends every session and link and voids the password, and says how to get in again', async () => {
    const elsewhere = await signedIn(app, 'bob');
    const link = await linkFor(app, 'bob', 'password-reset', alice);
    const answer = await report();
    expect(answer.headers.location).toBe('/session/new');
    expect(pageOf(await bob.get('/session/new')).message()).toContain('“Forgot password?”');
    for (const session of [bob, elsewhere]) expect(await isSignedIn(session)).toBe(false);
    expect((await new Session(app).signIn('bob')).status).toBe(422);
    expect((await new Session(app).get(link)).status).toBe(410);
    const event = await app.db.read('audit_events').where('action', 'user.secured').first();
    expect(JSON.parse(event.after)).toEqual({ sessionsEnded: 2, linksEnded: 1 });
  });

  it('tells the person and every administrator', async () => {
    await report();
    expect(await mails('account-secured')).toEqual(['bob@example.com']);
    expect(await mails('account-reported')).toEqual(['alice@example.com', 'ada@example.com']);
  });

  it('is opened again by a link alone, and what ended stays ended', async () => {
    await report();
    const link = await opened(app, await linkFor(app, 'bob', 'password-reset', alice));
    await link.post('/passwords/acceptance', { password: NEW_PASSWORD, repeated: NEW_PASSWORD });
    expect(await isSignedIn(bob)).toBe(false);
    expect((await new Session(app).signIn('bob')).status).toBe(422);
    expect((await new Session(app).signIn('bob', NEW_PASSWORD)).status).toBe(303);
  });

  it('leaves the last administrator a way in: the page names the command line, and nothing is done (promise 4)', async () => {
    await app.db.write((trx) => trx('users').where('id', app.people.ada).update({ expires_on: '2036-01-01' }));
    const page = pageOf(await alice.get('/credentials/report/new'));
    expect(page.textOf('main')).toContain('roster -- reset-password-link alice');
    expect(page.$('form[action="/credentials/report"]').length).toBe(0);
    expect((await alice.post('/credentials/report')).status).toBe(403);
    expect(await isSignedIn(alice)).toBe(true);
    expect(await app.db.read('audit_events').where('action', 'user.secured')).toEqual([]);
    expect(await mails('account-reported')).toEqual([]);
  });

  it('lets one of two administrators close their account, and not both', async () => {
    const ada = await signedIn(app, 'ada');
    const answers = await Promise.all([alice.post('/credentials/report'), ada.post('/credentials/report')]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([303, 403]);
  });
});

describe('“Secure account”', () => {
  it('does the same to somebody else, says so before, and makes no link', async () => {
    const page = pageOf(await alice.get(pathTo(app, 'bob', '/securing/new')));
    expect(page.textOf('main')).toMatch(
      /Every session, every open link and every passkey ends at once.*The password is void/,
    );
    const answer = await alice.post(pathTo(app, 'bob', '/securing'));
    expect(pageOf(await alice.get(answer.headers.location)).textOf('body')).toContain('bob is secured');
    expect(await isSignedIn(bob)).toBe(false);
    expect(await app.db.read('links').where({ user_id: app.people.bob, ended_at: null })).toEqual([]);
    expect(await mails('account-secured')).toEqual(['bob@example.com']);
    expect(await mails('account-reported')).toEqual([]);
  });

  it('is for many as well, but for the last administrator, of whom it is said why', async () => {
    await app.db.write((trx) =>
      trx('memberships').where('user_id', app.people.alice).update({ until_on: '2036-01-01' }),
    );
    const ids = [String(app.people.ada), String(app.people.bob)];
    const path = (await alice.post('/bulk-operations', { action: 'secure-account', ids })).headers.location;
    expect(pageOf(await alice.get(path)).textOf('main')).toContain('only the command line helps');
    await alice.post(`${path}/execution`);
    const hashes = await app.db.read('users').whereIn('id', ids).orderBy('name').pluck('password_hash');
    expect(hashes.map((hash) => hash !== null)).toEqual([true, false]);
  });

  it('is refused to who may do less than the subject (R61)', async () => {
    const max = await signedIn(app, 'max');
    expect((await max.post(pathTo(app, 'alice', '/securing'))).status).toBe(403);
    expect(await isSignedIn(alice)).toBe(true);
  });
});
