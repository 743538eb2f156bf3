import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import {
  cancelOperation,
  claimOperation,
  createDraft,
  findOperation,
  pauseOperation,
} from '../../src/bulk-operations/bulk-operation-store.ts';
import { DAY, instant, MINUTE } from '../../src/clock.ts';
import { commandLineAct } from '../../src/verbs/program-act.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { closeBrowser, enter, visit } from '../support/browser.ts';
import { addCrowd } from '../support/crowd.ts';
import { groupId } from '../support/people.ts';

const DESK = { width: 1280, height: 800 };
const SCREEN = { width: 1920, height: 1080 };
const PHONE = { width: 390, height: 844 };
/** What 400 % leaves of a desk. */
const MAGNIFIED = { width: 320, height: 200 };

let app: TestApp;
let page: Page;

beforeAll(async () => {
  app = await startApp();
  const [came, seen] = [2 * DAY, 44 * MINUTE].map((ago) => instant(app.clock.now() - ago));
  await app.db.write((trx) =>
    trx('users').where('name', 'bob').update({ last_login_at: came, last_activity_at: seen }),
  );
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
  await enter(app, page, name, '/');
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

/** What is less than the 24 pixels that a target has to be. */
const small = (all: Locator): Promise<string[]> =>
  all.evaluateAll((elements) =>
    elements
      .map((one) => ({ one, box: one.getBoundingClientRect() }))
      .filter(({ box }) => box.width < 23.5 || box.height < 23.5)
      .map(({ one, box }) => `${one.outerHTML} ${box.width}×${box.height}`),
  );

/** Whether something around it cuts off the ring that an element has for the focus. */
const isRingCut = (element: Locator): Promise<boolean> =>
  element.evaluate((one) => {
    const { outlineWidth, outlineOffset } = getComputedStyle(one);
    const ring = Number.parseFloat(outlineWidth) + Number.parseFloat(outlineOffset);
    const { left, right, top, bottom } = one.getBoundingClientRect();
    for (let around = one.parentElement!; !around.matches('table'); around = around.parentElement!) {
      const box = around.getBoundingClientRect();
      const isWithin =
        left - ring >= box.left && right + ring <= box.right && top - ring >= box.top && bottom + ring <= box.bottom;
      if (getComputedStyle(around).overflow !== 'visible' && !isWithin) return true;
    }
    return false;
  });

const ground = (element: Locator) => element.evaluate((one) => getComputedStyle(one).backgroundColor);

describe('a list', () => {
  it('shows compact rows of one height, with groups that can be read, and all of them at a press', async () => {
    await page.goto('/users');
    await page.evaluate(() => {
      document.documentElement.dataset.density = 'compact';
    });
    expect(await cut(page.locator('.listed p, .listed p a'))).toEqual([]);
    const heights = await page.locator('tbody tr').evaluateAll((rows) => rows.map((row) => row.clientHeight));
    expect([...new Set(heights)]).toHaveLength(1);
    const others = page.locator('.listed p a[href$="/groups"]:visible').first();
    const menu = page.locator('#row-menu:popover-open');
    const beyond = Number(await others.locator(':visible').first().textContent());
    await others.click();
    await menu.waitFor();
    expect(await menu.getByRole('listitem').count()).toBe(beyond + 1);
    await page.keyboard.press('Escape');
  });

  it('names contacts in two lines where one is too short', async () => {
    await page.goto('/users?sort=contact');
    expect(await page.locator('td > a[href^="/contacts/"]').count()).toBeGreaterThan(0);
    expect(await cut(page.locator('td:has(> a[href^="/contacts/"])'))).toEqual([]);
  });

  it('says when somebody was here last beside what stands in the next column', async () => {
    for (const density of ['comfortable', 'compact']) {
      await page.goto('/users?q=bob');
      await page.evaluate((chosen) => {
        document.documentElement.dataset.density = chosen;
      }, density);
      const seen = page.locator('small', { hasText: 'active 44 minutes ago' });
      const [text, cell] = await seen.evaluate((one) => {
        const range = document.createRange();
        range.selectNodeContents(one);
        return [range, one.closest('td')!].map((each) => each.getBoundingClientRect().right);
      });
      expect(text).toBeLessThan(cell);
    }
  });

  it.each([['a desk', DESK] as const, ['a phone', PHONE] as const])(
    'shows the whole ring of what has the focus: %s',
    async (_, viewport) => {
      await page.setViewportSize(viewport);
      await page.goto('/users?sort=contact');
      for (const selector of ['.name a', 'td > a[href^="/contacts/"]', 'p a']) {
        const link = page.locator('tbody').locator(selector).first();
        await link.focus();
        // A ring is for those who came by a key.
        await page.keyboard.press('Shift');
        expect([selector, await isRingCut(link)]).toEqual([selector, false]);
      }
    },
  );

  it('shows every filter in force, however many and long they are', async () => {
    const long = 'example'.repeat(9);
    for (const filters of [
      `q=${long}&state=locked&state=expired&activity=active`,
      `state=foo&tag=${long}&group=9999`,
    ]) {
      await page.goto(`/users?${filters}`);
      const hidden = page.locator('.chips').evaluate((one) => one.scrollWidth > one.clientWidth);
      expect([filters, await hidden]).toEqual([filters, false]);
      expect(await page.getByRole('link', { name: 'Clear all', exact: true }).isVisible()).toBe(true);
    }
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

  it('begins on a phone in the upper two fifths of the window, with or without scripts', async () => {
    const tops: [string, number][] = [];
    for (const javaScriptEnabled of [true, false]) {
      const held = { viewport: PHONE, hasTouch: true, isMobile: true };
      const { page: phone } = await visit({ baseURL: app.url, javaScriptEnabled, ...held });
      await enter(app, phone, 'alice', '/');
      for (const path of ['/users', '/groups', '/contacts']) {
        await phone.goto(path);
        tops.push([path, (await phone.locator('tbody tr').first().boundingBox())!.y]);
      }
      await phone.context().close();
    }
    expect(tops.filter(([, top]) => top > PHONE.height * 0.4)).toEqual([]);
  });

  it('is printed whole, and holds nothing to press', async () => {
    await page.goto('/users');
    // Of somebody who is in more groups than a row names.
    const groups = page
      .locator('tr', { has: page.locator('p .past-third') })
      .first()
      .locator('p a');
    await page.emulateMedia({ media: 'print' });
    await expectNothingToPress();
    expect(await groups.filter({ visible: true }).count()).toBe(4);
    expect(await groups.last().locator('.past-third').textContent()).toMatch(/^\+\d+$/);
    expect(await cut(page.locator('.listed :is(th, td, a)'))).toEqual([]);
    await page.goto(`/users/${app.people.bob}`);
    await expectNothingToPress();
    const link = page.getByRole('region', { name: 'Group memberships' }).getByRole('link', { name: 'Support' });
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

describe('what is pressed on a phone', () => {
  it('is large enough beside names of any length: to tick a member, to drop a group', async () => {
    const name = 'Interregional'.repeat(7);
    const row = { name, name_key: name.toLowerCase(), created_at: '2026-11-01T12:00:00.000Z' };
    await app.db.write((trx) => trx('groups').insert(row));
    await page.setViewportSize(PHONE);
    await page.goto(`/groups/${await groupId(app, 'Support')}`);
    expect(await small(page.locator('.member > .tick'))).toEqual([]);
    await page.goto('/users/new');
    await page.getByLabel('Search for a group').fill('interregional');
    await page.locator('.found').getByRole('button', { name }).click();
    const drop = page.getByRole('button', { name: `Remove ${name}` });
    await drop.waitFor();
    expect(await small(drop)).toEqual([]);
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

  it('stand so beside an operation that is under way, and what can be taken back', async () => {
    const act = { ...commandLineAct(app.context.actSettings), at: instant(app.clock.now()) };
    const id = await app.db.write(async (trx) => {
      const draft = await createDraft(trx, act, {
        subjectType: 'user',
        action: 'confirm-access',
        ids: [app.people.bob],
      });
      await claimOperation(trx, await findOperation(trx, draft), act);
      await pauseOperation(trx, draft, act.at, 'it waits');
      return draft;
    });
    app.context.operations.wake();
    await app.context.operations.idle();
    await page.goto(`/users/${app.people.bob}/edit`);
    await page.getByLabel('Description').fill('Night shifts');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    await page.setViewportSize(PHONE);
    await page.goto('/audit');
    await page.getByRole('link', { name: '1 operation paused' }).waitFor();
    await page.getByRole('button', { name: /^Undo/ }).waitFor();
    expect(await cut(page.locator('.tabs, .tabs > a'))).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    await app.db.write((trx) => cancelOperation(trx, id, act.at));
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
