import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { everything } from '../support/database.ts';
import { codeOf, giveFactor, recoveryCodesOf } from '../support/factor.ts';
import { submit } from '../support/form.ts';
import { linkFor, opened } from '../support/links.ts';
import { pageOf } from '../support/page.ts';
import { isSignedIn, pathTo } from '../support/people.ts';
import { Session, signedIn } from '../support/session.ts';

const FACTOR = '/session/factor/new';
const NEW_PASSWORD = 'nine slow tractors hum';
let app: TestApp;

beforeEach(async () => {
  app = await startApp();
});
afterEach(() => app.close());

/** A browser that gave the right password and stands before the second step. */
async function pending(password = PASSWORD): Promise<Session> {
  const session = new Session(app);
  expect((await session.signIn('bob', password)).headers.location).toBe(FACTOR);
  return session;
}
async function show(session: Session, code: string) {
  session.forgetToken();
  await session.get(FACTOR);
  const answer = await session.post('/session/factor', { code });
  session.isIn();
  return answer;
}
const bobs = (table: string) => app.db.read(table).where('user_id', app.people.bob);

describe('setting one up', () => {
  it('takes the password and a code, shows recovery codes once, and is asked for from then on (R30)', async () => {
    const bob = await signedIn(app, 'bob');
    const wrong = await submit(bob, '/credentials/second-factor', { current: 'not the password' });
    expect([wrong.status, Object.keys(pageOf(wrong).errors())]).toEqual([422, ['current']]);
    const begun = await submit(bob, '/credentials/second-factor', { current: PASSWORD });
    const page = pageOf(await bob.get(begun.headers.location));
    expect(page.$('svg.qr path').attr('d')).toMatch(/^M\d/);
    expect((await new Session(app).signIn('bob')).headers.location).not.toBe(FACTOR);
    const refused = await submit(bob, begun.headers.location, { code: '000000' });
    expect([refused.status, Object.keys(pageOf(refused).errors())]).toEqual([422, ['code']]);
    const done = await submit(bob, begun.headers.location, { code: await codeOf(app, 'bob') });
    const codes = pageOf(await bob.get(done.headers.location))
      .textOf('#codes')
      .split(/\s+/);
    expect(codes).toEqual(await recoveryCodesOf(app, 'bob'));
    expect(new Set(codes).size).toBe(10);
    expect((await bob.get('/credentials/second-factor/codes')).status).toBe(303);
    // The code that confirmed it is used up (R29).
    expect((await show(await pending(), await codeOf(app, 'bob'))).status).toBe(422);
    app.clock.advance(30_000);
    const again = await pending();
    expect((await show(again, await codeOf(app, 'bob'))).status).toBe(303);
    expect(await isSignedIn(again)).toBe(true);
    const kept = JSON.stringify(await everything(app));
    for (const code of codes) expect(kept).not.toContain(code);
    expect(await app.db.read('audit_events').where('action', 'second-factor.set-up')).toHaveLength(1);
  });

  it('is finished where it was begun and within a quarter of an hour: an open browser makes nobody else the holder', async () => {
    const [bob, elsewhere] = [await signedIn(app, 'bob'), await signedIn(app, 'bob')];
    const { location: form } = (await submit(bob, '/credentials/second-factor', { current: PASSWORD })).headers;
    const isRefused = async (session: Session) => {
      expect([(await session.get(form)).status, (await session.get(form)).text.includes('<svg')]).toEqual([303, false]);
      const code = await codeOf(app, 'bob');
      expect((await session.post('/credentials/second-factor/confirmation', { code })).status).toBe(409);
    };
    await isRefused(elsewhere);
    app.clock.advance(15 * 60_000 - 1);
    const page = await bob.get(form);
    expect(page.status).toBe(200);
    app.clock.advance(1);
    await isRefused(bob);
    app.clock.advance(-60 * 60_000);
    await isRefused(bob);
    expect(await app.db.read('second_factors').whereNotNull('confirmed_at')).toEqual([]);
    const again = (await submit(bob, '/credentials/second-factor', { current: PASSWORD })).headers.location;
    expect((await submit(bob, again, { code: await codeOf(app, 'bob') })).status).toBe(303);
  });

  it('is undone with the password, and new recovery codes make the old worth nothing', async () => {
    await giveFactor(app, 'bob');
    const bob = await pending();
    await show(bob, await codeOf(app, 'bob'));
    const old = await recoveryCodesOf(app, 'bob');
    await submit(bob, '/credentials/second-factor', { current: PASSWORD });
    expect(await recoveryCodesOf(app, 'bob')).not.toEqual(old);
    expect((await show(await pending(), old[0])).status).toBe(422);
    expect((await bob.send('delete', '/credentials/second-factor', { current: 'not it' })).status).toBe(422);
    expect((await bob.send('delete', '/credentials/second-factor', { current: PASSWORD })).status).toBe(303);
    expect((await new Session(app).signIn('bob')).headers.location).toBe('/');
  });
});

