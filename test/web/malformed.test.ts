import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Person } from '../../seeds/cast.ts';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { type Bare, sendBare } from '../support/bare.ts';
import { cookieOf } from '../support/cookie.ts';
import { factsBesideAudit } from '../support/database.ts';
import { routesOf } from '../support/routes.ts';
import { Session } from '../support/session.ts';

const RUNS = 100;
/** What only a programmer should ever see. */
const INNARDS = /\bat .+:\d+:\d+|node_modules|\.ts:|SQLITE|\bselect .* from\b|knex/i;

interface Request {
  method: string;
  path: string;
  query: string;
  headers: [string, string][];
  body: string;
  type: string;
  withToken: boolean;
}

const METHODS = [
  'GET',
  'GET',
  'POST',
  'POST',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'QUERY',
];
const IDS = [
  '1',
  '6',
  '0',
  '-1',
  '999999',
  '1e9',
  'abc',
  '%00',
  '%',
  '%zz',
  '%E0%A4%A',
  '%c0%ae',
  '..',
  '..%2f..',
  "1'--",
  '1;2',
  '９',
  '%F0%9F%A6%8A',
  '__proto__',
  'constructor',
  'x'.repeat(300),
];
const NAMES = [
  'name',
  'email',
  'groups',
  'groups[]',
  'groups[0][id]',
  'a[b][c][d][e][f][g][h]',
  '__proto__',
  '__proto__[admin]',
  'constructor[prototype][x]',
  '_method',
  '_csrf',
  'version',
  'contactId',
  'step',
  'ids',
  'scope',
  'view',
  'action',
  'identifier',
  'password',
  'repeated',
  'current',
  'next',
  'access',
  'expiresOn',
  'apiOnly',
  'tags',
  'hasOwnProperty',
  'toString',
  '',
  'x'.repeat(2_000),
];
const VALUES = [
  '',
  ' ',
  '1',
  '-1',
  '0',
  '1e400',
  'NaN',
  'null',
  'undefined',
  'true',
  '[object Object]',
  '{"$gt":""}',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '%',
  '%zz',
  '%00',
  '%ff%fe',
  '%C0%80',
  '../../etc/passwd',
  "' or 1=1 --",
  '"><script>alert(1)</script>',
  '<%= 7*7 %>',
  '#{7*7}',
  '\r\nX: y',
  'delete',
  'patch',
  'link',
  'find-contact',
  'all',
  '/users',
  '/users?q=%00',
  'deactivate',
  '2026-02-30',
  '99999-12-31',
  '9'.repeat(400),
  'x'.repeat(20_000),
  '🦊'.repeat(300),
  'bob',
  'alice@example.com',
];
const TYPES = [
  'application/x-www-form-urlencoded',
  'application/x-www-form-urlencoded',
  'application/x-www-form-urlencoded',
  'application/x-www-form-urlencoded; charset=utf-16',
  'application/x-www-form-urlencoded; charset=none',
  'application/json',
  'text/plain',
  'multipart/form-data; boundary=x',
  'multipart/form-data',
  'x',
  '',
];
const HEADERS: [string, string][] = [
  ['Accept-Encoding', 'gzip;q=x, *'],
  ['Content-Encoding', 'gzip'],
  ['Content-Encoding', 'br'],
  ['Content-Encoding', 'none'],
  ['Cookie', 'roster=s%3Ax.y; roster-per=%zz; __proto__=x'],
  ['Cookie', `roster=${'x'.repeat(3_000)}`],
  ['Cookie', '=;;=;,'],
  ['HX-Request', 'true'],
  ['HX-Target', '#'],
  ['HX-Target', 'div#users-list'],
  ['HX-Target', 'x#__proto__'],
  ['HX-History-Restore-Request', 'true'],
  ['If-None-Match', '*'],
  ['If-Modified-Since', 'never'],
  ['Range', 'bytes=5-2,-,x'],
  ['Origin', 'null'],
  ['Sec-Fetch-Site', 'none'],
  ['X-CSRF-Token', 'x'],
  ['X-HTTP-Method-Override', 'DELETE'],
  ['User-Agent', '\u00ff'.repeat(500)],
  ['Referer', 'javascript:alert(1)'],
  ['X-Forwarded-For', `${'1.2.3.4,'.repeat(100)}x`],
  ['Expect', '200-ok'],
  ['Upgrade', 'h2c'],
];

/** As a form would send it, but for what is to stay as broken as it is. */
function encoded(text: string): string {
  return /%/.test(text) ? text.replace(/[\s&=]/g, '+') : encodeURIComponent(text.toWellFormed());
}

const pairs = fc
  .array(
    fc.tuple(
      fc.constantFrom(...NAMES),
      fc.oneof(fc.constantFrom(...VALUES), fc.string({ unit: 'binary', maxLength: 20 })),
    ),
    { maxLength: 8 },
  )
  .map((all) => all.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&'));

function requests(patterns: string[]): fc.Arbitrary<Request> {
  const path = fc.oneof(
    {
      weight: 8,
      arbitrary: fc
        .tuple(fc.constantFrom(...patterns), fc.constantFrom(...IDS))
        .map(([pattern, id]) => pattern.replace(/:\w+/, id)),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '//',
        '/.',
        '/..',
        '/../..',
        '/%2e%2e/',
        '/users//',
        '/users/;x=y',
        '/USERS',
        `/${'a/'.repeat(400)}`,
        '/assets/../src/app.ts',
        '/assets/%2e%2e%2fpackage.json',
      ),
    },
  );
  const body = fc.oneof(
    { weight: 6, arbitrary: pairs },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '{',
        '[]',
        '{"name":["a"]}',
        '&&&',
        '=',
        '%',
        'x'.repeat(300_000),
        'a=1&'.repeat(1_200),
        'name=a&name=b&name[]=c',
        `${'a['.repeat(200)}=x`,
      ),
    },
  );
  return fc.record({
    method: fc.constantFrom(...METHODS),
    path,
    query: fc.oneof(
      fc.constant(''),
      pairs.map((query) => `?${query}`),
      fc.constantFrom('?', '?%', '?&=&', '?a[]=1&a[b]=2', `?${'q=1&'.repeat(500)}`),
    ),
    headers: fc.array(fc.constantFrom(...HEADERS), { maxLength: 3 }),
    body,
    type: fc.constantFrom(...TYPES),
    withToken: fc.boolean(),
  });
}

