import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { instant, MINUTE } from '../../src/clock.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { codeOf, giveFactor } from '../support/factor.ts';
import { linkFor, opened } from '../support/links.ts';
import { pageOf } from '../support/page.ts';
import { challengeIn, type Device, givePasskey } from '../support/passkey.ts';
import { isSignedIn, pathTo } from '../support/people.ts';
import { Session, signedIn } from '../support/session.ts';

const NEW_PASSWORD = 'nine slow tractors hum';
const FACTOR = '/session/factor/new';
let app: TestApp;
let device: Device;

beforeEach(async () => {
  app = await startApp({ SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'roster@example.com' });
  device = await givePasskey(app, 'bob');
});
afterEach(() => app.close());

type Signed = Parameters<Device['show']>[1];

/** Somebody opens the sign-in page and shows a passkey. */
async function show(signed: Signed = {}, { session = new Session(app), by = device } = {}) {
  const credential = by.show(await challengeIn(session), signed);
  const answer = await session.post('/session/passkey', { credential });
  return { session, answer, credential };
}
const statusOf = async (signed?: Signed) => (await show(signed)).answer.status;
const bobs = (table: string) => app.db.read(table).where('user_id', app.people.bob);
const attempts = async () => (await app.db.read('login_attempts').orderBy('id')).map(({ outcome }) => outcome);

