import { afterEach, describe, expect, it } from '@jest/globals';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { codeOf, giveFactor } from '../support/factor.ts';
import { submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
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
async function setUp(session: Session): Promise<void> {
  const begun = await submit(session, FACTOR, { current: PASSWORD });
  await submit(session, begun.headers.location, { code: await codeOf(app, 'bob') });
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
    for (const path of ['/', '/credentials', '/users/export', '/welcome', '/credentials/email/edit']) {
      const answer = await bob.get(path);
      expect([path, answer.status, answer.headers.location]).toEqual([path, 303, FACTOR]);
    }
    const sent = await bob.post('/credentials/email-confirmation', { _csrf: await tokenOf(bob) });
    expect(sent.headers.location).toBe(FACTOR);
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
    expect((await bob.post('/credentials/password', fields)).status).toBe(303);
    await app.db.write((trx) => trx('second_factors').where('user_id', app.people.bob).delete());
    const again = new Session(app);
    await again.signIn('bob', fields.password);
    expect((await again.get('/welcome')).headers.location).toBe('/credentials');
    expect(await owed(again)).toContain('too short');
    const longer = { current: fields.password, password: PASSWORD, repeated: PASSWORD };
    expect((await again.post('/credentials/password', longer)).status).toBe(303);
    expect((await again.get('/welcome')).status).toBe(200);
  });
});

async function tokenOf(session: Session): Promise<string> {
  return String(pageOf(await session.get(FACTOR)).typed()._csrf);
}
