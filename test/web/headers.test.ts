import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import supertest from 'supertest';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { cookieOf } from '../support/cookie.ts';
import { linkFor, opened } from '../support/links.ts';
import { pageOf } from '../support/page.ts';
import { pathTo } from '../support/people.ts';
import { Session, signedIn } from '../support/session.ts';

type Answer = { status: number; headers: Record<string, string>; text: string };

const POLICY: Record<string, string> = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self'",
  'connect-src': "'self'",
  'form-action': "'self'",
  'object-src': "'none'",
  'base-uri': "'none'",
  'frame-ancestors': "'none'",
};

/** An answer of each kind and how to get it. */
const ANSWERS: [what: string, status: number, get: (app: TestApp, alice: Session) => Promise<Answer>][] = [
  ['a page', 200, (_, alice) => alice.get('/users')],
  ['a part of a page', 200, (_, alice) => alice.get('/users', { 'HX-Request': 'true', 'HX-Target': 'div#users-list' })],
  ['the sign-in page', 200, (app) => new Session(app).get('/session/new')],
  ['the state of the program', 200, (app) => new Session(app).get('/health')],
  ['a redirect', 303, (_, alice) => alice.get('/')],
  ['a change', 303, (app, alice) => alice.post(pathTo(app, 'lena', '/access-confirmation'))],
  ['a sign-in', 303, (app) => new Session(app).signIn('bob')],
  ['a redirect to the sign-in', 303, (app) => new Session(app).get('/users')],
  ['an htmx request of a stranger', 401, (app) => new Session(app).get('/users', { 'HX-Request': 'true' })],
  ['a malformed address', 400, (_, alice) => alice.get('/users/%E0%A4%A')],
  ['a malformed address of a file', 400, async (_, alice) => alice.get(`${await assetsOf(alice)}/css/%00`)],
  ['a field given twice', 400, (_, alice) => alice.post('/users', { name: ['a', 'b'] })],
  ['a refusal', 403, async (app) => (await signedIn(app, 'rita')).get('/users/new')],
  ['a forged request', 403, (_, alice) => alice.post('/users', { _csrf: 'x' })],
  ['a page that is not there', 404, (_, alice) => alice.get('/nowhere')],
  ['a page that is hidden', 404, async (app) => (await signedIn(app, 'bob')).get('/users')],
  ['a file that is not there', 404, (_, alice) => alice.get('/assets/0123456789ab/css/none.css')],
  ['what does not apply', 409, (app, alice) => alice.get(pathTo(app, 'dave', '/deactivation/new'))],
  ['a link that is dead', 410, (app) => new Session(app).get(`/invitations/${'x'.repeat(43)}`)],
  ['a body that is too large', 413, (_, alice) => alice.post('/users', { name: 'x'.repeat(300_000) })],
  ['a form with mistakes', 422, (_, alice) => alice.post('/users', { name: '' })],
  ['a refused sign-in', 422, (app) => new Session(app).signIn('bob', 'not the password')],
];

/** Below which address the files are, which changes with them. */
async function assetsOf(session: Session): Promise<string> {
  return /\/assets\/[0-9a-f]{8}/.exec((await session.get('/credentials')).text)![0];
}

function expectSafe({ headers }: Answer): void {
  const policy = Object.fromEntries(
    headers['content-security-policy'].split(';').map((directive) => {
      const [name, ...values] = directive.trim().split(/\s+/);
      return [name, values.join(' ')];
    }),
  );
  expect(policy).toEqual(POLICY);
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'same-origin',
    'cache-control': 'no-store',
  });
  for (const absent of ['x-powered-by', 'server', 'etag', 'access-control-allow-origin'])
    expect(headers[absent]).toBeUndefined();
}

