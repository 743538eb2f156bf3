import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HOUR } from '../../src/clock.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { pathTo } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

let app: TestApp;
let alice: Session;
beforeEach(async () => {
  app = await startApp();
  alice = await signedIn(app, 'alice');
});
afterEach(() => app.close());

/** As the script of the pages does. */
const isIn = (zone: string) => alice.agent.jar.setCookie(`roster-zone=${zone}; Path=/`, '127.0.0.1');
const lastLogin = async (headers = {}) => pageOf(await alice.get(pathTo(app, 'alice'), headers)).fact('Last login');
const days = async (query = '') => pageOf(await alice.get(`/audit${query}`)).texts('.timeline h3');

describe('a moment on a page', () => {
  it('is told in UTC, and says so, to a browser that does not say where it is', async () => {
    expect(await lastLogin()).toBe('22 Nov 2026, 12:00 UTC');
    expect(await lastLogin({ 'Accept-Language': 'en-US,en;q=0.9' })).toBe('Nov 22, 2026, 12:00 PM UTC');
  });

  it('stands below a day of which it is said that it is one of UTC, where nobody knows another', async () => {
    const onRecord = async () =>
      pageOf(await alice.get(pathTo(app, 'alice')))
        .texts('.timeline h3')
        .at(-1);
    expect(await onRecord()).toBe('23 Oct 2026 (UTC)');
    isIn('Asia/Tokyo');
    expect(await onRecord()).toBe('23 Oct 2026');
  });

  it('is told in the zone of the browser, with UTC beside it', async () => {
    isIn('Asia/Tokyo');
    const page = pageOf(await alice.get(pathTo(app, 'alice')));
    expect(page.fact('Last login')).toBe('22 Nov 2026, 21:00');
    expect(page.$('dt:contains(Last login) + dd time').attr('title')).toBe('22 Nov 2026, 12:00 UTC');
    const list = pageOf(await alice.get('/users?q=alice'));
    expect(list.$('tbody time').attr('datetime')).toBe('2026-11-22T12:00Z');
    expect(list.$('html').attr('data-zone')).toBe('Asia/Tokyo');
  });

  it('is told in the zone that somebody chose, in whatever browser', async () => {
    isIn('Asia/Tokyo');
    const chosen = await submit(alice, '/preferences', { zone: 'Europe/Berlin' });
    expect(chosen.headers.location).toBe('/preferences');
    expect(pageOf(await alice.get('/preferences')).message()).toBe('Times are those of Europe/Berlin.');
    expect(await lastLogin()).toBe('22 Nov 2026, 13:00');
    alice = await signedIn(app, 'alice');
    expect(await lastLogin()).toBe('22 Nov 2026, 13:00');
    await submit(alice, '/preferences', { zone: '' });
    expect(await lastLogin()).toBe('22 Nov 2026, 12:00 UTC');
  });

  it('is written in the order that somebody chose, whatever the browser says', async () => {
    const american = { 'Accept-Language': 'en-US,en;q=0.9' };
    await submit(alice, '/preferences', { dates: 'day' });
    expect(await lastLogin(american)).toBe('22 Nov 2026, 12:00 UTC');
    await submit(alice, '/preferences', { dates: 'month' });
    alice = await signedIn(app, 'alice');
    expect(await lastLogin()).toBe('Nov 22, 2026, 12:00 PM UTC');
    expect(pageOf(await alice.get('/preferences')).typed('form[action="/preferences/times"]').dates).toBe('month');
    expect((await alice.send('patch', '/preferences/times', { dates: 'year' })).status).toBe(400);
    await submit(alice, '/preferences', { dates: 'iso', zone: 'Europe/Berlin' });
    expect(await lastLogin(american)).toBe('2026-11-22, 13:00');
    await submit(alice, '/preferences', { dates: 'dots', zone: '' });
    expect(await lastLogin(american)).toBe('22.11.2026, 12:00 UTC');
    expect(
      pageOf(await alice.get('/users'))
        .$('html')
        .attr('data-dates'),
    ).toBe('dots');
    await submit(alice, '/preferences', { dates: '' });
    expect(await lastLogin(american)).toBe('Nov 22, 2026, 12:00 PM UTC');
  });

  it.each(['Nowhere', '<b>', 'x'.repeat(300)])('is never told in the zone %s', async (zone) => {
    isIn(encodeURIComponent(zone));
    expect(await lastLogin()).toBe('22 Nov 2026, 12:00 UTC');
    expect((await alice.send('patch', '/preferences/times', { zone })).status).toBe(400);
    expect(await lastLogin()).toBe('22 Nov 2026, 12:00 UTC');
  });

  it.each(['europe/berlin', '+01:00'])('is chosen from the list alone, where %s is not', async (zone) => {
    expect((await alice.send('patch', '/preferences/times', { zone })).status).toBe(400);
  });

  it('may be as early or late as a day can be written', async () => {
    for (const zone of ['', 'Asia/Tokyo', 'America/New_York'])
      for (const day of ['0000-01-01', '0001-01-01', '1899-12-31', '9999-12-30', '9999-12-31']) {
        isIn(zone);
        expect([zone, day, (await alice.get(`/audit?from=${day}`)).status]).toEqual([zone, day, 200]);
        expect([zone, day, (await days(`?to=${day}`)).length > 0]).toEqual([zone, day, day > '9']);
      }
  });

  it.each(['2026-99-99T at last', '2026-01-05Tea at five', '2026-99-99'])(
    'is no text of somebody that begins like one: %s',
    async (description) => {
      isIn('Asia/Tokyo');
      await submit(alice, pathTo(app, 'bob', '/edit'), { description });
      for (const path of ['/audit', pathTo(app, 'bob')])
        expect(pageOf(await alice.get(path)).textOf('main')).toContain(description);
    },
  );

  it('stands in the audit under the day of the reader, who asks for such days', async () => {
    app.clock.advance(28.5 * HOUR);
    alice = await signedIn(app, 'alice');
    await submit(alice, pathTo(app, 'bob', '/edit'), { description: 'In the evening, or at night.' });
    expect((await days())[0]).toBe('23 Nov 2026 (UTC)');
    isIn('Asia/Tokyo');
    expect((await days())[0]).toBe('24 Nov 2026');
    expect(await days('?from=2026-11-24&to=2026-11-24')).toEqual(['24 Nov 2026']);
    expect(await days('?from=2026-11-23&to=2026-11-23')).toEqual([]);
    expect(pageOf(await alice.get('/audit')).textOf('.lead')).toContain('Days and times are those of Asia/Tokyo.');
  });

  it('at which somebody leaves is typed and told by the clock of the reader, a day where it ends one', async () => {
    isIn('Asia/Tokyo');
    await submit(alice, pathTo(app, 'bob', '/edit'), { leavesAt: '2027-01-31' });
    expect((await app.db.read('users').where('id', app.people.bob).first()).leaves_at).toBe('2027-01-31T15:00:00.000Z');
    expect(pageOf(await alice.get(pathTo(app, 'bob'))).fact('Leaves on')).toMatch(/^31 Jan 2027( ·|$)/);
    expect(pageOf(await alice.get(pathTo(app, 'bob', '/edit'))).typed()).toMatchObject({ leavesAt: '2027-01-31' });
    isIn('Europe/Berlin');
    expect(pageOf(await alice.get(pathTo(app, 'bob'))).fact('Leaves on')).toMatch(/^31 Jan 2027, 16:00( ·|$)/);
    const typed = pageOf(await alice.get(pathTo(app, 'bob', '/edit'))).typed();
    expect(typed).toMatchObject({ leavesAt: '2027-01-31', 'leavesAt-time': '16:00' });
    await submit(alice, pathTo(app, 'bob', '/edit'), { description: 'as it was' });
    expect((await app.db.read('users').where('id', app.people.bob).first()).leaves_at).toBe('2027-01-31T15:00:00.000Z');
  });
});
