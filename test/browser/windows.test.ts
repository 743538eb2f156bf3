import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { closeBrowser, visit } from '../support/browser.ts';
import { addCrowd } from '../support/crowd.ts';

const DESK = { width: 1280, height: 800 };
const SCREEN = { width: 1920, height: 1080 };
const PHONE = { width: 390, height: 844 };
/** What 400 % leaves of a desk. */
const MAGNIFIED = { width: 320, height: 200 };

let app: TestApp;
let page: Page;

beforeAll(async () => {
  app = await startApp();
  await addCrowd(app, 60);
  page = await signedIn('alice');
});
afterAll(async () => {
  await closeBrowser();
  await app.close();
});
beforeEach(async () => {
  await page.emulateMedia({ media: null, forcedColors: null });
  await page.setViewportSize(DESK);
});

async function signedIn(name: string): Promise<Page> {
  const { page } = await visit({ baseURL: app.url, reducedMotion: 'reduce' });
  await page.goto('/session/new');
  await page.getByLabel('Name or system email').fill(name);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Your menu' }).waitFor();
  return page;
}

/** What holds more than it shows. */
const cut = (all: Locator): Promise<string[]> =>
  all.evaluateAll((elements) =>
    elements
      .filter((one) => one.checkVisibility())
      .filter((one) => one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1)
      .map((one) => one.textContent!.trim()),
  );

const ground = (element: Locator) => element.evaluate((one) => getComputedStyle(one).backgroundColor);

describe('a list', () => {
  it('shows compact rows of one height, with groups that can be read, and all of them at a press', async () => {
    await page.goto('/users');
    await page.evaluate(() => {
      document.documentElement.dataset.density = 'compact';
    });
    expect(await cut(page.locator('.chip-line, .chip-line bdi, .others'))).toEqual([]);
    const heights = await page.locator('tbody tr').evaluateAll((rows) => rows.map((row) => row.clientHeight));
    expect([...new Set(heights)]).toHaveLength(1);
    const others = page.locator('.others:visible').first();
    const [shown, beyond] = [
      page.locator('[popover]:popover-open li'),
      Number(await others.locator(':visible').first().textContent()),
    ];
    await others.click();
    expect(await shown.count()).toBe(beyond + 1);
  });

  it('names its filters in full, whatever the width', async () => {
    await page.goto('/users');
    for (const size of [DESK, SCREEN]) {
      await page.setViewportSize(size);
      expect([size, await cut(page.locator('#filters bdi'))]).toEqual([size, []]);
    }
  });

  it('has a sheet of filters on a phone that says what it is, and how many it will show', async () => {
    await page.setViewportSize(PHONE);
    await page.goto('/users');
    await page.getByRole('link', { name: 'Filters', exact: true }).click();
    const sheet = page.getByRole('complementary', { name: 'Filters' });
    await sheet.getByText('Filters', { exact: true }).waitFor();
    await sheet.getByRole('link', { name: /^Locked/ }).click();
    await sheet.getByRole('button', { name: 'Show 1 user' }).click();
    await sheet.waitFor({ state: 'hidden' });
    expect(await page.locator('tbody tr').count()).toBe(1);
  });

  it('is printed whole, and holds nothing to press', async () => {
    await page.goto('/users');
    const groups = await page.locator('.group-list').first().locator('li').allTextContents();
    await page.emulateMedia({ media: 'print' });
    await expectNothingToPress();
    expect(await page.locator('.group-list').first().locator('li:visible').allTextContents()).toEqual(groups);
    expect(await cut(page.locator('.listed :is(th, td, [popover])'))).toEqual([]);
    await page.goto(`/users/${app.people.bob}`);
    await expectNothingToPress();
    const link = page.getByRole('link', { name: 'Support' });
    const colours = await link.evaluate((one) => [one, one.parentElement!].map((each) => getComputedStyle(each).color));
    expect(colours[0]).toBe(colours[1]);
  });
});

/** Neither a button nor what leads elsewhere on the screen alone, and nothing that stays while pages turn. */
async function expectNothingToPress(): Promise<void> {
  const left = await page.locator('body *').evaluateAll((all) =>
    all
      .filter((one) => one.checkVisibility())
      .filter(
        (one) =>
          one.matches('button, .button, input, nav, aside') || /sticky|fixed/.test(getComputedStyle(one).position),
      )
      .map((one) => one.outerHTML.slice(0, 80)),
  );
  expect(left).toEqual([]);
}

describe('rows in a card', () => {
  it('keep off its edge: what was done before, and the groups of a leader', async () => {
    const lena = await signedIn('lena');
    await lena.locator('ul.rows.card').waitFor();
    const { card, row } = await lena.evaluate(() => {
      const [card, row] = ['.rows.card', '.rows.card a'].map(
        (one) => document.querySelector(one)!.getBoundingClientRect().x,
      );
      return { card, row };
    });
    expect(row - card).toBeGreaterThanOrEqual(12);
    await lena.context().close();
  });
});

describe('the tabs', () => {
  it('stand in a narrow window whole, each of them', async () => {
    for (const width of [PHONE.width, 320]) {
      await page.setViewportSize({ ...PHONE, width });
      await page.goto('/audit');
      expect([width, await cut(page.locator('.tabs, .tabs > a'))]).toEqual([width, []]);
    }
  });
});

describe('a window magnified to 400 %', () => {
  it('is left to what one reads: nothing stays in view beside it', async () => {
    await page.setViewportSize(MAGNIFIED);
    await page.goto('/users');
    await page.getByLabel('Tick ada', { exact: true }).check();
    await page.getByText('1 ticked').waitFor();
    const covered = await page.evaluate(() => {
      scrollTo(0, 400);
      return [...document.querySelectorAll('body *')]
        .filter((one) => one.checkVisibility() && /sticky|fixed/.test(getComputedStyle(one).position))
        .map((one) => one.getBoundingClientRect().height)
        .filter((height) => height > 4);
    });
    expect(covered).toEqual([]);
    await page.getByRole('button', { name: 'Untick all' }).click();
  });
});

describe('colours that the system chooses', () => {
  it('tell what is chosen: in the palette, of the themes, and of the filters', async () => {
    await page.emulateMedia({ forcedColors: 'active' });
    await page.goto('/users?state=locked');
    await page.keyboard.press('Control+k');
    await page.getByRole('option').nth(1).waitFor();
    expect(await ground(page.locator('[aria-selected="true"]'))).not.toBe(await ground(page.locator('#palette')));
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Your menu' }).click();
    const theme = page.locator('#own-menu label', { has: page.getByLabel('Auto') });
    expect(await ground(theme)).not.toBe(await ground(page.locator('#own-menu')));
    const filter = page.locator('#filters').getByRole('link', { name: /^Locked/ });
    expect(await ground(filter)).not.toBe(await ground(page.locator('body')));
  });
});
