import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { closeBrowser, LAN_NAME, visit } from '../support/browser.ts';

describe.each([
  { how: 'with JavaScript', javaScriptEnabled: true },
  { how: 'without JavaScript', javaScriptEnabled: false },
])('the address book, $how', ({ javaScriptEnabled }) => {
  let app: TestApp;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    app = await startApp({ HOST: '0.0.0.0' });
    ({ page, complaints } = await visit({
      javaScriptEnabled,
      baseURL: `http://${LAN_NAME}:${new URL(app.url).port}`,
    }));
    await page.goto('/session/new');
    await page.getByLabel('Name or system email').fill('alice');
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
  });
  afterAll(async () => {
    await closeBrowser();
    await app.close();
  });

  it('takes a company and a person of it, links a user, and offers what changes later', async () => {
    await page.getByRole('link', { name: 'Contacts' }).click();
    await page.getByRole('link', { name: 'New Company' }).click();
    await page.getByLabel('Name').first().fill('Nordic AB');
    await page.getByRole('checkbox', { name: 'supplier' }).check();
    await page.getByRole('button', { name: 'Create company' }).last().click();
    await page.getByRole('heading', { name: 'Nordic AB' }).waitFor();

    await page.getByRole('link', { name: 'Contacts' }).click();
    await page.getByRole('link', { name: 'New Person' }).click();
    await page.waitForURL(/\/contacts\/new/);
    await page.getByLabel('Name').first().fill('Nora Nilsson');
    await page.getByLabel('Emails').fill('nora@example.com');
    await page.getByLabel('Search for a company').pressSequentially('nord');
    if (!javaScriptEnabled) await page.locator('#companyId-picker').getByRole('button', { name: 'Find' }).click();
    await page.getByRole('button', { name: 'Nordic AB' }).click();
    await page.getByRole('button', { name: 'Remove Nordic AB' }).waitFor();
    await page.getByRole('button', { name: 'Create person' }).last().click();
    await page.getByRole('heading', { name: 'Nora Nilsson' }).waitFor();

    await page.getByRole('link', { name: 'Link a user' }).click();
    await page.getByRole('searchbox', { name: 'User' }).fill('lena');
    await page.getByRole('button', { name: 'Link user' }).click();
    await page.getByText('Nora Nilsson is a supplier').first().waitFor();
    await page.getByRole('checkbox', { name: 'Link all the same' }).check();
    await page.getByRole('button', { name: 'Link user' }).click();
    await page.getByText('lena signs in as Nora Nilsson.').waitFor();

    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByLabel('Emails').fill('nora.nilsson@example.com');
    await page.getByRole('button', { name: 'Save' }).last().click();
    await page.getByRole('link', { name: 'Update the user' }).click();
    expect(await page.getByLabel('System email').inputValue()).toBe('nora.nilsson@example.com');
    await page.getByRole('button', { name: 'Save' }).last().click();
    await page.getByRole('heading', { name: 'lena' }).waitFor();

    await page.goto('/contacts?q=nora');
    await page.getByRole('link', { name: 'Nora Nilsson' }).click();
    expect(await page.locator('#offer').count()).toBe(0);
    await page.getByRole('link', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete contact' }).click();
    await page.getByText('Nora Nilsson is deleted.').waitFor();
    await page.getByRole('link', { name: 'Restore' }).click();
    await page.getByRole('button', { name: 'Restore contact' }).click();
    await page.getByText('Nora Nilsson is restored.').waitFor();
    expect(complaints).toEqual([]);
  });

  it('gives many away by the bar, and takes them back', async () => {
    await page.goto('/contacts?kind=company');
    await page.locator('input[name=ids]').first().check();
    await page.getByRole('region', { name: 'Actions' }).getByRole('button', { name: 'Set owner' }).click();
    await page.getByLabel('Private: seen by one user alone').check();
    await page.getByRole('button', { name: 'See what it changes' }).click();
    await page.getByText('Only alice sees and changes them').waitFor();
    await page.getByRole('button', { name: 'Make 1 contact private to alice' }).click();
    await page.getByRole('heading', { name: '1 contact is private to alice now.' }).waitFor();
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await page.getByRole('button', { name: 'Undo for 1 contact' }).click();
    await page.getByRole('heading', { name: '1 contact was put back as before.' }).waitFor();
    expect(complaints).toEqual([]);
  });
});
