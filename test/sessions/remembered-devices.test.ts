import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY } from '../../src/clock.ts';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { everything } from '../support/database.ts';
import { codeOf, giveFactor } from '../support/factor.ts';
import { submit } from '../support/form.ts';
import { linkFor, opened } from '../support/links.ts';
import { pageOf } from '../support/page.ts';
import { isSignedIn, pathTo } from '../support/people.ts';
import { type Fields, Session, signedIn } from '../support/session.ts';

const FACTOR = '/session/factor/new';
const NEW_PASSWORD = 'nine slow tractors hum';
const REMEMBERED = 'roster-remembered';

describe('a device that is remembered', () => {
  let app: TestApp;
  let bob: Session;
  beforeEach(async () => {
    app = await startApp();
    await giveFactor(app, 'bob');
    bob = new Session(app);
    await signIn();
    await signIn({ remember: 'yes' });
  });
  afterEach(() => app.close());

  /** By password and code, in a browser that was closed before. */
  async function signIn(more: Fields = {}, session = bob): Promise<void> {
    app.clock.advance(30_000);
    session.reopen();
    expect((await session.signIn('bob')).headers.location).toBe(FACTOR);
    session.forgetToken();
    await session.get(FACTOR);
    expect((await session.post('/session/factor', { code: await codeOf(app, 'bob'), ...more })).status).toBe(303);
    session.isIn();
  }
  async function next(session = bob, password = PASSWORD): Promise<string> {
    session.reopen();
    return (await session.signIn('bob', password)).headers.location;
  }
  const audited = async (action: string) => (await app.db.read('audit_events').where({ action })).length;

  it('is asked for the password alone, for thirty days, and only there', async () => {
    expect(await next()).toBe('/');
    expect(await isSignedIn(bob)).toBe(true);
    expect(await next(new Session(app))).toBe(FACTOR);
    app.clock.advance(30 * DAY - 60_000);
    expect(await next()).toBe('/');
    app.clock.advance(60_000);
    expect(await next()).toBe(FACTOR);
    expect(await audited('device.remembered')).toBe(1);
  });

  it('is offered and taken on a known device alone', async () => {
    const stranger = new Session(app);
    await stranger.signIn('bob');
    stranger.forgetToken();
    expect(pageOf(await stranger.get(FACTOR)).$('[name=remember]').length).toBe(0);
    app.clock.advance(30_000);
    await stranger.post('/session/factor', { code: await codeOf(app, 'bob'), remember: 'yes' });
    expect(stranger.cookie(REMEMBERED)).toBeUndefined();
    expect(await next(stranger)).toBe(FACTOR);
    stranger.forgetToken();
    expect(pageOf(await stranger.get(FACTOR)).$('[name=remember]').length).toBe(1);
  });

  it('is that of this person and this browser: neither half of what it keeps is worth anything elsewhere', async () => {
    const value = bob.cookie(REMEMBERED)!;
    const [, token] = value.split('.');
    expect(JSON.stringify(await everything(app))).not.toContain(token);
    const known = new Session(app);
    await signIn({}, known);
    const bring = (session: Session, brought: string) =>
      session.agent.jar.setCookie(`${REMEMBERED}=${brought}; Path=/`, '127.0.0.1');
    bring(known, value);
    expect(await next(known)).toBe(FACTOR);
    await giveFactor(app, 'alice');
    const alice = new Session(app);
    bring(alice, `${app.people.alice}.${token}`);
    expect((await alice.signIn('alice')).headers.location).toBe(FACTOR);
    for (const odd of ['', 'x', `${app.people.bob}.${'x'.repeat(43)}`, '~'.repeat(3_000)]) {
      bring(bob, odd);
      expect([odd.slice(0, 20), await next()]).toEqual([odd.slice(0, 20), FACTOR]);
    }
  });

  it('still needs the right password', async () => {
    bob.reopen();
    expect((await bob.signIn('bob', 'not the password')).status).toBe(422);
  });

  it('is listed with the others, and forgotten by a press', async () => {
    const page = pageOf(await bob.get('/credentials'));
    expect(page.textOf('section:has(#devices) li')).toMatch(
      /last sign-in .* from 127.0.0.1. No second factor until 22 Dec/,
    );
    const form = page.$('form[action^="/credentials/devices/"]').attr('action')!;
    const alice = await signedIn(app, 'alice');
    for (const path of [form, '/credentials/devices/x', '/credentials/devices/999999999999'])
      expect((await alice.send('delete', path)).status).toBe(303);
    expect(await next()).toBe('/');
    await bob.send('delete', form);
    expect(await audited('device.forgotten')).toBe(1);
    expect(pageOf(await bob.get('/credentials')).$('form[action^="/credentials/devices/"]').length).toBe(0);
    expect(await next()).toBe(FACTOR);
    const record = pageOf(await (await signedIn(app, 'alice')).get(pathTo(app, 'bob')));
    expect(record.fact('Known devices')).toMatch(/since .* last sign-in/);
  });

  it.each([
    [
      'a new password',
      async () => {
        const fields = { current: PASSWORD, password: NEW_PASSWORD, repeated: NEW_PASSWORD };
        await bob.post('/credentials/password', fields);
        return NEW_PASSWORD;
      },
    ],
    [
      'This was not me',
      async () => {
        await submit(bob, '/credentials/report/new');
        return byLink();
      },
    ],
    [
      'Secure account',
      async () => {
        await (await signedIn(app, 'alice')).post(pathTo(app, 'bob', '/securing'));
        return byLink();
      },
    ],
    [
      'a reset of the second factor',
      async () => {
        await (await signedIn(app, 'alice')).send('delete', pathTo(app, 'bob', '/second-factor'));
        await giveFactor(app, 'bob');
        return PASSWORD;
      },
    ],
    [
      'another second factor',
      async () => {
        await bob.send('delete', '/credentials/second-factor', { current: PASSWORD });
        await giveFactor(app, 'bob');
        return PASSWORD;
      },
    ],
  ])('is forgotten with %s', async (_what, end) => {
    expect(await next()).toBe('/');
    const password = await end();
    expect(await next(bob, password)).toBe(FACTOR);
    expect(await app.db.read('known_devices').whereNotNull('token_hash')).toEqual([]);
  });

  async function byLink(): Promise<string> {
    const link = await opened(app, await linkFor(app, 'bob', 'password-reset'));
    await link.post('/passwords/acceptance', { password: NEW_PASSWORD, repeated: NEW_PASSWORD });
    return NEW_PASSWORD;
  }

  it('is one of twenty at most that are kept', async () => {
    await app.db.write((trx) => trx('second_factors').delete());
    for (let n = 0; n < 21; n++) await new Session(app).signIn('bob');
    expect(await app.db.read('known_devices').where('user_id', app.people.bob)).toHaveLength(20);
  });
});
