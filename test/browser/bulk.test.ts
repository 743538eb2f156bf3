import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { startApp, type TestApp } from '../support/app.ts';
import { axeFindings, closeBrowser, enter, visit } from '../support/browser.ts';

let app: TestApp;
let page: Page;

beforeEach(async () => {
  app = await startApp();
});
afterEach(async () => {
  await page.context().close();
  await app.close();
});
afterAll(closeBrowser);

async function open(javaScriptEnabled: boolean): Promise<void> {
  page = (await visit({ baseURL: app.url, javaScriptEnabled })).page;
  await enter(app, page, 'alice', '/users');
  await page.getByRole('heading', { name: 'User Management' }).waitFor();
}

const bar = () => page.getByRole('region', { name: 'Actions' });
const press = (name: string) => bar().getByRole('button', { name, exact: true }).click();
const ticked = () => page.locator('input[name=ids]:checked').count();

describe('with JavaScript', () => {
  beforeEach(() => open(true));

  it('wakes the buttons, ticks a range with Shift and the page at once, and keeps ticks through a sort', async () => {
    const deactivate = bar().getByRole('button', { name: 'Deactivate' });
    expect(await deactivate.isDisabled()).toBe(true);
    await page.getByLabel('Tick bob').check();
    expect(await deactivate.isDisabled()).toBe(false);
    await page.getByLabel('Tick erin').click({ modifiers: ['Shift'] });
    expect(await ticked()).toBe(4);
    await bar().getByText('4 ticked of 10 matching').waitFor();
    await page.getByLabel('Tick all on this page').check();
    expect(await ticked()).toBe(10);
    await page.getByLabel('Tick all on this page').uncheck();
    expect(await deactivate.isDisabled()).toBe(true);
  });

  it('freezes, shows the sheet, executes and reports', async () => {
    await page.getByLabel('Tick bob').check();
    await page.getByLabel('Tick alice').check();
    await press('Deactivate');
    await page.getByText('is yourself').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    const execute = page.getByRole('button', { name: 'Deactivate 1 user' });
    // The second press of two, the first of which was for what stood there before.
    const { x, y } = (await execute.boundingBox())!;
    await page.mouse.move(x + 5, y + 5);
    await page.mouse.down({ clickCount: 2 });
    await page.mouse.up({ clickCount: 2 });
    expect(await page.getByRole('heading', { name: '1 user was deactivated.' }).count()).toBe(0);
    await execute.click();
    await page.getByRole('heading', { name: '1 user was deactivated.' }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await page.getByRole('button', { name: 'Undo for 1 user' }).click();
    await page.getByRole('heading', { name: '1 user was put back as before.' }).waitFor();
  });

  it('keeps Undo at hand on every page, for ten minutes', async () => {
    const undo = () => page.getByRole('banner').getByRole('button', { name: /^Undo: / });
    await page.getByRole('link', { name: 'Actions for bob', exact: true }).click();
    await page.getByRole('link', { name: 'Deactivate', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Deactivate' }).click();
    await undo().waitFor();
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Groups' }).click();
    await page.getByRole('heading', { name: 'Groups' }).waitFor();
    expect(await undo().getAttribute('title')).toBe('bob is deactivated.');
    expect(await axeFindings(page)).toEqual([]);
    await undo().click();
    await page.getByRole('dialog').getByRole('button', { name: 'Undo for 1 user' }).click();
    await page.getByRole('heading', { name: '1 user was put back as before.' }).waitFor();
    expect(await undo().getAttribute('title')).toBe('1 user was put back as before.');
    app.clock.advance(11 * 60_000);
    await page.reload();
    expect(await undo().count()).toBe(0);
  });

  it('means all that match, after a filter was swapped in', async () => {
    await page
      .getByRole('complementary')
      .getByRole('link', { name: /^Support/ })
      .click();
    await page.getByText('4 users', { exact: true }).waitFor();
    await page.getByLabel('All 4 matching').check();
    await press('More …');
    await page.getByRole('dialog').getByRole('button', { name: 'Confirm access' }).click();
    await page.getByRole('button', { name: 'Confirm access of 3 users' }).click();
    await page.getByText('Access of 3 users was confirmed.').first().waitFor();
  });
});

describe('without JavaScript', () => {
  beforeEach(() => open(false));

  it('has buttons that say what is missing, and does the same', async () => {
    await press('Delete');
    await page.getByText('Nothing is ticked').waitFor();
    await page.goto('/users');
    for (const name of ['bob', 'lena']) await page.getByRole('row', { name }).getByLabel('Tick').check();
    await press('Delete');
    await page.getByRole('button', { name: 'Deactivate instead' }).click();
    await page.getByRole('button', { name: 'Deactivate 2 users' }).click();
    await page.getByRole('heading', { name: '2 users were deactivated.' }).waitFor();
    await page.goto('/users?activity=deactivated');
    await bar().getByRole('link', { name: 'All 3 matching' }).click();
    await press('Activate');
    await page.getByRole('button', { name: 'Activate 3 users' }).click();
    await page.getByRole('heading', { name: '3 users were activated.' }).waitFor();
  });
});
