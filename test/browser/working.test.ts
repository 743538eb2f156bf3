import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { axeFindings, closeBrowser, enter, type Visit, visit } from '../support/browser.ts';
import { addCrowd } from '../support/crowd.ts';

let app: TestApp;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  app = await startApp();
  await addCrowd(app, 300);
});
afterAll(async () => {
  await closeBrowser();
  await app.close();
});
beforeEach(async () => {
  const visitor: Visit = await visit({ baseURL: app.url, permissions: ['clipboard-read', 'clipboard-write'] });
  ({ page, complaints } = visitor);
  await enter(app, page, 'alice', '/users');
  await page.getByRole('heading', { name: 'User Management' }).waitFor();
  // The scripts run by then, and keys do something.
  await page.waitForLoadState('load');
  await page.evaluate(() => Object.assign(window, { mark: true }));
});
afterEach(async () => {
  expect(complaints).toEqual([]);
  await page.context().close();
});

/** A mark that a page load would wipe out. */
const isSamePage = () => page.evaluate(() => 'mark' in window);
const bar = () => page.getByRole('region', { name: 'Actions' });
const dialog = () => page.getByRole('dialog');
const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim());
/** Searches, waits for what a page of its own would find, and says how many that are. */
const search = async (text: string): Promise<string> => {
  const response = await page.request.get(`/users?q=${encodeURIComponent(text)}`);
  const total = / id="total">([\d,]+) users?</.exec(await response.text())![1];
  await page.getByLabel('Search').fill(text);
  await page
    .locator('#total')
    .getByText(new RegExp(`^${total} users?$`))
    .waitFor();
  return total;
};

describe('ticks', () => {
  it('survive searching, sorting and paging, and are said in words', async () => {
    const found = await search('lena');
    await page.getByLabel('Tick lena', { exact: true }).check();
    await bar().getByText(`1 ticked of ${found} matching`).waitFor();
    await search('');
    await page.getByLabel('Tick ada', { exact: true }).check();
    await bar().getByText('2 ticked, 1 of them on this page').waitFor();
    await page.getByRole('link', { name: 'Next' }).click();
    await page.waitForURL(/after=/);
    await bar().getByText('2 ticked, 0 of them on this page').waitFor();
    await page.reload();
    await bar().getByText('2 ticked, 0 of them on this page').waitFor();
    await bar().getByRole('button', { name: 'More …' }).click();
    await dialog().getByRole('button', { name: 'Confirm access' }).click();
    await dialog().getByText('2 users will change: ada, lena').waitFor();
    await dialog().getByRole('link', { name: 'Cancel' }).click();
    await bar().getByText('2 ticked').waitFor();
    await bar().getByRole('button', { name: 'Untick all' }).click();
    await bar()
      .getByText(/^None of \d+ ticked$/)
      .waitFor();
  });

  it('that were made before the scripts ran stay', async () => {
    const ticked = Promise.withResolvers<void>();
    await page.route(/selection\.js/, async (route) => {
      await ticked.promise;
      await route.continue();
    });
    await page.goto('/users', { waitUntil: 'commit' });
    await page.getByLabel('Tick ada', { exact: true }).check();
    ticked.resolve();
    await bar().getByText('1 ticked').waitFor();
    expect(await page.getByLabel('Tick ada', { exact: true }).isChecked()).toBe(true);
    await page.reload();
    await bar().getByText('1 ticked').waitFor();
  });

  it('never slip to another user', async () => {
    await search('lena');
    await page.getByLabel('Tick lena', { exact: true }).check();
    await search('bob');
    expect(await page.locator('input[name=ids]:checked').count()).toBe(0);
    await search('lena');
    expect(await page.locator('input[name=ids]:checked').count()).toBe(1);
    expect(await page.getByLabel('Tick lena', { exact: true }).isChecked()).toBe(true);
  });
});

describe('who signs in', () => {
  const signIn = async (name: string) => {
    await page.getByLabel('Name or system email').fill(name);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'User Management' }).waitFor();
  };

  it('again after the session ended finds what they had ticked, and somebody else does not', async () => {
    await page.getByLabel('Tick ada', { exact: true }).check();
    await app.db.write((trx) => trx('sessions').delete());
    await page.getByRole('link', { name: 'Next' }).click();
    await signIn('alice');
    await page.goto('/users');
    await bar().getByText('1 ticked').waitFor();
    await app.db.write((trx) => trx('sessions').delete());
    await page.goto('/users');
    await signIn('max');
    await bar()
      .getByText(/^None of/)
      .waitFor();
  });
});

