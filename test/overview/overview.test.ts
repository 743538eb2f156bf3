import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { DAY } from '../../src/clock.ts';
import { noteFigures } from '../../src/overview/actions/figures-noting.ts';
import { drawBars } from '../../src/overview/pages/bar-chart.ts';
import { startApp, startEmptyApp, type TestApp } from '../support/app.ts';
import { pageOf } from '../support/page.ts';
import { pathTo } from '../support/people.ts';
import { Session, signedIn } from '../support/session.ts';

let app: TestApp;
beforeEach(async () => {
  app = await startApp();
});
afterEach(() => app.close());

const tableOf = (page: ReturnType<typeof pageOf>, section: string) =>
  page
    .$(`section[aria-labelledby="${section}"] tbody tr`)
    .toArray()
    .map((row) =>
      page
        .$(row)
        .find('th, td')
        .toArray()
        .map((cell) => page.$(cell).text().trim()),
    );

it('counts people day by day, with a link to the list of whom each of today’s numbers counts', async () => {
  await noteFigures(app.context);
  app.clock.advance(DAY);
  const alice = await signedIn(app, 'alice');
  await alice.post(pathTo(app, 'bob', '/deactivation'));
  const page = pageOf(await alice.get('/overview'));
  const [today, yesterday, ...more] = tableOf(page, 'people');
  expect([today[0], yesterday[0], more]).toEqual(
    ['23 Nov 2026 ', '22 Nov 2026 ', []].map((one) => (typeof one === 'string' ? one.trim() : one)),
  );
  expect(Number(yesterday[1]) - Number(today[1])).toBe(1);
  expect(Number(today[3]) - Number(yesterday[3])).toBe(1);
  const links = page.$('section[aria-labelledby="people"] tbody tr').first().find('a').toArray();
  for (const link of links)
    expect([link.attribs.href, pageOf(await alice.get(link.attribs.href)).$('tbody tr').length]).toEqual([
      link.attribs.href,
      Number(page.$(link).text()),
    ]);
});

it('counts each sign-in once, on its day, also those before the first look', async () => {
  await new Session(app).signIn('bob', 'not the password');
  await signedIn(app, 'bob');
  app.clock.advance(DAY);
  await noteFigures(app.context);
  await noteFigures(app.context);
  await new Session(app).signIn('bob', 'not the password');
  await noteFigures(app.context);
  const page = pageOf(await (await signedIn(app, 'alice')).get('/overview'));
  expect(tableOf(page, 'sign-ins').slice(0, 3)).toEqual([
    ['23 Nov 2026', '0', '1'],
    ['22 Nov 2026', '1', '1'],
    ['21 Nov 2026', '0', '0'],
  ]);
  expect(tableOf(page, 'sign-ins')).toHaveLength(30);
});

it('shows the end of each week where there is a long past, and forgets the oldest', async () => {
  const day = (n: number) => new Date(app.clock.now() - n * DAY).toISOString().slice(0, 10);
  const rows = Array.from({ length: 500 }, (_, n) => ({
    day: day(n + 1),
    active: 1_000 - n,
    invited: 0,
    deactivated: n,
  }));
  await app.db.write((trx) => trx('daily_figures').insert(rows));
  await noteFigures(app.context);
  expect(await app.db.read('daily_figures').min('day as first')).toEqual([{ first: day(400) }]);
  const people = tableOf(pageOf(await (await signedIn(app, 'alice')).get('/overview')), 'people');
  expect([people.length, people[1][1], people[2][1]]).toEqual([52, '994', '987']);
});

it('names the groups with the most who are stale, and the oldest invitations', async () => {
  const long = { last_activity_at: '2026-01-01T00:00:00.000Z', created_at: '2025-01-01T00:00:00.000Z' };
  await app.db.write((trx) => trx('users').whereIn('name', ['bob', 'lena']).update(long));
  const alice = await signedIn(app, 'alice');
  const page = pageOf(await alice.get('/overview'));
  const [stale] = page.$('section[aria-labelledby="stale"] tbody a').toArray();
  const listed = pageOf(await alice.get(stale.attribs.href)).$('tbody tr').length;
  expect([tableOf(page, 'stale')[0].slice(0, 2), listed]).toEqual([['Support', '2'], 2]);
  expect(page.texts('section[aria-labelledby="invitations"] th a')).toContain('carol');
});

it('is there for an empty house, and for nobody who may not read users', async () => {
  expect((await (await signedIn(app, 'bob')).get('/overview')).status).toBe(404);
  const empty = await startEmptyApp();
  const alone = pageOf(await (await signedIn(app, 'alice')).get('/overview'));
  expect(alone.texts('section .empty')).toEqual(['Nothing is counted yet.']);
  await noteFigures(empty.context);
  expect(await empty.db.read('daily_figures').pluck('active')).toEqual([0]);
  await empty.close();
});

it('draws bars that stand on each other, and what there is one of among many', () => {
  const part = (kind: string, number: number) => ({ kind, number, words: String(number), path: '/users' });
  const bars = drawBars([
    { label: 'a', parts: [part('one', 750), part('two', 250)] },
    { label: 'b', parts: [part('one', 0), part('two', 1)] },
  ]);
  expect(bars.map(({ y, height }) => [y, height])).toEqual([
    [25, 75],
    [0, 25],
    [99, 1],
  ]);
});
