import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PASSWORD, startApp } from '../support/app.ts';
import { everything } from '../support/database.ts';
import { send, submit } from '../support/form.ts';
import { type Mailing, startMailing } from '../support/mailing.ts';
import { pageOf } from '../support/page.ts';
import { isSignedIn, pathTo } from '../support/people.ts';
import { Session, signedIn } from '../support/session.ts';

const FORM = '/credentials/email/edit';
let mailing: Mailing;
let bob: Session;

beforeEach(async () => {
  mailing = await startMailing();
  bob = await signedIn(mailing.app, 'bob');
});
afterEach(() => mailing.close());

const ask = (email = 'robert@example.com', current = PASSWORD) => submit(bob, FORM, { email, current });
const emailOf = async (person: 'bob' | 'alice') =>
  (await mailing.app.db.read('users').where('id', mailing.app.people[person]).first('email')).email;
async function delivered() {
  await mailing.deliver();
  return mailing.server.mails.splice(0);
}
async function link(): Promise<string> {
  const mails = await delivered();
  const texts = mails.map(({ text }) => text).join('\n');
  return new URL(/https?:\/\/\S+\/emails\/\S+/.exec(texts)![0]).pathname;
}
async function openedIn(session: Session, path: string) {
  const { status, headers } = await session.get(path);
  expect([status, headers.location]).toEqual([303, '/emails/confirmation/new']);
  return session.get(headers.location);
}

describe('another email for oneself', () => {
  it('is taken when the link that was mailed there is confirmed, in whatever browser, and both addresses are told (R27), and nothing else that is sent along (R36)', async () => {
    expect((await ask()).headers.location).toBe('/credentials');
    expect(await emailOf('bob')).toBe('bob@example.com');
    expect(pageOf(await bob.get('/credentials')).textOf('main')).toContain('You asked for robert@example.com instead');
    const path = await link();
    const elsewhere = new Session(mailing.app);
    const page = pageOf(await openedIn(elsewhere, path));
    expect(page.textOf('main')).toMatch(/robert@example.com becomes the system email of bob/);
    expect(await emailOf('bob')).toBe('bob@example.com');
    const more = { email: 'evil@example.com', userId: String(mailing.app.people.alice), groups: '1', name: 'eve' };
    expect((await submit(elsewhere, '/emails/confirmation/new', more)).headers.location).toBe('/session/new');
    expect([await emailOf('alice'), await mailing.app.db.read('users').where('name', 'eve')]).toEqual([
      'alice@example.com',
      [],
    ]);
    expect(await emailOf('bob')).toBe('robert@example.com');
    expect((await delivered()).flatMap((mail) => mail.recipients).toSorted()).toEqual([
      'bob@example.com',
      'robert@example.com',
    ]);
    expect(await isSignedIn(bob)).toBe(true);
    expect((await new Session(mailing.app).signIn('robert@example.com')).status).toBe(303);
    const record = pageOf(await (await signedIn(mailing.app, 'alice')).get(pathTo(mailing.app, 'bob')));
    expect(record.fact('System email')).toBe('robert@example.com');
    const actions = await mailing.app.db
      .read('audit_events')
      .where('subject_id', mailing.app.people.bob)
      .pluck('action');
    expect(actions).toEqual(expect.arrayContaining(['user.email-asked-for', 'user.updated']));
  });

  it('takes the current password, counted as at the sign-in (R7, R54)', async () => {
    for (let n = 0; n < 5; n++) expect((await ask('robert@example.com', 'not the password')).status).toBe(422);
    const answer = await ask();
    expect(answer.status).toBe(422);
    expect(pageOf(answer).errors().current).toContain('locked for a while');
    expect((await delivered()).map(({ subject }) => subject)).toEqual(['Your account at Roster is locked']);
  });

  it('costs no attempt where the email will not do', async () => {
    for (const email of ['', 'nobody', 'bob@example.com', 'a@b\r\nc', `${'x'.repeat(300)}@example.com`]) {
      const answer = await ask(email, 'not the password');
      expect([email, answer.status, Object.keys(pageOf(answer).errors())]).toEqual([email, 422, ['email']]);
      expect(answer.text).not.toContain('not the password');
    }
    expect(await mailing.app.db.read('device_lockouts')).toEqual([]);
  });

  it('says the same of an email that somebody has, and mails nothing (R26)', async () => {
    const free = await ask();
    const said = pageOf(await bob.get('/credentials')).textOf('main');
    await delivered();
    const taken = await ask('LENA@example.com');
    expect([taken.status, taken.headers.location]).toEqual([free.status, free.headers.location]);
    expect(pageOf(await bob.get('/credentials')).textOf('main')).toBe(said.replaceAll('robert@', 'LENA@'));
    expect(await delivered()).toEqual([]);
  });

  it('mails three links an hour at most, to whatever addresses', async () => {
    for (let n = 0; n < 5; n++) await ask(`robert${n}@example.com`);
    expect((await delivered()).length).toBe(3);
    mailing.app.clock.advance(61 * 60_000);
    bob = await signedIn(mailing.app, 'bob');
    await ask('late@example.com');
    expect((await delivered()).length).toBe(1);
  });

  it('counts no links of an hour that the clock was ahead in', async () => {
    mailing.app.clock.advance(24 * 60 * 60_000);
    bob = await signedIn(mailing.app, 'bob');
    for (let n = 0; n < 3; n++) await ask(`robert${n}@example.com`);
    expect((await delivered()).length).toBe(3);
    mailing.app.clock.advance(-24 * 60 * 60_000);
    bob = await signedIn(mailing.app, 'bob');
    await ask('back@example.com');
    expect((await delivered()).length).toBe(1);
  });
});

