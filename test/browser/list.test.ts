import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { startApp, type TestApp } from '../support/app.ts';
import { closeBrowser, enter, visit } from '../support/browser.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
afterAll(async () => {
  await closeBrowser();
  await app.close();
});

async function signedInPage(javaScriptEnabled: boolean): Promise<Page> {
  const { page } = await visit({ baseURL: app.url, javaScriptEnabled });
  await enter(app, page, 'alice', '/users');
  await page.getByRole('heading', { name: 'User Management' }).waitFor();
  return page;
}

const names = (page: Page) => page.locator('tbody th.name a').allInnerTexts();

describe('the list with JavaScript', () => {
  let page: Page;
  /** A mark that a page load would wipe out. */
  const isSamePage = () => page.evaluate(() => 'mark' in window);

  beforeEach(async () => {
    page = await signedInPage(true);
    await page.evaluate(() => Object.assign(window, { mark: true }));
  });
  afterEach(() => page.context().close());

  it('searches while one types, without losing the place in the field', async () => {
    await page.getByLabel('Search').pressSequentially('schmidt', { delay: 30 });
    await page.waitForURL(/q=schmidt/);
    expect(await names(page)).toEqual(['bob']);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('q');
    await page.getByLabel('Search').pressSequentially('x');
    await page.getByText('Nobody matches all of this.').waitFor();
    expect(await page.getByLabel('Search').inputValue()).toBe('schmidtx');
    expect(await isSamePage()).toBe(true);
  });

  it('filters and sorts by swapping, with the view in the address, and goes back and forward', async () => {
    const sidebar = page.getByRole('complementary', { name: 'Filters' });
    await sidebar.getByRole('link', { name: /^Support/ }).click();
    await page.waitForURL(/group=/);
    expect(await names(page)).toEqual(['bob', 'carol', 'dave', 'lena']);
    await page.getByRole('columnheader', { name: 'Name' }).getByRole('link').click();
    await page.waitForURL(/sort=-name/);
    expect(await names(page)).toEqual(['lena', 'dave', 'carol', 'bob']);
    expect(await page.getByRole('columnheader', { name: 'Name' }).getAttribute('aria-sort')).toBe('descending');
    await page.getByRole('link', { name: 'Support , remove this filter' }).click();
    await page.waitForURL((url) => !url.search.includes('group='));
    expect(await isSamePage()).toBe(true);
    await page.goBack();
    await page.getByText('4 users', { exact: true }).waitFor();
    expect(await names(page)).toEqual(['lena', 'dave', 'carol', 'bob']);
    await page.goBack();
    await page.getByRole('columnheader', { name: 'Name' }).and(page.locator('[aria-sort=ascending]')).waitFor();
    await page.goForward();
    await page.getByRole('columnheader', { name: 'Name' }).and(page.locator('[aria-sort=descending]')).waitFor();
  });

  it('keeps the focus on the filter that was pressed', async () => {
    const locked = page.getByRole('complementary').getByRole('link', { name: /^Locked/ });
    await locked.focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/state=locked/);
    await page.getByText('1 user', { exact: true }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toMatch(/^Locked/);
  });

  it('shows the sign-in page as a page when the session has ended meanwhile', async () => {
    await app.db.write((trx) => trx('sessions').delete());
    await page
      .getByRole('complementary')
      .getByRole('link', { name: /^Locked/ })
      .click();
    await page.getByRole('heading', { name: 'Sign in to Roster' }).waitFor();
    expect(await page.getByRole('table').count()).toBe(0);
  });

  it('tells the exact moment and the whole email of a row at which somebody looks, and copies the email', async () => {
    const row = page.locator(`#user-${app.people.alice}`);
    expect(await row.locator('time').getAttribute('data-exact')).toBeNull();
    await row.hover();
    expect(await row.locator('time').getAttribute('data-exact')).toMatch(/^22 Nov 2026, \d\d:\d\d UTC$/);
    expect(await row.locator('.email').getAttribute('title')).toBe('alice@example.com');
    expect(await row.getByRole('checkbox', { name: 'Tick alice', exact: true }).count()).toBe(1);
    await row.getByRole('button', { name: 'Copy email of alice' }).click();
    await page.getByText('Copied alice@example.com').waitFor();
  });

  it('says so where a menu does not come, and asks for it anew', async () => {
    const actions = page.getByRole('link', { name: 'Actions for bob', exact: true });
    for (const path of ['**/users/*/actions', '**/menu']) await page.route(path, (route) => route.abort());
    await actions.click();
    await page.getByText('The server could not be reached').waitFor();
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await page.getByRole('button', { name: 'Your menu' }).click();
    await page.getByText('The server could not be reached').waitFor();
    await page.unrouteAll();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Your menu' }).click();
    await page.getByRole('link', { name: 'My credentials' }).waitFor();
    await page.keyboard.press('Escape');
    await actions.click();
    await page.locator('#row-menu:popover-open').getByRole('link', { name: 'Edit' }).waitFor();
  });

  it('is sorted on a phone by what its head offers elsewhere', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole('button', { name: 'Sort' }).click();
    await page
      .locator('#sorting')
      .getByRole('link', { name: /^Name\b/ })
      .click();
    await page.waitForURL(/sort=-name/);
    expect((await names(page))[0]).toBe('robin');
    expect(await page.getByRole('row').first().getAttribute('role')).toBe('row');
    expect(await isSamePage()).toBe(true);
  });

  it('opens a record as a page of its own', async () => {
    await page.getByRole('table').getByRole('link', { name: 'bob', exact: true }).click();
    await page.getByRole('heading', { name: 'Timeline' }).waitFor();
    expect(await isSamePage()).toBe(false);
  });
});

