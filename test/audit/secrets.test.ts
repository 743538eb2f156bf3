import { request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findEvents } from '../../src/audit/event-list.ts';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { cookieOf } from '../support/cookie.ts';
import { everything } from '../support/database.ts';
import { submit } from '../support/form.ts';
import { linkFor, opened } from '../support/links.ts';
import { pathTo } from '../support/people.ts';
import { Session, signedIn } from '../support/session.ts';
import { refuseBefore } from '../support/triggers.ts';

const CHOSEN = 'nine slow tractors hum';
const MISTYPED = 'four quiet gray herons';

describe('what is written down', () => {
  let app: TestApp;
  beforeEach(async () => {
    app = await startApp({ LOG_LEVEL: 'trace' });
  });
  afterEach(() => app.close());

  const log = () => app.log.join('');

  it('holds no password, token, session, cookie or key after a whole journey (R78)', async () => {
    const secrets: Record<string, string> = { PASSWORD, CHOSEN, MISTYPED };
    const note = (what: string, response: Parameters<typeof cookieOf>[0]) => {
      const cookie = cookieOf(response);
      if (cookie) secrets[`session ${what}`] = decodeURIComponent(cookie).slice(2).split('.')[0];
      const token = /name="_csrf" value="([^"]+)"/.exec((response as { text?: string }).text ?? '')?.[1];
      if (token) secrets[`form token ${what}`] = token;
    };
    const alice = new Session(app);
    note('of a stranger', await alice.get('/session/new'));
    note('after a mistake', await alice.signIn('alice', MISTYPED));
    note('of Alice', await alice.signIn('alice'));
    note('of a page', await alice.get('/users/new'));
    const invitation = await linkFor(app, 'carol', 'invitation', alice);
    const reset = await linkFor(app, 'bob', 'password-reset', alice);
    secrets.invitation = invitation.split('/').at(-1)!;
    secrets.reset = reset.split('/').at(-1)!;
    const carol = await opened(app, invitation);
    note('of Carol', await carol.post('/invitations/acceptance', { password: CHOSEN, repeated: MISTYPED }));
    note('of Carol, in', await carol.post('/invitations/acceptance', { password: CHOSEN, repeated: CHOSEN }));
    carol.isIn();
    note(
      'of Carol, changed',
      await submit(carol, '/credentials', { current: MISTYPED, password: PASSWORD, repeated: PASSWORD }),
    );
    const bob = await opened(app, reset);
    note('of Bob', await bob.post('/passwords/acceptance', { password: CHOSEN, repeated: CHOSEN }));
    await bob.post('/passwords/strength', { password: MISTYPED });
    for (let n = 0; n < 6; n++) await new Session(app).signIn('max', MISTYPED);
    // People type passwords where names belong, and paste whole addresses.
    await new Session(app).signIn(PASSWORD, PASSWORD);
    await alice.get(`/nowhere?password=${encodeURIComponent(CHOSEN)}&token=${secrets.invitation}`);
    await alice.get(`/session/new?next=${encodeURIComponent(invitation)}`);
    await alice.post(`${pathTo(app, 'rita', '/deactivation')}?token=${secrets.reset}`);
    await alice.post('/users', { _csrf: secrets['form token of a page'].slice(1), name: CHOSEN });
    await alice.get(`/setup/${app.context.setupToken}`);
    secrets.setup = app.context.setupToken;
    await alice.get('/users', { Authorization: `Bearer ${CHOSEN}`, 'X-Csrf-Token': secrets['form token of a page'] });
    Object.assign(secrets, app.config.secrets);

    const audit = JSON.stringify([
      await app.db.read('audit_events'),
      await app.db.read('audit_texts'),
      await app.db.read('login_attempts'),
    ]);
    const database = JSON.stringify(await everything(app));
    for (const [what, secret] of Object.entries(secrets)) {
      expect(secret.length).toBeGreaterThan(10);
      expect([what, log().includes(secret)]).toEqual([what, false]);
      expect([what, audit.includes(secret)]).toEqual([what, false]);
      // Nothing of it is anywhere else in the database either.
      if (!what.startsWith('form token')) expect([what, database.includes(secret)]).toEqual([what, false]);
    }
    expect(log()).not.toMatch(/cookie|authorization|x-csrf-token|hmac-sha384/i);
    expect(audit).not.toMatch(/hmac-sha384/);
  });

  it('holds no hash and no content of a session where the database fails in the middle (R78)', async () => {
    const bob = await signedIn(app, 'bob');
    await bob.get('/credentials');
    const refuse = (event: string) => app.db.write((trx) => refuseBefore(trx, event, 'the disk is full'));
    await refuse('update of password_hash on users');
    const failed = await submit(bob, '/credentials', { current: PASSWORD, password: CHOSEN, repeated: CHOSEN });
    expect(failed.status).toBe(500);
    await refuse('insert on sessions');
    // The page is on its way when its session cannot be kept: the connection breaks off.
    await new Session(app).get('/session/new').catch(() => {});
    await refuse('insert on lockouts');
    await bob.post('/credentials/password', { current: MISTYPED, password: CHOSEN, repeated: CHOSEN }).catch(() => {});
    expect(app.log.some((line) => line.includes('the disk is full'))).toBe(true);
    const { password_hash: hash } = await app.db.read('users').where('name', 'bob').first('password_hash');
    for (const [what, secret] of [
      ['the old hash', hash],
      ['the new hash', 'hmac-sha384-bcrypt'],
      ['what a session holds', 'csrfSecret'],
      ['the id of a session, hashed', (await app.db.read('sessions').first('id_hash')).id_hash],
    ])
      expect([what, app.log.filter((line) => line.includes(secret)).length]).toEqual([what, 0]);
  });

  it('is one line per entry, whatever is sent: no name, path, agent or header forges another (R78)', async () => {
    const alice = await signedIn(app, 'alice');
    const mean = 'x\r\n{"level":30,"msg":"forged"}\u001b[2J\u0007\u2028\u0085';
    for (const path of ['%0d%0aforged', '%1b[2Jforged', '%E2%80%A8forged', '%00forged', 'a%0Ab?x=%0Aforged'])
      await alice.get(`/${path}`);
    for (const identifier of [mean, 'bob\nforged']) await new Session(app).signIn(identifier, mean);
    await submit(alice, '/users/new', { name: mean, email: mean, description: mean, tags: mean, newGroup: mean });
    await submit(alice, pathTo(app, 'bob', '/edit'), { description: mean });
    await alice.get('/users', { 'User-Agent': 'x\u0085\u00a0forged', Referer: 'http://x/\u0085' });
    await alice.get(`/audit?actor=${encodeURIComponent(mean)}`);
    await bare(app, 'GET /x\u001b[2Jforged HTTP/1.1\r\nHost: x\r\nX: \u001b[2J\r\nConnection: close\r\n\r\n');
    await bare(app, 'FORGE\u001b / HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(app.log.length).toBeGreaterThan(15);
    for (const line of app.log) {
      expect(line.endsWith('\n')).toBe(true);
      // Nothing in it can move a terminal or begin a new line, for those programs too that break lines elsewhere.
      expect([line, /[\p{Cc}\u2028\u2029]/u.test(line.slice(0, -1))]).toEqual([line, false]);
      expect(JSON.parse(line).msg).not.toBe('forged');
    }
  });

  it('names the sender by the connection, and never by what they claim (R20)', async () => {
    const alice = await signedIn(app, 'alice');
    await alice.post(
      pathTo(app, 'bob', '/access-confirmation'),
      {},
      { 'X-Forwarded-For': '192.0.2.1', Forwarded: 'for=192.0.2.2' },
    );
    const [last] = await findEvents(app.db.read, {}, 1);
    expect(last).toMatchObject({ action: 'user.access-confirmed', address: '127.0.0.1' });
  });

  it('names the sender that a trusted proxy reports, and no one before it', async () => {
    app = await app.restart({ settings: { TRUST_PROXY: '1' } });
    const alice = await signedIn(app, 'alice');
    await alice.post(pathTo(app, 'bob', '/access-confirmation'), {}, { 'X-Forwarded-For': '192.0.2.1, 192.0.2.7' });
    const [last] = await findEvents(app.db.read, {}, 1);
    expect(last.address).toBe('192.0.2.7');
  });

  it('has the same request id in the log and in the audit', async () => {
    const alice = await signedIn(app, 'alice');
    await alice.post(pathTo(app, 'bob', '/access-confirmation'));
    const { request_id } = await app.db.read('audit_events').orderBy('id', 'desc').first();
    const [line] = app.log.filter((one) => one.includes(request_id)).map((one) => JSON.parse(one));
    expect(line).toMatchObject({
      req: { method: 'POST', path: pathTo(app, 'bob', '/access-confirmation') },
      res: { status: 303 },
    });
    // Nobody else chooses it.
    await new Promise((resolve) =>
      request(`${app.url}/health`, { headers: { 'X-Request-Id': 'chosen' } }, resolve).end(),
    );
    expect(log()).not.toContain('chosen');
  });
});

/** Sends what no library would, and waits for the answer. */
function bare(app: TestApp, text: string): Promise<void> {
  const { hostname, port } = new URL(app.url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.write(text, 'latin1'));
    socket.on('data', () => socket.end());
    socket.on('close', () => resolve());
    socket.on('error', () => resolve());
    socket.setTimeout(2_000, () => socket.destroy());
  });
}
