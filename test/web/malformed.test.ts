import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sendBare } from '../../faults/bare.ts';
import { complaintAbout, malformedRequests, sendMalformed } from '../../faults/malformed-requests.ts';
import { routesOf } from '../../faults/routes.ts';
import type { Person } from '../../seeds/cast.ts';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { cookieOf } from '../support/cookie.ts';
import { factsBesideAudit } from '../support/database.ts';
import { Session } from '../support/session.ts';

const RUNS = 100;
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

  it('are answered calmly: no mistake of ours, no innards, nothing changed by who may change nothing (R75, F8)', async () => {
    const withoutSessions = async () => {
      const { sessions: _, lockouts: __, ...rest } = await factsBesideAudit(app);
      return rest;
    };
    const before = await withoutSessions();
    await fc.assert(
      fc.asyncProperty(malformedRequests(patterns), async (request) => {
        expect(complaintAbout(await sendMalformed(app.url, { cookie, token }, request))).toBeUndefined();
      }),
      { numRuns: RUNS, seed: 20_261_122, endOnFailure: true },
    );
    if (person !== 'alice') expect(await withoutSessions()).toEqual(before);
    expect(app.log.filter((line) => /"level":(50|60)|"status":5/.test(line))).toEqual([]);
    expect((await new Session(app).get('/health')).status).toBe(200);
  });
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
    // Some are no request that could be answered: there the connection just ends.
    expect(complaintAbout({ ...answer, status: answer.status || 400 })).toBeUndefined();
    expect((await new Session(app).get('/health')).status).toBe(200);
  });

  it('does not unpack to more than is allowed (F8)', async () => {
    const session = new Session(app);
    const cookie = `roster=${cookieOf(await session.get('/session/new'))}`;
    const bomb = gzipSync(Buffer.from(`_csrf=${await session.formToken()}&name=${'x'.repeat(20_000_000)}`));
    const head = [
      'POST /session HTTP/1.1',
      'Host: localhost',
      `Cookie: ${cookie}`,
      'Connection: close',
      'Content-Type: application/x-www-form-urlencoded',
      'Content-Encoding: gzip',
      `Content-Length: ${bomb.length}`,
    ];
    const answer = await sendBare(app.url, Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), bomb]));
    expect(answer.status).toBe(413);
    expect(complaintAbout(answer)).toBeUndefined();
  });
});
