import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { findItemIds } from '../../src/bulk-operations/bulk-piece-store.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { closeBrowser, signInByForm, visit } from '../support/browser.ts';
import { addCrowd } from '../support/crowd.ts';

let app: TestApp;
let page: Page;
let complaints: string[];

beforeEach(async () => {
  app = await startApp();
  await addCrowd(app, 400);
});
afterEach(async () => {
  expect(complaints).toEqual([]);
  await page.context().close();
  await app.close();
});
afterAll(closeBrowser);

async function open(path: string, javaScriptEnabled = true): Promise<void> {
  ({ page, complaints } = await visit({ baseURL: app.url, javaScriptEnabled }));
  await page.goto(`/session/new?next=${encodeURIComponent(path)}`);
  await signInByForm(page);
}

const VIEW = '/users?q=example&per=50';
const bar = () => page.getByRole('region', { name: 'Actions' });
const everybody = () => page.getByLabel(/All [\d,]+ matching/);
const boxes = () => page.locator('tbody input[name=ids]');
const ticked = () => page.locator('tbody input[name=ids]:checked').count();
const shown = () => boxes().evaluateAll((all) => all.map((box) => box.getAttribute('value')));
const said = (words: string) => bar().getByText(words, { exact: true }).waitFor();
const choose = async (name: string) => {
  await bar().getByRole('button', { name: 'More …', exact: true }).click();
  await page.locator('#sheet').getByRole('button', { name, exact: true }).click();
};

const next = async () => {
  const before = page.url();
  await page.locator('#next-page').click();
  await page.waitForURL(({ href }) => href !== before);
  await page.locator('[data-list]:not([aria-busy])').waitFor();
};

/** As the list shows it, once it is counted. */
async function total(): Promise<number> {
  const counted = page.locator('#total').filter({ hasText: /^\d/ });
  return Number((await counted.textContent())!.split(' ')[0]);
}

async function frozen(): Promise<number[]> {
  const last = await app.db.read('bulk_operations').max('id as id').first();
  return findItemIds(app.db.read, Number(last!.id));
}

describe('more than an address holds', () => {
  it('are left out through paging, Back, a reload, another tab and a sign-in', async () => {
    await open(VIEW);
    const all = await total();
    await everybody().check();
    for (const n of [1, 2, 3, 4, 5]) {
      await page.getByLabel('Tick all on this page').uncheck();
      await said(`${all - n * 50} of ${all} matching are meant`);
      await next();
    }
    await said(`${all - 250} of ${all} matching are meant`);
    expect([await ticked(), new URL(page.url()).searchParams.has('ticked')]).toEqual([50, false]);
    await boxes().first().uncheck();
    const rows = await shown();
    await page.locator('thead').getByRole('link', { name: 'System email' }).click();
    await page.waitForURL(/sort=email/);
    await said(`${all - 251} of ${all} matching are meant`);
    await page.goBack();
    await page.waitForURL(/after=/);
    // The bar says the same on both.
    await page.locator(`tbody tr:first-child input[value="${rows[0]}"]`).waitFor();
    await said(`${all - 251} of ${all} matching are meant`);
    expect(await shown()).toEqual(rows);
    await page.reload();
    await said(`${all - 251} of ${all} matching are meant`);
    const [tab] = await Promise.all([
      page.context().waitForEvent('page'),
      page.evaluate(() => window.open(location.href)),
    ]);
    await tab.getByText(`${all - 251} of ${all} matching are meant`).waitFor();
    expect(await tab.locator('tbody input[name=ids]:checked').count()).toBe(49);
    await tab.close();
    await app.db.write((trx) => trx('sessions').delete());
    await page.locator('#previous-page').click();
    await signInByForm(page);
    await said(`${all - 251} of ${all} matching are meant`);
    expect(await ticked()).toBe(49);
    await choose('Confirm access');
    await page.getByRole('dialog').getByText('251 users were left out by hand.').waitFor();
    expect((await frozen()).length).toBe(all - 251);
  });

  it('are left out without scripts, and come back as they were after a session that ended', async () => {
    await open(VIEW, false);
    const all = await total();
    const first = Number(await boxes().first().getAttribute('value'));
    const others: number[] = await app.db
      .read('users')
      .whereNot('activity', 'deleted')
      .whereLike('email', '%example%')
      .whereNot('id', first)
      .pluck('id');
    await page.goto(`${VIEW}&ticked=all&except=${others.slice(-200).join(',')}`);
    await boxes().first().uncheck();
    await page.locator('#pager').getByRole('button', { name: 'Next' }).click();
    await said(`${all - 201} of ${all} matching are meant`);
    expect(page.url()).toMatch(/ticked=all&except=draft-\d+$/);
    const before = await ticked();
    await page.locator('tbody input[name=ids]:checked').first().uncheck();
    await app.db.write((trx) => trx('sessions').delete());
    await page.locator('#pager').getByRole('button', { name: 'Previous' }).click();
    await page.getByText('Your session has ended.').waitFor();
    await signInByForm(page);
    expect(await ticked()).toBe(before - 1);
    await choose('Confirm access');
    await page.getByText('202 users were left out by hand.').waitFor();
  });
});
