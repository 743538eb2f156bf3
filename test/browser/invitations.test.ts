import { afterAll, afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { startApp, type TestApp } from '../support/app.ts';
import { closeBrowser, enter, visit } from '../support/browser.ts';

let app: TestApp;
let page: Page;

beforeEach(async () => {
  app = await startApp();
  await app.db.write((trx) =>
    trx('links').insert({
      purpose: 'invitation',
      user_id: app.people.max,
      channel: 'mail',
      nonce: 'n',
      token_hash: 'h',
      created_at: '2026-11-22T11:30:00.000Z',
      expires_at: '2026-11-25T11:30:00.000Z',
    }),
  );
  page = (await visit({ baseURL: app.url })).page;
  await enter(app, page, 'alice', '/invitations');
  await page.getByRole('heading', { name: 'Invitations' }).waitFor();
  await page.waitForLoadState('load');
  await page.evaluate(() => Object.assign(window, { mark: true }));
});
afterEach(async () => {
  await page.context().close();
  await app.close();
});
afterAll(closeBrowser);

/** A mark that a page load would wipe out. */
const isSamePage = () => page.evaluate(() => 'mark' in window);
const names = () => page.locator('tbody th.name a').allInnerTexts();
const bar = () => page.getByRole('region', { name: 'Actions' });

it('are searched while one types, sorted and filtered without a page load', async () => {
  await page.getByRole('columnheader', { name: 'Name' }).getByRole('link').click();
  await page.waitForURL(/sort=name/);
  expect(await names()).toEqual(['carol', 'max']);
  await page.getByLabel('Search').pressSequentially('car', { delay: 30 });
  await page.waitForURL(/q=car/);
  await page.getByText('1 invitation', { exact: true }).waitFor();
  expect([await names(), new URL(page.url()).searchParams.get('sort')]).toEqual([['carol'], 'name']);
  await page.getByRole('link', { name: 'Clear all' }).click();
  await page.getByText('2 invitations', { exact: true }).waitFor();
  await page
    .getByRole('complementary')
    .getByRole('link', { name: /^By mail/ })
    .click();
  await page.getByText('1 invitation', { exact: true }).waitFor();
  expect([await names(), await isSamePage()]).toEqual([['max'], true]);
});

it('are ticked as users are, apart from theirs, and wake the button', async () => {
  const reinvite = bar().getByRole('button', { name: 'Reinvite' });
  expect(await reinvite.isDisabled()).toBe(true);
  await page.getByLabel('Tick all on this page').check();
  await bar().getByText('2 ticked of 2 matching').waitFor();
  await page.getByLabel('Tick max').uncheck();
  await page.reload();
  await bar().getByText('1 ticked of 2 matching').waitFor();
  await page.goto('/users');
  await bar().getByText('None of 10 ticked').waitFor();
  await page.goto('/invitations');
  await bar().getByText('1 ticked of 2 matching').waitFor();
  await page.evaluate(() => Object.assign(window, { mark: true }));
  await reinvite.click();
  await page.getByRole('dialog').getByRole('button', { name: 'Reinvite 1 user' }).click();
  await page.getByRole('dialog').getByRole('heading', { name: '1 user was invited anew.' }).waitFor();
  await page.locator('tbody tr').getByText('alice').waitFor();
  await page.keyboard.press('Escape');
  await bar().getByText('None of 2 ticked').waitFor();
  expect([await reinvite.isDisabled(), await isSamePage()]).toEqual([true, true]);
});
