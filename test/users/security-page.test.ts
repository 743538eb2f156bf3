import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { DAY } from '../../src/clock.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { pageOf } from '../support/page.ts';
import { Session, signedIn } from '../support/session.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

it('counts whom each of its links lists', async () => {
  const alice = await signedIn(app, 'alice');
  const page = pageOf(await alice.get('/security'));
  const links = page.$('section[aria-labelledby="figures"] dd a').toArray();
  expect(links.length).toBe(6);
  for (const link of links) {
    const listed = pageOf(await alice.get(link.attribs.href)).$('tbody tr').length;
    expect([link.attribs.href, page.$(link).text()]).toEqual([
      link.attribs.href,
      `${listed} ${listed === 1 ? 'user' : 'users'}`,
    ]);
  }
});

it('names the oldest passwords of who may come in, the oldest first', async () => {
  await app.db.write((trx) =>
    trx('users').where('id', app.people.bob).update({ password_set_at: '2020-01-01T00:00:00.000Z' }),
  );
  const alice = await signedIn(app, 'alice');
  const names = pageOf(await alice.get('/security')).texts('section[aria-labelledby="oldest"] li a');
  expect(names[0]).toBe('bob');
  expect(names).not.toContain('dave');
});

it('tells of failures by day, and of names that nobody has without what was typed', async () => {
  await new Session(app).signIn('nobody.at.all', 'not the password');
  await new Session(app).signIn('bob', 'not the password');
  app.clock.advance(DAY);
  await new Session(app).signIn('bob', 'not the password');
  const response = await (await signedIn(app, 'alice')).get('/security');
  const page = pageOf(response);
  const days = page.$('svg.chart').attr('aria-label')!.split(', ');
  expect([days.length, ...days.slice(-2)]).toEqual([14, '2026-11-22: 2', '2026-11-23: 1']);
  expect(page.$('section[aria-labelledby="unknown"] li').length).toBe(1);
  expect(response.text).not.toContain('nobody.at.all');
});

it('counts administrators only for who may know them', async () => {
  const max = await signedIn(app, 'max');
  expect(pageOf(await max.get('/security')).$('a[href*="administrator"]').length).toBe(0);
  expect((await (await signedIn(app, 'bob')).get('/security')).status).toBe(404);
});
