import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { startEmptyApp, type TestApp } from '../support/app.ts';
import { closeBrowser, LAN_NAME, type Visit, visit } from '../support/browser.ts';

const ADMINISTRATOR = 'seven brown kettles sing';
const MEMBER = 'a lamp beside the river';

/** The whole of what an administrator and a new person do together, as they would see it. */
describe.each([
  { name: 'with JavaScript', javaScriptEnabled: true, host: '127.0.0.1' },
  { name: 'without JavaScript', javaScriptEnabled: false, host: '127.0.0.1' },
  { name: 'on a plain-HTTP name that is not localhost', javaScriptEnabled: true, host: LAN_NAME },
])('the journey $name', ({ javaScriptEnabled, host }) => {
  let app: TestApp;
  let base: string;
  const visits: Visit[] = [];

  beforeEach(async () => {
    const port = await freePort();
    base = `http://${host}:${port}`;
    app = await startEmptyApp({ PORT: String(port), BASE_URL: base });
  });
  afterEach(async () => {
    for (const { page } of visits.splice(0)) await page.context().close();
    await app.close();
  });
  afterAll(closeBrowser);

  async function newVisit(): Promise<Page> {
    const visitor = await visit({ baseURL: base, javaScriptEnabled });
    visits.push(visitor);
    return visitor.page;
  }

  it('sets up, invites, locks, resets, deactivates, deletes, restores', async () => {
    const admin = await newVisit();
    await admin.goto(`/setup/${app.context.setupToken}`);
    await admin.getByLabel('Name', { exact: true }).fill('alice');
    await admin.getByLabel('System email').fill('alice@example.com');
    await fillPassword(admin, ADMINISTRATOR);
    await press(admin, 'Create administrator');
    await sees(admin, 'User Management');
    await sees(admin, 'Roster is yours');

    // New User, with a person and a group made on the spot; the email comes from the person.
    await admin.getByRole('link', { name: 'New User' }).click();
    await admin.getByLabel('Name', { exact: true }).fill('maria');
    await admin.getByText('+ New person').click();
    await admin.getByLabel('Name of the person').fill('Maria Schmidt');
    await admin.getByLabel('Email of the person').fill('maria@example.com');
    await admin.getByText('+ New group').click();
    await admin.getByLabel('Name of the group').fill('Support');
    await press(admin, 'Create user');
    await sees(admin, 'maria@example.com is proposed from the contact');
    await press(admin, 'Create user');
    await sees(admin, 'maria was created');
    const record = new URL(admin.url()).pathname;
    const link = await admin.getByLabel('Link', { exact: true }).inputValue();
    expect(link).toMatch(new RegExp(`^${base}/invitations/`));
    await admin.reload();
    expect(await admin.getByLabel('Link', { exact: true }).count()).toBe(0);

    // The invited person opens the link, is told what is missing, sets a password and is in.
    const maria = await newVisit();
    await maria.goto(link);
    await fillPassword(maria, 'too short');
    await press(maria, 'Set password and sign in');
    await sees(maria, '6 more characters');
    await fillPassword(maria, MEMBER);
    await press(maria, 'Set password and sign in');
    await seesHeading(maria, 'My access');
    await sees(maria, 'Support');
    await openOwnMenu(maria);
    await press(maria, 'Sign out');
    await sees(maria, 'You are signed out');
    await maria.goto(link);
    await sees(maria, 'This link can no longer be used');

    // Five wrong passwords on a strange device, and the right one no longer opens there.
    const elsewhere = await newVisit();
    await elsewhere.goto('/session/new');
    for (let n = 0; n < 5; n++) await signIn(elsewhere, 'maria', `wrong password number ${n}`);
    await signIn(elsewhere, 'maria@example.com', MEMBER);
    await sees(elsewhere, 'That did not work');
    await admin.goto('/users?state=locked');
    expect(await admin.getByRole('table').getByRole('link', { name: 'maria', exact: true }).count()).toBe(1);
    await admin.goto(record);
    await confirm(admin, 'Reset login attempts', 'Reset login attempts');
    await signIn(elsewhere, 'maria', MEMBER);
    await seesHeading(elsewhere, 'My access');
    await maria.goto('/session/new');
    await signIn(maria, 'maria', MEMBER);
    await seesHeading(maria, 'My access');

    // Deactivated while signed in elsewhere: out at the next click.
    await admin.goto(record);
    await confirm(admin, 'Deactivate', 'Deactivate user');
    await sees(admin, 'maria is deactivated');
    await openOwnMenu(maria);
    await sees(maria, 'Sign in to Roster');
    await signIn(maria, 'maria', MEMBER);
    await sees(maria, 'That did not work');

    await confirm(admin, 'Delete', 'Delete user');
    await admin.goto('/users');
    expect(await admin.getByRole('table').getByRole('link', { name: 'maria', exact: true }).count()).toBe(0);
    await admin
      .getByRole('complementary')
      .getByRole('link', { name: /^Deleted/ })
      .click();
    await admin.getByRole('table').getByRole('link', { name: 'maria', exact: true }).click();
    // As she was when she was deleted.
    await confirm(admin, 'Restore', 'Restore user');
    await sees(admin, 'maria is restored, and deactivated as before');
    await confirm(admin, 'Activate', 'Activate user');
    await sees(admin, 'maria is active again');
    await maria.goto('/session/new');
    await signIn(maria, 'maria', MEMBER);
    await seesHeading(maria, 'My access');
    expect(visits.flatMap((one) => one.complaints)).toEqual([]);
  });
});

async function fillPassword(page: Page, password: string): Promise<void> {
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByLabel('The same again').fill(password);
}

async function signIn(page: Page, identifier: string, password: string): Promise<void> {
  await page.getByLabel('Name or system email').fill(identifier);
  await page.getByLabel('Password').fill(password);
  await press(page, 'Sign in');
}

async function confirm(page: Page, action: string, button: string): Promise<void> {
  const actions = page.getByRole('navigation', { name: 'Actions' });
  const link = actions.getByRole('link', { name: action, exact: true });
  if ((await link.count()) === 0) await actions.getByRole('button', { name: 'More actions' }).click();
  await link.click();
  await page.getByRole('link', { name: 'Cancel' }).waitFor();
  await press(page, button);
}

/** Without JavaScript it is a page of its own. */
async function openOwnMenu(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Your menu' }).click();
  const link = page.getByRole('link', { name: 'Your menu' });
  if (await link.isVisible()) await link.click();
}

/** Presses and waits for the page that follows. */
async function press(page: Page, name: string): Promise<void> {
  await Promise.all([page.waitForEvent('domcontentloaded'), page.getByRole('button', { name, exact: true }).click()]);
}

async function sees(page: Page, text: string): Promise<void> {
  await page.getByText(text).first().waitFor();
}

async function seesHeading(page: Page, name: string): Promise<void> {
  await page.getByRole('heading', { name }).waitFor();
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