describe('the headers', () => {
  let app: TestApp;
  let alice: Session;
  beforeAll(async () => {
    app = await startApp();
    alice = await signedIn(app, 'alice');
  });
  afterAll(() => app.close());

  it.each(ANSWERS)('keep the browser safe and caches empty: on %s, %i (R71)', async (_, status, get) => {
    const answer = await get(app, alice);
    expect(answer.status).toBe(status);
    expectSafe(answer);
    // Over plain HTTP nothing may ask for TLS: off localhost it would break every page.
    expect(answer.headers['strict-transport-security']).toBeUndefined();
    expect(answer.headers['content-security-policy']).not.toMatch(/upgrade-insecure-requests|nonce|unsafe/);
  });

  it('are on a page about our own mistake as well, 500 (R71)', async () => {
    await using broken = await startApp();
    const session = await signedIn(broken, 'alice');
    await broken.db.write((trx) => trx.raw('alter table tags rename to tags_gone'));
    const answer = await session.get('/users/new');
    expect(answer.status).toBe(500);
    expectSafe(answer);
  });

  it('are on pages that ask for a password (R45, R71)', async () => {
    const carol = await opened(app, await linkFor(app, 'carol', 'invitation', alice));
    const page = await carol.get('/invitations/acceptance/new');
    expect(page.status).toBe(200);
    expectSafe(page);
  });

  it('let browsers keep files of ours for ever, under an address that changes with them, and nothing else', async () => {
    const page = pageOf(await alice.get('/users'));
    const files = [
      ...page
        .$('link[rel=stylesheet], link[rel=icon]')
        .toArray()
        .map((link) => link.attribs.href),
      ...page
        .$('script')
        .toArray()
        .map((script) => script.attribs.src),
    ];
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) {
      expect(file).toMatch(/^\/assets\/[0-9a-f]{8}\//);
      const answer = await new Session(app).get(file);
      expect([file, answer.status]).toEqual([file, 200]);
      expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable');
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
  });

  it.each(['/users', '/users/new', '/audit', '/groups', '/credentials', '/nowhere'])(
    'are no stricter than the page: %s holds no script and no style of its own (R71)',
    async (path) => {
      const page = pageOf(await alice.get(path));
      expect(page.$('script:not([src]), style, [style]').length).toBe(0);
      const attributes = page
        .$('*')
        .toArray()
        .flatMap((one) => Object.keys('attribs' in one ? one.attribs : {}));
      expect(attributes.filter((name) => /^on|^hx-on/.test(name))).toEqual([]);
      for (const one of page.$('[src], link[href], form[action]').toArray())
        expect(one.attribs.src ?? one.attribs.href ?? one.attribs.action).toMatch(/^\/(?!\/)/);
    },
  );
});

it('is packed for whoever takes it so, and for nobody else', async () => {
  await using app = await startApp();
  const alice = await signedIn(app, 'alice');
  const packed = await alice.get('/users', { 'Accept-Encoding': 'gzip' });
  expect([packed.headers['content-encoding'], packed.headers.vary]).toEqual([
    'gzip',
    expect.stringMatching(/Accept-Encoding/),
  ]);
  const plain = await alice.get('/users');
  expect(plain.headers['content-encoding']).toBeUndefined();
  expect(pageOf(plain).$('h1').text()).toBe(pageOf(packed).$('h1').text());
});

describe('behind TLS', () => {
  it('the headers ask for TLS for a year, and sign-in works (R49, R71)', async () => {
    await using app = await startApp({ BASE_URL: 'https://roster.example', TRUST_PROXY: '1' });
    const behind = { Host: 'roster.example', 'X-Forwarded-Proto': 'https' };
    const page = await supertest(app.url).get('/session/new').set(behind);
    expect(page.headers['strict-transport-security']).toMatch(/^max-age=31536000/);
    expect(page.headers['cross-origin-opener-policy']).toBe('same-origin');
    expectSafe(page as unknown as Answer);
    const answer = await supertest(app.url)
      .post('/session')
      .type('form')
      .set({ ...behind, Origin: 'https://roster.example', Cookie: `__Host-roster=${cookieOf(page, '__Host-roster')}` })
      .send({ _csrf: pageOf(page).typed()._csrf, identifier: 'bob', password: PASSWORD });
    expect(answer.status).toBe(303);
  });
});
