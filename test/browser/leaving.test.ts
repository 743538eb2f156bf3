import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { closeBrowser, visit } from '../support/browser.ts';
import { addContact, letGroup } from '../support/contacts.ts';
import { groupId } from '../support/people.ts';

let app: TestApp;
let page: Page;
let complaints: string[];
beforeAll(async () => {
  app = await startApp();
  await letGroup(app, Number(await groupId(app, 'Support')), 'read');
  await addContact(app, { name: 'Nora', ownerUserId: app.people.lena });
  await app.db.write(async (trx) => {
    await trx('users').where('id', app.people.robin).update({ api_only_owner_id: app.people.lena });
    await trx('users').where('id', app.people.alice).update({ time_zone: 'Europe/Berlin' });
  });
  ({ page, complaints } = await visit({ baseURL: app.url }));
});
afterAll(async () => {
  await page.context().close();
  await closeBrowser();
  await app.close();
});

it('lets somebody leave on Friday at 18:00 in Berlin, with a group, a program and private contacts, in six clicks at most', async () => {
  await page.goto('/session/new');
  await page.getByLabel('Name or system email').fill('alice');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'User Management' }).waitFor();
  app.clock.advance(6 * 60_000);
  let clicks = 0;
  const click = async (what: Locator) => {
    clicks++;
    await what.click();
  };
  await click(page.getByRole('link', { name: 'lena', exact: true }));
  await click(page.getByRole('link', { name: 'Leaving …' }));
  await click(page.getByLabel('Leaves on: day'));
  await page.getByLabel('Leaves on: day').fill('2026-11-27');
  await page.getByLabel('Leaves on: time').fill('18:00');
  await click(page.getByRole('button', { name: 'Let lena leave' }));
  await page.getByRole('heading', { name: 'Confirm it is you' }).waitFor();
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await click(page.getByRole('button', { name: 'Confirm' }));
  await page.getByText('lena leaves on 27 Nov 2026, 18:00').first().waitFor();
  expect([clicks, complaints]).toEqual([5, []]);
  const { leaves_at } = await app.db.read('users').where('name', 'lena').first();
  expect([leaves_at, await app.db.read('scheduled_operations').pluck('due_at')]).toEqual([
    '2026-11-27T17:00:00.000Z',
    ['2026-11-27T17:00:00.000Z'],
  ]);
});
