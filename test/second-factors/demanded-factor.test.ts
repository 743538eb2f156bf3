import { afterEach, describe, expect, it } from '@jest/globals';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { codeFor, codeOf, giveFactor, recoveryCodesOf } from '../support/factor.ts';
import { send, submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { challengeIn, givePasskey } from '../support/passkey.ts';
import { groupId } from '../support/people.ts';
import { Session, signedIn } from '../support/session.ts';

const DAY = 86_400_000;
const FACTOR = '/credentials/second-factor';
const SHORT = 'wry newt 7 owls';
let app: TestApp;
afterEach(() => app.close());

const demanding = async (days = '14') => {
  app = await startApp({ REQUIRE_SECOND_FACTOR: 'yes', SECOND_FACTOR_DAYS: days });
  await giveFactor(app, 'ada');
};
const owed = async (session: Session) => pageOf(await session.get('/credentials')).textOf('#owed');
const owedOn = async (session: Session, path: string) => pageOf(await session.get(path)).textOf('#owed');
async function setUp(session: Session, name: 'alice' | 'bob' = 'bob'): Promise<void> {
  const begun = await submit(session, FACTOR, { current: PASSWORD });
  await submit(session, begun.headers.location, { code: await codeOf(app, name) });
}

describe('a second factor that is demanded of everybody', () => {
  it('leaves days of grace from the first sign-in on, and says until when', async () => {
    await demanding();
    const bob = await signedIn(app, 'bob');
    expect(await owed(bob)).toMatch(/^A second factor is required here\. You have until/);
    app.clock.advance(13 * DAY);
    expect(await owed(await signedIn(app, 'bob'))).toContain('You have until');
    expect((await bob.get('/users')).status).not.toBe(200);
    const again = await signedIn(app, 'bob');
    await setUp(again);
    expect(await owed(again)).toBe('');
  });

  it('leads the next sign-in after them through setting it up, before anything else (R41)', async () => {
    await demanding();
    await signedIn(app, 'bob');
    app.clock.advance(14 * DAY);
    const bob = await signedIn(app, 'bob');
    for (const path of ['/', '/credentials', '/users/export', '/me', '/credentials/email/edit']) {
      const answer = await bob.get(path);
      expect([path, answer.status, answer.headers.location]).toEqual([path, 303, FACTOR]);
    }
    const sent = await bob.post('/credentials/email-confirmation', { _csrf: await tokenOf(bob) });
    expect(sent.headers.location).toBe(FACTOR);
    // There is no way back past it, and none is offered.
    expect(pageOf(await bob.get(FACTOR)).$('main a[href="/credentials"]').length).toBe(0);
    const part = await bob.get('/credentials', { 'HX-Request': 'true' });
    expect([part.status, part.headers['hx-redirect']]).toEqual([204, FACTOR]);
    await setUp(bob);
    expect((await bob.get(`${FACTOR}/codes`)).status).toBe(200);
    expect((await bob.get('/credentials')).status).toBe(200);
    expect((await bob.send('delete', FACTOR, { current: PASSWORD })).status).toBe(409);
  });

  it('lets them sign out instead, and gives no grace anew for one that is reset', async () => {
    await demanding('0');
    const bob = await signedIn(app, 'bob');
    expect((await bob.get('/credentials')).status).toBe(303);
    expect((await bob.send('delete', '/session', { _csrf: await tokenOf(bob) })).headers.location).toBe('/session/new');
    await giveFactor(app, 'bob');
    await app.db.write((trx) => trx('second_factors').where('user_id', app.people.bob).delete());
    expect((await (await signedIn(app, 'bob')).get('/credentials')).headers.location).toBe(FACTOR);
  });

  it('is demanded of administrators first, and of nobody else before one of them has it', async () => {
    app = await startApp({ REQUIRE_SECOND_FACTOR: 'yes', SECOND_FACTOR_DAYS: '0' });
    expect((await (await signedIn(app, 'bob')).get('/credentials')).status).toBe(200);
    expect((await (await signedIn(app, 'alice')).get('/users')).headers.location).toBe(FACTOR);
    await giveFactor(app, 'alice');
    expect((await (await signedIn(app, 'bob')).get('/credentials')).headers.location).toBe(FACTOR);
  });

  it('is no matter of those who have one', async () => {
    await demanding('0');
    await giveFactor(app, 'bob');
    const bob = new Session(app);
    await bob.signIn('bob');
    bob.forgetToken();
    await bob.get('/session/factor/new');
    await bob.post('/session/factor', { code: await codeOf(app, 'bob') });
    expect((await bob.get('/credentials')).status).toBe(200);
  });
});

describe('a session that is open when grace ends', () => {
  it('is led to setting one up at its next request (R41), and what was being typed is in its form afterwards', async () => {
    await demanding('1');
    await signedIn(app, 'alice');
    app.clock.advance(DAY - 60_000);
    const alice = await signedIn(app, 'alice');
    const form = await alice.get('/users/new');
    app.clock.advance(59_000);
    expect((await alice.get('/credentials')).status).toBe(200);
    app.clock.advance(1_000);
    const sent = await send(alice, form, { name: 'nora', description: 'typed with care' });
    expect([sent.status, sent.headers.location]).toEqual([303, FACTOR]);
    expect(await app.db.read('users').where('name', 'nora')).toEqual([]);
    for (const path of ['/', '/users', '/credentials', '/credentials/tokens'])
      expect([path, (await alice.get(path)).headers.location]).toEqual([path, FACTOR]);
    expect(await owedOn(alice, FACTOR)).toContain('so is what you were typing');
    await setUp(alice, 'alice');
    const codes = pageOf(await alice.get(`${FACTOR}/codes`));
    expect(codes.$('a.main').attr('href')).toBe('/users/new');
    expect(pageOf(await alice.get('/users/new')).typed()).toMatchObject({
      name: 'nora',
      description: 'typed with care',
    });
  });

  it('goes on where nothing demands it any more', async () => {
    app = await startApp({ SECOND_FACTOR_DAYS: '1', SESSION_IDLE: '1440' });
    await giveFactor(app, 'ada');
    const support = { requires_factor: true };
    await app.db.write((trx) => trx('groups').where('name', 'Support').update(support));
    const bob = await signedIn(app, 'bob');
    expect(await owed(bob)).toContain('You have until');
    await app.db.write((trx) => trx('groups').where('name', 'Support').update({ requires_factor: false }));
    app.clock.advance(DAY - 60_000);
    expect((await bob.get('/credentials')).status).toBe(200);
    expect((await (await signedIn(app, 'bob')).get('/credentials')).status).toBe(200);
  });
});

describe('passkeys as the second factor that is demanded', () => {
  const WAY = '/session/factor/new';
  /** In a browser that gave the right password. */
  async function pending(): Promise<Session> {
    const session = new Session(app);
    expect((await session.signIn('bob')).headers.location).toBe(WAY);
    session.forgetToken();
    return session;
  }
  async function withPasskeys(days = '0') {
    await demanding(days);
    const device = await givePasskey(app, 'bob');
    const bob = await signedIn(app, 'bob');
    const made = await submit(bob, FACTOR, { current: PASSWORD });
    return { device, bob, made };
  }

  it('count with recovery codes, which are shown once: the password stays a way in with them', async () => {
    const { bob, made, device } = await withPasskeys();
    expect(made.headers.location).toBe(`${FACTOR}/codes`);
    const codes = pageOf(await bob.get(`${FACTOR}/codes`))
      .textOf('#codes')
      .split(/\s+/);
    expect(codes).toEqual(await recoveryCodesOf(app, 'bob'));
    expect((await bob.get('/credentials')).status).toBe(200);
    expect(pageOf(await bob.get('/credentials')).fact('Second factor')).toContain('your passkeys');
    expect(await app.db.read('audit_events').where('action', 'second-factor.set-up')).toHaveLength(1);
    // The password alone is no way in any more.
    const session = await pending();
    expect((await session.get('/credentials')).status).toBe(303);
    const credential = device.show(await challengeIn(session, WAY));
    expect((await session.post('/session/passkey', { credential })).status).toBe(303);
    const other = await pending();
    await other.get(WAY);
    // No authenticator shows a code of theirs.
    expect((await other.post('/session/factor', { code: await codeOf(app, 'bob') })).status).toBe(422);
    const byCode = (code: string) => other.post('/session/factor', { code });
    expect((await byCode(codes[0])).status).toBe(303);
    const alone = new Session(app);
    const shown = device.show(await challengeIn(alone));
    expect((await alone.post('/session/passkey', { credential: shown })).status).toBe(303);
    alone.isIn();
    expect((await alone.get('/credentials')).status).toBe(200);
  });

  it('are taken with the password alone, of somebody who has one for this place', async () => {
    await demanding('0');
    await givePasskey(app, 'alice');
    await givePasskey(app, 'bob', { relyingParty: 'old.example.com' });
    const bob = await signedIn(app, 'bob');
    await bob.get(FACTOR);
    expect((await bob.post(`${FACTOR}/passkeys`, { current: PASSWORD })).status).toBe(409);
    expect((await bob.post(`${FACTOR}/passkeys`, { current: 'not the password' })).status).toBe(422);
    // Whoever owes a factor may make a passkey.
    expect((await bob.get('/credentials/passkeys/new')).status).toBe(200);
    expect(await app.db.read('second_factors').where('user_id', app.people.bob)).toEqual([]);
  });

  it('stay it until an authenticator that takes their place is confirmed', async () => {
    const { bob } = await withPasskeys();
    const begun = await bob.post(FACTOR, { current: PASSWORD });
    expect(begun.headers.location).toBe(`${FACTOR}/confirmation/new`);
    const page = await bob.get(begun.headers.location);
    const code = codeFor(pageOf(page).textOf('main code'), app.clock.now());
    const session = await pending();
    await session.get(WAY);
    expect((await session.post('/session/factor', { code })).status).toBe(422);
    const before = await recoveryCodesOf(app, 'bob');
    expect((await send(bob, page, { code })).headers.location).toBe(`${FACTOR}/codes`);
    expect(await recoveryCodesOf(app, 'bob')).not.toEqual(before);
    app.clock.advance(30_000);
    expect((await session.post('/session/factor', { code: await codeOf(app, 'bob') })).status).toBe(303);
    expect((await bob.get(`${FACTOR}/confirmation/new`)).headers.location).toBe(FACTOR);
  });

  it('are not removed to the last while they are it', async () => {
    const { bob } = await withPasskeys();
    const [id] = await app.db.read('passkeys').pluck('id');
    const remove = () => bob.send('delete', `/credentials/passkeys/${id}`, { current: PASSWORD });
    expect((await remove()).status).toBe(409);
    await givePasskey(app, 'bob', { relyingParty: 'old.example.com' });
    expect((await remove()).status).toBe(409);
    await givePasskey(app, 'bob');
    expect((await remove()).status).toBe(303);
  });
});

describe('a second factor that a group demands', () => {
  it('is switched on only once an administrator has one, told by the audit, and taken back', async () => {
    app = await startApp({ SECOND_FACTOR_DAYS: '0' });
    const alice = await signedIn(app, 'alice');
    const path = `/groups/${await groupId(app, 'Support')}/edit`;
    const refused = await submit(alice, path, { requiresSecondFactor: 'yes' });
    expect([refused.status, Object.keys(pageOf(refused).errors())]).toEqual([422, ['requiresSecondFactor']]);
    await giveFactor(app, 'ada');
    expect((await submit(alice, path, { requiresSecondFactor: 'yes' })).status).toBe(303);
    const event = await app.db.read('audit_events').orderBy('id', 'desc').first();
    expect([event.action, JSON.parse(event.after)]).toEqual(['group.updated', { requiresSecondFactor: true }]);
    expect((await (await signedIn(app, 'bob')).get('/credentials')).headers.location).toBe(FACTOR);
    expect((await (await signedIn(app, 'rita')).get('/credentials')).status).toBe(200);
    const undo = pageOf(await alice.get(path.replace('/edit', '')));
    expect(undo.textOf('main')).toContain('Second factor');
    expect((await submit(alice, path, { requiresSecondFactor: [] })).status).toBe(303);
    expect((await (await signedIn(app, 'bob')).get('/credentials')).status).toBe(200);
    expect(await app.db.read('factor_demands')).toEqual([]);
  });
});

describe('a shorter password (R1)', () => {
  it('counts beside a second factor only, and a longer one is demanded first where that is gone', async () => {
    app = await startApp();
    const bob = await signedIn(app, 'bob');
    const fields = { current: PASSWORD, password: SHORT.slice(0, 14), repeated: SHORT.slice(0, 14) };
    expect((await bob.post('/credentials/password', fields)).status).toBe(422);
    await setUp(bob);
    expect(
      (await bob.post('/credentials/password', { ...fields, password: 'w7 newt', repeated: 'w7 newt' })).status,
    ).toBe(422);
    const eight = { password: 'w7 newts', repeated: 'w7 newts' };
    expect((await bob.post('/credentials/password', { ...fields, ...eight })).status).toBe(303);
    await app.db.write((trx) => trx('second_factors').where('user_id', app.people.bob).delete());
    const again = new Session(app);
    await again.signIn('bob', eight.password);
    expect((await again.get('/me')).headers.location).toBe('/credentials');
    expect(await owed(again)).toContain('too short');
    const longer = { current: eight.password, password: PASSWORD, repeated: PASSWORD };
    expect((await again.post('/credentials/password', longer)).status).toBe(303);
    expect((await again.get('/me')).status).toBe(200);
  });
});

async function tokenOf(session: Session): Promise<string> {
  return String(pageOf(await session.get(FACTOR)).typed()._csrf);
}
