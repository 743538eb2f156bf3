import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { submit } from '../support/form.ts';
import { type Mailing, startMailing } from '../support/mailing.ts';
import { pageOf } from '../support/page.ts';
import { pathTo } from '../support/people.ts';
import { Session, signedIn } from '../support/session.ts';

let mailing: Mailing;
let alice: Session;

beforeEach(async () => {
  mailing = await startMailing();
  alice = await signedIn(mailing.app, 'alice');
  await submit(alice, pathTo(mailing.app, 'bob', '/edit'), { email: 'robert@example.com' });
  await mailing.deliver();
  mailing.server.mails.splice(0);
});
afterEach(() => mailing.close());

/** Who is mailed when Bob asks for a new password. */
async function mailedOnRequest(): Promise<string[]> {
  const stranger = new Session(mailing.app);
  await stranger.get('/passwords/requests/new');
  expect((await stranger.post('/passwords/requests', { identifier: 'bob' })).status).toBe(303);
  await mailing.deliver();
  return mailing.server.mails.splice(0).flatMap((mail) => mail.recipients);
}

const reset = () => pathTo(mailing.app, 'bob', '/password-reset');

it('No link for a new password goes to an email that was changed, until an administrator confirms it', async () => {
  expect(await mailedOnRequest()).toEqual([]);
  await alice.post(reset(), { channel: 'mail' });
  await mailing.deliver();
  expect(mailing.server.mails).toEqual([]);
  expect(pageOf(await alice.get(pathTo(mailing.app, 'bob'))).fact('System email')).toBe(
    'robert@example.com to be confirmed before: bob@example.com',
  );
  await submit(alice, pathTo(mailing.app, 'bob', '/email-confirmation/new'));
  expect(await mailedOnRequest()).toEqual(['robert@example.com']);
});

it('The person confirms it as well', async () => {
  const bob = await signedIn(mailing.app, 'bob');
  expect(pageOf(await bob.get('/credentials')).textOf('main')).toContain('was changed from bob@example.com');
  expect((await bob.post('/credentials/email-confirmation')).status).toBe(303);
  expect(await mailedOnRequest()).toEqual(['robert@example.com']);
});

it('Where it comes back to what it was there is nothing to confirm', async () => {
  await submit(alice, pathTo(mailing.app, 'bob', '/edit'), { email: 'bert@example.com' });
  await submit(alice, pathTo(mailing.app, 'bob', '/edit'), { email: 'bob@example.com' });
  await mailing.deliver();
  mailing.server.mails.splice(0);
  expect(await mailedOnRequest()).toEqual(['bob@example.com']);
});

it('Whoever changes their own has confirmed it with that', async () => {
  await submit(alice, pathTo(mailing.app, 'alice', '/edit'), { email: 'alicia@example.com' });
  expect(pageOf(await alice.get(pathTo(mailing.app, 'alice'))).fact('System email')).toBe('alicia@example.com');
});
