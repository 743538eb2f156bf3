import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { Chance } from '../support/chance.ts';
import { ACCESS, ENTERPRISE, type Provisioner, provisionerAs } from '../support/provisioner.ts';

const REQUESTS = Number(process.env.NONSENSE_REQUESTS ?? 300);
const ATTRIBUTES = [
  'userName',
  'name',
  'name.givenName',
  'emails',
  'emails.value',
  'active',
  'members',
  'displayName',
  'externalId',
  'id',
  'meta',
  'groups',
  'schemas',
  'password',
  ENTERPRISE,
  `${ENTERPRISE}:manager`,
  `${ACCESS}:leavesAt`,
  `${ACCESS}:noSharedData`,
  '__proto__',
  'constructor',
  'toString',
  '$ref',
  '',
];
const WORDS = [
  'eq',
  'ne',
  'co',
  'sw',
  'gt',
  'pr',
  'and',
  'or',
  'not',
  '(',
  ')',
  '[',
  ']',
  '"x"',
  '"user-1"',
  'true',
  'null',
  '3',
  '.value',
  '"',
  '\\',
  '%',
  "'",
  '\u0000',
  '💥',
];

let app: TestApp;
let idp: Provisioner;
let ids: string[];
const chance = new Chance(Number(process.env.NONSENSE_SEED ?? 20261127));
beforeAll(async () => {
  app = await startApp({ TOKEN_REQUESTS: '100000' });
  idp = await provisionerAs(app);
  const { id } = await idp.made({ userName: 'ann', emails: [{ value: 'ann@corp.example' }] });
  ids = [
    id,
    await idp.group('Crew', [id]),
    'user-0',
    'user-99999999999999999',
    'group-1',
    '..',
    '%E0%A4%A',
    '__proto__',
    'bulkId:x',
    '.search',
  ];
});
afterAll(() => app.close());

const soup = () => Array.from({ length: 1 + chance.below(8) }, () => chance.one([...WORDS, ...ATTRIBUTES])).join(' ');

function anything(depth = 0): unknown {
  const simple = [
    null,
    true,
    0,
    -1,
    1e308,
    '',
    'x',
    'False',
    'user-1',
    ids[0],
    '\u0000',
    '💥'.repeat(3),
    'x'.repeat(2_000),
  ];
  if (depth > 3 || chance.isLikely(0.4)) return chance.one(simple);
  if (chance.isLikely(0.4)) return Array.from({ length: chance.below(4) }, () => anything(depth + 1));
  const names = [...ATTRIBUTES, 'Operations', 'op', 'path', 'value', 'filter', 'method', 'data', 'type', 'primary'];
  return Object.fromEntries(Array.from({ length: chance.below(5) }, () => [chance.one(names), anything(depth + 1)]));
}

function body(): unknown {
  if (chance.isLikely(0.4)) return anything();
  const Operations = Array.from({ length: chance.below(4) }, () => ({
    op: chance.one(['add', 'Replace', 'remove', 'x', 1]),
    ...(chance.isLikely(0.8) && { path: chance.isLikely(0.5) ? chance.one(ATTRIBUTES) : soup() }),
    value: anything(1),
  }));
  const bulk = Array.from({ length: chance.below(3) }, () => ({
    method: chance.one(['POST', 'put', 'DELETE', 'x']),
    path: `/${chance.one(['Users', 'Groups', 'Bulk'])}/${chance.one(ids)}`,
    bulkId: chance.one(['x', 'y', 7]),
    data: anything(1),
  }));
  const emails = chance.one<unknown>([anything(1), [{ value: `a${chance.below(1e6)}@corp.example` }]]);
  const userName = chance.one<unknown>([
    'ann',
    '@',
    'a@b',
    '\u200b',
    7,
    `u${chance.below(1e6)}`,
    `u${chance.below(1e6)}`,
  ]);
  const user = { userName, emails, ...(chance.isLikely(0.3) && { active: anything(3) }) };
  return chance.one<unknown>([
    { Operations },
    { Operations: bulk },
    user,
    { ...user, [ACCESS]: anything(1) },
    { displayName: anything(3), members: anything(1) },
  ]);
}