describe('a bulk operation', () => {
  it('is begun, executed, read and undone without any page load', async () => {
    const found = await search('rita@');
    await page.getByLabel('Tick rita', { exact: true }).check();
    await bar().getByRole('button', { name: 'Deactivate' }).click();
    await dialog().getByRole('heading', { name: 'Deactivate' }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await dialog().getByRole('button', { name: 'Deactivate 1 user' }).click();
    await dialog().getByRole('heading', { name: '1 user was deactivated.' }).waitFor();
    await page.locator(`#user-${app.people.rita}`).getByText('Deactivated').waitFor();
    await dialog().getByRole('button', { name: 'Undo', exact: true }).click();
    await dialog().getByRole('button', { name: 'Undo for 1 user' }).click();
    await dialog().getByRole('heading', { name: '1 user was put back as before.' }).waitFor();
    await dialog().getByRole('link', { name: 'Back to the list' }).click();
    await bar().getByText(`None of ${found} ticked`).waitFor();
    expect(await isSamePage()).toBe(true);
  });
});

describe('a dialog', () => {
  it('is opened from the menu of a row, closed by Back, and gives the focus back', async () => {
    await page.getByRole('link', { name: 'Actions for ada', exact: true }).click();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('link', { name: 'Deactivate', exact: true }).click();
    await dialog().getByRole('button', { name: 'Deactivate user' }).waitFor();
    await page.goBack();
    await dialog().waitFor({ state: 'hidden' });
    expect(await page.evaluate(() => document.activeElement?.ariaLabel)).toBe('Actions for ada');
    expect([await isSamePage(), new URL(page.url()).pathname]).toEqual([true, '/users']);
  });

  it('does one thing to one user without a page load: a toast says it, the row shows it, ticks stay', async () => {
    await search('max');
    await page.getByLabel('Tick max', { exact: true }).check();
    await page.getByRole('link', { name: 'Actions for max', exact: true }).click();
    await page.getByRole('link', { name: 'Deactivate', exact: true }).click();
    await dialog().getByRole('button', { name: 'Deactivate user' }).click();
    await page.locator('#messages').getByText('max is deactivated.').waitFor();
    await page.locator(`#user-${app.people.max}`).getByText('Deactivated').waitFor();
    await dialog().waitFor({ state: 'hidden' });
    await page.waitForFunction(() => document.activeElement?.ariaLabel === 'Actions for max');
    expect(await page.getByLabel('Tick max', { exact: true }).isChecked()).toBe(true);
    await page.getByRole('link', { name: 'Actions for max', exact: true }).click();
    await page.getByRole('link', { name: 'Activate', exact: true }).click();
    await dialog().getByRole('button', { name: 'Activate user' }).click();
    await page.locator('#messages').getByText('max is active again.').waitFor();
    expect([await isSamePage(), new URL(page.url()).pathname]).toEqual([true, '/users']);
  });

  it('shows a link that is shown only once, makes one however often it is pressed, and closes by its button', async () => {
    const made: string[] = [];
    const pressedTwice = Promise.withResolvers<void>();
    await page.route('**/users/*/invitation', async (route) => {
      made.push(route.request().method());
      await pressedTwice.promise;
      await route.continue();
    });
    await search('carol');
    await page.getByRole('link', { name: 'Actions for carol', exact: true }).click();
    await page.getByRole('link', { name: 'Reinvite', exact: true }).click();
    await dialog().getByRole('button', { name: 'Reinvite user' }).dblclick();
    pressedTwice.resolve();
    await dialog().getByRole('heading', { name: 'carol has a new invitation.' }).waitFor();
    expect(await dialog().getByLabel('Link').inputValue()).toContain('/invitations/');
    expect(await axeFindings(page)).toEqual([]);
    await dialog().getByRole('button', { name: 'Close' }).click();
    await dialog().waitFor({ state: 'hidden' });
    await page.unrouteAll();
    expect([made, await isSamePage()]).toEqual([['POST'], true]);
  });

  it('on a record ends with the record as it is then', async () => {
    await page.goto(`/users/${app.people.max}`);
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('link', { name: 'Deactivate', exact: true }).click();
    await dialog().getByRole('button', { name: 'Deactivate user' }).click();
    await page.getByText('max is deactivated.').waitFor();
    // Before the scripts of the new page a link leads to a page.
    await page.waitForLoadState();
    await page.getByRole('link', { name: 'Activate', exact: true }).click();
    await dialog().getByRole('button', { name: 'Activate user' }).click();
    await page.getByText('max is active again.').waitFor();
  });

  it('is closed by Escape, and then Back leaves the page as it would have before', async () => {
    await page.goto('/groups');
    await page.goto('/users');
    await page.keyboard.press('?');
    await dialog().getByRole('heading', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'hidden' });
    await page.waitForTimeout(200);
    await page.goBack();
    await page.waitForURL(/\/groups$/);
  });

  it('does not open for what is refused, and says why', async () => {
    await page.getByRole('link', { name: 'Actions for ada', exact: true }).click();
    await page.getByRole('link', { name: 'Deactivate', exact: true }).waitFor();
    await app.db.write((trx) => trx('users').where('id', app.people.ada).update('activity', 'deactivated'));
    await page.getByRole('link', { name: 'Deactivate', exact: true }).click();
    await page.getByText('ada is already deactivated.').waitFor();
    expect(await page.locator('dialog[open]').count()).toBe(0);
    await app.db.write((trx) => trx('users').where('id', app.people.ada).update('activity', 'active'));
  });
});

