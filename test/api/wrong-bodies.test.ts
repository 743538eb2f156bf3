import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { facts } from '../support/database.ts';
import { type Program, programAs } from '../support/program.ts';
import { type Provisioner, provisionerAs } from '../support/provisioner.ts';

let app: TestApp;
let program: Program;
let idp: Provisioner;
beforeAll(async () => {
  app = await startApp({ TOKEN_REQUESTS: '100000', SCIM_MEGABYTES: '1' });
  program = await programAs(app, 'alice');
  idp = await provisionerAs(app);
});
afterAll(() => app.close());

it('are told in words what of them cannot be read, to programs of either kind', async () => {
  const json = { 'Content-Type': 'application/json' };
  const cases: [headers: Record<string, string>, body: string | Buffer, status: number, said: RegExp][] = [
    [json, '{', 400, /no JSON/],
    [json, 'null', 400, /no JSON/],
    [json, Buffer.from('{"name":"J\xfcrgen","userName":"J\xfcrgen"}', 'latin1'), 400, /not in UTF-8/],
    [{ 'Content-Type': 'application/json; charset=klingon' }, '{}', 415, /UTF-8/],
    [{ ...json, 'Content-Encoding': 'none' }, '{}', 415, /gzip/],
    [{ 'Content-Type': 'text/plain' }, '{}', 415, /sent as application/],
    [json, JSON.stringify({ name: 'x'.repeat(1_100_000) }), 413, /at most \d+ [kM]B/],
  ];
  const before = await facts(app);
  for (const [headers, body, status, said] of cases) {
    // Bytes as well, of which JSON would be made.
    const asItIs = (sent: unknown) => sent as string;
    const what = String(body).slice(0, 9);
    const rest = await program.ask('post', '/users', headers).serialize(asItIs).send(body);
    expect([what, rest.status, rest.type, rest.body.detail]).toEqual([
      what,
      status,
      'application/problem+json',
      expect.stringMatching(said),
    ]);
    const scim = await idp.ask('post', '/Users', undefined, headers).serialize(asItIs).send(body);
    expect([what, scim.status, scim.body.status, scim.body.detail]).toEqual([
      what,
      status,
      String(status),
      expect.stringMatching(said),
    ]);
  }
  const { provisioning_calls: _, tokens: __, token_windows: ___, ...after } = await facts(app);
  expect(before).toMatchObject(after);
});

it('are told for each field what it is to be, in words of ours', async () => {
  const wrong: [path: string, body: object, errors: Record<string, string>][] = [
    ['/users', {}, { name: 'It is missing.' }],
    ['/users', { name: 5, email: 'x@example.com', tags: 't' }, { name: 'It is a text.', tags: 'It is a list.' }],
    ['/users', [], { body: 'It is an object.' }],
    ['/bulk-operations', { on: 'stars', action: 'x' }, { on: 'It is one of users, groups, contacts.' }],
    ['/checks', { checks: [] }, { checks: 'It is at least 1 long.' }],
    ['/checks', { checks: [{ user: 1 }] }, { 'checks.0.application': 'It is missing.' }],
  ];
  for (const [path, body, errors] of wrong) {
    const answer = await program.send('post', path, body);
    const told = Object.fromEntries(
      answer.body.errors.map(({ field, detail }: { field: string; detail: string }) => [field, detail]),
    );
    expect([path, answer.status, told]).toEqual([path, 422, expect.objectContaining(errors)]);
    expect(answer.text).not.toMatch(/Invalid|expected/);
  }
});

it('of SCIM change nothing where a member, an order or a name is none', async () => {
  const { id } = await idp.made({ userName: 'nora', emails: [{ value: 'nora@corp.example' }] });
  const group = await idp.group('Crew', [id]);
  for (const members of [[{}], [null], [{ id }]]) {
    const answer = await idp.ask('put', `/Groups/${group}`, { displayName: 'Crew', members });
    expect([members, answer.status, answer.body.scimType]).toEqual([members, 400, 'invalidValue']);
  }
  expect((await idp.get(`/Groups/${group}`)).body.members).toHaveLength(1);
  expect((await idp.get('/Users?sortBy=userName&sortOrder=sideways')).status).toBe(400);
  expect((await idp.ask('post', '/.search', { attributes: [5] })).status).toBe(400);
  expect((await idp.ask('post', '/.search', { attributes: 5 })).status).toBe(400);
});
