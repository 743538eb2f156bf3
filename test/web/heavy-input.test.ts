import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { Session, signedIn } from '../support/session.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const HEAVY = `a${'\u0300'.repeat(19_000)}${'\u0316'.repeat(19_000)}`;

/** How long the longest answer took; a text like this held everybody up for seconds. */
async function longest(session: Session, requests: [string, Record<string, string>][]): Promise<number> {
  let most = 0;
  for (const [path, fields] of requests) {
    const start = performance.now();
    const answer = await session.post(path, fields);
    expect([path, answer.status]).toEqual([path, expect.any(Number)]);
    expect(answer.status).toBeLessThan(500);
    most = Math.max(most, performance.now() - start);
  }
  return most;
}

it('lets no field of a stranger hold others up (R81)', async () => {
  const stranger = new Session(app);
  const requests: [string, Record<string, string>][] = [
    ['/session', { identifier: HEAVY, password: 'x' }],
    ['/session', { identifier: 'bob', password: HEAVY }],
    ['/session', { identifier: 'x'.repeat(200_000), password: 'x' }],
    ['/passwords/strength', { password: HEAVY }],
  ];
  expect(await longest(stranger, requests)).toBeLessThan(1_500);
});

it('lets no field of a form hold others up (R81)', async () => {
  const alice = await signedIn(app, 'alice');
  await alice.get('/users/new');
  const fields = {
    name: HEAVY,
    email: `${HEAVY}@example.com`,
    tags: HEAVY,
    description: HEAVY,
    newGroup: HEAVY,
    newContactName: HEAVY,
  };
  const requests = Object.entries(fields).map(
    ([name, value]) => ['/users', { name: 'heavy', [name]: value }] as [string, Record<string, string>],
  );
  requests.push(
    ['/groups', { name: HEAVY }],
    ['/contacts', { name: HEAVY, kind: 'person' }],
    ['/credentials/password', { current: HEAVY, password: HEAVY, repeated: HEAVY }],
  );
  expect(await longest(alice, requests)).toBeLessThan(1_500);
});