describe('the link to a new email', () => {
  it('works once, however many try (R32), and not after a newer one, a new password, or its time', async () => {
    await ask();
    const first = await link();
    await ask('bert@example.com');
    const second = await link();
    expect((await new Session(mailing.app).get(first)).status).toBe(410);
    const browser = new Session(mailing.app);
    await openedIn(browser, second);
    const form = await browser.get('/emails/confirmation/new');
    const answers = await Promise.all(Array.from({ length: 8 }, () => send(browser, form)));
    expect(answers.filter(({ status }) => status === 303).length).toBe(1);
    expect(await emailOf('bob')).toBe('bert@example.com');

    await ask('third@example.com');
    const third = await link();
    const password = 'nine slow tractors hum';
    await submit(bob, '/credentials', { current: PASSWORD, password, repeated: password });
    expect((await new Session(mailing.app).get(third)).status).toBe(410);

    mailing.app.clock.advance(61 * 60_000);
    bob = new Session(mailing.app);
    await bob.signIn('bob', password);
    await ask('fourth@example.com', password);
    const fourth = await link();
    mailing.app.clock.advance(61 * 60_000);
    expect((await new Session(mailing.app).get(fourth)).status).toBe(410);
  });

  it('ends with “Keep” and with the access of its user (promise 2)', async () => {
    await ask();
    const kept = await link();
    await bob.send('delete', '/credentials/email');
    expect((await new Session(mailing.app).get(kept)).status).toBe(410);
    await ask();
    const path = await link();
    const browser = new Session(mailing.app);
    await openedIn(browser, path);
    await (await signedIn(mailing.app, 'alice')).post(pathTo(mailing.app, 'bob', '/deactivation'));
    expect((await browser.post('/emails/confirmation')).status).toBe(410);
    expect(await emailOf('bob')).toBe('bob@example.com');
  });

  it('gives no email that became somebody else’s meanwhile', async () => {
    await ask();
    const path = await link();
    const alice = await signedIn(mailing.app, 'alice');
    await submit(alice, pathTo(mailing.app, 'lena', '/edit'), { email: 'robert@example.com' });
    const browser = new Session(mailing.app);
    await openedIn(browser, path);
    const answer = await submit(browser, '/emails/confirmation/new');
    expect([answer.status, answer.text.includes('somebody else has this email')]).toEqual([410, true]);
    expect(await emailOf('bob')).toBe('bob@example.com');
  });

  it('is opaque, stands nowhere, and its form is made for it alone (R31, R55, R90)', async () => {
    await ask();
    const path = await link();
    const token = path.split('/').at(-1)!;
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(JSON.stringify(await everything(mailing.app))).not.toContain(token);
    const browser = new Session(mailing.app);
    await openedIn(browser, path);
    for (const sealed of ['', '1.x', `${mailing.app.people.bob}.${'A'.repeat(43)}`, 'constructor', 'x'.repeat(5_000)])
      expect((await browser.post('/emails/confirmation', { sealed })).status).toBe(410);
    expect(mailing.app.log.filter((line) => line.includes(token))).toEqual([]);
    expect(await emailOf('bob')).toBe('bob@example.com');
  });
});

it('Without mail the page says that an administrator does it', async () => {
  await using app = await startApp();
  const lena = await signedIn(app, 'lena');
  const page = pageOf(await lena.get(FORM));
  expect(page.textOf('main')).toContain('An administrator changes it for you');
  expect(page.$('main form').length).toBe(0);
  expect((await lena.send('put', '/credentials/email', { email: 'x@example.com', current: PASSWORD })).status).toBe(
    404,
  );
});
