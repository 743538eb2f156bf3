import fc from 'fast-check';
import { type Bare, sendBare } from './bare.ts';

const LONGEST = 2_000;
/** What only a programmer should ever see. */
const INNARDS = /\bat .+:\d+:\d+|node_modules|\.ts:|SQLITE|\bselect .* from\b|knex/i;

/** A request as no browser would send it. */
export interface Malformed {
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
  'expiresOn',
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

/** Sends it as this browser would: with its cookies, and with the token of its forms where the request has one. */
export function sendMalformed(url: string, cookie: string, token: string, request: Malformed): Promise<Bare> {
  const { method, path, query, headers, body, type, withToken } = request;
  const form = withToken && type.startsWith('application/x-www') ? `_csrf=${encodeURIComponent(token)}&${body}` : body;
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
  return sendBare(url, Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), bytes]));
}

/** What a calm answer does not do; undefined where there is nothing to say against it. */
export function complaintAbout({ status, body, milliseconds }: Bare): string | undefined {
  if (status < 200 || status >= 500) return `answered with ${status}`;
  // The number of a request is made of any letters.
  const innards = INNARDS.exec(body.replace(/<code>[^<]*/g, ''))?.[0];
  if (innards) return `shows its innards: ${innards}`;
  return milliseconds < LONGEST ? undefined : `took ${Math.round(milliseconds)} ms`;
}