describe('the keys', () => {
  it('move, tick, open, edit and go to tabs, and stay silent while somebody types', async () => {
    await page.goto('/users?group=4');
    await page.keyboard.press('j');
    const first = await focused();
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    expect(await focused()).toBe(first);
    await page.keyboard.press('x');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('Shift+X');
    expect(await page.locator('input[name=ids]:checked').count()).toBe(3);
    await page.keyboard.press('/');
    await page.keyboard.type('jnx?');
    expect(await page.getByLabel('Search').inputValue()).toBe('jnx?');
    await page.goto('/users?q=bob');
    await page.keyboard.press('j');
    await page.keyboard.press('e');
    await page.getByRole('heading', { name: 'Edit bob' }).waitFor();
    await page.waitForLoadState();
    await page.locator('h1').click();
    await page.keyboard.press('g');
    await page.keyboard.press('a');
    await page.getByRole('heading', { name: 'Audit' }).waitFor();
    await page.goto('/users');
    await page.keyboard.press('n');
    await page.getByRole('heading', { name: 'New User' }).waitFor();
  });

  it('can be switched off', async () => {
    await page.getByRole('button', { name: 'Your menu' }).click();
    const kept = page.waitForResponse((response) => response.url().endsWith('/preferences'));
    await page.getByRole('group', { name: 'Keyboard shortcuts' }).getByLabel('Off').check();
    await kept;
    await page.reload();
    await page.keyboard.press('?');
    await page.keyboard.press('n');
    await page.waitForTimeout(300);
    expect([await page.locator('dialog[open]').count(), new URL(page.url()).pathname]).toEqual([0, '/users']);
  });
});

describe('what stands above the page', () => {
  const name = () => page.evaluate(() => document.activeElement?.textContent?.trim());

  it('gives the focus back when it is closed by Esc, and Back closes the palette as well', async () => {
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    const row = await name();
    await page.keyboard.press('?');
    await dialog().waitFor();
    await page.keyboard.press('Escape');
    await page.waitForTimeout(300);
    expect(await name()).toBe(row);
    await page.keyboard.press('Control+k');
    await page.getByRole('option').first().waitFor();
    await page.goBack();
    await page.waitForTimeout(300);
    expect([await page.locator('dialog[open]').count(), new URL(page.url()).pathname]).toEqual([0, '/users']);
    expect([await name(), await isSamePage()]).toEqual([row, true]);
  });

  it('leaves all matching meant while a menu is looked at', async () => {
    await page.getByLabel(/All .* matching/).check();
    await page.getByRole('link', { name: 'Actions for ada', exact: true }).click();
    await page.locator('#row-menu:popover-open').waitFor();
    expect(await page.getByLabel(/All .* matching/).isChecked()).toBe(true);
  });

  it('says when the server cannot be reached', async () => {
    await page.context().setOffline(true);
    await page.getByLabel('Search').fill('lena');
    await page.getByText('The server could not be reached').waitFor();
    await page.context().setOffline(false);
    complaints.length = 0;
  });

  it('keeps what it shows where a proxy answers in its place', async () => {
    const rows = await page.locator('tbody tr').count();
    await page.route('**/users?*', (route) => route.fulfill({ status: 502, body: '<h1>Bad Gateway</h1>' }));
    await page.getByLabel('Search').fill('bob');
    await page.getByText('The server could not be reached').waitFor();
    expect([rows > 0, await page.locator('tbody tr').count()]).toEqual([true, rows]);
    await page.unrouteAll();
    complaints.length = 0;
  });
});

describe('the palette', () => {
  it('jumps to a user by the keyboard alone', async () => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('lena');
    await page.getByRole('option', { name: /^lena\s+lena@example.com/ }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'lena' }).waitFor();
  });

  it('changes the theme at once, for good, and signs out', async () => {
    const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
    await page.keyboard.press('Control+k');
    await page.keyboard.type('dark');
    await page.getByRole('option', { name: 'Dark theme' }).waitFor();
    const kept = page.waitForResponse((response) => response.url().endsWith('/preferences'));
    await page.keyboard.press('Enter');
    await kept;
    expect([await theme(), await isSamePage()]).toEqual(['dark', true]);
    await page.waitForTimeout(200);
    await page.reload();
    await page.waitForLoadState('load');
    expect(await theme()).toBe('dark');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('sign o');
    await page.getByRole('option', { name: 'Sign out' }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('You are signed out.').waitFor();
  });

  it('starts an action in a dialog', async () => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('deact lena');
    await page.getByRole('option', { name: /^Deactivate: lena/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Deactivate user' }).waitFor();
    expect(await isSamePage()).toBe(true);
  });
});

