import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { closeBrowser, LAN_NAME, visit } from '../support/browser.ts';
import { addCrowd } from '../support/crowd.ts';

let app: TestApp;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  app = await startApp({ HOST: '0.0.0.0' });
  await addCrowd(app, 60);
  ({ page, complaints } = await signedIn());
  // So that half a minute passes at once.
  await page.clock.install();
});
afterAll(async () => {
  await closeBrowser();
  await app.close();
});
beforeEach(() => open('/users'));
afterEach(() => expect(complaints).toEqual([]));

async function signedIn(options: Parameters<typeof visit>[0] = {}) {
  const visitor = await visit({ baseURL: app.url, ...options });
  await visitor.page.goto('/session/new?next=/users');
  await visitor.page.getByLabel('Name or system email').fill('alice');
  await visitor.page.getByLabel('Password').fill(PASSWORD);
  await visitor.page.getByRole('button', { name: 'Sign in' }).click();
  await visitor.page.getByRole('heading', { name: 'User Management' }).waitFor();
  await visitor.page.waitForLoadState('load');
  return visitor;
}

/** With the scripts that answer to keys. */
const open = (path: string) => page.goto(path, { waitUntil: 'load' });

describe('what is said', () => {
  it('stays until it is dismissed, but for what nobody misses', async () => {
    await page.getByRole('link', { name: 'Actions for ada', exact: true }).click();
    await page.getByRole('link', { name: 'Confirm access', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Confirm access' }).click();
    const said = page.locator('#messages .message');
    await said.getByText('ada').waitFor();
    await page.clock.runFor('00:30');
    await said.getByRole('button', { name: 'Dismiss' }).click();
    expect(await said.count()).toBe(0);
    await page.locator(`#user-${app.people.ada}`).hover();
    await page.getByRole('button', { name: 'Copy email of ada', exact: true }).click();
    await said.getByText('Copied').waitFor();
    await page.getByRole('heading', { name: 'User Management' }).hover();
    await page.locator('#q').focus();
    await page.clock.runFor('00:10');
    expect(await said.count()).toBe(0);
  });
});

describe('a Mac', () => {
  it('is shown the key that it has', async () => {
    const { page: mac } = await signedIn({
      userAgent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1.15',
    });
    const theirs = async (one: Page) => [
      await one.locator('.to-palette kbd').textContent(),
      (await one.locator('dt').first().textContent())?.trim(),
    ];
    await mac.goto('/shortcuts');
    await open('/shortcuts');
    expect([await theirs(mac), await theirs(page)]).toEqual([
      ['⌘ K', '⌘ K'],
      ['Ctrl K', 'Ctrl K'],
    ]);
    await mac.context().close();
  });
});

describe('copying on plain HTTP', () => {
  it('works wherever there is a button for it', async () => {
    const { page } = await signedIn({ baseURL: app.url.replace('127.0.0.1', LAN_NAME) });
    expect(await page.evaluate(() => 'clipboard' in navigator)).toBe(false);
    const pasted = async () => {
      await page.goto('/search');
      await page.locator('main input[name="q"]').focus();
      await page.keyboard.press('Control+v');
      return page.locator('main input[name="q"]').inputValue();
    };
    const emailOf = page.getByRole('button', { name: 'Copy email of ada', exact: true });
    await page.locator(`#user-${app.people.ada}`).hover();
    await emailOf.click();
    await page.getByText('Copied ada@example.com').waitFor();
    expect(await page.evaluate(() => document.activeElement?.ariaLabel)).toBe('Copy email of ada');
    expect(await pasted()).toBe('ada@example.com');

    await page.goto('/users');
    await page.getByRole('link', { name: 'Actions for ada', exact: true }).click();
    await page.getByRole('button', { name: /^Copy id/ }).click();
    await page.getByText(`Copied ${app.people.ada}`).waitFor();
    expect(await pasted()).toBe(String(app.people.ada));

    await page.goto(`/users/${app.people.bob}`);
    await page.locator('main [data-copy-text]').last().click();
    expect(await pasted()).toBe(String(app.people.bob));

    await page.goto('/users');
    await page.getByRole('link', { name: 'Actions for carol', exact: true }).click();
    await page.getByRole('link', { name: 'Reinvite', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Reinvite user' }).click();
    const link = await page.getByRole('dialog').getByLabel('Link', { exact: true }).inputValue();
    await page.getByRole('dialog').getByRole('button', { name: 'Copy' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Copied' }).waitFor();
    expect(await pasted()).toBe(link);
    await page.context().close();
  });
});
