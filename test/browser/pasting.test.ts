import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { startApp, type TestApp } from '../support/app.ts';
import { axeFindings, closeBrowser, enter, type Visit, visit } from '../support/browser.ts';

let app: TestApp;
let visits: Visit[] = [];

beforeAll(async () => {
  app = await startApp();
});
afterEach(async () => {
  for (const { page } of visits) await page.context().close();
  visits = [];
});
afterAll(async () => {
  await closeBrowser();
  await app.close();
});

/** Who has no scripts has none of those that look. */
const looks = async (page: Page, options: { javaScriptEnabled?: boolean }) => {
  if (options.javaScriptEnabled === false) return;
  expect(await axeFindings(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
};

async function open(
  path: string,
  options: { javaScriptEnabled?: boolean; viewport?: { width: number; height: number } },
): Promise<Page> {
  const visitor = await visit({ baseURL: app.url, ...options });
  visits.push(visitor);
  const { page } = visitor;
  await enter(app, page, 'alice', path);
  await page.locator('h1').waitFor();
  return page;
}

const people = (house: string) =>
  Array.from({ length: 12 }, (_, n) => `Colleague, New${n} <new${n}@${house}.example>`)
    .join('; ')
    .replace('new7@', 'new7..x@');

describe('twelve people out of a mail', () => {
  it.each([
    ['with JavaScript', { javaScriptEnabled: true }],
    ['without JavaScript', { javaScriptEnabled: false }],
    ['on a phone', { javaScriptEnabled: true, viewport: { width: 390, height: 844 } }],
  ])('are pasted, one of them corrected, and invited, in under ten clicks, %s', async (how, options) => {
    const house = how.replace(/\W/g, '').toLowerCase();
    const page = await open('/users', options);
    let clicks = 0;
    const click = async (role: 'link' | 'button', name: string) => {
      clicks += 1;
      await page.getByRole(role, { name, exact: true }).first().click();
    };
    await click('link', 'New User');
    await click('link', 'Paste a list');
    await page.getByLabel('List of people').fill(people(house));
    await looks(page, options);
    await click('button', 'Read the list');
    await page.getByRole('heading', { name: '12 new people' }).waitFor();
    await click('button', 'Auditors read on audit, contacts, groups, users');
    await page.getByRole('button', { name: 'Remove Auditors' }).waitFor();
    await click('button', 'See what will be done');
    await page.getByRole('alert').getByText('New7 Colleague').waitFor();
    await looks(page, options);
    expect(await page.locator('#email-7').getAttribute('aria-invalid')).toBe('true');
    await page.locator('#email-7').fill(`new7@${house}.example`);
    await click('button', 'See what will be done');
    await page.getByRole('heading', { name: 'Invite 12 people?' }).waitFor();
    await looks(page, options);
    await click('button', 'Invite 12 people');
    await page.getByRole('heading', { name: '12 users were invited.' }).waitFor();
    await page.waitForLoadState();
    expect((await page.locator('#links').inputValue()).split('\n')).toHaveLength(12);
    await looks(page, options);
    expect(clicks).toBeLessThan(10);
    await page.emulateMedia({ media: 'print' });
    const printed = page.locator('.on-paper');
    await printed.waitFor();
    expect((await printed.textContent())!.split('\n').filter((line) => line.includes('/invitations/'))).toHaveLength(
      12,
    );
    expect(
      await printed.evaluate((one) => [one.scrollHeight > one.clientHeight, one.scrollWidth > one.clientWidth]),
    ).toEqual([false, false]);
    for (const control of ['#links', 'main button'])
      expect([control, await page.locator(control).filter({ visible: true }).count()]).toEqual([control, 0]);
    await page.emulateMedia({ media: null });
    // Back, by which the browser may still show the sheet: it was done, and its report is all that there is.
    await page.goBack();
    await page.reload();
    await page.getByRole('heading', { name: '12 users were invited.' }).waitFor();
    const made = await app.db.read('users').where('email', 'like', `%@${house}.example`);
    expect(made.length).toBe(12);
    expect(visits.flatMap((one) => one.complaints)).toEqual([]);
  });

  it('tells under the groups at once what becomes of those who are known', async () => {
    const page = await open('/users/new/list', {});
    await page.getByLabel('List of people').fill('tom@known.example; bob@example.com');
    await page.getByRole('button', { name: 'Read the list' }).click();
    await page.getByText('bob@example.com is known already').waitFor();
    await page.locator('#groups-picker').getByRole('button', { name: 'Auditors' }).click();
    await page.getByText('is added to Auditors').waitFor();
    await page.getByRole('checkbox', { name: 'Change bob' }).uncheck();
    await page.getByRole('button', { name: 'See what will be done' }).click();
    await page.getByText('is not ticked').waitFor();
    expect(await page.getByRole('button', { name: 'Invite 1 person' }).count()).toBe(1);
  });
});
