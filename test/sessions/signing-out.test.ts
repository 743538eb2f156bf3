import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { cookieOf } from '../support/cookie.ts';
import { pageOf } from '../support/page.ts';
import { isSignedIn } from '../support/people.ts';
import { Session, signedIn } from '../support/session.ts';

describe('signing out', () => {
  let app: TestApp;
  beforeEach(async () => {
    app = await startApp();
  });
  afterEach(() => app.close());

  it('ends the session on the server, gives a new id, and says so (R47)', async () => {
    const bob = new Session(app);
    const before = cookieOf(await bob.signIn('bob'));
    const audit = await watchAudit(app);
    const response = await bob.send('delete', '/session');
    expect([response.status, response.headers.location]).toEqual([303, '/session/new']);
    expect(cookieOf(response)).not.toBe(before);
    expect(pageOf(await bob.get('/session/new')).message()).toBe('You are signed out.');
    expect(await app.db.read('sessions').whereNotNull('user_id')).toEqual([]);
    expect(await audit.actions()).toEqual([]);
    // The old cookie is worth nothing any more, wherever a copy of it may lie.
    const copy = new Session(app);
    expect((await copy.get('/credentials', { Cookie: `roster=${before}` })).status).toBe(303);
  });

  it('works while the database takes nothing, and is written down as soon as it does', async () => {
    const bob = new Session(app);
    const before = cookieOf(await bob.signIn('bob'));
    await bob.get('/credentials');
    const refused = (['write', 'note'] as const).flatMap((deed) =>
      [app.db, app.db.oneRow].map((db) => jest.spyOn(db, deed).mockRejectedValue({ code: 'SQLITE_FULL' })),
    );
    const response = await bob.send('delete', '/session');
    expect([response.status, response.headers.location]).toEqual([303, '/session/new']);
    const copy = () => new Session(app).get('/credentials', { Cookie: `roster=${before}` });
    expect((await copy()).status).toBe(303);
    expect(await app.db.read('sessions').whereNotNull('user_id')).toHaveLength(1);

    for (const deed of refused) deed.mockRestore();
    const ended = async () => (await app.db.read('sessions').whereNotNull('user_id')).length === 0;
    for (let n = 0; n < 100 && !(await ended()); n++) await sleep(100);
    expect(await ended()).toBe(true);
    expect((await copy()).status).toBe(303);
  }, 15_000);

  it('leaves other sessions of the same user alone', async () => {
    const [here, there] = [await signedIn(app, 'bob'), await signedIn(app, 'bob')];
    await here.send('delete', '/session');
    expect([await isSignedIn(here), await isSignedIn(there)]).toEqual([false, true]);
  });

  it('is a button in the menu that every page leads to, and never a link that can be followed by accident', async () => {
    const bob = await signedIn(app, 'bob');
    const menu = pageOf(await bob.get('/credentials')).$('header a[href^="/menu"]');
    const form = pageOf(await bob.get(menu.attr('href')!)).$('form[action="/session"]');
    expect([form.attr('method'), form.attr('action'), form.find('button').text().trim()]).toEqual([
      'post',
      '/session',
      'Sign out',
    ]);
    expect((await bob.get('/session')).status).toBe(404);
    expect((await bob.get('/session?_method=delete')).status).toBe(404);
    expect(await isSignedIn(bob)).toBe(true);
  });

  it('can be asked for by who is signed out already', async () => {
    const nobody = new Session(app);
    expect((await nobody.send('delete', '/session')).headers.location).toBe('/session/new');
  });
});
