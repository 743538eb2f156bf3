import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { COLUMNS } from '../../src/users/list/user-list-columns.ts';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { axeFindings, closeBrowser, enter, visit } from '../support/browser.ts';
import { addCrowd } from '../support/crowd.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
  await addCrowd(app, 60);
});
afterAll(async () => {
  await closeBrowser();
  await app.close();
});

async function open(options: BrowserContextOptions = {}): Promise<Page> {
  const { page } = await visit({ baseURL: app.url, ...options });
  await enter(app, page, 'alice', '/users');
  await page.getByRole('heading', { name: 'User Management' }).waitFor();
  // The scripts run by then, and keys do something.
  await page.waitForLoadState('load');
  return page;
}

const PAGES = [
  '/users',
  '/users/new',
  '/groups',
  '/contacts',
  '/contacts/4',
  '/contacts/new',
  '/audit',
  '/users/export',
  '/invitations',
  '/saved-views',
  '/saved-views/new',
  '/users/columns',
  '/credentials',
  '/search',
  '/interface',
];

/** All columns, what stands out of sight behind the names of groups last. */
const BROAD = `/users?${[...COLUMNS.filter((one) => one !== 'groups'), 'groups'].map((one) => `column=${one}`).join('&')}`;

describe('every width', () => {
  it.each([
    ['a small phone, and 400 % on 1280', 320, 640],
    ['a phone', 390, 844],
    ['200 % on 1280', 640, 400],
    ['a tablet', 820, 1180],
    ['a large screen', 1920, 1080],
  ])(
    'fits without scrolling sideways: %s',
    async (_, width, height) => {
      const page = await open({ viewport: { width, height } });
      const record = `/users/${app.people.erin}`;
      for (const path of [...PAGES, BROAD, record, `${record}/edit`, `${record}/deactivation/new`]) {
        await page.goto(path);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect([path, Math.max(0, wide)]).toEqual([path, 0]);
      }
      await page.context().close();
    },
    60_000,
  );

  it('breaks a name that no line holds, on the overview as well', async () => {
    const page = await open({ viewport: { width: 390, height: 844 } });
    await page.goto(`/users/${app.people.carol}/edit`);
    await page.getByLabel('Name', { exact: true }).fill('Wolfeschlegelsteinhausenbergerdorff'.repeat(2).slice(0, 64));
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.waitForURL(`**/users/${app.people.carol}`);
    await page.goto('/overview');
    await page.getByRole('link', { name: /^Wolfeschlegel/ }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    await page.context().close();
  });
});

describe('with scripts and without', () => {
  it.each([
    ['what works by a script alone', false, '.with-script'],
    ['what is there in its place', true, '.without-script'],
  ])('%s is not shown where it is not wanted', async (_, javaScriptEnabled, other) => {
    const { page } = await visit({ baseURL: app.url, javaScriptEnabled });
    const shown = () =>
      page
        .locator(other)
        .filter({ visible: true })
        .evaluateAll((all) => all.map((one) => one.outerHTML));
    await page.goto('/session/new');
    expect(await shown()).toEqual([]);
    await enter(app, page, 'alice', '/users');
    const there = [];
    const record = `/users/${app.people.bob}`;
    for (const path of [...PAGES, record, `${record}/actions`, '/credentials/tokens/new']) {
      await page.goto(path);
      expect([path, await shown()]).toEqual([path, []]);
      there.push(await page.locator(other).count());
    }
    expect(Math.max(...there)).toBeGreaterThan(0);
    await page.context().close();
  });
});

describe('a phone', () => {
  it('has targets that a thumb can hit, and the action bar within its reach', async () => {
    const page = await open({ viewport: { width: 390, height: 844 }, hasTouch: true });
    const small = await page.evaluate(() =>
      [...document.querySelectorAll('a, button, summary, label:has(input)')]
        .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.matches('.skip, .unseen'))
        .map((one) => ({ one, box: one.getBoundingClientRect() }))
        .filter(({ box }) => box.width > 1 && (box.height < 23.5 || box.width < 23.5))
        .map(({ one, box }) => `${one.outerHTML.slice(0, 90)} ${box.width}×${box.height}`),
    );
    expect(small.filter((one) => !/<a href="\/users\/\d+"/.test(one))).toEqual([]);
    const bar = (await page.getByRole('region', { name: 'Actions' }).boundingBox())!;
    expect(bar.y + bar.height).toBeLessThanOrEqual(845);
    expect(bar.y).toBeGreaterThan(600);
    await page.getByLabel('Tick ada', { exact: true }).check();
    const buttons = await page.getByRole('region', { name: 'Actions' }).locator('[name=action]').all();
    const boxes = await Promise.all(
      buttons.map(async (one) => ({ name: await one.textContent(), box: (await one.boundingBox())! })),
    );
    for (const { name, box } of boxes)
      expect([name, box.x >= 0 && box.x + box.width <= 390 && box.y + box.height <= 845]).toEqual([name, true]);
    // In the order of a wide window, which is that of the source: opposite actions never change places.
    const seen = boxes.toSorted((a, b) => a.box.y - b.box.y || a.box.x - b.box.x);
    expect(seen.map(({ name }) => name)).toEqual(boxes.map(({ name }) => name));
    await page.context().close();
  });

  it('shows filters and menus as sheets', async () => {
    const page = await open({ viewport: { width: 390, height: 844 } });
    await page.getByRole('link', { name: 'Filters', exact: true }).click();
    const filters = page.getByRole('complementary', { name: 'Filters' });
    const box = (await filters.boundingBox())!;
    expect([Math.round(box.x), Math.round(box.width), Math.round(box.y + box.height)]).toEqual([0, 390, 844]);
    expect(await axeFindings(page)).toEqual([]);
    await filters.getByRole('link', { name: /^Locked/ }).click();
    await page.waitForURL(/state=locked/);
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'Actions for erin' }).click();
    await page.getByRole('link', { name: 'Reset login attempts' }).waitFor();
    await page.context().close();
  });
});

