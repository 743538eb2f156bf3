import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY, HOUR, MINUTE } from '../../src/clock.ts';
import { PASSWORD, startApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { submit } from '../support/form.ts';
import { opened } from '../support/links.ts';
import { linkIn, type Mailing, startMailing } from '../support/mailing.ts';
import { pageOf } from '../support/page.ts';
import { pathTo } from '../support/people.ts';
import { type Headers, Session, signedIn } from '../support/session.ts';

const CHOSEN = 'nine slow tractors hum';
let mailing: Mailing;

beforeEach(async () => {
  mailing = await startMailing();
});
afterEach(() => mailing.close());

async function ask(identifier: string, headers: Headers = {}) {
  const stranger = new Session(mailing.app);
  await stranger.get('/passwords/requests/new');
  return { stranger, response: await stranger.post('/passwords/requests', { identifier }, headers) };
}

/** Who is mailed when this is asked for. */
async function mailedFor(identifier: string): Promise<string[]> {
  await ask(identifier);
  await mailing.deliver();
  return mailing.server.mails.splice(0).flatMap((mail) => mail.recipients);
}

it('Forgot password? mails a link by which the user chooses a new one and then signs in (R42)', async () => {
  const { app, server } = mailing;
  const bobBefore = await signedIn(app, 'bob');
  const audit = await watchAudit(app);
  const stranger = new Session(app);
  expect(
    pageOf(await stranger.get('/session/new'))
      .$('a[href="/passwords/requests/new"]')
      .text(),
  ).toBe('Forgot password?');
  const asked = await submit(stranger, '/passwords/requests/new', { identifier: 'bob' });
  expect([asked.status, asked.headers.location]).toEqual([303, '/session/new']);
  expect(pageOf(await stranger.get('/session/new')).message()).toMatch(/a link .* is on its way to their system email/);
  await mailing.deliver();
  const [mail] = server.mails;
  expect([mail.recipients, mail.subject]).toEqual([['bob@example.com'], 'Choose a new password for Roster']);
  expect(mail.text).toMatch(/Somebody, probably you, has asked for a new password for bob at Roster/);
  const bob = await opened(app, linkIn(mail));
  const done = await bob.post('/passwords/acceptance', { password: CHOSEN, repeated: CHOSEN });
  expect([done.status, done.headers.location]).toEqual([303, '/session/new']);
  expect((await bobBefore.get('/credentials')).status).toBe(303);
  expect((await bob.get('/credentials')).status).toBe(303);
  expect((await new Session(app).signIn('bob', CHOSEN)).status).toBe(303);
  expect((await new Session(app).signIn('bob', PASSWORD)).status).toBe(422);
  expect(await audit.actions()).toEqual(['password-reset.requested', 'password.reset']);
  await mailing.deliver();
  expect(server.mails[1].subject).toBe('Your password at Roster was changed');
});

it('opens an account that is locked (R21)', async () => {
  const { app, server } = mailing;
  await ask('erin');
  await mailing.deliver();
  const erin = await opened(app, linkIn(server.mails[0]));
  await erin.post('/passwords/acceptance', { password: CHOSEN, repeated: CHOSEN });
  expect((await new Session(app).signIn('erin', CHOSEN)).status).toBe(303);
});

describe('what a stranger is told', () => {
  it('is the same for everybody, and so is what the request does (R26)', async () => {
    const answers: unknown[] = [];
    for (const identifier of ['bob', 'nobody', 'dave', 'carol', 'robin', 'erin', 'bob@example.com', 'x@y.example']) {
      const before = await mailing.app.db.read('reset_requests').count('* as n').first();
      const { stranger, response } = await ask(identifier);
      const page = pageOf(await stranger.get('/session/new'));
      const after = await mailing.app.db.read('reset_requests').count('* as n').first();
      const { date, 'set-cookie': cookies, ...headers } = response.headers;
      answers.push([response.status, headers, response.text, page.message(), after!.n as number, before!.n as number]);
      // The session in which the next page is told what to say.
      expect([date, cookies]).toEqual([expect.any(String), [expect.stringMatching(/^roster=s[^;]{60,}; Path/)]]);
    }
    for (const [n, answer] of answers.entries()) {
      const [first, other] = [answers[0] as unknown[], answer as unknown[]];
      expect(other.slice(0, 4)).toEqual(first.slice(0, 4));
      expect([other[5], other[4]]).toEqual([n, n + 1]);
    }
  });

  it.each(['nobody', 'dave', 'robin', 'x@y.example', "' or 1=1 --", '%', '\0', '📎'.repeat(60)])(
    'mails nobody for %j',
    async (identifier) => {
      expect(await mailedFor(identifier)).toEqual([]);
      expect(await mailing.app.db.read('reset_requests')).toEqual([]);
      expect(await mailing.app.db.read('links').where('purpose', 'password-reset')).toEqual([]);
    },
  );

  it('says what is missing, and keeps what was typed', async () => {
    expect(pageOf((await ask('   ')).response).errors()).toEqual({
      identifier: 'Enter your name or your system email.',
    });
    const long = (await ask(`${'x'.repeat(300)}`)).response;
    expect([long.status, pageOf(long).errors()]).toEqual([422, { identifier: 'At most 254 characters.' }]);
  });
});

it.each([
  ['BOB', 'bob@example.com'],
  ['  bob@EXAMPLE.com ', 'bob@example.com'],
  ['ｂob', 'bob@example.com'],
])('%j is whom the sign-in takes for it, mailed at the stored address (R40)', async (typed, address) => {
  expect(await mailedFor(typed)).toEqual([address]);
});

it.each<[string, string[]]>([
  ['bobı', []],
  ['mıke@example.com', ['mike@example.com']],
  ['mike@example.com', ['mike@example.com']],
  ['miKe@exaᵐple.com', ['mike@example.com']],
])('never reaches an address that only looks like one: %j (R40)', async (typed, reached) => {
  const alice = await signedIn(mailing.app, 'alice');
  await submit(alice, pathTo(mailing.app, 'bob', '/edit'), { email: 'mike@example.com' });
  await submit(alice, pathTo(mailing.app, 'bob', '/email-confirmation/new'));
  await mailing.deliver();
  mailing.server.mails.length = 0;
  expect(await mailedFor(typed)).toEqual(reached);
});

it.each([
  ['identifier=bob&identifier=me%40evil.example', 400],
  ['identifier[]=bob', 422],
  ['identifier[a]=bob', 422],
  ['identifier%5B%5D=x', 422],
])('takes one name: %s gets no mail (R39)', async (body, status) => {
  const stranger = new Session(mailing.app);
  await stranger.get('/passwords/requests/new');
  const token = await stranger.formToken();
  const answer = await stranger.agent
    .post('/passwords/requests')
    .set('Content-Type', 'application/x-www-form-urlencoded')
    .send(`_csrf=${encodeURIComponent(token)}&${body}`);
  expect(answer.status).toBe(status);
  await mailing.deliver();
  expect(mailing.server.mails).toEqual([]);
});

it.each<[string, object]>([
  ['a list', { identifier: ['bob', 'me@evil.example'] }],
  ['an object', { identifier: { name: 'bob' } }],
  ['a name', { identifier: 'bob' }],
])('takes no JSON: %s in it gets no mail (R39)', async (_, fields) => {
  const stranger = new Session(mailing.app);
  await stranger.get('/passwords/requests/new');
  const answer = await stranger.agent
    .post('/passwords/requests')
    .send({ _csrf: await stranger.formToken(), ...fields });
  expect(answer.status).toBe(403);
  await mailing.deliver();
  expect(mailing.server.mails).toEqual([]);
});

it.each<[string, Headers]>([
  ['X-Forwarded-Host', { 'X-Forwarded-Host': 'evil.example' }],
  ['Forwarded', { Forwarded: 'host=evil.example;proto=https' }],
  ['Host', { Host: 'evil.localhost' }],
  ['X-Host', { 'X-Host': 'evil.example', 'X-Forwarded-Server': 'evil.example', 'X-Original-Host': 'evil.example' }],
])('leads where BASE_URL says, whatever %s claims (R38)', async (_, headers) => {
  await ask('bob', headers);
  await mailing.deliver();
  const text = mailing.server.mails[0]?.text ?? '';
  expect(text).toContain(`${mailing.app.config.baseUrl}/passwords/`);
  expect(text).not.toContain('evil');
});

describe('asking again and again', () => {
  it('gets three mails an hour at most, all with a link that works, and locks nobody (R44)', async () => {
    const { app, server } = mailing;
    for (let n = 0; n < 100; n++) {
      const { response } = await ask('bob');
      expect(response.status).toBe(303);
      await mailing.deliver();
      app.clock.advance(20_000);
    }
    expect(server.mails.length).toBe(3);
    expect((await signedIn(app, 'bob')) instanceof Session).toBe(true);
    // Who reads the first mail last is not punished for having asked twice.
    expect(new Set(server.mails.map(linkIn)).size).toBe(1);
    server.mails.length = 0;
    app.clock.advance(HOUR);
    expect(await mailedFor('bob')).toEqual(['bob@example.com']);
  });

  it('counts no mails of an hour that the clock was ahead in', async () => {
    const { app } = mailing;
    app.clock.advance(400 * DAY);
    for (let n = 0; n < 3; n++) expect(await mailedFor('bob')).toHaveLength(1);
    expect(await mailedFor('bob')).toEqual([]);
    app.clock.advance(-400 * DAY);
    expect(await mailedFor('bob')).toEqual(['bob@example.com']);
  });

  it('makes a new link once the old one has little time left, and then the old one is dead (R34)', async () => {
    const { app, server } = mailing;
    await mailedFor('bob');
    app.clock.advance(41 * MINUTE);
    await ask('bob');
    await mailing.deliver();
    expect(server.mails[0].text).toMatch(/until 22 Nov 2026, 13:41 UTC/);
    expect((await app.db.read('links').whereNotNull('ended_at')).length).toBe(1);
  });

  it('does not end a link that an administrator handed over', async () => {
    const { app } = mailing;
    const alice = await signedIn(app, 'alice');
    const made = await alice.post(pathTo(app, 'bob', '/password-reset'), { channel: 'copy' });
    const link = new URL(pageOf(await alice.get(made.headers.location)).link()!).pathname;
    await mailedFor('bob');
    expect((await new Session(app).get(link)).status).toBe(303);
  });
});

it('is limited by address, for names that exist and names that do not alike', async () => {
  for (let n = 0; n < 100; n++) expect((await ask(n % 2 ? 'bob' : 'nobody')).response.status).toBe(303);
  for (const identifier of ['bob', 'nobody']) {
    const { response } = await ask(identifier);
    expect([response.status, response.headers['retry-after']]).toEqual([429, '900']);
  }
  expect((await mailing.app.db.read('reset_requests')).length).toBe(100);
});

it('by an administrator goes by mail as well, and shows them no link', async () => {
  const { app, server } = mailing;
  const alice = await signedIn(app, 'alice');
  const done = await submit(alice, pathTo(app, 'bob', '/password-reset/new'));
  const record = pageOf(await alice.get(done.headers.location));
  expect(record.message()).toMatch(/It goes to bob@example.com\.$/);
  expect(record.link()).toBeUndefined();
  await mailing.deliver();
  expect(server.mails[0].text).toMatch(/alice sends you a link to choose a new password/);
  expect((await new Session(app).get(linkIn(server.mails[0]))).status).toBe(303);
});

it('is no page where no mail goes out: there an administrator helps', async () => {
  await using app = await startApp();
  const stranger = new Session(app);
  expect(pageOf(await stranger.get('/session/new')).textOf('.help')).toMatch(/Ask an administrator for a link/);
  expect((await stranger.get('/passwords/requests/new')).status).toBe(404);
  await stranger.get('/session/new');
  expect((await stranger.post('/passwords/requests', { identifier: 'bob' })).status).toBe(404);
  expect(await app.db.read('reset_requests')).toEqual([]);
});
