import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { PASSWORD } from '../support/app.ts';
import { closeBrowser, LAN_NAME, type Visit, visit } from '../support/browser.ts';
import { smtpError } from '../support/mail-server.ts';
import { linkIn, type Mailing, startMailing } from '../support/mailing.ts';

const CHOSEN = 'nine slow tractors hum';

describe.each([
  { how: 'with JavaScript', javaScriptEnabled: true, name: '127.0.0.1' },
  { how: 'without JavaScript', javaScriptEnabled: false, name: '127.0.0.1' },
  { how: 'on a plain-HTTP name that is not localhost', javaScriptEnabled: true, name: LAN_NAME },
])('mail, $how', ({ javaScriptEnabled, name }) => {
  let mailing: Mailing;
  let visits: Visit[];

  beforeEach(async () => {
    visits = [];
    const onRecipient = (address: string) => {
      if (address.startsWith('nobody')) throw smtpError(550, 'No such user here');
    };
    mailing = await startMailing({ onRecipient }, { HOST: '0.0.0.0' });
    // As it runs, and not one round after the other.
    mailing.app.context.mail!.start();
  });
  afterEach(async () => {
    for (const { page } of visits) await page.context().close();
    await mailing.close();
    expect(visits.flatMap(({ complaints }) => complaints)).toEqual([]);
  });
  afterAll(closeBrowser);

  async function newVisit(): Promise<Page> {
    const baseURL = mailing.app.url.replace('127.0.0.1', name);
    const visitor = await visit({ baseURL, javaScriptEnabled });
    visits.push(visitor);
    return visitor.page;
  }

  async function mailTo(address: string, count = 1): Promise<string> {
    for (let patience = 0; patience < 100; patience++) {
      const mails = mailing.server.mails.filter((mail) => mail.recipients.includes(address));
      if (mails.length >= count) return linkIn(mails[count - 1]);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`no mail to ${address}`);
  }

  it('brings an invitation, and later a way back in', async () => {
    const admin = await newVisit();
    await admin.goto('/session/new');
    await signIn(admin, 'alice', PASSWORD);
    await admin.goto('/users/new');
    await admin.getByLabel('Name', { exact: true }).fill('maria');
    await admin.getByLabel('System email').fill('maria@example.com');
    expect(await admin.getByLabel('Send an invitation').isChecked()).toBe(true);
    await admin.getByRole('button', { name: 'Create user' }).first().click();
    await admin.getByText('An invitation goes to maria@example.com').first().waitFor();

    const maria = await newVisit();
    await maria.goto(await mailTo('maria@example.com'));
    await maria.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await maria.getByLabel('The same again').fill(PASSWORD);
    await maria.getByRole('button', { name: 'Set password and sign in' }).click();
    await maria.getByText('Your password is set, and you are signed in').first().waitFor();
    await admin.goto('/invitations');
    await admin.getByRole('row', { name: /maria/ }).getByText('Accepted').waitFor();

    const forgetful = await newVisit();
    await forgetful.goto('/session/new');
    await forgetful.getByRole('link', { name: 'Forgot password?' }).click();
    await forgetful.getByLabel('Name or system email').fill('maria');
    await forgetful.getByRole('button', { name: 'Send a link' }).click();
    await forgetful.getByText('is on its way').first().waitFor();
    await forgetful.goto(await mailTo('maria@example.com', 2));
    await forgetful.getByLabel('Password', { exact: true }).fill(CHOSEN);
    await forgetful.getByLabel('The same again').fill(CHOSEN);
    await forgetful.getByRole('button', { name: 'Set password' }).click();
    await signIn(forgetful, 'maria', CHOSEN);
    await forgetful.getByRole('heading', { name: 'My access' }).waitFor();
    // The session with the old password has ended.
    await maria.goto('/credentials');
    await maria.getByRole('heading', { name: /^Sign in/ }).waitFor();
  });

  it('that is refused for good shows in the list and in the record, and Reinvite helps', async () => {
    const admin = await newVisit();
    await admin.goto('/session/new');
    await signIn(admin, 'alice', PASSWORD);
    await admin.goto('/users/new');
    await admin.getByLabel('Name', { exact: true }).fill('nobody');
    await admin.getByLabel('System email').fill('nobody@example.com');
    await admin.getByRole('button', { name: 'Create user' }).first().click();
    await admin.getByRole('heading', { name: /^nobody/ }).waitFor();
    for (let patience = 0; patience < 100; patience++) {
      if (await mailing.app.db.read('outbox').whereNotNull('failed_at').first()) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await admin.goto('/users?state=not-delivered');
    await admin.getByRole('link', { name: 'nobody' }).first().click();
    await admin.getByText('550 No such user here').first().waitFor();
    await admin.getByRole('link', { name: 'Reinvite' }).first().click();
    await admin.getByLabel('Show the link to copy').check();
    await admin.getByRole('button', { name: 'Reinvite user' }).click();
    await admin.getByLabel('Link', { exact: true }).waitFor();
    await admin.goto('/users?state=not-delivered');
    await admin.getByText('Nobody matches all of this').first().waitFor();
  });
});

async function signIn(page: Page, identifier: string, password: string): Promise<void> {
  await page.getByLabel('Name or system email').fill(identifier);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}
