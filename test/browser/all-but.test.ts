import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { findItemIds } from '../../src/bulk-operations/bulk-piece-store.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { axeFindings, closeBrowser, signInByForm, visit } from '../support/browser.ts';
import { addCrowd, addGroups } from '../support/crowd.ts';

let app: TestApp;
let page: Page;
let complaints: string[];

beforeEach(async () => {
  app = await startApp();
  await addCrowd(app, 100);
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

const VIEW = '/users?q=example.com';
const bar = () => page.getByRole('region', { name: 'Actions' });
const dialog = () => page.getByRole('dialog');
const everybody = () => page.getByLabel(/All [\d,]+ matching/);
const boxes = () => page.locator('tbody input[name=ids]');
const ticked = () => page.locator('tbody input[name=ids]:checked').count();
const said = (words: string) => bar().getByText(words, { exact: true }).waitFor();
const isMixed = () => everybody().evaluate((box: HTMLInputElement) => box.indeterminate);
const press = (name: string) => bar().getByRole('button', { name, exact: true }).click();
const choose = async (name: string) => {
  await press('More …');
  await page.locator('#sheet').getByRole('button', { name, exact: true }).click();
};
const next = async () => {
  await page.locator('#next-page').click();
  await page.waitForURL(/after=/);
  await page.locator('[data-list]:not([aria-busy])').waitFor();
};

/** Ticks them, and sees that each row is: whatever was unticked before that was not ticked yet. */
async function meanAll(): Promise<number> {
  const all = await total();
  await everybody().check();
  await said(`All ${all} matching are meant`);
  return all;
}

/** As the list shows it, once it is counted. */
async function total(): Promise<number> {
  const counted = page.locator('#total').filter({ hasText: /^\d/ });
  return Number((await counted.textContent())!.split(' ')[0]);
}

async function frozen(): Promise<number[]> {
  const last = await app.db.read('bulk_operations').max('id as id').first();
  return findItemIds(app.db.read, Number(last!.id));
}

async function meantWithout(names: string[]): Promise<number[]> {
  return app.db
    .read('users')
    .whereNot('activity', 'deleted')
    .whereLike('email', '%example.com%')
    .whereNotIn('name', names)
    .orderBy('id')
    .pluck('id');
}

describe('all that match but some', () => {
  it('are ticked on every page, counted, and done', async () => {
    await open(VIEW);
    const all = await meanAll();
    expect(await ticked()).toBe(50);
    await page.getByLabel('Tick bob', { exact: true }).uncheck();
    await said(`${all - 1} of ${all} matching are meant`);
    expect([await ticked(), await isMixed()]).toEqual([49, true]);
    await next();
    await said(`${all - 1} of ${all} matching are meant`);
    expect(await ticked()).toBe(await boxes().count());
    const last = (await boxes().last().getAttribute('aria-label'))!.slice('Tick '.length);
    await boxes().last().uncheck();
    await said(`${all - 2} of ${all} matching are meant`);
    expect(await axeFindings(page)).toEqual([]);
    await choose('Confirm access');
    await dialog().getByText('2 users were left out by hand.').waitFor();
    expect(await frozen()).toEqual(await meantWithout(['bob', last]));
    await dialog()
      .getByRole('button', { name: /^Confirm access of/ })
      .click();
    await dialog().locator('#report').getByText('2 users were left out by hand.').waitFor();
    await page.keyboard.press('Escape');
    await said(`None of ${all} ticked`);
  });

  it('stay so through Back, Forward, a sort, a reload and a sign-in, and go with another view', async () => {
    await open(VIEW);
    const all = await meanAll();
    await page.getByLabel('Tick bob', { exact: true }).uncheck();
    await next();
    await boxes().first().uncheck();
    await said(`${all - 2} of ${all} matching are meant`);
    await page.goBack();
    await page.waitForURL(VIEW);
    await said(`${all - 2} of ${all} matching are meant`);
    expect(await page.getByLabel('Tick bob', { exact: true }).isChecked()).toBe(false);
    await page.goForward();
    await page.waitForURL(/after=/);
    await said(`${all - 2} of ${all} matching are meant`);
    expect(await boxes().first().isChecked()).toBe(false);
    await page.locator('thead').getByRole('link', { name: 'System email' }).click();
    await page.waitForURL(/sort=email/);
    await said(`${all - 2} of ${all} matching are meant`);
    await page.reload();
    await said(`${all - 2} of ${all} matching are meant`);
    await app.db.write((trx) => trx('sessions').delete());
    await page.goto(VIEW);
    await signInByForm(page);
    await said(`${all - 2} of ${all} matching are meant`);
    await page
      .locator('#filters')
      .getByRole('link', { name: /^Active / })
      .click();
    await page.waitForURL(/activity=active/);
    await bar()
      .getByText(/^None of/)
      .waitFor();
    expect(await ticked()).toBe(0);
    await page.goBack();
    await page.waitForURL(VIEW);
    await said(`None of ${all} ticked`);
  });

  it('are counted without those left out who match no longer', async () => {
    await open(VIEW);
    const all = await meanAll();
    for (const name of ['bob', 'ada']) await page.getByLabel(`Tick ${name}`, { exact: true }).uncheck();
    await app.db.write((trx) =>
      trx('users').where('name', 'bob').update({ activity: 'deleted', deleted_from: 'active' }),
    );
    await next();
    await said(`${all - 2} of ${all - 1} matching are meant`);
    await choose('Confirm access');
    await dialog().getByText('1 user was left out by hand.').waitFor();
    expect(await frozen()).toEqual(await meantWithout(['ada']));
  });

  it('lead back to all, and to none; and a range, a key or the page at once leave out as well', async () => {
    await open(VIEW);
    const all = await meanAll();
    await boxes().nth(2).click();
    await boxes()
      .nth(5)
      .click({ modifiers: ['Shift'] });
    await said(`${all - 4} of ${all} matching are meant`);
    await page.locator('tbody th a').nth(7).focus();
    await page.keyboard.press('x');
    await said(`${all - 5} of ${all} matching are meant`);
    await page.getByLabel('Tick all on this page').check();
    await said(`All ${all} matching are meant`);
    await page.getByLabel('Tick all on this page').uncheck();
    await said(`${all - 50} of ${all} matching are meant`);
    await everybody().click();
    await said(`All ${all} matching are meant`);
    expect([await everybody().isChecked(), await isMixed(), await ticked()]).toEqual([true, false, 50]);
    await boxes().first().uncheck();
    await bar().getByRole('button', { name: 'Untick all' }).click();
    await said(`None of ${all} ticked`);
    expect([await everybody().isChecked(), await ticked()]).toEqual([false, 0]);
    await everybody().check();
    await everybody().uncheck();
    expect(await ticked()).toBe(0);
  });

  it('stay while the sidebar offers more', async () => {
    await open(VIEW);
    const all = await meanAll();
    await boxes().nth(1).uncheck();
    await page.locator('summary', { hasText: 'Rights' }).click();
    await page.locator('#filters a[href*="rights=all"]').first().click();
    await page.waitForURL(/rights=all/);
    await page.locator('[data-list]:not([aria-busy])').waitFor();
    await said(`${all - 1} of ${all} matching are meant`);
  });

  it('are groups as well', async () => {
    await addGroups(app, 70);
    await open('/groups');
    const all = await meanAll();
    await boxes().nth(1).uncheck();
    await next();
    await said(`${all - 1} of ${all} matching are meant`);
    await press('Deactivate');
    await dialog().getByText('1 group was left out by hand.').waitFor();
    expect((await frozen()).length).toBe(all - 1);
  });

  it('are not too many: a tick that would not go along stays, and it is said', async () => {
    await open(VIEW);
    const all = await total();
    await page.locator('form[data-bulk]').evaluate((form) => form.setAttribute('data-bulk', '3'));
    await everybody().check();
    for (const n of [0, 1, 2]) await boxes().nth(n).uncheck();
    await boxes().nth(3).click();
    await page.getByText('At most 3 can be left out of all that match.').waitFor();
    expect(await boxes().nth(3).isChecked()).toBe(true);
    await said(`${all - 3} of ${all} matching are meant`);
    await bar().getByRole('button', { name: 'Untick all' }).click();
    for (const n of [0, 1, 2]) await boxes().nth(n).check();
    await boxes().nth(3).click();
    await page.getByText('At most 3 can be ticked one by one.').waitFor();
    await said(`3 ticked of ${all} matching`);
  });
});

describe('as long as nothing is counted', () => {
  it('it is not said of how many somebody is ticked', async () => {
    const { index } = app.context;
    const take = index.take.bind(index);
    const counted = Promise.withResolvers<void>();
    index.take = (ids, now) => counted.promise.then(() => take(ids, now));
    await open('/users');
    await page.getByText('Counting …').waitFor();
    await said('None ticked');
    await boxes().nth(1).check();
    await said('1 ticked');
    counted.resolve();
    await page.locator('#total', { hasText: 'users' }).waitFor();
    await said(`1 ticked of ${await total()} matching`);
    expect(await boxes().nth(1).isChecked()).toBe(true);
  });
});

describe('without JavaScript', () => {
  it('are ticked by a link, and go from page to page with what was unticked', async () => {
    await open(VIEW, false);
    const all = await total();
    await bar()
      .getByRole('link', { name: `All ${all} matching` })
      .click();
    await said(`All ${all} matching are meant`);
    await page.waitForLoadState();
    expect([await ticked(), await everybody().isVisible()]).toEqual([50, false]);
    const row = (name: string) => page.getByRole('row', { name: new RegExp(`^Tick ${name} `) }).getByLabel('Tick');
    await row('bob').uncheck();
    await page.locator('#pager').getByRole('button', { name: 'Next' }).click();
    await said(`${all - 1} of ${all} matching are meant`);
    expect(await ticked()).toBe(await boxes().count());
    await boxes().last().uncheck();
    const last = (await page.locator('tbody th a').last().textContent())!;
    await page.locator('#pager').getByRole('button', { name: 'Previous' }).click();
    await said(`${all - 2} of ${all} matching are meant`);
    expect(await row('bob').isChecked()).toBe(false);
    await row('ada').uncheck();
    await choose('Confirm access');
    await page.getByText('3 users were left out by hand.').waitFor();
    expect(await frozen()).toEqual(await meantWithout(['bob', 'ada', last]));
    // Past the page on which the action was chosen.
    await page.goBack();
    await page.goBack();
    await row('bob').check();
    await choose('Confirm access');
    await page.getByText('2 users were left out by hand.').waitFor();
    await page.goBack();
    await page.goBack();
    await bar().getByRole('link', { name: 'None', exact: true }).click();
    await page.waitForURL(VIEW);
    expect(await ticked()).toBe(0);
  });

  it('come back unticked as they were after a session that ended', async () => {
    await open('/groups?ticked=all', false);
    const all = await total();
    const unticked = boxes().nth(1);
    await unticked.uncheck();
    await app.db.write((trx) => trx('sessions').delete());
    await press('Deactivate');
    await page.getByText('Your session has ended.').waitFor();
    await signInByForm(page);
    await said(`${all - 1} of ${all} matching are meant`);
    expect([await unticked.isChecked(), await ticked()]).toEqual([false, all - 1]);
    await press('Deactivate');
    await page.getByText('1 group was left out by hand.').waitFor();
  });
});
