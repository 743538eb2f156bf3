import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY, MINUTE } from '../../src/clock.ts';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { everything, userRow } from '../support/database.ts';
import { giveFactor } from '../support/factor.ts';
import { send, submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { pathTo } from '../support/people.ts';
import { Session, signedIn } from '../support/session.ts';
import { askedInAll } from '../support/statements.ts';

describe('signing in', () => {
  let app: TestApp;
  beforeEach(async () => {
    app = await startApp();
  });
  afterEach(() => app.close());

  it.each(['bob', 'BOB', ' bob ', 'ｂｏｂ', 'bob@example.com', 'Bob@EXAMPLE.com', ' bob@example.com\t'])(
    'opens by name or system email, however it is written: %j',
    async (identifier) => {
      const session = new Session(app);
      const response = await session.signIn(identifier);
      expect([response.status, response.headers.location]).toEqual([303, '/']);
      expect(pageOf(await session.get('/credentials')).fact('Name')).toBe('bob');
    },
  );

  it('notes the last login and the last activity, which the audit does not tell', async () => {
    const audit = await watchAudit(app);
    app.clock.advance(MINUTE);
    const bob = await signedIn(app, 'bob');
    const at = '2026-11-22T12:01:00.000Z';
    expect(await userRow(app, app.people.bob)).toMatchObject({ last_login_at: at, last_activity_at: at });
    app.clock.advance(MINUTE - 1);
    await bob.get('/credentials');
    expect((await userRow(app, app.people.bob)).last_activity_at).toBe(at);
    app.clock.advance(1);
    await bob.get('/credentials');
    expect(await userRow(app, app.people.bob)).toMatchObject({
      last_login_at: at,
      last_activity_at: '2026-11-22T12:02:00.000Z',
    });
    expect(await audit.actions()).toEqual([]);
  });

  it('leads back to where somebody was going', async () => {
    const session = new Session(app);
    const sent = await session.get('/users?q=bob&sort=-email');
    const page = await session.get(sent.headers.location);
    const { next } = pageOf(page).typed();
    expect(next).toBe('/users?q=bob&sort=-email');
    const response = await session.post('/session', { identifier: 'alice', password: PASSWORD, next: String(next) });
    expect([response.status, response.headers.location]).toEqual([303, next]);
  });

  it('shows the page no more to who is signed in', async () => {
    const bob = await signedIn(app, 'bob');
    expect((await bob.get('/session/new')).headers.location).toBe('/');
  });

  it('has a password field that password managers know, and a form that works as it is (R9)', async () => {
    const page = pageOf(await new Session(app).get('/session/new'));
    expect(page.$('#password').attr()).toMatchObject({ type: 'password', autocomplete: 'current-password' });
    expect(page.$('#identifier').attr('autocomplete')).toBe('username');
    expect(page.$('form').attr()).toMatchObject({ method: 'post', action: '/session' });
    expect(page.textOf('main button')).toBe('Sign in');
  });

  it('hashes anew with the work that is asked for today, and signs nobody out by it (R11)', async () => {
    const before = await userRow(app, app.people.bob);
    expect(before.password_hash).toMatch(/^hmac-sha384-bcrypt:\$2b\$04\$/);
    app = await app.restart({ passwordCost: 5 });
    const bob = await signedIn(app, 'bob');
    const after = await userRow(app, app.people.bob);
    expect(after.password_hash).toMatch(/^hmac-sha384-bcrypt:\$2b\$05\$/);
    expect(after.password_set_at).toBe(before.password_set_at);
    expect((await bob.get('/credentials')).status).toBe(200);
    await signedIn(app, 'bob');
    expect((await userRow(app, app.people.bob)).password_hash).toBe(after.password_hash);
  });

  it('is worth nothing without the pepper: a stolen database verifies nobody', async () => {
    app = await app.restart({ settings: { PASSWORD_PEPPER: 'another pepper, which is long enough too' } });
    expect((await new Session(app).signIn('bob')).status).toBe(422);
  });

  it.each<[string, Record<string, string>]>([
    ['nothing at all', {}],
    ['no password', { identifier: 'bob' }],
    ['no name', { password: PASSWORD }],
    ['a NUL in the name', { identifier: 'bob\u0000', password: PASSWORD }],
    ['a name of 100,000 letters', { identifier: 'b'.repeat(100_000), password: PASSWORD }],
    ['a name of nothing but an @', { identifier: '@', password: PASSWORD }],
    ['the right password and a NUL', { identifier: 'bob', password: `${PASSWORD}\u0000` }],
  ])('refuses %s', async (_, fields) => {
    const response = await new Session(app).post('/session', fields);
    expect(response.status).toBe(422);
    expect(pageOf(response).textOf('[role=alert]')).toMatch(/^That did not work/);
  });
});

describe('a refusal', () => {
  let app: TestApp;
  /** Why each is refused; all with the right password, but for the one who mistypes it. */
  const refused: [string, { identifier: string; password: string }][] = [
    ['an unknown name', { identifier: 'nobody', password: PASSWORD }],
    ['an unknown address', { identifier: 'nobody@example.com', password: PASSWORD }],
    ['a wrong password', { identifier: 'bob', password: 'not the password at all' }],
    ['a locked account', { identifier: 'erin', password: PASSWORD }],
    ['a deactivated user', { identifier: 'dave', password: PASSWORD }],
    ['a deleted user', { identifier: 'ada', password: PASSWORD }],
    ['an invited user', { identifier: 'carol', password: PASSWORD }],
    ['an expired user', { identifier: 'lena', password: PASSWORD }],
    ['a user who has not started', { identifier: 'max', password: PASSWORD }],
    ['an integration that has a password', { identifier: 'rita', password: PASSWORD }],
    ['an integration', { identifier: 'robin', password: PASSWORD }],
  ];

  beforeAll(async () => {
    app = await startApp();
    const alice = await signedIn(app, 'alice');
    await alice.post(pathTo(app, 'ada', '/deletion'));
    await submit(alice, pathTo(app, 'lena', '/edit'), { leavesAt: '2026-11-22 12:01' });
    await submit(alice, pathTo(app, 'max', '/edit'), { startsAt: '2026-12-01' });
    app.clock.advance(MINUTE);
    const integration = { apiOnly: 'yes', apiOnlyReason: 'x', apiOnlyOwner: 'alice', apiOnlyReviewOn: '2027-01-01' };
    await submit(alice, pathTo(app, 'rita', '/edit'), integration);
  });
  afterAll(() => app.close());

  /** All that a stranger can see of an answer, without what is different each time. */
  async function answer(fields: { identifier: string; password: string }) {
    const session = new Session(app);
    const { status, headers, text } = await session.post('/session', fields);
    const { date: _date, 'set-cookie': cookies, 'content-length': _length, ...rest } = headers;
    return {
      status,
      headers: rest,
      cookies: [cookies ?? []].flat().map((cookie) => cookie.replace(/=[^;]*/, '=…')),
      text: text.replaceAll(fields.identifier, 'WHO').replace(/(name="_csrf" value=")[^"]*/g, '$1…'),
    };
  }

  it('looks the same for everybody, in status, body, headers and cookies (R24, R28)', async () => {
    const answers = [];
    for (const [why, fields] of refused) answers.push([why, await answer(fields)] as const);
    const [, expected] = answers[0];
    expect(expected.status).toBe(422);
    for (const [why, given] of answers) expect([why, given]).toEqual([why, expected]);
    // What the answer does not say stands in the history of an integration.
    const tried = app.db.read('login_attempts').whereIn('user_id', [app.people.rita, app.people.robin]);
    expect(new Set(await tried.pluck('outcome'))).toEqual(new Set(['may not sign in']));
  });

  it('looks the same past the limit as well: for a name that never was as for one that is locked by now (R24)', async () => {
    const known: unknown[] = [];
    const unknown: unknown[] = [];
    for (let n = 0; n < 8; n++) {
      known.push(await answer({ identifier: 'max', password: 'not the password at all' }));
      unknown.push(await answer({ identifier: 'nemo', password: 'not the password at all' }));
    }
    expect(known).toEqual(unknown);
    expect(new Set(known.map((one) => JSON.stringify(one))).size).toBe(1);
  });

  it.each([
    ['a usual password', 'not the password at all'],
    ['73 bytes', 'x'.repeat(73)],
    ['5,000 bytes', 'x'.repeat(5_000)],
    ['nothing', ''],
  ])('costs exactly one hash for everybody, also with %s (R25)', async (_, password) => {
    const { count } = app.context.hasher;
    for (const [why, { identifier }] of refused) {
      const before = count.all;
      await new Session(app).post('/session', { identifier, password });
      expect([why, count.all - before]).toEqual([why, 1]);
    }
  });

  it('compares with the own hash of nobody but who mistyped it (R16, R25)', async () => {
    const { count } = app.context.hasher;
    // What was tried before is over.
    app.clock.advance(DAY / 24);
    await app.db.write((trx) => trx('lockouts').whereNot('user_id', app.people.erin).delete());
    await app.db.write((trx) => trx('lockouts').update({ locked_until: '2026-11-23T12:00:00.000Z' }));
    for (const [why, fields] of refused) {
      const before = count.own;
      await new Session(app).post('/session', fields);
      expect([why, count.own - before]).toEqual([why, why === 'a wrong password' ? 1 : 0]);
    }
  });

  it('asks as much of the database for everybody, with a second factor and without (R25)', async () => {
    app.clock.advance(DAY / 24);
    await app.db.write((trx) => trx('lockouts').whereNot('user_id', app.people.erin).delete());
    await app.db.write((trx) => trx('lockouts').update({ locked_until: '2026-11-23T12:00:00.000Z' }));
    const counts = new Map<string, string>();
    const count = async (why: string, { identifier, password }: { identifier: string; password: string }) => {
      const session = new Session(app);
      await session.formToken();
      const { read, written } = await askedInAll(app, () => session.post('/session', { identifier, password }));
      counts.set(why, `${read} read, ${written} in transactions`);
    };
    for (const [why, fields] of refused) await count(why, fields);
    for (const person of ['bob', 'dave', 'erin'] as const) await giveFactor(app, person);
    for (const identifier of ['bob', 'dave', 'erin'])
      await count(`${identifier}, with a factor`, { identifier, password: 'not the password at all' });

    expect(counts.size).toBe(refused.length + 3);
    expect([...new Set(counts.values())]).toEqual([expect.stringMatching(/^[1-9]\d* read, [1-9]\d* in transactions$/)]);
  });

  it('costs one hash where it works, too', async () => {
    const { count } = app.context.hasher;
    const before = { ...count };
    await signedIn(app, 'alice');
    expect(count).toEqual({ all: before.all + 1, own: before.own + 1 });
  });

  it('leaves nothing of a name that is nobody’s', async () => {
    await new Session(app).signIn('a-name-typed-by-mistake');
    await new Session(app).signIn(PASSWORD);
    const kept = JSON.stringify(await everything(app));
    expect(kept).toContain('unknown name');
    expect(kept).not.toContain('a-name-typed-by-mistake');
    expect(kept).not.toContain(PASSWORD);
  });
});

describe('more people at once than can be hashed for', () => {
  it('are told to come back, and nobody is harmed (F5)', async () => {
    const quick = await startApp({ TRUST_PROXY: '1' });
    // Hashes that take a moment, as real ones do.
    await using app = await quick.restart({ passwordCost: 9 });
    const browsers = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const session = new Session(app);
        await session.formToken();
        return session;
      }),
    );
    const answers = await Promise.all(
      Array.from({ length: 180 }, (_, n) =>
        browsers[n % 8].post(
          '/session',
          { identifier: `nobody-${n}`, password: 'x' },
          { 'X-Forwarded-For': `10.0.0.${n}` },
        ),
      ),
    );
    const statuses = Map.groupBy(answers, (answer) => answer.status);
    expect([...statuses.keys()].sort()).toEqual([422, 429]);
    for (const answer of statuses.get(429)!) {
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      expect(pageOf(answer).heading()).toBe('Please wait a moment');
    }
    expect((await new Session(app).signIn('bob')).status).toBe(303);
  });
});

