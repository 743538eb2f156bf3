import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { DAY, MINUTE } from '../../src/clock.ts';
import { PASSWORD, startApp } from '../support/app.ts';
import { userRow } from '../support/database.ts';
import { submit } from '../support/form.ts';
import { linkFor, opened } from '../support/links.ts';
import { type Mailing, startMailing } from '../support/mailing.ts';
import { pathTo } from '../support/people.ts';
import { Session, signedIn } from '../support/session.ts';

const CHOSEN = 'nine slow tractors hum';
let mailing: Mailing;

beforeEach(async () => {
  mailing = await startMailing();
});
afterEach(() => mailing.close());

async function sent(): Promise<[to: string, subject: string, text: string][]> {
  await mailing.deliver();
  return mailing.server.mails
    .splice(0)
    .map(({ recipients, subject, text }) => [recipients.join(), subject ?? '', (text ?? '').replace(/\s+/g, ' ')]);
}

it('tells a user of a password that they changed (R27)', async () => {
  const bob = await signedIn(mailing.app, 'bob');
  await submit(bob, '/credentials', { current: PASSWORD, password: CHOSEN, repeated: CHOSEN });
  expect(await sent()).toEqual([
    [
      'bob@example.com',
      'Your password at Roster was changed',
      expect.stringMatching(/at 22 Nov 2026, 12:00 UTC from 127\.0\.0\.1\. If this was not you/),
    ],
  ]);
});

it('tells moments as whoever gets it reads them, and in which zone that is', async () => {
  const bob = await signedIn(mailing.app, 'bob');
  for (const [dates, words] of [
    ['iso', '2026-11-22, 13:00'],
    ['dots', '22.11.2026, 13:00'],
    ['month', 'Nov 22, 2026, 1:00 PM'],
  ]) {
    await submit(bob, '/preferences', { zone: 'Europe/Berlin', dates });
    const alice = await signedIn(mailing.app, 'alice');
    await alice.post(pathTo(mailing.app, 'bob', '/password-reset'), { channel: 'mail' });
    const [[, , text]] = await sent();
    expect(text).toContain(`until ${words.replace('13:00', '14:00').replace('1:00', '2:00')} (Europe/Berlin)`);
  }
});

it('tells nobody of the first password of an invitation', async () => {
  const carol = await opened(mailing.app, await linkFor(mailing.app, 'carol', 'invitation'));
  await carol.post('/invitations/acceptance', { password: CHOSEN, repeated: CHOSEN });
  expect(await sent()).toEqual([]);
});

it('tells of a changed email at the old address and at the new one (R27)', async () => {
  const alice = await signedIn(mailing.app, 'alice');
  await submit(alice, pathTo(mailing.app, 'bob', '/edit'), { email: 'robert@example.com', description: 'x' });
  const told = expect.stringMatching(/changed from bob@example\.com to robert@example\.com at .* by alice\./);
  expect(await sent()).toEqual([
    ['bob@example.com', 'Your email address at Roster was changed', told],
    ['robert@example.com', 'Your email address at Roster was changed', told],
  ]);
  await submit(alice, pathTo(mailing.app, 'bob', '/edit'), { description: 'y' });
  expect(await sent()).toEqual([]);
});

it('tells nobody of the changed email of somebody who is not let in', async () => {
  const alice = await signedIn(mailing.app, 'alice');
  const saved = await submit(alice, pathTo(mailing.app, 'dave', '/edit'), { email: 'david@example.com' });
  expect(saved.status).toBe(303);
  expect(await sent()).toEqual([]);
});

it('tells a user that their account was locked, once for each lock', async () => {
  const stranger = new Session(mailing.app);
  for (let n = 0; n < 8; n++) await stranger.signIn('bob', 'not the password');
  expect(await sent()).toEqual([
    [
      'bob@example.com',
      'Your account at Roster is locked',
      expect.stringMatching(/After 5 failed sign-ins as bob, .* locked until 22 Nov 2026, 12:15 UTC\. Nobody got in\./),
    ],
  ]);
  mailing.app.clock.advance(16 * MINUTE);
  for (let n = 0; n < 5; n++) await stranger.signIn('bob', 'not the password');
  expect((await sent()).length).toBe(1);
});

it('tells of a sign-in that follows failures, from a strange browser of each, from a known one of more (R27)', async () => {
  const signInAfter = async (browser: Session, failures: number) => {
    browser.reopen();
    for (let n = 0; n < failures; n++) await browser.signIn('bob', 'not the password');
    expect((await browser.signIn('bob')).status).toBe(303);
    return sent();
  };
  const known = new Session(mailing.app);
  expect(await signInAfter(known, 0)).toEqual([]);
  for (const [browser, failures, isTold] of [
    [new Session(mailing.app), 1, true],
    [new Session(mailing.app), 4, true],
    [known, 2, false],
    [known, 3, true],
  ] as const)
    expect([failures, await signInAfter(browser, failures)]).toEqual([
      failures,
      isTold
        ? [
            [
              'bob@example.com',
              'A sign-in to Roster after failed ones',
              expect.stringMatching(
                new RegExp(`bob was signed in .* from 127.0.0.1. Before that, ${failures} sign-ins? had failed.`),
              ),
            ],
          ]
        : [],
    ]);
});

it('takes a password that is asked for once more for no sign-in', async () => {
  const { app } = mailing;
  const bob = await signedIn(app, 'bob');
  const before = (await userRow(app, app.people.bob)).last_login_at;
  app.clock.advance(MINUTE);
  const change = (current: string) => submit(bob, '/credentials', { current, password: CHOSEN, repeated: CHOSEN });
  for (let n = 0; n < 3; n++) expect((await change('not the password')).status).toBe(422);
  expect((await change(PASSWORD)).status).toBe(303);
  expect((await sent()).map(([, subject]) => subject)).toEqual(['Your password at Roster was changed']);
  expect((await userRow(app, app.people.bob)).last_login_at).toBe(before);
});

it('does not tell a day late', async () => {
  const stranger = new Session(mailing.app);
  for (let n = 0; n < 5; n++) await stranger.signIn('bob', 'not the password');
  mailing.app.clock.advance(DAY);
  expect(await sent()).toEqual([]);
});

it('writes nothing down where no mail goes out', async () => {
  await using app = await startApp();
  const bob = await signedIn(app, 'bob');
  await submit(bob, '/credentials', { current: PASSWORD, password: CHOSEN, repeated: CHOSEN });
  expect(await app.db.read('outbox')).toEqual([]);
});
