import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { axeFindings, closeBrowser, visit } from '../support/browser.ts';
import { pathTo } from '../support/people.ts';

describe.each([
  { name: 'with JavaScript', javaScriptEnabled: true, colorScheme: 'light' as const },
  { name: 'without JavaScript', javaScriptEnabled: false, colorScheme: 'dark' as const },
])('a person confirms that it is they in the middle of a form, $name', ({ javaScriptEnabled, colorScheme }) => {
  let app: TestApp;
  let page: Page;
  beforeAll(async () => {
    app = await startApp();
    ({ page } = await visit({ baseURL: app.url, javaScriptEnabled, colorScheme }));
  });
  afterAll(async () => {
    await page.context().close();
    await closeBrowser();
    await app.close();
  });
  const asked = () => page.getByRole('heading', { name: 'Confirm it is you' }).waitFor();
  async function confirm(password = PASSWORD): Promise<void> {
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Confirm' }).click();
  }

  it('loses nothing of what was typed, by a wrong password neither, and goes on in the dialog', async () => {
    await page.goto('/session/new');
    await page.getByLabel('Name or system email').fill('alice');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'User Management' }).waitFor();

    app.clock.advance(5 * 60_000);
    await page.goto(pathTo(app, 'bob', '/edit'));
    await page.getByLabel('System email').fill('robert@example.com');
    await page.getByLabel('Description').fill('typed with care');
    await page.getByRole('button', { name: 'Save', exact: true }).last().click();
    await asked();
    if (javaScriptEnabled) expect(await axeFindings(page)).toEqual([]);
    await confirm('not the password');
    await page.getByText('That did not work').waitFor();
    await confirm();
    await page.getByText('Saved.').first().waitFor();
    const bob = await app.db.read('users').where('name', 'bob').first('email', 'description');
    expect({ ...bob }).toEqual({ email: 'robert@example.com', description: 'typed with care' });

    app.clock.advance(5 * 60_000);
    await page.goto(pathTo(app, 'lena'));
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.locator('a[href$="/password-reset/new"]').click();
    await page.getByRole('button', { name: 'Send password reset' }).click();
    await asked();
    expect(await page.locator('dialog[open]').count()).toBe(javaScriptEnabled ? 1 : 0);
    await confirm();
    await page.locator('#link').first().waitFor();
    expect(await app.db.read('sealed_requests')).toEqual([]);
  });
});
