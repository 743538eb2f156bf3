import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { startApp, type TestApp } from '../support/app.ts';
import { closeBrowser, enter, visit } from '../support/browser.ts';
import { addCrowd } from '../support/crowd.ts';

let app: TestApp;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  app = await startApp();
  await addCrowd(app, 120);
});
afterAll(async () => {
  await closeBrowser();
  await app.close();
});
beforeEach(async () => {
  ({ page, complaints } = await visit({ baseURL: app.url }));
  await enter(app, page, 'alice', '/credentials');
  await page.waitForURL('/credentials');
});
afterEach(async () => {
  expect(complaints).toEqual([]);
  await page.context().close();
});

const dialog = () => page.locator('#dialog[open]');
const palette = () => page.locator('#palette[open]');
const address = () => page.evaluate(() => location.pathname + location.search);

/** The scripts run by then, and keys do something. */
async function open(path: string): Promise<void> {
  await page.goto(path);
}

/** Back and Forward answer before the page that they lead to is there: a mark tells the one from before. */
async function travel(by: 'goBack' | 'goForward', to: string): Promise<void> {
  // A layer that was closed takes its entry away a moment later.
  await page.waitForFunction(() => document.querySelector('dialog[open]') || !history.state?.layer);
  await page.evaluate(() => Object.assign(window, { isLeft: true }));
  await page[by]();
  await page.waitForURL(to);
  await page.waitForFunction(() => !('isLeft' in window) && document.readyState === 'complete');
}

/** Everything that scripts do on a list still does it. */
async function isAlive(path: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await palette().getByRole('option').first().waitFor();
  await page.keyboard.press('Escape');
  await palette().waitFor({ state: 'hidden' });
  await page.waitForTimeout(200);
  await page.locator('#main').focus();
  await page.keyboard.press('?');
  await dialog().getByRole('heading', { name: 'Keyboard shortcuts' }).waitFor();
  await page.keyboard.press('Escape');
  await dialog().waitFor({ state: 'hidden' });
  const menu = page
    .locator('tbody')
    .getByRole('link', { name: /^Actions for/ })
    .first();
  if ((await menu.count()) > 0) {
    await menu.click();
    await page.locator('#row-menu:popover-open').waitFor();
    await page.keyboard.press('Escape');
  }
  const box = page.locator('tbody input[name=ids]').first();
  if ((await box.count()) > 0) {
    await box.check();
    await page.getByText('1 ticked').waitFor();
    await box.uncheck();
  }
  await page.waitForTimeout(200);
  expect(await address()).toBe(path);
}

// All lists are one frame: users try all that scripts do at every step, the others once they have come back.
describe.each([
  { list: '/users', filter: 'Deactivated', sort: 'System email' },
  { list: '/groups', filter: 'Active', sort: 'Leader' },
  { list: '/contacts', filter: 'Person', sort: 'Name' },
  { list: '/invitations', filter: 'By link', sort: 'Made' },
])('Back and Forward in $list', ({ list, filter, sort }) => {
  it('after a filter and a sort', async () => {
    await open(list);
    await page
      .locator('#filters')
      .getByRole('link', { name: new RegExp(`^${filter}`) })
      .first()
      .click();
    await page.waitForURL(`${list}?*`);
    const filtered = await address();
    await page
      .locator('thead')
      .getByRole('link', { name: new RegExp(`^${sort}`) })
      .first()
      .click();
    await page.waitForURL(/sort=/);
    const sorted = await address();
    await travel('goBack', filtered);
    await travel('goBack', list);
    await travel('goForward', filtered);
    await travel('goForward', sorted);
    if (list === '/users') await isAlive(sorted);
    await travel('goBack', filtered);
    if (list === '/users') await isAlive(filtered);
    await travel('goBack', list);
    await isAlive(list);
  });

  it('after a search, which leaves no entry for each letter', async () => {
    await open(list);
    const before = await page.evaluate(() => history.length);
    await page.getByLabel('Search', { exact: true }).pressSequentially('an', { delay: 300 });
    await page.waitForURL(`${list}?q=an`);
    expect(await page.evaluate(() => history.length)).toBe(before);
    if (list === '/users') await isAlive(`${list}?q=an`);
    await travel('goBack', '/credentials');
    await travel('goForward', `${list}?q=an`);
    await isAlive(`${list}?q=an`);
  });
});

