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
const press = (...keys: string[]) =>
  keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
const onFocus = (words: RegExp) =>
  page.waitForFunction((source) => {
    const { activeElement: one } = document;
    return new RegExp(source).test(one?.ariaLabel ?? one?.textContent?.replace(/\s+/g, ' ').trim() ?? '');
  }, words.source);
const onId = (id: string) => page.waitForFunction((id) => document.activeElement?.id === id, id);
const isOpen = (selector: string) => page.locator(selector).evaluate((one) => one.matches(':popover-open, [open]'));

describe('the focus', () => {
  it('goes to the next filter when one is removed, to the one before, and to where filters begin', async () => {
    await open('/users?activity=active&activity=deactivated&state=stale');
    await page.getByRole('link', { name: 'Deactivated , remove' }).focus();
    await press('Enter');
    await onFocus(/^Stale , remove/);
    await press('Enter');
    await onFocus(/^Active , remove/);
    await press('Enter');
    await onId('q');
  });

  it('stays in the pages when there is no next one, and by the ticks when they are gone', async () => {
    await open('/users?per=50');
    await page.getByRole('link', { name: 'Next' }).focus();
    await press('Enter');
    await onFocus(/^Previous$/);
    await page.locator('input[name="ids"]').first().check();
    await page.getByRole('button', { name: 'Untick all' }).focus();
    await press('Enter');
    await page
      .getByRole('region', { name: 'Actions' })
      .getByText(/^None of/)
      .waitFor();
    expect(await page.evaluate(() => document.activeElement?.matches('[data-all-matching]'))).toBe(true);
  });

  it('passes all rows by a key or a link: to the filters, and to the actions', async () => {
    await press('f');
    await onFocus(/^Active \d+/);
    await press('a');
    await page.waitForFunction(() => document.activeElement?.matches('[data-all-matching]'));
    await press('j', 'x', 'a');
    await onFocus(/^Delete$/);
    await page.getByRole('button', { name: 'Untick all' }).click();
    await open('/users');
    await press('Tab', 'Tab');
    await onFocus(/^Skip to filters$/);
    await press('Enter');
    await onFocus(/^Active \d+/);
    expect(new URL(page.url()).hash).toBe('');
    await page.getByRole('link', { name: 'Skip to actions' }).focus();
    await press('Enter');
    await page.waitForFunction(() => document.activeElement?.matches('[data-all-matching]'));
    await open(`/users/${app.people.bob}`);
    await press('a');
    await page.waitForFunction(() => document.activeElement?.closest('.actions'));
    await open('/shortcuts');
    expect(await page.locator('dt').allInnerTexts()).toEqual(expect.arrayContaining(['f', 'a']));
  });
});

describe('a dialog', () => {
  const row = (name: string) => page.getByRole('link', { name: `Actions for ${name}`, exact: true });
  const choose = async (name: string) => {
    await page.locator('#row-menu').getByRole('link', { name, exact: true }).focus();
    await press('Enter');
    await page.getByRole('dialog').waitFor();
  };
  const activate = () => app.db.write((trx) => trx('users').update({ activity: 'active' }));

  it('whose row is gone afterwards leads to the row that took its place', async () => {
    await activate();
    await open('/users?activity=active');
    const names = await page.locator('.listed tbody .name > a').allInnerTexts();
    await row('bob').focus();
    await press('Enter');
    await choose('Deactivate');
    await page.getByRole('button', { name: 'Deactivate user' }).focus();
    await press('Enter');
    await onFocus(new RegExp(`^Actions for ${names[names.indexOf('bob') + 1]}$`));
    await activate();
  });

  it('whose button has nothing left to do leads to where actions begin', async () => {
    await page.locator('input[name="ids"]').first().focus();
    await press('Space');
    await page.locator('form[data-bulk] button[value="deactivate"]').focus();
    await press('Enter');
    await page.locator('#dialog button.main').focus();
    await press('Enter');
    await page.locator('#dialog [data-done]').waitFor();
    await page.getByText(/^None of/).waitFor();
    await press('Escape');
    // Going back through the history takes the focus away for a moment.
    await page.waitForFunction(() => !history.state?.layer);
    await page.waitForTimeout(300);
    await onId('all-matching');
    await activate();
  });

  it('that was opened from a menu leads back to what opened that', async () => {
    await row('ada').focus();
    await press('Enter');
    await page.locator('#row-menu .menu').first().waitFor();
    await press('Escape');
    await page.getByRole('button', { name: 'Your menu' }).focus();
    await press('Enter');
    await page.locator('#own-menu').getByRole('link', { name: 'Keyboard shortcuts' }).focus();
    await press('Enter');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await press('Escape');
    await onId('own-button');
    await open(`/users/${app.people.carol}`);
    await page.getByRole('button', { name: 'More actions' }).focus();
    await press('Enter');
    await page.locator('#more-actions a[data-dialog]').first().focus();
    await press('Enter');
    await page.getByRole('dialog').waitFor();
    await press('Escape');
    await onFocus(/^More actions$/);
  });

  it('begins where one sees it: with what is to be typed, or with what closes it', async () => {
    await open('/users?state=locked');
    await page.getByRole('link', { name: 'Save this view' }).focus();
    await press('Enter');
    await onId('name');
    await press('Enter');
    await page.getByRole('dialog').getByText('Enter a name').first().waitFor();
    await onId('name');
    await open('/users');
    await page.getByRole('link', { name: 'Columns' }).focus();
    await press('Enter');
    await onFocus(/^Close$/);
    const isSeen = () =>
      page.evaluate(() => {
        const { top, bottom } = document.activeElement!.getBoundingClientRect();
        const around = document.querySelector('#dialog')!.getBoundingClientRect();
        return top >= around.top && bottom <= around.bottom;
      });
    expect(await isSeen()).toBe(true);
    await press('Escape');
    await onFocus(/^Columns$/);
  });
});