describe.each<{ who: string; person: Person | undefined }>([
  { who: 'a guest', person: undefined },
  { who: 'a member', person: 'bob' },
  { who: 'an administrator', person: 'alice' },
])('malformed requests of $who', ({ person }) => {
  let app: TestApp;
  let cookie = '';
  let token = '';
  let patterns: string[];
  beforeAll(async () => {
    app = await startApp();
    patterns = [...new Set(routesOf(app.express).map((route) => route.split(' ')[1]))];
    const session = new Session(app);
    const page = await session.get('/session/new');
    const signIn = person ? await session.signIn(person, PASSWORD) : page;
    cookie = `roster=${cookieOf(signIn)}`;
    token = await session.formToken();
  });
  afterAll(() => app.close());

  async function send({ method, path, query, headers, body, type, withToken }: Request): Promise<Bare> {
    const form =
      withToken && type.startsWith('application/x-www') ? `_csrf=${encodeURIComponent(token)}&${body}` : body;
    const own = headers.some(([name]) => name === 'Cookie') ? [] : [['Cookie', cookie]];
    const bytes = Buffer.from(form);
    const lines = [
      `${method} ${path}${query} HTTP/1.1`,
      'Host: 127.0.0.1',
      'Connection: close',
      ...[...own, ...headers].map(([name, value]) => `${name}: ${value}`),
      ...(type ? [`Content-Type: ${type}`] : []),
      `Content-Length: ${bytes.length}`,
    ];
    return sendBare(app.url, Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), bytes]));
  }

  it('are answered calmly: no mistake of ours, no innards, nothing changed by who may change nothing (R75, F8)', async () => {
    const withoutSessions = async () => {
      const { sessions: _, lockouts: __, ...rest } = await factsBesideAudit(app);
      return rest;
    };
    const before = await withoutSessions();
    await fc.assert(
      fc.asyncProperty(requests(patterns), async (request) => {
        expectCalm(await send(request));
      }),
      { numRuns: RUNS, seed: 20_261_122, endOnFailure: true },
    );
    if (person !== 'alice') expect(await withoutSessions()).toEqual(before);
    expect(app.log.filter((line) => /"level":(50|60)|"status":5/.test(line))).toEqual([]);
    expect((await new Session(app).get('/health')).status).toBe(200);
  }, 60_000);
});

describe('what is no request at all', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  it.each([
    ['no request at all', '\r\n\r\n'],
    ['another language', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['no version', 'GET /users\r\n\r\n'],
    ['a version that is none', 'GET / HTTP/9.9\r\nHost: x\r\n\r\n'],
    ['a header without a colon', 'GET / HTTP/1.1\r\nHost: x\r\nbroken\r\n\r\n'],
    ['a NUL in a header', 'GET / HTTP/1.1\r\nHost: x\r\nX: \x00\r\n\r\n'],
    ['two lengths', 'POST /session HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd'],
    [
      'a length and pieces',
      'POST /session HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'pieces that are none',
      'POST /session HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    ],
    ['a length that is negative', 'POST /session HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n'],
    ['an address of 20,000 letters', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
    ['3,000 headers', `GET / HTTP/1.1\r\nHost: x\r\n${'X: y\r\n'.repeat(3_000)}\r\n`],
    ['everything there is', 'OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
    ['a page of everything', 'GET * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
    ['a whole address', 'GET http://evil.example/users HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
    ['an address of another kind', 'GET mailto:x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
    ['a tunnel', 'CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
    [
      'bytes beyond letters in the address',
      'GET /\xff\xfe\x80?q=\xff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    ],
  ])('ends with 4xx or with the connection: %s (F8)', async (_, text) => {
    const answer = await sendBare(app.url, Buffer.from(text, 'latin1'), 300);
    expect([answer.status, answer.status < 500]).toEqual([answer.status, true]);
    expect(answer.body).not.toMatch(INNARDS);
    expect((await new Session(app).get('/health')).status).toBe(200);
  });

  it('does not unpack to more than is allowed (F8)', async () => {
    const session = new Session(app);
    const cookie = `roster=${cookieOf(await session.get('/session/new'))}`;
    const bomb = gzipSync(Buffer.from(`_csrf=${await session.formToken()}&name=${'x'.repeat(20_000_000)}`));
    const head = [
      'POST /session HTTP/1.1',
      'Host: x',
      `Cookie: ${cookie}`,
      'Connection: close',
      'Content-Type: application/x-www-form-urlencoded',
      'Content-Encoding: gzip',
      `Content-Length: ${bomb.length}`,
    ];
    const answer = await sendBare(app.url, Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), bomb]));
    expect(answer.status).toBe(413);
    expectCalm(answer);
  });
});

function expectCalm({ status, body, milliseconds }: Bare) {
  expect(status).toBeGreaterThanOrEqual(200);
  expect(status).toBeLessThan(500);
  expect(body).not.toMatch(INNARDS);
  expect(milliseconds).toBeLessThan(2_000);
}
