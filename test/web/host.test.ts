import { afterEach, describe, expect, it } from '@jest/globals';
import { sendBare } from '../../faults/bare.ts';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { pageOf } from '../support/page.ts';
import { pathTo } from '../support/people.ts';
import { type Headers, Session } from '../support/session.ts';

const BASE = 'http://roster.example:8080';
const OURS = { Host: 'roster.example:8080' };
const EVIL = 'evil.example';

/** Every way in which a request can claim to have been sent elsewhere. */
const CLAIMS: [string, Headers][] = [
  ['X-Forwarded-Host', { 'X-Forwarded-Host': EVIL }],
  ['X-Forwarded-Host and -Proto', { 'X-Forwarded-Host': EVIL, 'X-Forwarded-Proto': 'https' }],
  ['Forwarded', { Forwarded: `host=${EVIL};proto=https` }],
  ['X-Host', { 'X-Host': EVIL }],
  ['X-Original-Host', { 'X-Original-Host': EVIL, 'X-Original-URL': `https://${EVIL}/` }],
  ['X-Forwarded-Server and Referer', { 'X-Forwarded-Server': EVIL, Referer: `https://${EVIL}/` }],
];

describe('links', () => {
  let app: TestApp;
  afterEach(() => app.close());

  /** The link of an invitation that Alice makes, all her requests carrying these headers. */
  async function link(headers: Headers): Promise<string | undefined> {
    const alice = new Session(app);
    await alice.get('/session/new', headers);
    const signIn = await alice.post('/session', { identifier: 'alice', password: PASSWORD }, headers);
    if (signIn.status !== 303) throw new Error(`no sign-in: ${signIn.status}`);
    await alice.get('/credentials', headers);
    const made = await alice.post(pathTo(app, 'carol', '/invitation'), {}, headers);
    expect(made.headers.location).toBe(pathTo(app, 'carol'));
    return pageOf(await alice.get(made.headers.location, headers)).link();
  }

  it.each(CLAIMS)('use BASE_URL, whatever %s says (R38)', async (_, headers) => {
    for (const settings of [{}, { TRUST_PROXY: '1' }] as Headers[]) {
      await app?.close();
      app = await startApp({ BASE_URL: BASE, ...settings });
      expect(await link({ ...OURS, ...headers })).toMatch(new RegExp(`^${BASE}/invitations/[\\w-]{43}$`));
    }
  });

  it('use BASE_URL where the request names a whole address (R38)', async () => {
    app = await startApp({ BASE_URL: BASE });
    const answer = await sendBare(
      app.url,
      `GET http://${EVIL}/users HTTP/1.1\r\nHost: roster.example:8080\r\nConnection: close\r\n\r\n`,
    );
    expect(answer.status).toBe(303);
    const [, location] = /^location: (.+)\r$/im.exec(answer.head)!;
    expect(location).toMatch(/^\/session\/new\?/);
    // What it takes for the way back is not this server's, and leads nowhere.
    const visitor = new Session(app);
    await visitor.get(location, OURS);
    const fields = { identifier: 'bob', password: PASSWORD };
    const signIn = await visitor.post('/session', fields, { ...OURS, Origin: BASE });
    expect([signIn.status, signIn.headers.location]).toEqual([303, '/']);
  });

  it('lead to this machine where no BASE_URL is given, and never to what a request says (R38)', async () => {
    app = await startApp({ PORT: '0' });
    for (const headers of [{ Host: 'localhost' }, { Host: 'localhost:80', 'X-Forwarded-Host': EVIL }] as Headers[])
      expect(await link(headers)).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/invitations\//);
  });
});

