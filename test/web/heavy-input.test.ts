import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { probableEmail, readableEmail } from '../../src/text/email-address.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { watchNormalising } from '../support/normalising.ts';
import { programAs } from '../support/program.ts';
import { Session, signedIn } from '../support/session.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const HEAVY = `a${'\u0300'.repeat(19_000)}${'\u0316'.repeat(19_000)}`;

/** The most marks on a letter that anything normalised meanwhile; a text like this held everybody up for seconds. */
async function mostMarks(session: Session, requests: [string, Record<string, string>][]): Promise<number> {
  using normalising = watchNormalising();
  for (const [path, fields] of requests) {
    const answer = await session.post(path, fields);
    expect([path, answer.status]).toEqual([path, expect.any(Number)]);
    expect(answer.status).toBeLessThan(500);
  }
  return normalising.marks;
}

it('lets no field of a stranger hold others up (R81)', async () => {
  const stranger = new Session(app);
  const requests: [string, Record<string, string>][] = [
    ['/session', { identifier: HEAVY, password: 'x' }],
    ['/session', { identifier: 'bob', password: HEAVY }],
    ['/session', { identifier: 'x'.repeat(200_000), password: 'x' }],
    ['/passwords/strength', { password: HEAVY }],
  ];
  expect(await mostMarks(stranger, requests)).toBeLessThanOrEqual(30);
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
  expect(await mostMarks(alice, requests)).toBeLessThanOrEqual(30);
});

it('lets no field of a program hold others up (R81)', async () => {
  const program = await programAs(app, 'alice');
  using normalising = watchNormalising();
  const fields = { name: HEAVY, email: `${HEAVY}@example.com`, tags: [HEAVY], description: HEAVY };
  for (const [name, value] of Object.entries(fields)) {
    const answer = await program.send('post', '/users', { name: 'heavy', email: 'heavy@example.com', [name]: value });
    expect(answer.status).toBeLessThan(500);
  }
  expect(normalising.marks).toBeLessThanOrEqual(30);
});

it('makes no key of a name that is too long for one (R81)', async () => {
  const grown = '\uFDFA'.repeat(20_000);
  const alice = await signedIn(app, 'alice');
  const program = await programAs(app, 'alice');
  await alice.get('/users/new');
  using normalising = watchNormalising();
  for (const path of ['/users', '/groups', '/contacts', '/applications', '/saved-views', '/webhooks'])
    expect((await alice.post(path, { name: grown, kind: 'person' })).status).toBe(422);
  for (const path of ['/users', '/groups', '/contacts'])
    expect((await program.send('post', path, { name: grown, kind: 'person' })).status).toBe(422);
  expect(normalising.longestKey).toBeLessThan(5_000);
});

it('looks for no address in what is longer than any (R81)', () => {
  expect(probableEmail('maria @example.com')).toBe('maria@example.com');
  expect(probableEmail(`${' '.repeat(1_000)}maria @example.com`)).toBeUndefined();
  expect(readableEmail('a@xn--mller-kva.example')).toBe('a@müller.example');
  const long = `${'a'.repeat(1_000)}@xn--mller-kva.example`;
  expect(readableEmail(long)).toBe(long);
});