describe('signing in by a passkey', () => {
  it('lets its holder in without name and password, with a session of their own (R47)', async () => {
    const session = new Session(app);
    await session.get('/session/new?next=/preferences');
    const before = session.cookie('roster');
    const credential = device.show(await challengeIn(session));
    const answer = await session.post('/session/passkey', { credential, next: '/preferences' });
    expect([answer.status, answer.headers.location]).toEqual([303, '/preferences']);
    session.isIn();
    expect(await isSignedIn(session)).toBe(true);
    expect(session.cookie('roster')).not.toBe(before);
    const page = pageOf(await session.get('/credentials'));
    expect(page.fact('Name')).toBe('bob');
    expect(page.textOf('section:has(#passkeys) li')).toContain('last used');
    expect(await attempts()).toEqual(['signed in']);
  });

  it('asks in the browser that was asked, once, within five minutes', async () => {
    const { credential, session } = await show();
    session.reopen();
    await session.get('/session/new');
    expect((await session.post('/session/passkey', { credential })).status).toBe(422);
    const other = new Session(app);
    const asked = await challengeIn(other);
    const thief = new Session(app);
    await challengeIn(thief);
    expect((await thief.post('/session/passkey', { credential: device.show(asked) })).status).toBe(422);
    app.clock.advance(5 * 60_000);
    expect((await other.post('/session/passkey', { credential: device.show(asked) })).status).toBe(422);
    expect((await app.db.read('sessions').whereNotNull('user_id')).length).toBe(1);
  });

  it('gets in once with what was signed once, however often it is sent at once', async () => {
    const session = new Session(app);
    const credential = device.show(await challengeIn(session));
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => session.post('/session/passkey', { credential })),
    );
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
  });

  it('takes nothing that was signed for something else, by nobody, or without knowing who held the device', async () => {
    const stranger = await givePasskey(app, 'alice');
    for (const wrong of [
      { origin: 'https://evil.example' },
      { relyingPartyId: 'evil.example' },
      { isHolderKnown: false },
      { type: 'webauthn.create' },
      { userHandle: stranger.handle },
      { userHandle: '' },
    ])
      expect([wrong, await statusOf(wrong)]).toEqual([wrong, 422]);
    for (const odd of ['', 'null', '[]', '{"id":{"a":1}}', 'x'.repeat(100_000)]) {
      const session = new Session(app);
      await challengeIn(session);
      expect([odd.slice(0, 20), (await session.post('/session/passkey', { credential: odd })).status]).toEqual([
        odd.slice(0, 20),
        422,
      ]);
    }
    expect((await app.db.read('sessions').whereNotNull('user_id')).length).toBe(0);
  });

  it('refuses a device that counts back, once it has counted, and tells of it', async () => {
    expect(await statusOf({ counter: 0 })).toBe(303);
    expect(await statusOf({ counter: 7 })).toBe(303);
    for (const counter of [7, 3, 0]) expect([counter, await statusOf({ counter })]).toEqual([counter, 422]);
    const events = await app.db.read('audit_events').where('action', 'passkey.refused');
    expect(events.map(({ subject_id }) => subject_id)).toEqual(Array(3).fill(app.people.bob));
    const facts = (await app.db.read('outbox')).map((mail) => JSON.parse(mail.facts).what);
    expect(facts.filter((what) => what === 'passkey.refused')).toHaveLength(3);
    expect(await statusOf({ counter: 4_000_000_000 })).toBe(303);
    expect(await statusOf({ counter: 3_999_999_999 })).toBe(422);
  });

  it('refuses all alike: no such passkey, a wrong one, a locked, expired, deactivated or voided account (R24)', async () => {
    const { text } = (await show({ isHolderKnown: false })).answer;
    const plain = (html: string) => html.replace(/name="_csrf" value="[^"]*"/g, '');
    const same = async () => {
      const { answer } = await show();
      expect([answer.status, plain(answer.text)]).toEqual([422, plain(text)]);
    };
    const bob = () => app.db.read('users').where('id', app.people.bob);
    const [before] = await bob();
    const set = (change: object) => app.db.write((trx) => trx('users').where('id', app.people.bob).update(change));
    for (const change of [
      { activity: 'deactivated' },
      { activity: 'deleted' },
      { expires_on: '2020-01-01' },
      { api_only: true },
      { password_hash: null },
    ]) {
      await set(change);
      await same();
      const undone = Object.keys(change).map((name) => [name, before[name]]);
      await set(Object.fromEntries(undone));
    }
    await app.db.write((trx) => trx('lockouts').delete());
    expect(await statusOf()).toBe(303);
    for (let n = 0; n < 5; n++) await new Session(app).signIn('bob', 'not the password');
    await same();
    await app.db.write((trx) => trx('lockouts').delete());
    await app.db.write((trx) =>
      trx('passkeys').where('user_id', app.people.bob).update({ relying_party: 'x.example' }),
    );
    await givePasskey(app, 'alice');
    await same();
    await app.db.write((trx) => trx('passkeys').where('user_id', app.people.bob).delete());
    await same();
  });

  it('counts what was wrong with wrong passwords (R19), and clears it with what was right', async () => {
    for (let n = 0; n < 3; n++) await statusOf({ isHolderKnown: false });
    await new Session(app).signIn('bob', 'not the password');
    expect((await bobs('lockouts'))[0].attempts).toBe(4);
    expect(await statusOf()).toBe(303);
    expect(await bobs('lockouts')).toEqual([]);
    for (let n = 0; n < 5; n++) await statusOf({ isHolderKnown: false });
    expect(await statusOf()).toBe(422);
    expect((await attempts()).slice(-2)).toEqual(['wrong passkey', 'while locked']);
    expect((await new Session(app).signIn('bob')).status).toBe(422);
  });

  it('evaluates no more than the limit of what comes at once (R16), and lets 20 right ones in (R17)', async () => {
    const browsers = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const session = new Session(app);
        return { session, challenge: await challengeIn(session) };
      }),
    );
    await Promise.all(
      browsers.map(({ session, challenge }) =>
        session.post('/session/passkey', { credential: device.show(challenge, { isHolderKnown: false }) }),
      ),
    );
    expect((await attempts()).filter((one) => one === 'wrong passkey')).toHaveLength(5);
    await app.db.write((trx) => trx('lockouts').delete());
    const right = await Promise.all(Array.from({ length: 20 }, () => statusOf()));
    expect(new Set(right)).toEqual(new Set([303]));
  });

  it('is limited by address as every sign-in is', async () => {
    const ends_at = instant(app.clock.now() + MINUTE);
    await app.db.write((trx) => trx('address_limits').insert({ address: '127.0.0.1', taken: 100, ends_at }));
    expect(await statusOf()).toBe(429);
  });

  it('is offered where somebody has one, to browsers alone that can', async () => {
    const form = async () => pageOf(await new Session(app).get('/session/new')).$('form[action="/session/passkey"]');
    expect((await form()).attr('hidden')).toBeDefined();
    await app.db.write((trx) => trx('passkeys').delete());
    expect((await form()).length).toBe(0);
    const stranger = new Session(app);
    await stranger.get('/session/new');
    expect((await stranger.post('/session/passkey/challenge')).status).toBe(404);
  });
});