describe('what somebody asked of their system', () => {
  it('is kept to: forced colours, and no motion', async () => {
    const page = await open({ forcedColors: 'active', reducedMotion: 'reduce' });
    await page.keyboard.press('Control+k');
    await page.getByRole('option').first().waitFor();
    const motion = await page
      .getByRole('dialog')
      .evaluate((dialog) => Number.parseFloat(getComputedStyle(dialog).animationDuration));
    expect(motion).toBeLessThanOrEqual(0.001);
    expect(await axeFindings(page)).toEqual([]);
    await page.context().close();
  });

  it('is printed without what can only be pressed', async () => {
    const page = await open();
    await page.emulateMedia({ media: 'print' });
    for (const name of ['.bar', '.search', '.action-bar', 'aside'])
      expect([name, await page.locator(name).first().isVisible()]).toEqual([name, false]);
    expect(await page.getByRole('table').isVisible()).toBe(true);
    await page.context().close();
  });
});

describe('the first visit', () => {
  it('weighs at most 60 KB, and asks no other host', async () => {
    const { page } = await visit({ baseURL: app.url });
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    let bytes = 0;
    const hosts = new Set<string>();
    session.on('Network.loadingFinished', ({ encodedDataLength }) => {
      bytes += encodedDataLength;
    });
    page.on('request', (request) => hosts.add(new URL(request.url()).origin));
    await page.goto('/session/new?next=/users');
    await page.getByLabel('Name or system email').fill('alice');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'User Management' }).waitFor();
    await page.waitForLoadState('networkidle');
    expect([...hosts]).toEqual([app.url]);
    expect(bytes / 1024).toBeLessThanOrEqual(60);
    await page.context().close();
  });
});

describe('the keyboard alone', () => {
  it('creates, finds, ticks, deactivates and signs out', async () => {
    const { page } = await visit({ baseURL: app.url });
    const { keyboard } = page;
    const tabTo = async (name: string | RegExp) => {
      for (let n = 0; n < 80; n++) {
        const found = await page.evaluate(() => {
          const one = document.activeElement as HTMLElement | null;
          return (
            one?.ariaLabel ?? (one as HTMLInputElement)?.labels?.[0]?.textContent?.trim() ?? one?.textContent?.trim()
          );
        });
        if (typeof name === 'string' ? found === name : name.test(found ?? '')) return;
        await keyboard.press('Tab');
      }
      throw new Error(`nothing called ${name} was reached`);
    };
    const isIn = (name: string) =>
      page.waitForFunction((one) => (document.activeElement as HTMLInputElement | null)?.name === one, name);
    await page.goto('/session/new?next=/users');
    // Whoever types sees first where.
    await isIn('identifier');
    await keyboard.type('alice');
    await keyboard.press('Tab');
    await isIn('password');
    await keyboard.type(PASSWORD);
    await keyboard.press('Enter');
    await page.getByRole('heading', { name: 'User Management' }).waitFor();
    // The keys answer once the scripts of the page have run.
    await page.waitForLoadState('load');
    await keyboard.press('n');
    await page.getByRole('heading', { name: 'New User' }).waitFor();
    await tabTo('Name');
    await keyboard.type('keyla');
    await tabTo('System email');
    await keyboard.type('keyla@example.com');
    await keyboard.press('Enter');
    await page.getByText('keyla was created').waitFor();
    await page.waitForLoadState('load');
    await keyboard.press('g');
    await keyboard.press('u');
    await page.getByRole('heading', { name: 'User Management' }).waitFor();
    await page.waitForLoadState('load');
    await keyboard.press('/');
    await keyboard.type('keyla');
    await page.getByText('1 user', { exact: true }).waitFor();
    await tabTo('Tick keyla');
    await keyboard.press('Space');
    await tabTo('Deactivate');
    await keyboard.press('Enter');
    await page.getByRole('dialog').getByText('1 user will change: keyla').waitFor();
    await tabTo('Deactivate 1 user');
    await keyboard.press('Enter');
    await page.getByRole('heading', { name: '1 user was deactivated.' }).waitFor();
    await keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.waitForTimeout(200);
    await keyboard.press('Control+k');
    await keyboard.type('my cred');
    await keyboard.press('Enter');
    await page.getByRole('heading', { name: 'My credentials' }).waitFor();
    await page.waitForLoadState('load');
    await tabTo(/^Your menu/);
    await keyboard.press('Enter');
    await tabTo('Sign out');
    await keyboard.press('Enter');
    await page.getByText('You are signed out.').waitFor();
    await page.context().close();
  });
});