it('makes the forms of all pages good that are opened at once', async () => {
  await using app = await startApp();
  const alice = await signedIn(app, 'alice');
  const pages = await Promise.all(
    Array.from({ length: 8 }, () => alice.get(pathTo(app, 'bob', '/access-confirmation/new'))),
  );
  const answers = await Promise.all(pages.map((page) => send(alice, page)));
  expect(answers.map((answer) => answer.status)).toEqual(Array(8).fill(303));
});

describe('where somebody goes who signs in', () => {
  let app: TestApp;
  beforeEach(async () => {
    app = await startApp();
  });
  afterEach(() => app.close());

  it('is where they begin, where the page was for somebody who may see more', async () => {
    const bob = new Session(app);
    await bob.get('/session/new');
    const audit = await app.db.read('audit_events').count('* as n').first();
    const arrived = await bob.post('/session', { identifier: 'bob', password: PASSWORD, next: '/audit' });
    expect(arrived.headers.location).toBe('/audit');
    bob.isIn();
    const first = await bob.get('/audit');
    expect([first.status, first.headers.location]).toEqual([303, '/']);
    expect(await app.db.read('audit_events').count('* as n').first()).toEqual(audit);
    // Who goes there by themself is told.
    expect((await bob.get('/audit')).status).toBe(404);
  });

  it('is the page of what they pressed, with a word that it was not done', async () => {
    const alice = await signedIn(app, 'alice');
    await app.db.write((trx) => trx('sessions').delete());
    const fields = { action: 'delete', ids: String(app.people.bob) };
    const headers = { Referer: `${app.url}/users?q=b`, Origin: app.config.baseUrl, 'Sec-Fetch-Site': 'same-origin' };
    const late = await alice.post('/bulk-operations', fields, headers);
    expect([late.status, late.headers.location]).toEqual([303, '/session/new?next=%2Fusers%3Fq%3Db&undone=1']);
    const page = await alice.get(late.headers.location);
    expect(pageOf(page).textOf('.message')).toMatch(/Nothing was done/);
    const back = await send(alice, page, { identifier: 'alice', password: PASSWORD });
    expect(back.headers.location).toBe('/users?q=b');
  });
});
