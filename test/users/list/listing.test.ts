import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { load } from 'cheerio';
import { MINUTE } from '../../../src/clock.ts';
import { startApp, startEmptyApp, type TestApp } from '../../support/app.ts';
import { submit } from '../../support/form.ts';
import { pageOf } from '../../support/page.ts';
import { pathTo } from '../../support/people.ts';
import { Session, signedIn } from '../../support/session.ts';

describe('the users list', () => {
  let app: TestApp;
  let alice: Session;
  beforeAll(async () => {
    app = await startApp();
    alice = await signedIn(app, 'alice');
  });
  afterAll(() => app.close());

  it('shows everybody who is not deleted, by name', async () => {
    const page = load((await alice.get('/users')).text);
    expect(
      page('tbody tr th.name a')
        .map((_, a) => page(a).text())
        .get(),
    ).toEqual(['ada', 'alice', 'bob', 'carol', 'dave', 'erin', 'lena', 'max', 'rita', 'robin']);
  });

  it('is the only table of the page, inside its one main, and says what it is', async () => {
    const page = pageOf(await alice.get('/users'));
    expect(page.$('table').length).toBe(1);
    expect(page.$('main').length).toBe(1);
    expect(page.$('main table').length).toBe(1);
    expect(page.heading()).toBe('User Management');
    expect(page.textOf('title')).toBe('User Management · Roster');
    expect(page.texts('thead th')).toEqual([
      'Name',
      'System email',
      'Linked contact',
      'Last login',
      'Group memberships',
      'No shared data',
    ]);
    expect(page.texts('#filters h2')).toEqual(['Activity', 'State', 'Tags', 'Top groups', 'Linked contact', 'Rights']);
    expect(page.textOf('#total')).toBe('10 users');
    expect(page.textOf('main .heading a.main')).toBe('New User');
  });

  it('shows of each user what the columns promise, with a badge for each state', async () => {
    await submit(alice, pathTo(app, 'bob', '/edit'), { noSharedData: 'yes' });
    const page = pageOf(await alice.get('/users'));
    const cells = (name: keyof TestApp['people']) => page.texts(`#user-${app.people[name]} > *`).slice(1, -1);
    expect(cells('bob')).toEqual(['bob Never signed in', 'bob@example.com', 'Bob Schmidt', 'never', 'Support', 'Yes']);
    expect(cells('alice')).toEqual(['alice', 'alice@example.com', '', 'just now', 'Administrators', '']);
    expect(cells('carol')[0]).toBe('carol Invited');
    expect(cells('dave')[0]).toBe('dave Deactivated');
    expect(cells('erin')[0]).toBe('erin Never signed in Locked');
    expect(cells('robin')[0]).toBe('robin API-only');
  });

  it('leads from each name to the record', async () => {
    const page = pageOf(await alice.get('/users'));
    expect(page.$(`#user-${app.people.bob} th.name a`).attr('href')).toBe(pathTo(app, 'bob'));
  });

  it('is titled and counted in words that fit one user', async () => {
    expect(pageOf(await alice.get('/users?q=alice@')).textOf('#total')).toBe('1 user');
  });

  it('says what to do where nobody matches', async () => {
    const page = pageOf(await alice.get('/users?q=nowhere&state=locked'));
    expect(page.$('table').length).toBe(0);
    expect(page.textOf('#empty')).toBe('Nobody matches all of this. Clear all filters');
    expect(page.$('#empty a').attr('href')).toBe('/users');
  });

  it.each(['/users', '/users?q=o&sort=-email&per=25', '/users?q=nowhere', '/users?state=locked&activity=active'])(
    'answers htmx with the very part of the page that it swaps: %s',
    async (path) => {
      const strip = (text: string) => text.replace(/(name="_csrf" value=")[^"]*/g, '$1').trim();
      const whole = await alice.get(path);
      const part = await alice.get(path, { 'HX-Request': 'true', 'HX-Target': 'div#users-list' });
      expect(part.status).toBe(200);
      expect(strip(part.text)).toMatch(/^<div id="users-list"/);
      expect(strip(whole.text)).toContain(strip(part.text));
      for (const response of [whole, part])
        expect(response.headers.vary.split(/, */)).toEqual(expect.arrayContaining(['HX-Request', 'HX-Target']));
    },
  );

  it('answers with the whole page where htmx asks for another part, or brings back a page from its history', async () => {
    for (const headers of [
      { 'HX-Request': 'true', 'HX-Target': 'main#main' },
      { 'HX-Request': 'true', 'HX-Target': 'div#users-list', 'HX-History-Restore-Request': 'true' },
      { 'HX-Target': 'div#users-list' },
    ] as Record<string, string>[])
      expect((await alice.get('/users', headers)).text).toMatch(/^<!doctype html>/);
  });

  it('works without scripts: every filter, head and page is a link, and the search is a form', async () => {
    const page = pageOf(await alice.get('/users'));
    expect([page.$('#search-form').attr('method'), page.$('#search-form').attr('action')]).toEqual(['get', '/users']);
    for (const part of ['thead', '#filters']) expect([part, page.$(`${part} a`).length > 3]).toEqual([part, true]);
    for (const a of page.$('thead a, #filters a, .pager a, .chips a').toArray()) {
      expect(a.attribs.href).toMatch(/^\/(users|(?:saved-views|reviews)\/new\?)/);
      expect((await alice.get(a.attribs.href)).status).toBe(200);
    }
  });

  it('keeps the filters and the order in the search form', async () => {
    const page = pageOf(await alice.get('/users?activity=active&state=stale&state=locked&tag=1&group=2&sort=-groups'));
    const kept = page
      .$('#search-form')
      .serializeArray()
      .map(({ name, value }) => `${name}=${value}`);
    expect(kept).toEqual(['q=', 'activity=active', 'state=stale', 'state=locked', 'tag=1', 'group=2', 'sort=-groups']);
  });

  it('shows the last login and, where it was on another day, the last activity', async () => {
    const ada = await signedIn(app, 'ada');
    app.clock.advance(13 * 60 * MINUTE);
    await app.db.write((trx) =>
      trx('users')
        .where('name', 'ada')
        .update({ last_activity_at: new Date(app.clock.now()).toISOString() }),
    );
    expect((await ada.get('/users')).status).toBe(303);
    const page = pageOf(await (await signedIn(app, 'alice')).get('/users?q=ada'));
    expect(page.textOf('tbody td:has(> time)')).toMatch(/^yesterday ?active just now$/);
    const exact = page.$('tbody time').toArray();
    expect(exact.map((time) => time.attribs.datetime)).toEqual(['2026-11-22T12:00Z', '2026-11-23T01:00Z']);
  });
});

describe('the users list of a new Roster', () => {
  it('shows the first administrator alone', async () => {
    await using app = await startEmptyApp();
    const session = new Session(app);
    await session.get(`/setup/${app.context.setupToken}`);
    const password = 'nine slow tractors hum';
    await submit(session, '/setup', { name: 'first', email: 'f@example.com', password, repeated: password });
    const page = pageOf(await session.get('/users'));
    expect(page.texts('th.name a')).toEqual(['first']);
    expect(page.message()).toBe('Roster is yours. Create the people who may sign in.');
  });
});
