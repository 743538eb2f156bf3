import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { DAY } from '../../src/clock.ts';
import { jobsOf } from '../../src/features.ts';
import { PASSWORD, type TestApp } from '../support/app.ts';
import { submit } from '../support/form.ts';
import { type Mailing, startMailing } from '../support/mailing.ts';
import { pathTo } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

let mailing: Mailing;
let app: TestApp;
let alice: Session;

beforeEach(async () => {
  mailing = await startMailing();
  app = mailing.app;
  alice = await signedIn(app, 'alice');
});
afterEach(() => mailing.close());

/** The job that removes what has ended. */
async function remove(): Promise<void> {
  const job = jobsOf(app.context).find(({ name }) => name === 'Remove what has ended')!;
  await job.run();
}

it('removes drafts that nobody executed within a day, and no report', async () => {
  const draft = async () => {
    const fields = { action: 'confirm-access', ids: [String(app.people.bob), String(app.people.lena)] };
    return (await alice.post('/bulk-operations', fields)).headers.location;
  };
  const [executed, forgotten] = [await draft(), await draft()];
  await alice.post(`${executed}/execution`);
  const left = async () => ({
    operations: (await app.db.read('bulk_operations').orderBy('id').pluck('id')).map((id) => `/bulk-operations/${id}`),
    pieces: (await app.db.read('bulk_operation_pieces')).length,
  });
  app.clock.advance(DAY);
  await remove();
  expect(await left()).toEqual({ operations: [executed, forgotten], pieces: 1 });
  app.clock.advance(1);
  await remove();
  expect(await left()).toEqual({ operations: [executed], pieces: 0 });
});

it('removes notices after thirty days, and no mail that carries a link', async () => {
  const bob = await signedIn(app, 'bob');
  const password = 'nine slow tractors hum';
  await submit(bob, '/credentials', { current: PASSWORD, password, repeated: password });
  await alice.post(pathTo(app, 'carol', '/invitation'), { channel: 'mail' });
  const kinds = () => app.db.read('outbox').orderBy('id').pluck('kind');
  app.clock.advance(30 * DAY);
  await remove();
  expect(await kinds()).toEqual(['password-changed', 'invitation']);
  app.clock.advance(1);
  await remove();
  expect(await kinds()).toEqual(['invitation']);
});

it.each([
  ['user_changes', 'user_id'],
  ['contact_changes', 'contact_id'],
])('removes all but the newest hundred thousand of the feed %s', async (feed, column) => {
  const ids = [200_000, 200_001, 300_000];
  await app.db.write((trx) => trx(feed).insert(ids.map((id) => ({ id, [column]: 1 }))));
  await remove();
  expect(await app.db.read(feed).orderBy('id').pluck('id')).toEqual([200_001, 300_000]);
});

it('removes sessions that are over, and the counts of addresses', async () => {
  const wrong = await alice.post('/session', { identifier: 'nobody', password: 'not the password' });
  expect(wrong.status).toBe(422);
  const left = async () => [(await app.db.read('sessions')).length, (await app.db.read('address_limits')).length];
  expect(await left()).toEqual([1, 1]);
  await remove();
  expect(await left()).toEqual([1, 1]);
  app.clock.advance(DAY);
  await remove();
  expect(await left()).toEqual([0, 0]);
});