describe('the list', () => {
  it('moves nothing while it is filtered, searched and sorted', async () => {
    await page.evaluate(() => {
      const seen = Object.assign(window, { shifts: [] as string[] }).shifts;
      new PerformanceObserver((entries) => {
        for (const entry of entries.getEntries() as (PerformanceEntry & { sources: { node?: Node }[] })[])
          for (const { node } of entry.sources)
            seen.push((node as Element | undefined)?.outerHTML?.slice(0, 80) ?? '?');
      }).observe({ type: 'layout-shift' });
    });
    const sidebar = page.getByRole('complementary', { name: 'Filters' });
    await sidebar.getByRole('link', { name: /^Never signed in/ }).click();
    await page.waitForURL(/state=/);
    await sidebar.locator('#fold-group li a').nth(2).click();
    await page.waitForURL(/group=/);
    await page.getByRole('link', { name: 'Clear all' }).click();
    await page.waitForURL(/\/users$/);
    await search('nobodyatall');
    await search('an');
    await page.getByRole('columnheader', { name: 'Last login' }).getByRole('link').click();
    await page.waitForURL(/sort=last_login/);
    await page.waitForTimeout(300);
    expect(await page.evaluate(() => (window as unknown as { shifts: string[] }).shifts)).toEqual([]);
    expect(await isSamePage()).toBe(true);
  });

  it('marks what was found, and copies an email', async () => {
    await search('schmidt');
    expect(await page.locator('tbody mark').first().textContent()).toMatch(/schmidt/i);
    await search('lena');
    await page.locator(`#user-${app.people.lena}`).hover();
    await page.getByRole('button', { name: 'Copy email of lena', exact: true }).click();
    await page.getByText('Copied lena@example.com').waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('lena@example.com');
  });

  it('remembers which filters are folded away', async () => {
    const tags = page.getByRole('complementary').getByRole('heading', { name: 'Tags' });
    await tags.click();
    await page.waitForFunction(() => document.cookie.includes('roster-folded=tag'));
    await page.reload();
    expect(await page.locator('#fold-tag').getAttribute('open')).toBeNull();
    expect(await page.locator('#fold-group').getAttribute('open')).toBe('');
  });
});

describe('the palette and a verb alone', () => {
  it('goes on with a name, or acts on the rows that are ticked', async () => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('deac');
    await page.getByRole('option', { name: 'Deactivate …' }).waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.type('lena');
    await page
      .getByRole('option', { name: /^Deactivate: lena/ })
      .first()
      .waitFor();
    await page.keyboard.press('Escape');
    await page.getByLabel('Tick ada', { exact: true }).check();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('deac');
    const onTicked = page.getByRole('option', { name: 'Deactivate: 1 ticked' });
    await onTicked.waitFor();
    await page.keyboard.press('Enter');
    await dialog().getByRole('button', { name: 'Deactivate 1 user' }).waitFor();
    expect(await isSamePage()).toBe(true);
  });

  it('does to the rows that are ticked what the bar has no button for', async () => {
    for (const n of [0, 1]) await page.locator('tbody input[name=ids]').nth(n).check();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('tag');
    await page.getByRole('option', { name: 'More …: 2 ticked' }).waitFor();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('add tag');
    await page.getByRole('option', { name: 'Add tag: 2 ticked' }).waitFor();
    await page.keyboard.press('Enter');
    await dialog().getByLabel('Tag').fill('night');
    await page.keyboard.press('Enter');
    await dialog().getByRole('button', { name: 'Add night to 2 users' }).waitFor();
    expect(await isSamePage()).toBe(true);
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'hidden' });
    await page.keyboard.press('Control+k');
    await page.keyboard.type('export');
    await page.getByRole('option', { name: 'Export …: 2 ticked' }).click();
    await page.getByRole('heading', { name: /Export/ }).waitFor();
    expect(page.url()).toMatch(/\/users\/export\?chosen=\d+$/);
  });
});

describe('a field in which somebody is named', () => {
  it('suggests who is meant while one types', async () => {
    await page.goto('/audit');
    await page.getByLabel('Who', { exact: true }).fill('len');
    await page.locator('#names option[value=lena]').waitFor({ state: 'attached' });
    expect(await page.getByLabel('Who', { exact: true }).getAttribute('list')).toBe('names');
  });
});