it('Back after a page shows what is ticked', async () => {
  await open('/users');
  await page.locator('tbody input[name=ids]').nth(1).check();
  await page.getByRole('link', { name: 'Next' }).click();
  await page.waitForURL(/after=/);
  await page.getByText('1 ticked, 0 of them on this page').waitFor();
  await travel('goBack', '/users');
  expect(await page.locator('tbody input[name=ids]').nth(1).isChecked()).toBe(true);
  expect(await page.locator('tbody input[name=ids]:checked').count()).toBe(1);
  await page.getByText(/1 ticked of/).waitFor();
});

describe('a layer', () => {
  it('leaves nothing in the history, however often it was opened', async () => {
    await open('/users');
    for (let i = 0; i < 3; i++) {
      await page.keyboard.press('Control+k');
      await palette().waitFor();
      await page.keyboard.press('Escape');
      await palette().waitFor({ state: 'hidden' });
      await page.waitForTimeout(200);
    }
    await travel('goBack', '/credentials');
  });

  it('does not come back by Forward', async () => {
    await open('/users');
    await page.keyboard.press('Control+k');
    await palette().waitFor();
    await page.goBack();
    await palette().waitFor({ state: 'hidden' });
    await page.goForward();
    await page.waitForTimeout(300);
    expect(await palette().count()).toBe(0);
    await isAlive('/users');
  });

  it('that was open while the page was reloaded leaves nothing either', async () => {
    await open('/users');
    await page.keyboard.press('Control+k');
    await palette().waitFor();
    await page.reload();
    await isAlive('/users');
    await travel('goBack', '/credentials');
  });

  it('gives its place to what is chosen in it', async () => {
    await open('/users');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('lena');
    await page.getByRole('option', { name: /^lena\s+lena@example.com/ }).click();
    await page.getByRole('heading', { name: 'lena' }).waitFor();
    await travel('goBack', '/users');
    await isAlive('/users');
    await travel('goBack', '/credentials');
  });

  it('with a report leads on to a record, and Back to the list', async () => {
    await open('/users?q=rita@');
    await page.getByLabel('Tick rita', { exact: true }).check();
    await page.getByRole('button', { name: 'More …' }).click();
    await dialog().getByRole('button', { name: 'Confirm access' }).click();
    await dialog()
      .getByRole('button', { name: /^Confirm access of/ })
      .click();
    await dialog().locator('#report').getByRole('link', { name: 'rita' }).click();
    await page.getByRole('heading', { name: 'rita' }).waitFor();
    await travel('goBack', '/users?q=rita@');
    await isAlive('/users?q=rita@');
    await travel('goBack', '/credentials');
  });
});

it('a long report begins at its beginning', async () => {
  await open('/users');
  await page.getByLabel(/All .* matching/).check();
  await page.getByRole('button', { name: 'More …' }).click();
  await dialog().getByRole('button', { name: 'Confirm access' }).click();
  await dialog()
    .getByRole('button', { name: /^Confirm access of/ })
    .click();
  await dialog().locator('#report').waitFor();
  await page.waitForTimeout(300);
  const { scrolled, height } = await dialog().evaluate((one) => ({
    scrolled: one.scrollTop,
    height: one.scrollHeight,
  }));
  expect(height).toBeGreaterThan(2_000);
  expect(scrolled).toBe(0);
});

