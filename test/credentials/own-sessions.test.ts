import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { everything } from '../support/database.ts';
import { linkFor, opened } from '../support/links.ts';
import { pageOf } from '../support/page.ts';
import { isSignedIn } from '../support/people.ts';
import { Session, signedIn } from '../support/session.ts';

let app: TestApp;
let bob: Session;

beforeEach(async () => {
  app = await startApp();
  bob = await signedIn(app, 'bob');
});
afterEach(() => app.close());

const endings = async (session: Session) =>
  pageOf(await session.get('/credentials'))
    .$('form[action^="/credentials/sessions/"]')
    .toArray()
    .map((form) => form.attribs.action);

describe('the sessions of oneself (R53)', () => {
  it('are all shown, with the one that looks marked and without a button', async () => {
    const elsewhere = new Session(app);
    elsewhere.agent.set('User-Agent', 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0');
    await elsewhere.signIn('bob');
    const page = pageOf(await bob.get('/credentials'));
    const shown = page.texts('section[aria-labelledby="sessions"] li');
    expect(shown.length).toBe(2);
    expect(shown.filter((text) => text.includes('this one')).length).toBe(1);
    expect(shown.join()).toMatch(/Firefox on Linux.*127\.0\.0\.1.*since.*last seen/);
    expect((await endings(bob)).length).toBe(1);
  });

  it('end one by one, and the others go on', async () => {
    const [first, second] = [await signedIn(app, 'bob'), await signedIn(app, 'bob')];
    const [ending] = await endings(bob);
    expect((await bob.send('delete', ending)).headers.location).toBe('/credentials');
    expect([await isSignedIn(first), await isSignedIn(second)].filter(Boolean).length).toBe(1);
    expect(await isSignedIn(bob)).toBe(true);
    const event = await app.db.read('audit_events').where('action', 'user.sessions-ended').first();
    expect(event).toMatchObject({ actor_id: app.people.bob, subject_id: app.people.bob });
    expect(JSON.parse(event.after).sessionsEnded).toBe(1);

    await bob.send('delete', ending);
    expect(pageOf(await bob.get('/credentials')).message()).toContain('had ended already');
    expect((await app.db.read('audit_events').where('action', 'user.sessions-ended')).length).toBe(1);
  });

  it('end all at once but the one that says so', async () => {
    const others = [await signedIn(app, 'bob'), await signedIn(app, 'bob')];
    const lena = await signedIn(app, 'lena');
    await bob.send('delete', '/credentials/sessions');
    expect(pageOf(await bob.get('/credentials')).message()).toContain('2 other sessions ended.');
    for (const other of others) expect(await isSignedIn(other)).toBe(false);
    expect(await isSignedIn(lena)).toBe(true);
  });

  it('are nobody else’s to end, and neither ids nor their hashes are shown (R55)', async () => {
    await signedIn(app, 'bob');
    const [ending] = await endings(bob);
    const lena = await signedIn(app, 'lena');
    await lena.send('delete', ending);
    expect((await app.db.read('sessions').where('user_id', app.people.bob)).length).toBe(2);
    const { text } = await bob.get('/credentials');
    for (const hash of await app.db.read('sessions').pluck('id_hash')) expect(text).not.toContain(hash);
    for (const handle of ['constructor', 'x'.repeat(2_000), '%00', '..%2f..']) {
      expect((await bob.send('delete', `/credentials/sessions/${handle}`)).status).toBeLessThan(500);
      expect(await isSignedIn(bob)).toBe(true);
    }
  });
});

describe('the history of sign-ins', () => {
  const shown = async (path = '/credentials') => pageOf(await bob.get(path)).texts('.rows li');

  it('tells what succeeded and what failed, from where and in which browser', async () => {
    await new Session(app).signIn('bob', 'not the password');
    const history = (await shown('/credentials/sign-ins')).slice(0, 2);
    expect(history[0]).toMatch(/Failed: wrong password from 127\.0\.0\.1 .*new device/);
    expect(history[1]).toMatch(/Signed in from 127\.0\.0\.1/);
  });

  it('begins with the first password', async () => {
    const carol = await opened(app, await linkFor(app, 'carol', 'invitation'));
    const password = 'nine slow tractors hum';
    await carol.post('/invitations/acceptance', { password, repeated: password });
    carol.isIn();
    expect(pageOf(await carol.get('/credentials/sign-ins')).texts('.rows li').length).toBe(1);
  });

  it('keeps as many of either kind, however many there are of the other (R87)', async () => {
    const row = { user_id: app.people.bob, at: '2026-11-01T12:00:00.000Z', address: '::1', agent: '', device: null };
    await app.db.write(async (trx) => {
      for (let n = 0; n < 70; n++) await trx('login_attempts').insert({ ...row, outcome: 'while locked' });
    });
    await new Session(app).signIn('bob', 'not the password');
    const kept = async (outcome: string) =>
      (await app.db.read('login_attempts').where({ user_id: app.people.bob, outcome })).length;
    expect([await kept('signed in'), await kept('while locked'), await kept('wrong password')]).toEqual([1, 49, 1]);
  });

  it('holds no password', async () => {
    await new Session(app).signIn('bob', 'a very particular secret');
    const kept = JSON.stringify(await everything(app));
    expect(kept).toContain('wrong password');
    expect(kept).not.toContain('a very particular secret');
  });
});
