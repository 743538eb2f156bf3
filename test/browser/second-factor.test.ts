import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { axeFindings, closeBrowser, visit } from '../support/browser.ts';
import { codeOf } from '../support/factor.ts';
import { signedIn } from '../support/session.ts';

describe.each([
  { name: 'with JavaScript', javaScriptEnabled: true, colorScheme: 'light' as const },
  { name: 'without JavaScript', javaScriptEnabled: false, colorScheme: 'dark' as const },
])('a person looks after their own access, $name', ({ javaScriptEnabled, colorScheme }) => {
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

  async function signIn(): Promise<void> {
    await page.goto('/session/new');
    await page.getByLabel('Name or system email').fill('bob');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
  }
  const isFine = async () => {
    // axe is a script itself.
    if (javaScriptEnabled) expect(await axeFindings(page)).toEqual([]);
  };

  it('ends a session elsewhere, sets up a second factor, signs in with both of its codes, and removes it', async () => {
    await signedIn(app, 'bob');
    await signIn();
    await page.getByRole('heading', { name: 'My access' }).waitFor();
    await page.goto('/credentials');
    await page.getByRole('button', { name: /^End the session of/ }).click();
    await page.getByText('That session has ended.').first().waitFor();
    await page.getByRole('link', { name: 'Set up the second factor' }).click();
    await page.getByLabel('Current password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Set up' }).click();
    await page.getByRole('heading', { name: 'Set up a second factor' }).waitFor();
    await isFine();
    await page.getByLabel('Code that the app shows now').fill(await codeOf(app, 'bob'));
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByRole('heading', { name: 'Recovery codes' }).waitFor();
    await isFine();
    const [recovery] = (await page.locator('#codes').textContent())!.trim().split(/\s+/);
    expect((await app.db.read('sessions').where('user_id', app.people.bob)).length).toBe(1);

    for (const code of [async () => recovery, () => codeOf(app, 'bob')]) {
      app.clock.advance(30_000);
      await page.context().clearCookies({ name: 'roster' });
      await signIn();
      await page.getByRole('heading', { name: 'Second factor' }).waitFor();
      await isFine();
      await page.getByLabel('Code').fill(await code());
      await page.getByRole('button', { name: 'Go on' }).click();
      await page.getByRole('heading', { name: 'My access' }).waitFor();
      await page.goto('/credentials');
    }
    await page.getByRole('link', { name: 'Change the second factor' }).click();
    await page.getByText('9 recovery codes').waitFor();
    await page.getByLabel('Current password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Remove it' }).click();
    await page.getByText('Your second factor is removed').first().waitFor();
    expect(await app.db.read('second_factors')).toEqual([]);
  });
});
