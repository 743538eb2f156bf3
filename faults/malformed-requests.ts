import fc from 'fast-check';
import { type Bare, sendBare } from './bare.ts';

/** What only a programmer should ever see. */
const INNARDS = /\bat .+:\d+:\d+|node_modules|\.ts:|SQLITE_|\bselect .* from\b|knex/i;

/** A request as no browser would send it. */
export interface Malformed {
  method: string;
  path: string;
  query: string;
  headers: [string, string][];
  body: string;
  type: string;
  withToken: boolean;
  framing: Framing;
}

/** Who sends it: cookies, the token of their forms, and that of a program of theirs, where they have one. */
export interface Sender {
  cookie: string;
  token: string;
  bearer?: string;
}

/** How the body is announced: as it is, or in a way that two readers would not read alike (RFC 9112, 11.2). */
const FRAMINGS = {
  plain: ({ length }: Buffer) => [`Content-Length: ${length}`],
  'two lengths': ({ length }: Buffer) => [`Content-Length: ${length}`, `Content-Length: ${length + 1}`],
  'the same length twice': ({ length }: Buffer) => [`Content-Length: ${length}`, `Content-Length: ${length}`],
  'a length and pieces': ({ length }: Buffer) => [`Content-Length: ${length}`, 'Transfer-Encoding: chunked'],
  'pieces that are none': () => ['Transfer-Encoding: chunked'],
  'pieces twice': () => ['Transfer-Encoding: chunked, chunked'],
  'pieces in disguise': ({ length }: Buffer) => [`Content-Length: ${length}`, 'Transfer-Encoding: xchunked'],
  'a length that is none': () => ['Content-Length: 0x10'],
  'too short a length': ({ length }: Buffer) => [`Content-Length: ${Math.max(length - 3, 0)}`],
  'no length': () => [],
  'a folded header': ({ length }: Buffer) => ['X-Folded: a', ' b', `Content-Length: ${length}`],
  'two hosts': ({ length }: Buffer) => ['Host: evil.example', `Content-Length: ${length}`],
  'two types': ({ length }: Buffer) => ['Content-Type: application/json', `Content-Length: ${length}`],
  'bytes that are no UTF-8': ({ length }: Buffer) => ['X-Overlong: \xc0\xaf\xed\xa0\x80', `Content-Length: ${length}`],
};
type Framing = keyof typeof FRAMINGS;

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
export const IDS = [
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
  'leavesAt',
  'apiOnly',
  'tags',
  'hasOwnProperty',
  'toString',
  '',
  'x'.repeat(2_000),
];
export const VALUES = [
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
  'find contactId',
  'take groups 1',
  'drop ids __proto__',
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
  ['Authorization', 'Bearer'],
  ['Authorization', `Bearer ${'x'.repeat(2_000)}`],
  ['Authorization', 'Basic YWxpY2U6eA=='],
  ['Idempotency-Key', 'x'.repeat(300)],
  ['If-Match', 'W/"x"'],
  ['Accept', '*/*;q=x, application/x'],
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

export const pairs = fc
  .array(
    fc.tuple(
      fc.constantFrom(...NAMES),
      fc.oneof(fc.constantFrom(...VALUES), fc.string({ unit: 'binary', maxLength: 20 })),
    ),
    { maxLength: 8 },
  )
  .map((all) => all.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&'));

/** Requests for these routes, or for none, broken in one or several ways. */
export function malformedRequests(patterns: string[]): fc.Arbitrary<Malformed> {
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
        `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`,
        `${'['.repeat(50_000)}${']'.repeat(50_000)}`,
        '{"__proto__":{"admin":true},"constructor":{"prototype":{"x":1}}}',
        '{"name":{"toString":1},"email":[[]],"groups":{"length":1e9}}',
        '{"a":1,"a":2,"name":"\\ud800","version":1e999}',
        'name=\xc0\xaf&email=\xed\xa0\x80&q=\xf8\x88\x80\x80\x80',
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
    framing: fc.oneof(
      { weight: 5, arbitrary: fc.constant<Framing>('plain') },
      { weight: 1, arbitrary: fc.constantFrom(...(Object.keys(FRAMINGS) as Framing[])) },
    ),
  });
}

/** Sends it as they would: with their cookies, and with a token where the request has one. */
export async function sendMalformed(url: string, sender: Sender, request: Malformed): Promise<Bare> {
  const { cookie, token, bearer } = sender;
  const { method, path, query, headers, body, type, withToken, framing } = request;
  const form = withToken && type.startsWith('application/x-www') ? `_csrf=${encodeURIComponent(token)}&${body}` : body;
  const own = headers.some(([name]) => name === 'Cookie') ? [] : [['Cookie', cookie]];
  const isProgram = withToken && bearer !== undefined && path.startsWith('/api/');
  const bytes = Buffer.from(form, /[\x80-\xff]/.test(form) ? 'latin1' : 'utf8');
  const lines = [
    `${method} ${path}${query} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Connection: close',
    ...(isProgram ? [`Authorization: Bearer ${bearer}`] : []),
    ...[...own, ...headers].map(([name, value]) => `${name}: ${value}`),
    ...(type ? [`Content-Type: ${type}`] : []),
    ...FRAMINGS[framing](bytes),
  ];
  // Pieces end somewhere: whoever waits for more is slow, and no matter of this.
  const end = framing.startsWith('pieces') ? '\r\nzz\r\n' : '';
  const sent = Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), bytes, Buffer.from(end)]);
  const answer = await sendBare(url, sent);
  // What could not be read as a request is not answered as one: there the connection may just end.
  return framing === 'plain' ? answer : { ...answer, status: answer.status || 400 };
}

/** What a calm answer does not do, by a limit of time where one is set; undefined where there is nothing to say against it. */
export function complaintAbout({ status, body, milliseconds }: Bare, longest = Infinity): string | undefined {
  if (status < 200 || status >= 500) return `answered with ${status}`;
  // The number of a request is made of any letters.
  const innards = INNARDS.exec(body.replace(/<code>[^<]*/g, ''))?.[0];
  if (innards) return `shows its innards: ${innards}`;
  return milliseconds < longest ? undefined : `took ${Math.round(milliseconds)} ms`;
}
