import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { DAY, instant } from '../../src/clock.ts';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { closeBrowser, type Visit, visit } from '../support/browser.ts';

/** What an administrator, a leader and a member see of a group, from its making to its end. */
describe.each([
  { name: 'with JavaScript', javaScriptEnabled: true },
  { name: 'without JavaScript', javaScriptEnabled: false },
])('the journey of a group $name', ({ javaScriptEnabled }) => {
  let app: TestApp;
  const visits: Visit[] = [];
  beforeEach(async () => {
    app = await startApp();
  });
  afterEach(async () => {
    for (const { page } of visits.splice(0)) await page.context().close();
    await app.close();
  });
  afterAll(closeBrowser);

  async function signedIn(name: string): Promise<Page> {
    const visitor = await visit({ baseURL: app.url, javaScriptEnabled });
    visits.push(visitor);
    const { page } = visitor;
    await page.goto('/session/new');
    await page.getByLabel('Name or system email').fill(name);
    await page.getByLabel('Password').fill(PASSWORD);
    await press(page, 'Sign in');
    return page;
  }

  it('is made, grants, takes in, explains, leads and ends', async () => {
    const alice = await signedIn('alice');
    await alice.getByRole('link', { name: 'Groups', exact: true }).click();
    for (const column of ['Name', 'Leader', 'Users', 'Permissions'])
      expect(await alice.getByRole('columnheader', { name: column }).count()).toBe(1);
    await alice.getByRole('link', { name: 'New Group' }).click();
    await alice.getByLabel('Name', { exact: true }).fill('Service');
    await alice.getByLabel('Leader').fill('lena');
    await press(alice, 'Create group');
    await sees(alice, 'The group Service was created');

    // Write on contacts, after the sheet has said what that does.
    await alice.getByRole('link', { name: 'Change permissions' }).click();
    await alice.getByLabel('Contacts: write').check();
    await press(alice, 'See what this changes');
    await sees(alice, '1 person gains write on contacts.');
    await press(alice, 'Save permissions');
    await sees(alice, 'contacts: read and write');

    // Bob until tomorrow.
    const tomorrow = instant(app.clock.now() + DAY).slice(0, 10);
    await alice.getByRole('link', { name: 'Add members' }).click();
    await alice.getByLabel('Or paste a list').fill('bob@example.com');
    await alice.getByLabel('Until: day').fill(tomorrow);
    await press(alice, 'Add members');
    await sees(alice, '1 person gains write on contacts.');
    await press(alice, 'Add 1 user');
    await sees(alice, '1 user was added to Service.');
    const record = new URL(alice.url()).pathname;

    // Another program of the house, and why Bob has a right or not.
    await alice.goto('/applications');
    await alice.getByRole('link', { name: 'New Application' }).click();
    await alice.getByLabel('Key').fill('time-sheets');
    await alice.getByLabel('Name', { exact: true }).fill('Time sheets');
    await press(alice, 'Register application');
    await sees(alice, 'The application Time sheets is registered.');
    await ask(alice, 'Contacts');
    await sees(alice, 'Yes: bob may write on Contacts.');
    await sees(alice, 'Service');
    await ask(alice, 'Time sheets');
    await sees(alice, 'No: bob may not write on Time sheets.');

    // The leader sees their groups, invites, and is refused all the rest.
    const lena = await signedIn('lena');
    await lena.getByRole('link', { name: 'Service' }).click();
    await lena.getByRole('link', { name: 'Invite' }).click();
    await lena.getByLabel('Name', { exact: true }).fill('nina');
    await lena.getByLabel('System email').fill('nina@example.com');
    await press(lena, 'Invite');
    await sees(lena, 'nina is invited.');
    expect(await lena.getByLabel('Invitation links').inputValue()).toMatch(/^nina\tnina@example.com\thttp/);
    for (const path of ['/users', '/users/6', '/users/new', `${record}/edit`, '/audit', '/applications']) {
      await lena.goto(path);
      await sees(lena, 'Not found');
    }

    // Deactivated, it gives nothing at the next click.
    await alice.goto(record);
    await press(alice, 'Deactivate');
    await sees(alice, 'lose write on contacts');
    await press(alice, 'Deactivate 1 group');
    await sees(alice, '1 group was deactivated.');
    await alice.goto('/applications');
    await ask(alice, 'Contacts');
    await sees(alice, 'No: bob may not write on Contacts. The group Service grants it, but is deactivated.');
    await lena.goto(record);
    await sees(lena, 'The group Service is deactivated.');
    expect(visits.flatMap((one) => one.complaints)).toEqual([]);
  });

  async function ask(page: Page, application: string): Promise<void> {
    await page.goto('/applications');
    await page.getByLabel('User', { exact: true }).fill('bob');
    await page.getByLabel('Application', { exact: true }).selectOption({ label: application });
    await page.getByLabel('Permission').selectOption('write');
    await press(page, 'Explain');
  }
});

async function press(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).last().click();
}

async function sees(page: Page, text: string): Promise<void> {
  await page.getByText(text).first().waitFor({ timeout: 10_000 });
}
