import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { findEvents } from '../../src/audit/event-list.ts';
import { MINUTE } from '../../src/clock.ts';
import { jobsOf } from '../../src/features.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { pageOf } from '../support/page.ts';
import { pathTo } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

let app: TestApp;
let bob: Session;
beforeEach(async () => {
  app = await startApp();
  bob = await signedIn(app, 'bob');
  await bob.formToken();
});
afterEach(() => app.close());

const rows = async () => (await app.db.read('refusals')).length;
const told = async (audit: Awaited<ReturnType<typeof watchAudit>>) =>
  (await audit.since()).map((event) => [event.actorName, event.subjectName, event.after.andMore ?? 0]);
async function runJob(): Promise<void> {
  await jobsOf(app.context)
    .find((job) => job.name === 'Tell of repeated refusals')!
    .run();
}

it('has an event for the first look of a kind in a minute, and one for all others of it (R87)', async () => {
  const audit = await watchAudit(app);
  for (let id = 1; id <= 40; id++) expect((await bob.get(`/users/${id}`)).status).toBe(404);
  for (let n = 0; n < 5; n++) expect((await bob.get('/audit')).status).toBe(404);
  const first = [
    ['bob', 'GET /users/1', 0],
    ['bob', 'GET /audit', 0],
  ];
  expect(await told(audit)).toEqual(first);
  expect(await rows()).toBe(2);
  app.clock.advance(MINUTE);
  await runJob();
  expect(await told(audit)).toEqual([...first, ['bob', 'GET /audit', 4], ['bob', 'GET /users/40', 39]]);
  expect(await rows()).toBe(0);
  await runJob();
  expect(await told(audit)).toHaveLength(4);
  await bob.get('/users/7');
  expect((await told(audit)).at(-1)).toEqual(['bob', 'GET /users/7', 0]);
});

it('tells a single refusal once', async () => {
  const audit = await watchAudit(app);
  await bob.get('/audit');
  app.clock.advance(MINUTE);
  await runJob();
  expect(await told(audit)).toEqual([['bob', 'GET /audit', 0]]);
  expect(await rows()).toBe(0);
});

it('tells what was counted before, where the next one comes first', async () => {
  const audit = await watchAudit(app);
  for (let n = 0; n < 3; n++) await bob.get('/audit');
  app.clock.advance(MINUTE);
  await bob.get('/users');
  expect(await told(audit)).toEqual([
    ['bob', 'GET /audit', 0],
    ['bob', 'GET /audit', 2],
    ['bob', 'GET /users', 0],
  ]);
});

it('counts what no address of ours, however it is made up, as one kind', async () => {
  const audit = await watchAudit(app);
  for (let n = 0; n < 70; n++) await bob.post(`/made-up-${n}`, { _csrf: 'wrong' });
  for (let n = 0; n < 30; n++) await bob.get(`/users/${n}${'/'.repeat(n % 2)}`);
  expect(await rows()).toBe(2);
  // Nothing is lost of what would have changed something, up to sixty in a minute.
  expect((await told(audit)).filter(([, request]) => String(request).startsWith('POST'))).toHaveLength(60);
  app.clock.advance(MINUTE);
  await runJob();
  expect((await told(audit)).slice(-2)).toEqual([
    ['bob', 'POST /made-up-69', 10],
    ['bob', 'GET /users/29/', 29],
  ]);
});

it('counts for each person apart, survives a restart, and is shown in words', async () => {
  const max = await signedIn(app, 'max');
  for (const session of [bob, max]) for (let n = 0; n < 3; n++) await session.get('/audit');
  app = await app.restart();
  app.clock.advance(MINUTE);
  await runJob();
  const events = (await findEvents(app.db.read, { action: 'request.refused' }, 10)).reverse();
  expect(events.map(({ actorName, after }) => [actorName, after.andMore ?? 0])).toEqual([
    ['bob', 0],
    ['max', 0],
    ['max', 2],
    ['bob', 2],
  ]);
  const rita = await signedIn(app, 'rita');
  const [last] = pageOf(await rita.get('/audit')).texts('.event');
  expect(last).toMatch(/^12:01 bob was refused the page \/audit\S* and 2 more like it in the minute from 12:00/);
});

it('keeps an event for each change that was refused, as before', async () => {
  const audit = await watchAudit(app);
  for (const person of ['carol', 'dave', 'erin'] as const) await bob.post(pathTo(app, person, '/deactivation'));
  expect(await audit.actions()).toEqual(Array(3).fill('request.refused'));
});
