import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { COLUMNS } from '../../src/users/list/user-list-columns.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { axeFindings, closeBrowser, enter, visit } from '../support/browser.ts';

const PHONE = { width: 390, height: 844 };

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(async () => {
  await closeBrowser();
  await app.close();
});

async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const { page } = await visit({ baseURL: app.url, ...options });
  await enter(app, page, 'alice', path);
  await page.getByRole('heading', { name: 'User Management' }).waitFor();
  return page;
}

const heads = (page: Page) => page.locator('.listed thead th').allInnerTexts();

describe('choosing columns', () => {
  it('is done in a dialog, moves them by buttons, and is taken back there', async () => {
    const page = await open('/users?q=e');
    await page.getByRole('link', { name: 'Columns' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Tags', { exact: true }).check();
    await dialog.getByLabel('Linked contact', { exact: true }).uncheck();
    const up = dialog.getByRole('button', { name: 'Move Tags up' });
    const order = async () => (await dialog.locator('.columns li').allTextContents()).join();
    const before = await order();
    // The script that moves them comes with the dialog.
    do await up.click();
    while ((await order()) === before);
    for (let n = 1; n < 13; n++) await up.click();
    expect(await up.evaluate((button) => button === document.activeElement)).toBe(true);
    for (let n = 0; n < 2; n++) await dialog.getByRole('button', { name: 'Move System email down' }).click();
    expect(await axeFindings(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Show these' }).click();
    await page.getByRole('columnheader', { name: 'Tags' }).waitFor();
    await page.waitForLoadState();
    expect(new URL(page.url()).search).toBe('?q=e');
    expect(await heads(page)).toEqual([
      'Name',
      'Tags',
      'Last login',
      'System email',
      'Group memberships',
      'No shared data',
    ]);
    await page.getByRole('link', { name: 'Columns' }).click();
    await dialog.getByRole('button', { name: 'Back to the usual columns' }).click();
    await page.getByRole('columnheader', { name: 'Linked contact' }).waitFor();
    await page.context().close();
  });

  it('needs no JavaScript', async () => {
    const page = await open('/users', { javaScriptEnabled: false });
    await page.getByRole('link', { name: 'Columns' }).click();
    await page.getByLabel('Created', { exact: true }).check();
    await page.getByLabel('Created: Place').fill('1');
    await page.getByRole('button', { name: 'Show these' }).click();
    await page.waitForURL('/users');
    expect((await heads(page)).slice(0, 3)).toEqual(['Name', 'Created', 'System email']);
    await page.getByRole('link', { name: 'Columns' }).click();
    await page.getByRole('button', { name: 'Back to the usual columns' }).click();
    await page.waitForURL('/users');
    expect((await heads(page)).slice(0, 2)).toEqual(['Name', 'System email']);
    await page.context().close();
  });

  it.each([
    ['a wide window', { width: 1280, height: 800 }],
    ['a phone', PHONE],
  ])('of all kinds leaves the page as broad as it is: on %s', async (_, viewport) => {
    const page = await open(`/users?${COLUMNS.map((column) => `column=${column}`).join('&')}`, { viewport });
    const room = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    expect(room[0]).toBeLessThanOrEqual(room[1]);
    const cells = page.locator('tbody tr').first().locator('th, td');
    expect(await cells.count()).toBe(COLUMNS.length + 3);
    expect(await axeFindings(page)).toEqual([]);
    await page.context().close();
  });
});