describe('what makes no sense', () => {
  it(`is refused in words, never by a mistake of ours: ${REQUESTS} requests of chance (R80)`, async () => {
    const failed: unknown[] = [];
    const seen = new Set<number>();
    for (let sent = 0; sent < REQUESTS; sent += 10) {
      const batch = Array.from({ length: 10 }, () => {
        const method = chance.one(['get', 'post', 'put', 'patch', 'patch', 'delete'] as const);
        const kind = chance.one([
          'Users',
          'Users',
          'Groups',
          'Bulk',
          'Me',
          'Schemas',
          '.search',
          'ServiceProviderConfig',
        ]);
        const below = chance.isLikely(0.5) ? `/${chance.one(ids)}` : '';
        if (chance.isLikely(0.1)) return { method: 'post' as const, path: '/Users', body: body() };
        const query = new URLSearchParams();
        for (const name of chance.few(['filter', 'sortBy', 'startIndex', 'count', 'attributes', 'excludedAttributes']))
          query.append(
            name,
            chance.isLikely(0.5) ? soup() : String(chance.one(['1', '-1', '9'.repeat(30), 'x', ...ATTRIBUTES])),
          );
        return { method, path: `/${kind}${below}?${query}`, body: method === 'get' ? undefined : body() };
      });
      const answers = await Promise.all(batch.map((one) => idp.ask(one.method, one.path, one.body)));
      for (const [n, { status, text }] of answers.entries()) {
        seen.add(status);
        if (status >= 500 || / at .*\.ts/.test(text)) failed.push([batch[n], status, text]);
      }
    }
    expect(failed).toEqual([]);
    // It was no wall of one answer.
    for (const status of [200, 201, 400, 404, 405]) expect([status, seen.has(status)]).toEqual([status, true]);
    expect(await app.db.read('users').where('name', 'bob').first()).toMatchObject({ activity: 'active' });
  });

  it('makes no list longer than it may be, not even on the way', async () => {
    const { id } = await idp.made({ userName: 'long.list', emails: [{ value: 'long.list@corp.example' }] });
    const numbers = (of: number) => Array.from({ length: 90 }, (_, n) => ({ value: `${of}${n}` }));
    const add = (of: number) => ({ op: 'add', path: 'phoneNumbers', value: numbers(of) });
    const drop = { op: 'remove', path: 'phoneNumbers' };
    expect((await idp.patch(`/Users/${id}`, add(1), drop, add(2))).status).toBe(200);
    const { status, body: told } = await idp.patch(`/Users/${id}`, add(1), drop);
    expect([status, told.scimType]).toEqual([400, 'tooMany']);
    const single = { op: 'add', path: 'phoneNumbers[type eq "x0"].value', value: '1' };
    const many = Array.from({ length: 101 }, (_, n) => ({ ...single, path: single.path.replace('x0', `x${n}`) }));
    expect((await idp.patch(`/Users/${id}`, drop, ...many, drop)).body.scimType).toBe('tooMany');
    const chosen = { op: 'remove', path: `phoneNumbers[${Array(45).fill('value sw "x"').join(' or ')}]` };
    expect((await idp.patch(`/Users/${id}`, ...Array(15).fill(chosen))).body.scimType).toBe('tooMany');
  });

  it('is refused before it is looked at where it is no JSON, too deep, or twice there', async () => {
    const raw = (type: string, text: string) => idp.ask('post', '/Users').set('Content-Type', type).send(text);
    const deep = `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`;
    const answers = [
      await raw('application/scim+json', '{'),
      await raw('application/json', '"x"'),
      await raw('application/json', '[]'),
      await raw('application/json', '{"__proto__":{"userName":"x"}}'),
      await raw('application/json', '{"userName":"a\\u0000b"}'),
      await raw('application/json', '{"userName":"a\\ud800b@example.com"}'),
      await raw('application/json', deep),
      await raw('text/plain', '{}'),
      await raw('application/x-www-form-urlencoded', 'userName=x'),
      await idp.ask('get', '/Users?filter=a%20pr&filter=b%20pr'),
      await idp.ask('get', '/Users?filter=%00'),
      await idp.ask('get', '/Users/%E0%A4%A'),
      await idp.ask('get', '/users'),
      await idp.ask('post', '/Users'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([
      400, 400, 400, 400, 400, 400, 400, 415, 415, 400, 400, 404, 404, 400,
    ]);
    for (const { body: told } of answers) expect(told.schemas).toEqual(['urn:ietf:params:scim:api:messages:2.0:Error']);
  });
});