describe('another host', () => {
  it.each([
    ['another name', EVIL],
    ['another port', 'roster.example:8081'],
    ['no port', 'roster.example'],
    ['a name before it', `${EVIL}.roster.example:8080`],
    ['a name behind it', `roster.example:8080.${EVIL}`],
    ['a user', `roster.example:8080@${EVIL}`],
    ['the address of the machine', '127.0.0.1'],
  ])('is refused: %s (R38)', async (_, host) => {
    await using app = await startApp({ BASE_URL: BASE });
    for (const path of ['/', '/session/new', '/users', '/invitations/x', '/assets/x.css']) {
      const answer = await new Session(app).get(path, { Host: host });
      expect([path, answer.status]).toEqual([path, 421]);
      expect(answer.headers['set-cookie']).toBeUndefined();
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(answer.text).not.toContain(EVIL);
    }
    const post = await new Session(app).agent.post('/session').set('Host', host).send('identifier=bob');
    expect(post.status).toBe(421);
  });

  it('is refused where the request names none, or two (R38)', async () => {
    await using app = await startApp({ BASE_URL: BASE });
    const statusOf = async (head: string) => (await sendBare(app.url, `GET /session/new HTTP/${head}\r\n\r\n`)).status;
    expect(await statusOf('1.0')).toBe(421);
    expect(await statusOf('1.1\r\nHost: \r\nConnection: close')).toBe(421);
    const [ours, theirs] = ['Host: roster.example:8080', `Host: ${EVIL}`];
    for (const two of [`${theirs}\r\n${ours}`, `${ours}\r\n${theirs}`, `${ours}\r\n${ours}`])
      expect([two, await statusOf(`1.1\r\n${two}\r\nConnection: close`)]).toEqual([two, 421]);
  });

  it('is ours in capitals, too', async () => {
    await using app = await startApp({ BASE_URL: BASE });
    expect((await new Session(app).get('/session/new', { Host: 'ROSTER.example:8080' })).status).toBe(200);
  });

  it('may ask for the state of the program: whoever watches it uses the address of the machine', async () => {
    await using app = await startApp({ BASE_URL: BASE });
    expect((await new Session(app).get('/health', { Host: '127.0.0.1:3000' })).status).toBe(200);
  });

  it('is a local one, where no BASE_URL is given and others can reach it', async () => {
    await using app = await startApp({ HOST: '0.0.0.0' });
    const session = new Session(app);
    expect((await session.get('/session/new', { Host: 'roster.lan' })).status).toBe(200);
    const headers = { Host: 'roster.lan', Origin: 'http://roster.lan' };
    const signIn = await session.post('/session', { identifier: 'bob', password: PASSWORD }, headers);
    expect(signIn.status).toBe(303);
    expect(signIn.headers.location).toBe('/');
  });

  it.each<[string, Record<string, string>, string[], string[]]>([
    [
      'on this machine alone',
      { HOST: '127.0.0.1' },
      ['127.0.0.1:3000', 'localhost', 'LOCALHOST:80', 'roster.localhost', '127.8.9.1', '[::1]:3000', 'localhost.'],
      ['roster.lan', '192.168.1.7', '0.0.0.0', 'roster', 'localhost.evil.example', '127.0.0.1.evil.example', '[::2]'],
    ],
    [
      'wider',
      { HOST: '0.0.0.0' },
      [
        'roster',
        'roster.lan',
        'a.b.local:3000',
        'roster.corp.internal',
        'x.home.arpa',
        '10.1.2.3',
        '[fe80::1]',
        'localhost',
      ],
      ['roster.example.com', 'evil.example:3000', 'lan.evil.example', 'roster.lan.evil.example', 'home.arpa.evil'],
    ],
  ])('is refused without BASE_URL where it is no local name, listening %s', async (_, settings, served, refused) => {
    await using app = await startApp(settings);
    for (const host of served)
      expect([host, (await new Session(app).get('/session/new', { Host: host })).status]).toEqual([host, 200]);
    for (const host of refused) {
      const answer = await new Session(app).get('/session/new', { Host: host });
      expect([host, answer.status]).toEqual([host, 421]);
      expect(pageOf(answer).textOf('main')).toContain(`set BASE_URL=http://${host} and start it anew`);
      expect(answer.headers['set-cookie']).toBeUndefined();
      expect((await new Session(app).get('/health', { Host: host })).status).toBe(200);
    }
    for (const host of ['<b>', 'a b', 'a@b', 'evil.example/x', '']) {
      const answer = await sendBare(app.url, `GET /users HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      expect([host, answer.status]).toEqual([host, 421]);
    }
    expect(app.log.filter((line) => line.includes('set BASE_URL=')).length).toBe(1);
  });

  it('is no origin of ours, however its Host is forged to match (R68)', async () => {
    await using app = await startApp({ BASE_URL: BASE });
    const session = new Session(app);
    await session.get('/session/new', OURS);
    const fields = { identifier: 'bob', password: PASSWORD };
    for (const origin of [`http://${EVIL}`, 'https://roster.example:8080', 'http://roster.example', 'null', ''])
      expect([origin, (await session.post('/session', fields, { ...OURS, Origin: origin })).status]).toEqual([
        origin,
        403,
      ]);
    expect((await session.post('/session', fields, { ...OURS, Origin: BASE })).status).toBe(303);
  });
});