describe('the list without JavaScript', () => {
  it('filters, sorts and searches by plain links and a form', async () => {
    const page = await signedInPage(false);
    await page
      .getByRole('complementary')
      .getByRole('link', { name: /^Support/ })
      .click();
    await page.getByRole('columnheader', { name: 'Name' }).getByRole('link').click();
    expect(await names(page)).toEqual(['lena', 'dave', 'carol', 'bob']);
    await page.getByLabel('Search').fill('BOB');
    await page.getByRole('button', { name: 'Search' }).click();
    expect(await names(page)).toEqual(['bob']);
    expect(page.url()).toMatch(/group=\d+/);
    await page.getByRole('link', { name: 'Clear all' }).click();
    expect((await names(page)).length).toBe(10);
    await page.context().close();
  });

  it('leads to what menus hold by plain links, and is sorted on a phone by its head', async () => {
    const page = await signedInPage(false);
    await page.locator(`#user-${app.people.bob}`).getByRole('link', { name: 'Actions' }).click();
    await page.getByRole('heading', { name: 'Actions for bob' }).waitFor();
    await page.getByRole('link', { name: 'Deactivate' }).waitFor();
    await page.getByRole('button', { name: 'Your menu' }).click();
    await page.getByRole('link', { name: 'Your menu' }).click();
    await page.getByRole('main').getByRole('link', { name: 'My credentials' }).waitFor();
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto('/users');
    await page.getByRole('link', { name: 'Name', exact: true }).click();
    expect((await names(page))[0]).toBe('robin');
    await page.context().close();
  });
});

describe('the form of a user', () => {
  it('finds a contact while one types, and proposes its email', async () => {
    const page = await signedInPage(true);
    await page.goto('/users/new');
    await page.getByLabel('Name', { exact: true }).fill('mm');
    await page.getByLabel('Search for a person').pressSequentially('muller', { delay: 30 });
    await page.getByRole('button', { name: 'María Müller' }).click();
    await page.getByRole('button', { name: 'Remove María Müller' }).waitFor();
    expect(await page.getByLabel('System email').inputValue()).toBe('maria@example.com');
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('mm');
    await page.getByRole('button', { name: 'Create user' }).click();
    await page.getByText('mm was created').waitFor();
    await page.context().close();
  });

  it('does the same by a search step without JavaScript, and warns of a customer', async () => {
    const page = await signedInPage(false);
    await page.goto('/users/new');
    await page.getByLabel('Name', { exact: true }).fill('cleo');
    await page.getByLabel('Search for a person').fill('cleo');
    await page.locator('#contactId-picker').getByRole('button', { name: 'Find' }).click();
    await page.getByRole('button', { name: 'Cleo Customer' }).click();
    expect(await page.getByLabel('System email').inputValue()).toBe('cleo@acme.example');
    await page.getByText('This contact is a customer').waitFor();
    await page.getByRole('button', { name: 'Create user' }).click();
    await page.getByText('Cleo Customer is a customer').first().waitFor();
    await page.getByLabel('Link all the same').check();
    await page.getByRole('button', { name: 'Create user' }).click();
    await page.getByText('cleo was created').waitFor();
    await page.getByText('Linked to a customer').waitFor();
    await page.context().close();
  });

  it('says how strong a new password is', async () => {
    const page = await signedInPage(true);
    await page.goto('/credentials');
    await page.getByLabel('New password').pressSequentially('alicealicealice1');
    await page.getByText('little more than a name').waitFor();
    await page.getByLabel('New password').fill('nine violins in a wet garden');
    await page.getByText('Strong').waitFor();
    await page.context().close();
  });
});

describe('what a search found', () => {
  it('is marked in the middle of an email without a gap, on a phone as well', async () => {
    const page = await signedInPage(true);
    for (const width of [1_280, 390]) {
      await page.setViewportSize({ width, height: 844 });
      await page.goto('/users?q=exam');
      const gap = await page
        .locator('.email mark')
        .first()
        .evaluate((mark) => {
          const after = document.createRange();
          after.selectNode(mark.nextSibling!);
          return after.getBoundingClientRect().left - mark.getBoundingClientRect().right;
        });
      expect(Math.abs(gap)).toBeLessThan(1);
    }
    await page.context().close();
  });
});

describe('a list that is pasted', () => {
  it('keeps its lines apart, and tells who was not found', async () => {
    const page = await signedInPage(true);
    const paste = (text: string) =>
      page.getByLabel('Search').evaluate((field, pasted) => {
        const clipboardData = new DataTransfer();
        clipboardData.setData('text/plain', pasted);
        field.focus();
        field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
      }, text);
    await paste('bob\r\nerin@example.com\n\nnobody\n');
    await page.getByText('1 of 3 was not found: nobody').waitFor();
    expect(await names(page)).toEqual(['bob', 'erin']);
    expect(await page.getByLabel('Search').inputValue()).toBe('bob,erin@example.com,nobody');

    // Pasted over what stands there, it has all the room.
    await page.getByLabel('Search').fill('x'.repeat(2_990));
    await page.getByLabel('Search').selectText();
    await paste('bob\nerin\nrita');
    await page.getByText('3 users', { exact: true }).waitFor();
    expect(await page.getByLabel('Search').inputValue()).toBe('bob,erin,rita');

    await page.getByLabel('Search').fill('');
    await paste(['bob', ...Array.from({ length: 5_000 }, (_, n) => `jörg.${n}@example.com`)].join('\n'));
    await page.getByText(/The list was too long: only its first \d+ entries were looked for/).waitFor();
    expect(await names(page)).toEqual(['bob']);
    await page.context().close();
  });
});