describe('signing in with a second factor', () => {
  beforeEach(() => giveFactor(app, 'bob'));

  it('leaves whoever gave only the password outside, whatever they ask for (R41)', async () => {
    const bob = await pending();
    for (const path of ['/', '/credentials', '/me', '/menu']) expect((await bob.get(path)).status).toBe(303);
    expect((await bobs('sessions')).length).toBe(0);
    const stranger = new Session(app);
    await stranger.get('/session/new');
    for (const code of [await codeOf(app, 'bob'), (await recoveryCodesOf(app, 'bob'))[0]]) {
      const answer = await stranger.post('/session/factor', { code });
      expect([answer.status, answer.headers.location]).toEqual([303, '/session/new']);
    }
    expect((await bobs('login_attempts')).length).toBe(0);
  });

  it('gives a new session at each step (R47), and goes where one wanted to', async () => {
    const session = new Session(app);
    await session.get('/session/new?next=/preferences');
    await session.post('/session', { identifier: 'bob', password: PASSWORD, next: '/preferences' });
    const before = session.cookie('roster');
    const answer = await show(session, await codeOf(app, 'bob'));
    expect([answer.status, answer.headers.location]).toEqual([303, '/preferences']);
    expect(session.cookie('roster')).not.toBe(before);
    expect((await bobs('sessions')).length).toBe(1);
  });

  it('takes no code twice, none of another half minute, and none that is no code (R29)', async () => {
    const code = await codeOf(app, 'bob');
    expect((await show(await pending(), code)).status).toBe(303);
    expect((await show(await pending(), code)).status).toBe(422);
    app.clock.advance(31_000);
    expect((await show(await pending(), await codeOf(app, 'bob', 31_000))).status).toBe(422);
    for (const odd of ['x'.repeat(5_000), '１２３４５６']) expect((await show(await pending(), odd)).status).toBe(422);
    expect((await show(await pending(), await codeOf(app, 'bob'))).status).toBe(303);
  });

  it('takes each recovery code once, in whatever spelling (R30)', async () => {
    const [first, second] = await recoveryCodesOf(app, 'bob');
    expect((await show(await pending(), first)).status).toBe(303);
    expect((await show(await pending(), first)).status).toBe(422);
    expect((await show(await pending(), second.toUpperCase().replaceAll('-', ' '))).status).toBe(303);
    const bob = await pending();
    await show(bob, await codeOf(app, 'bob'));
    expect(pageOf(await bob.get('/credentials/second-factor')).textOf('main')).toContain('8 recovery codes left');
  });

  it('counts wrong codes with wrong passwords: the right password between them forgives nothing (R19)', async () => {
    for (let n = 0; n < 3; n++) expect((await show(await pending(), '000000')).status).toBe(422);
    for (let n = 0; n < 2; n++) await new Session(app).signIn('bob', 'not the password');
    expect((await new Session(app).signIn('bob')).status).toBe(422);
    expect((await bobs('lockouts'))[0].attempts).toBe(5);
  });

  it('honours the lock between its steps', async () => {
    const bob = await pending();
    for (let n = 0; n < 5; n++) await new Session(app).signIn('bob', 'not the password');
    expect((await show(bob, await codeOf(app, 'bob'))).status).toBe(422);
    expect(await isSignedIn(bob)).toBe(false);
  });

  it('evaluates no more guesses than the limit, however many come at once (R16)', async () => {
    const browsers = await Promise.all(Array.from({ length: 12 }, () => pending()));
    for (const one of browsers) one.forgetToken();
    await Promise.all(browsers.map((one) => one.get(FACTOR)));
    await Promise.all(browsers.map((one) => one.post('/session/factor', { code: '000000' })));
    const outcomes = (await bobs('login_attempts')).map(({ outcome }) => outcome);
    expect(outcomes.filter((one) => one === 'wrong code').length).toBe(5);
    expect(outcomes.filter((one) => one === 'while locked').length).toBe(7);
  });

  it('lets 20 right ones at once in, up to the code (R17)', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => new Session(app).signIn('bob')));
    expect(new Set(answers.map(({ headers }) => headers.location))).toEqual(new Set([FACTOR]));
    expect(await bobs('lockouts')).toEqual([]);
  });

  it('says the same to a wrong code, a used one, a recovery code of somebody else and a locked account (R26)', async () => {
    await giveFactor(app, 'alice');
    const [own] = await recoveryCodesOf(app, 'bob');
    await show(await pending(), own);
    const answers: unknown[] = [];
    for (const code of ['000000', own, (await recoveryCodesOf(app, 'alice'))[0], '']) {
      const { status, text } = await show(await pending(), code);
      answers.push([status, text.replace(/(name="_csrf" value=")[^"]*/g, '$1…')]);
    }
    const waiting = await pending();
    for (let n = 0; n < 5; n++) await new Session(app).signIn('bob', 'not the password');
    const { status, text } = await show(waiting, await codeOf(app, 'bob'));
    answers.push([status, text.replace(/(name="_csrf" value=")[^"]*/g, '$1…')]);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });

  it('ends the second step with its time, a new password, and whatever ends access', async () => {
    const late = await pending();
    app.clock.advance(11 * 60_000);
    expect((await late.get(FACTOR)).headers.location).toBe('/session/new');
    const outdated = await pending();
    const link = await opened(app, await linkFor(app, 'bob', 'password-reset'));
    await link.post('/passwords/acceptance', { password: NEW_PASSWORD, repeated: NEW_PASSWORD });
    expect((await outdated.get(FACTOR)).headers.location).toBe('/session/new');
    const out = await pending(NEW_PASSWORD);
    await out.get(FACTOR);
    const code = await codeOf(app, 'bob');
    await (await signedIn(app, 'alice')).post(pathTo(app, 'bob', '/deactivation'));
    expect((await out.post('/session/factor', { code })).status).toBe(422);
    expect((await bobs('sessions')).length).toBe(0);
  });

  it('is asked for after a reset as well (R42)', async () => {
    const link = await opened(app, await linkFor(app, 'bob', 'password-reset'));
    await link.post('/passwords/acceptance', { password: NEW_PASSWORD, repeated: NEW_PASSWORD });
    const bob = await pending(NEW_PASSWORD);
    expect((await show(bob, await codeOf(app, 'bob'))).status).toBe(303);
  });
});

describe('resetting that of somebody', () => {
  it('is done by an administrator, audited, and the password alone lets them in', async () => {
    await giveFactor(app, 'bob');
    const alice = await signedIn(app, 'alice');
    const { location } = (await submit(alice, pathTo(app, 'bob', '/second-factor/delete'))).headers;
    expect(pageOf(await alice.get(location)).fact('Second factor')).toBe('none');
    expect((await new Session(app).signIn('bob')).headers.location).toBe('/');
    expect(await app.db.read('audit_events').where('action', 'second-factor.reset')).toHaveLength(1);
    expect((await alice.get(pathTo(app, 'bob', '/second-factor/delete'))).status).toBe(409);
  });

  it('is refused to who may do less than the subject (R61)', async () => {
    await giveFactor(app, 'alice');
    const max = await signedIn(app, 'max');
    expect((await max.send('delete', pathTo(app, 'alice', '/second-factor'))).status).toBe(403);
    expect((await app.db.read('second_factors')).length).toBe(1);
  });
});
