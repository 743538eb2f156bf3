import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { startApp, type TestApp } from '../support/app.ts';
import { axeFindings, closeBrowser, enter, visit } from '../support/browser.ts';

const LONG = 'Everybody of the warehouse in Göteborg who has to be asked again';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(async () => {
  await closeBrowser();
  await app.close();
});

async function open(path: string, options: BrowserContextOptions = {}, name = 'alice'): Promise<Page> {
  const { page } = await visit({ baseURL: app.url, ...options });
  await enter(app, page, name, path);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return page;
}

const sidebar = (page: Page) => page.getByRole('complementary', { name: 'Filters' });

describe('saved views', () => {
  it('are kept in a dialog, lie one press away with their count, and are found by the palette', async () => {
    const page = await open('/users');
    await sidebar(page)
      .getByRole('link', { name: /^Locked/ })
      .click();
    await page.waitForURL(/state=locked/);
    await page.getByText('1 user', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Save this view' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Locked out');
    expect(await axeFindings(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Save' }).click();
    const view = sidebar(page).getByRole('link', { name: 'Locked out 1' });
    await view.waitFor();
    expect(await view.getAttribute('aria-current')).toBe('true');
    await sidebar(page)
      .getByRole('link', { name: /^Stale/ })
      .click();
    await page.waitForURL(/state=stale/);
    await view.and(page.locator(':not([aria-current])')).waitFor();
    await view.click();
    await page.waitForURL((url) => !url.search.includes('stale'));
    await view.and(page.locator('[aria-current]')).waitFor();
    await page.goBack();
    await page.waitForURL(/state=stale/);
    await view.and(page.locator(':not([aria-current])')).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').getByRole('searchbox').or(page.getByRole('combobox')).last().fill('locked o');
    await page
      .getByRole('link', { name: 'Locked out', exact: true })
      .or(page.getByRole('option', { name: 'Locked out' }))
      .last()
      .click();
    await page.waitForURL(/state=locked&column/);
    await page.context().close();
  });

  it.each([
    ['with JavaScript', true],
    ['without', false],
  ])('are shared, taken over by somebody else, and deleted, %s', async (way, javaScriptEnabled) => {
    const name = `${LONG.slice(0, 40)} ${way}`;
    const page = await open('/saved-views/new?view=%2Fusers%3Fstate%3Dstale', { javaScriptEnabled });
    await page.getByLabel('Name').fill(name);
    await page.getByLabel('Share it with all').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.waitForURL(/state=stale/);
    const max = await open('/saved-views', { javaScriptEnabled }, 'max');
    await max.getByRole('button', { name: `Pin ${name}` }).click();
    await max.getByRole('button', { name: `Unpin ${name}` }).waitFor();
    await max.getByRole('link', { name, exact: true }).click();
    await max.locator('#fold-views [aria-current]').waitFor();
    await page.goto('/saved-views');
    if (javaScriptEnabled) expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('link', { name: `Delete ${name}` }).click();
    await page.getByRole('button', { name: 'Delete view' }).click();
    await page.getByText(`The view ${name} is deleted.`).waitFor();
    await max.reload();
    expect(await max.locator('#fold-views').count()).toBe(0);
    await max.context().close();
    await page.context().close();
  });
});
