import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { axeFindings, closeBrowser, enter, visit } from '../support/browser.ts';

let app: TestApp;
let page: Page;

beforeAll(async () => {
  app = await startApp();
});
afterAll(async () => {
  await closeBrowser();
  await app.close();
});
beforeEach(async () => {
  ({ page } = await visit({ baseURL: app.url }));
  await enter(app, page, 'alice', '/users/new');
  await page.getByRole('heading', { name: 'New User' }).waitFor();
});
afterEach(() => page.context().close());

const name = () => page.getByLabel('Name', { exact: true });

describe('the form of a user', () => {
  it('offers a program no invitation', async () => {
    const access = page.getByRole('group', { name: 'How access starts' });
    expect(await access.isVisible()).toBe(true);
    await page.getByLabel('API-only').check();
    expect(await access.isVisible()).toBe(false);
  });

  it('says what is wrong with a field when it is left, and that it is right once it is', async () => {
    await name().fill('a@b');
    await page.getByLabel('System email').focus();
    await page.getByText('A name has no @').waitFor();
    expect(await name().getAttribute('aria-invalid')).toBe('true');
    expect(await axeFindings(page)).toEqual([]);
    await name().fill('BOB');
    await page.getByLabel('System email').focus();
    await page.getByText('Another user has this name already.').waitFor();
    await name().fill('nora');
    await page.getByLabel('System email').focus();
    await page.getByText('Another user has this name already.').waitFor({ state: 'hidden' });
    expect(await name().getAttribute('aria-invalid')).toBeNull();
  });

  it('sums the mistakes up, with the focus on the first, and is sent by Enter', async () => {
    await page.getByLabel('System email').fill('nowhere');
    await page.keyboard.press('Enter');
    await page.getByText('2 things need your attention').waitFor();
    await page.waitForLoadState();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('name');
    await page.getByRole('link', { name: 'Enter one email address' }).click();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('email');
  });

  it('asks before what was typed is thrown away, and only then', async () => {
    const asked: string[] = [];
    page.on('dialog', async (dialog) => {
      asked.push(dialog.type());
      await dialog.accept();
    });
    await page.reload();
    expect(asked).toEqual([]);
    await name().pressSequentially('nora');
    await page.reload();
    expect(asked).toEqual(['beforeunload']);
    await name().pressSequentially('nora');
    await page.getByLabel('System email').fill('nora@example.com');
    await page.getByRole('button', { name: 'Create user' }).click();
    await page.getByText('nora was created').waitFor();
    expect(asked).toEqual(['beforeunload']);
  });

  it('lets somebody who chose to stay sign out afterwards', async () => {
    const answers = ['stay', 'leave'];
    const asked: string[] = [];
    page.on('dialog', async (dialog) => {
      asked.push(answers[asked.length]);
      await (asked.at(-1) === 'stay' ? dialog.dismiss() : dialog.accept());
    });
    const signOut = async () => {
      await page.getByRole('button', { name: 'Your menu' }).click();
      // Where it is not sent, the page stays and nothing is to be waited for.
      await page.getByRole('button', { name: 'Sign out' }).click({ noWaitAfter: true });
    };
    await name().pressSequentially('nora');
    await signOut();
    await page.waitForTimeout(300);
    expect([asked, await name().inputValue(), new URL(page.url()).pathname]).toEqual([['stay'], 'nora', '/users/new']);
    await page.keyboard.press('Escape');
    await signOut();
    await page.getByText('You are signed out.').waitFor();
    expect(asked).toEqual(['stay', 'leave']);
  });

  it('is as it was left after the session ended under it', async () => {
    await name().fill('nils');
    await page.getByLabel('System email').fill('nils@example.com');
    await app.db.write((trx) => trx('sessions').delete());
    await page.getByRole('button', { name: 'Create user' }).click();
    await page.getByText('Your session has ended.').waitFor();
    await page.getByLabel('Name or system email').fill('alice');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('What you typed and chose before is here again').waitFor();
    await page.getByRole('button', { name: 'Create user' }).click();
    await page.getByText('nils was created').waitFor();
  });
});

describe('a dialog whose session is over', () => {
  const signIn = async (one: Page, who: string) => {
    await one.getByLabel('Name or system email').fill(who);
    await one.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await one.getByRole('button', { name: 'Sign in', exact: true }).click();
  };
  const rows = (one: Page) => one.locator('.columns li:has(input:checked:enabled)').allInnerTexts();

  const choose = async () => {
    await page.goto('/users?q=e');
    await page.getByRole('link', { name: 'Columns' }).click();
    await page.getByRole('dialog').getByLabel('Created', { exact: true }).check();
    await page.getByRole('dialog').getByLabel('System email', { exact: true }).uncheck();
    for (let n = 0; n < 2; n++)
      await page.getByRole('dialog').getByRole('button', { name: 'Move Last login up' }).click();
    return rows(page);
  };
  const isAgain = async (chosen: string[]) => {
    await page.getByText('here again').or(page.getByText('Look it over')).first().waitFor();
    await page.waitForLoadState();
    await page.waitForFunction(
      (first) => document.querySelector('.columns li:has(input:checked:enabled)')?.textContent?.includes(first),
      chosen[0].trim(),
    );
    expect(await rows(page)).toEqual(chosen);
    expect(await app.db.read('users').where('id', app.people.alice).pluck('list_columns')).toEqual([null]);
  };

  it('comes back with what was ticked and in the order in which it was put', async () => {
    const chosen = await choose();
    await app.db.write((trx) => trx('sessions').delete());
    await page.getByRole('button', { name: 'Show these' }).click();
    await page.getByText('Nothing you typed is lost').waitFor();
    await signIn(page, 'alice');
    await isAgain(chosen);
    await page.getByRole('button', { name: 'Show these' }).click();
    await page.getByRole('columnheader', { name: 'Created' }).waitFor();
    await app.db.write((trx) => trx('users').update({ list_columns: null }));
  });

  it('is shown to nobody else who signs in meanwhile in another tab, and to its owner as it was', async () => {
    const chosen = await choose();
    const other = await page.context().newPage();
    await page.context().clearCookies();
    await other.goto('/session/new');
    await signIn(other, 'ada');
    await other.getByRole('button', { name: 'Your menu' }).waitFor();
    await page.getByRole('button', { name: 'Show these' }).click();
    await page.getByText('filled in by somebody else').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await signIn(page, 'alice');
    await isAgain(chosen);
  });
});

describe('a password', () => {
  it('is shown to who types it for as long as they like, and sent as a password', async () => {
    const { page: stranger } = await visit({ baseURL: app.url });
    await stranger.goto('/session/new');
    const password = stranger.getByLabel('Password');
    await stranger.getByLabel('Name or system email').fill('alice');
    await password.fill('four quiet grey');
    await stranger.getByLabel('Show what is typed').check();
    expect(await password.getAttribute('type')).toBe('text');
    await stranger.getByLabel('Show what is typed').uncheck();
    expect(await password.getAttribute('type')).toBe('password');
    await stranger.getByLabel('Show what is typed').check();
    const typeWhenSent = await stranger.evaluate(() => {
      const form = document.querySelector('form[action="/session"]') as HTMLFormElement;
      form.addEventListener('submit', (event) => event.preventDefault());
      form.requestSubmit();
      return (form.elements.namedItem('password') as HTMLInputElement).type;
    });
    expect(typeWhenSent).toBe('password');
    await stranger.context().close();
  });
});