describe('a passkey as second factor', () => {
  beforeEach(() => giveFactor(app, 'bob'));

  async function pending(): Promise<Session> {
    const session = new Session(app);
    expect((await session.signIn('bob')).headers.location).toBe(FACTOR);
    return session;
  }

  it('is taken in the place of a code, from the person who gave the password', async () => {
    const session = await pending();
    const credential = device.show(await challengeIn(session, FACTOR), { isHolderKnown: false });
    const answer = await session.post('/session/passkey', { credential });
    expect([answer.status, answer.headers.location]).toEqual([303, '/']);
    session.isIn();
    expect(await isSignedIn(session)).toBe(true);
    expect(await attempts()).toEqual(['signed in']);
  });

  it('is nobody else’s, and none that was asked for as a sign-in', async () => {
    const others = await givePasskey(app, 'alice');
    const session = await pending();
    const wrong = others.show(await challengeIn(session, FACTOR));
    const refused = await session.post('/session/passkey', { credential: wrong });
    expect([refused.status, pageOf(refused).heading()]).toEqual([422, 'Second factor']);
    const stranger = new Session(app);
    const credential = device.show(await challengeIn(stranger));
    await challengeIn(session, FACTOR);
    expect((await session.post('/session/passkey', { credential })).status).toBe(422);
    expect(await isSignedIn(session)).toBe(false);
    const code = await codeOf(app, 'bob');
    session.forgetToken();
    await session.get(FACTOR);
    expect((await session.post('/session/factor', { code })).status).toBe(303);
  });

  it('honours the lock between its steps', async () => {
    const session = await pending();
    const challenge = await challengeIn(session, FACTOR);
    for (let n = 0; n < 5; n++) await new Session(app).signIn('bob', 'not the password');
    expect((await session.post('/session/passkey', { credential: device.show(challenge) })).status).toBe(422);
  });

  it('is not asked for where there is no second factor: the password alone stays a way in', async () => {
    await givePasskey(app, 'alice');
    expect((await new Session(app).signIn('alice')).headers.location).toBe('/');
  });
});

describe('what ends passkeys', () => {
  it('is a reset of the second factor, also of somebody who has nothing else', async () => {
    const alice = await signedIn(app, 'alice');
    const record = pageOf(await alice.get(pathTo(app, 'bob')));
    expect(record.fact('Second factor')).toBe('a passkey');
    expect((await alice.send('delete', pathTo(app, 'bob', '/second-factor'))).status).toBe(303);
    expect(await app.db.read('passkeys')).toEqual([]);
  });

  it('is securing the account: whoever got in may have added one, and none comes back with a new password', async () => {
    const alice = await signedIn(app, 'alice');
    await alice.post(pathTo(app, 'bob', '/securing'));
    expect(await app.db.read('passkeys')).toEqual([]);
    const [event] = await app.db.read('audit_events').where('action', 'user.secured');
    expect(JSON.parse(event.after)).toMatchObject({ passkeysRemoved: 1 });
  });

  it('is a required new password only until there is one', async () => {
    const alice = await signedIn(app, 'alice');
    await alice.send('delete', pathTo(app, 'bob', '/password'));
    expect(await statusOf()).toBe(422);
    const link = await opened(app, await linkFor(app, 'bob', 'password-reset'));
    await link.post('/passwords/acceptance', { password: NEW_PASSWORD, repeated: NEW_PASSWORD });
    expect(await statusOf()).toBe(303);
  });
});