describe('a date', () => {
  it('shows the focus on each of its parts', async () => {
    await open('/users/new');
    await page.locator('#startsAt').focus();
    for (let n = 0; n < 4; n++) {
      expect(await page.locator('#startsAt').evaluate((one) => getComputedStyle(one).outlineStyle)).toBe('solid');
      await press('Tab');
    }
    await onId('startsAt-time');
  });
});

describe('a menu', () => {
  it('closes when one goes on past its end, and by what opened it', async () => {
    await page.getByRole('link', { name: 'Actions for ada', exact: true }).focus();
    await press('Enter');
    const items = page.locator('#row-menu .menu :is(a, button)');
    await items.first().waitFor();
    await press('End', 'Tab');
    await page.locator('#row-menu').waitFor({ state: 'hidden' });
    expect(await page.evaluate(() => document.activeElement?.closest('.listed') !== null)).toBe(true);
    const own = page.getByRole('button', { name: 'Your menu' });
    for (const isThere of [true, false, true, false]) {
      await own.click();
      expect(await isOpen('#own-menu')).toBe(isThere);
    }
  });

  it('that is still on its way is gone into by Tab once it has come', async () => {
    await page.reload();
    const { promise: isPressed, resolve: go } = Promise.withResolvers<void>();
    await page.route('/menu', async (route) => {
      await isPressed;
      await route.continue();
    });
    await page.getByRole('button', { name: 'Your menu' }).focus();
    await press('Enter', 'Tab');
    go();
    await onFocus(/^My access$/);
    expect(await isOpen('#own-menu')).toBe(true);
    await press('Escape');
    await onId('own-button');
    await page.unroute('/menu');
  });

  it('is gone through by arrows, Home and End, and Esc gives the focus back', async () => {
    await page.getByRole('link', { name: 'Actions for ada', exact: true }).focus();
    await press('Enter');
    const items = page.locator('#row-menu .menu :is(a, button)');
    await items.first().waitFor();
    const words = await items.allInnerTexts();
    const at = (n: number) => onFocus(new RegExp(`^${words.at(n)!.trim()}$`));
    await at(0);
    await press('ArrowDown', 'ArrowDown');
    await at(2);
    await press('ArrowUp', 'ArrowUp', 'ArrowUp');
    await at(-1);
    await press('Home');
    await at(0);
    await press('End');
    await at(-1);
    await press('ArrowDown');
    await at(0);
    await press('Escape');
    await onFocus(/^Actions for ada$/);

    await page.getByRole('button', { name: 'Your menu' }).focus();
    await press('Enter');
    await page.locator('#own-menu .menu').waitFor();
    await press('ArrowDown');
    await onFocus(/^My access$/);
    await page.getByLabel('Comfortable').focus();
    await press('ArrowRight');
    expect(await page.getByLabel('Compact').isChecked()).toBe(true);
    await press('ArrowLeft', 'Escape');
    await onId('own-button');
  });
});