describe('a link that is shown this once', () => {
  const field = () => dialog().locator('#link');

  beforeEach(async () => {
    await open('/users?q=max@');
    await page.getByRole('link', { name: 'Actions for max', exact: true }).click();
    await page.getByRole('link', { name: 'Send password reset' }).click();
    const copied = dialog().getByLabel(/copy/i);
    if ((await copied.count()) > 0) await copied.check();
    await dialog().locator('button.main').click();
    await field().waitFor();
  });

  it('stays when the press that selects it ends outside, and by Esc, Back and a press outside', async () => {
    const box = (await field().boundingBox())!;
    await page.mouse.move(box.x + 5, box.y + 5);
    await page.mouse.down();
    await page.mouse.move(5, 500, { steps: 3 });
    await page.mouse.up();
    expect(await field().count()).toBe(1);
    await page.mouse.click(5, 500);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.goBack();
    await page.waitForTimeout(300);
    expect(await field().count()).toBe(1);
    await dialog().getByRole('button', { name: 'Close' }).click();
    await dialog().waitFor({ state: 'hidden' });
    await travel('goBack', '/credentials');
  });
});

it('a dialog closes by a press outside that began there, and not by one that began inside', async () => {
  await open('/users');
  await page.locator('#main').focus();
  await page.keyboard.press('?');
  await dialog().waitFor();
  const box = (await dialog().getByRole('heading').boundingBox())!;
  await page.mouse.move(box.x + 5, box.y + 5);
  await page.mouse.down();
  await page.mouse.move(5, 500, { steps: 3 });
  await page.mouse.up();
  expect(await dialog().count()).toBe(1);
  await page.mouse.click(5, 500);
  await dialog().waitFor({ state: 'hidden' });
});

it('an answer that is lost is called not known, inside the dialog, with the way to look', async () => {
  await open('/users?q=rita@');
  await page.getByLabel('Tick rita', { exact: true }).check();
  await page.getByRole('button', { name: 'More …' }).click();
  await dialog().getByRole('button', { name: 'Confirm access' }).click();
  const confirm = dialog().getByRole('button', { name: /^Confirm access of/ });
  await confirm.waitFor();
  await page.route(/execution/, async (route) => {
    await route.fetch();
    await route.abort('connectionreset');
  });
  await confirm.click();
  const said = dialog().getByText('it is not known whether this was done');
  await said.waitFor();
  await page.setViewportSize({ width: 1280, height: 260 });
  await dialog().evaluate((one) => one.scrollTo(0, one.scrollHeight));
  const { top, bottom } = await said.evaluate((one) => one.getBoundingClientRect());
  expect([top >= 0, bottom <= 260]).toEqual([true, true]);
  await page.unroute(/execution/);
  complaints.length = 0;
  await dialog().getByRole('link', { name: 'Look' }).click();
  await page.waitForURL(/\/bulk-operations\/\d+$/);
  await page.getByRole('heading', { name: /confirmed/ }).waitFor();
});

it('Back again, before the scripts of a page are there, shows what the address says', async () => {
  await open('/users');
  const total = page.locator('#total');
  const number = (await total.textContent())!;
  await page
    .locator('#filters')
    .getByRole('link', { name: /^Active/ })
    .click();
  await page.waitForURL(/\?/);
  const active = await address();
  await page
    .locator('thead')
    .getByRole('link', { name: /^System email/ })
    .click();
  await page.waitForURL(/sort=/);
  const { promise: scripts, resolve: come } = Promise.withResolvers<void>();
  await page.route(/\.js/, async (route) => {
    await scripts;
    await route.continue();
  });
  await page.evaluate(() => Object.assign(window, { isLeft: true }));
  await page.evaluate(() => history.back());
  await page.waitForFunction(() => !('isLeft' in window) && document.querySelector('tbody'));
  expect(await total.textContent()).not.toBe(number);
  expect(await address()).toBe(active);
  await page.evaluate(() => history.back());
  await page.waitForURL('/users', { waitUntil: 'commit' });
  come();
  await total.and(page.getByText(number, { exact: true })).waitFor();
  expect(await address()).toBe('/users');
});
