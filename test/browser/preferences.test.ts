import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { formatIn } from '../../src/text/format.ts';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { axeFindings, closeBrowser, visit } from '../support/browser.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
beforeEach(() => app.db.write((trx) => trx('users').update({ theme: null })));
afterAll(async () => {
  await closeBrowser();
  await app.close();
});

async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const { page } = await visit({ baseURL: app.url, ...options });
  await page.goto(`/session/new?next=${encodeURIComponent(path)}`);
  await page.getByLabel('Name or system email').fill('alice');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('#own-button').waitFor();
  await page.waitForLoadState();
  return page;
}

const ground = (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
const rowHeight = (page: Page) =>
  page
    .locator('tbody tr')
    .first()
    .evaluate((row) => row.clientHeight);

describe('the parts of all pages', () => {
  it.each(['light', 'dark'] as const)('have nothing for axe to find, %s', async (colorScheme) => {
    const page = await open('/interface', { colorScheme });
    await page.getByRole('heading', { name: 'Interface' }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    // Colour is for what is good, bad or waits for somebody; what is over has none.
    const colourOf = (state: string) =>
      page
        .locator(`#main .badge.${state}`)
        .first()
        .evaluate((badge) => getComputedStyle(badge).color);
    const [deactivated, deleted, waits, bad] = await Promise.all(
      ['deactivated', 'deleted', 'to-be-confirmed', 'locked'].map(colourOf),
    );
    expect(deleted).toBe(deactivated);
    expect(new Set([deactivated, waits, bad]).size).toBe(3);
    await page.context().close();
  });
});

describe('theme and density', () => {
  it('hold at once, and are remembered', async () => {
    const page = await open('/users', { colorScheme: 'light' });
    const [light, comfortable] = [await ground(page), await rowHeight(page)];
    await page.getByRole('button', { name: 'Your menu' }).click();
    const kept = page.waitForResponse((response) => response.url().endsWith('/preferences'));
    await page.getByLabel('Dark').check();
    await kept;
    const dark = await ground(page);
    expect(dark).not.toBe(light);
    const keptToo = page.waitForResponse((response) => response.url().endsWith('/preferences'));
    await page.getByLabel('Compact').check();
    await keptToo;
    const compact = await rowHeight(page);
    expect(compact).toBeLessThan(comfortable);
    await page.reload();
    expect([await ground(page), await rowHeight(page)]).toEqual([dark, compact]);
    await page.context().close();
  });

  it('are chosen by a form without JavaScript, and stay on the sign-in page', async () => {
    const page = await open('/users', { colorScheme: 'light', javaScriptEnabled: false });
    const light = await ground(page);
    const openMenu = async () => {
      await page.getByRole('button', { name: 'Your menu' }).click();
      await page.getByRole('link', { name: 'Your menu' }).click();
    };
    await openMenu();
    await page.getByLabel('Dark').check();
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.waitForURL(/\/users$/);
    const dark = await ground(page);
    expect(dark).not.toBe(light);
    await openMenu();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('You are signed out.').waitFor();
    await page.waitForLoadState();
    expect(await ground(page)).toBe(dark);
    await page.context().close();
  });
});

describe('times', () => {
  it('are those of the browser from the first page on, and a choice is taken along', async () => {
    const path = `/users/${app.people.bob}`;
    const page = await open(path, { timezoneId: 'Asia/Tokyo', locale: 'en-US' });
    const created = page.locator('dt', { hasText: 'Created' }).locator('+ dd time');
    const { created_at } = await app.db.read('users').where('id', app.people.bob).first('created_at');
    const inTokyo = formatIn({ zone: 'Asia/Tokyo', dates: 'month' });
    expect(await created.textContent()).toBe(inTokyo.moment(created_at));
    expect(await created.getAttribute('title')).toBe(inTokyo.exact(created_at));
    await page.goto('/preferences');
    await page.getByLabel('Times are those of').selectOption('UTC');
    await page.getByRole('button', { name: 'Save times' }).click();
    await page.getByText('Times are those of UTC.').waitFor();
    await page.goto(path);
    expect(await created.textContent()).toBe(formatIn({ zone: 'UTC', dates: 'month' }).moment(created_at));
    await page.context().close();
  });
});