describe('the palette', () => {
  it('leads to all that can be done to the ticked rows, behind whatever else is called so', async () => {
    await page.getByLabel('Tick bob', { exact: true }).check();
    const offers = async (words: string, first: string, last: RegExp) => {
      await press('Control+k');
      await page.getByRole('combobox').fill(words);
      const options = page.locator('#palette [role=option]');
      await options.first().filter({ hasText: first }).waitFor();
      await options.last().filter({ hasText: last }).waitFor();
      await press('Escape');
    };
    await offers('attempts', 'Reset login attempts: 1 ticked', /Reset login attempts/);
    await offers('bob@example.com', 'bob', /^\s*More …: 1 ticked/);
    await page.getByLabel('Tick bob', { exact: true }).uncheck();
  });
});

describe('Esc', () => {
  it('closes one thing at a time', async () => {
    await press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await press('Control+k');
    await page.getByRole('option').first().waitFor();
    await page.keyboard.type('dark');
    await press('Escape');
    await page.locator('#palette').waitFor({ state: 'hidden' });
    expect(await isOpen('#dialog')).toBe(true);
    await press('Escape');
    await page.locator('#dialog').waitFor({ state: 'hidden' });
    expect(new URL(page.url()).pathname).toBe('/users');
  });

  it('closes a menu before it dismisses what was said', async () => {
    await open(`/users/${app.people.bob}/edit`);
    await page.getByRole('button', { name: 'Save' }).click();
    const said = page.locator('#messages').getByText('Saved.');
    await said.waitFor();
    await page.getByRole('button', { name: 'More actions' }).click();
    await press('Escape');
    expect([await isOpen('#more-actions'), await said.isVisible()]).toEqual([false, true]);
    await press('Escape');
    await said.waitFor({ state: 'hidden' });
  });
});

describe('what is said', () => {
  /** All that a screen reader would read by itself from now on. */
  const listen = () =>
    page.evaluate(() => {
      const heard: string[] = [];
      const regions = '[role="status"], [role="alert"], [aria-live="polite"], output';
      new MutationObserver((changes) => {
        const changed = new Set(
          changes.map(({ target }) => (target as Element).closest?.(regions) ?? target.parentElement?.closest(regions)),
        );
        for (const region of changed)
          if (region?.textContent?.trim()) heard.push(region.textContent.replace(/\s+/g, ' ').trim());
      }).observe(document.body, { childList: true, characterData: true, subtree: true });
      const busy: (string | null)[] = [];
      const list = document.querySelector('[data-list]')!;
      new MutationObserver(() => busy.push(list.getAttribute('aria-busy'))).observe(list, {
        attributeFilter: ['aria-busy'],
      });
      Object.assign(window, { heard, busy });
    });
  const heard = () =>
    page.evaluate(() => {
      const { heard, busy } = window as unknown as { heard: string[]; busy: (string | null)[] };
      return { heard: heard.splice(0), busy: busy.splice(0) };
    });
  const settled = () => page.locator('[data-list]:not([aria-busy])').waitFor();

  it('of a swap is its result, once, while the list is busy until then', async () => {
    await listen();
    await page
      .locator('#filters')
      .getByRole('link', { name: /^Locked/ })
      .click();
    await page.waitForURL(/state=locked/);
    await settled();
    expect(await heard()).toEqual({ heard: ['1 user sorted by Name, ascending'], busy: ['true', null] });
    await page.getByRole('columnheader', { name: 'Name' }).getByRole('link').click();
    await page.waitForURL(/sort=-name/);
    await settled();
    expect(await heard()).toEqual({ heard: ['1 user sorted by Name, descending'], busy: ['true', null] });
    await page.getByLabel('Tick erin', { exact: true }).check();
    expect((await heard()).heard).toEqual(['1 ticked of 1 matching']);
    await page.getByRole('link', { name: 'Clear all' }).click();
    await page
      .locator('#total')
      .getByText(/^\d\d users$/)
      .waitFor();
    await settled();
    const [total] = (await heard()).heard;
    await page.getByRole('link', { name: 'Next' }).click();
    await page.waitForURL(/after=/);
    await settled();
    expect((await heard()).heard).toEqual([total]);
  });

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

describe('a row', () => {
  it('has its name for a header', async () => {
    for (const [path, name] of [
      ['/users', 'ada'],
      ['/groups', 'Support'],
      ['/contacts', 'Bob Schmidt'],
      ['/invitations', 'carol'],
    ]) {
      await open(path);
      const header = page.getByRole('rowheader', { name: new RegExp(`^${name}`) }).first();
      expect([path, await header.getAttribute('scope')]).toEqual([path, 'row']);
    }
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
