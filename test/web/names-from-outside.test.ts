import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { programAs } from '../support/program.ts';
import { type Session, signedIn } from '../support/session.ts';

const NAMES = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'];
const PAGES = [
  '/users',
  '/groups',
  '/contacts',
  '/invitations',
  '/audit',
  '/search',
  '/applications',
  '/users/new',
  '/installation',
];
const PARAMETERS = [
  'q',
  'activity',
  'state',
  'tag',
  'group',
  'sort',
  'after',
  'before',
  'per',
  'action',
  'actor',
  'kind',
  'account',
  'owner',
];

let app: TestApp;
let alice: Session;
beforeAll(async () => {
  app = await startApp();
  alice = await signedIn(app, 'alice');
});
afterAll(() => app.close());

it.each(NAMES)('finds nothing of its own under the name %s from outside (R88)', async (name) => {
  const query = PARAMETERS.map((parameter) => `${parameter}=${name}`).join('&');
  for (const page of PAGES) {
    const answers = [
      await alice.get(page, { 'HX-Request': 'true', 'HX-Target': `div#${name}` }),
      await alice.get(`${page}?${query}`),
      await alice.get(`${page}?${name}=x&${name}[${name}]=y`),
      await alice.get(`${page}/${name}`),
    ];
    for (const [n, { status }] of answers.entries()) expect([page, n, status < 500]).toEqual([page, n, true]);
  }
  for (const [path, field] of [
    ['/bulk-operations', 'action'],
    ['/bulk-operations', 'subject'],
    ['/preferences', 'theme'],
    ['/preferences', 'density'],
    ['/users', 'access'],
    ['/contacts', 'kind'],
  ]) {
    const { status } = await alice.post(path, { [field]: name, [name]: 'x', ids: '1' });
    expect([path, field, status < 500]).toEqual([path, field, true]);
  }
});

it('tells programs of each field that there is none, whatever it is called', async () => {
  const program = await programAs(app, 'alice');
  const answer = await program.send('post', '/groups', { name: 'Sales', constructor: 1, toString: 2 });
  expect(answer.status).toBe(422);
  expect(answer.body.errors.map(({ field }: { field: string }) => field)).toEqual(['constructor', 'toString']);
});

it('tells programs no more than can be read, however much is wrong (R81)', async () => {
  const program = await programAs(app, 'alice');
  const ids = { on: 'users', action: 'deactivate', ids: Array(40_000).fill('a') };
  const fields = { name: 'Sales', ...Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`f${n}`, 1])) };
  for (const [path, body] of [['/bulk-operations', ids] as const, ['/groups', fields] as const]) {
    const answer = await program.send('post', path, body);
    expect([path, answer.status, answer.body.errors.length]).toEqual([path, 422, 100]);
  }
});
