import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { axeFindings, closeBrowser, visit } from '../support/browser.ts';

const LONG = 'x'.repeat(200);
const HOSTILE = '<img src=x onerror=alert(1)>';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
  for (const [id, name] of [
    [app.people.bob, LONG],
    [app.people.carol, HOSTILE],
    [app.people.lena, 'مريم 👩‍👩‍👧'],
  ])
    await app.db.write((trx) =>
      trx('users')
        .where({ id })
        .update({ name, name_key: `${id}`, sort_name: `a${id}` }),
    );
});
afterAll(async () => {
  await closeBrowser();
  await app.close();
});

const states: [name: string, path: (app: TestApp) => string, act?: (page: Page) => Promise<unknown>][] = [
  ['the list', () => '/users'],
  ['the list with filters', () => '/users?state=locked&group=1&q=e'],
  ['the empty list', () => '/users?q=nobodyatall'],
  ['a record', ({ people }) => `/users/${people.bob}`],
  ['a locked record', ({ people }) => `/users/${people.erin}`],
  ['an API-only record', ({ people }) => `/users/${people.robin}`],
  ['New User', () => '/users/new'],
  ['New User with mistakes', () => '/users/new', (page) => page.getByRole('button', { name: 'Create user' }).click()],
  ['New User with all open', () => '/users/new', openEverything],
  ['Edit', ({ people }) => `/users/${people.robin}/edit`],
  ['a confirmation', ({ people }) => `/users/${people.bob}/deletion/new`],
  ['Groups', () => '/groups'],
  ['Audit', () => '/audit'],
  ['My credentials', () => '/credentials'],
  ['Preferences', () => '/preferences'],
  ['Keyboard shortcuts', () => '/shortcuts'],
  ['Jump to', () => '/search?q=deactivate+bob'],
  ['the actions of a user', ({ people }) => `/users/${people.bob}/actions`],
  ['the own menu', () => '/users', (page) => page.getByRole('button', { name: 'Your menu' }).click()],
  ['a dialog', ({ people }) => `/users/${people.bob}`, openDialog],
  ['a page that is not there', () => '/nothing'],
];

describe('every page', () => {
  it.each([
    { colorScheme: 'light' as const, width: 1280, height: 800 },
    { colorScheme: 'dark' as const, width: 390, height: 844 },
  ])(
    'has nothing for axe to find and does not scroll sideways in $colorScheme at $width',
    async ({ colorScheme, ...viewport }) => {
      const { page, complaints } = await visit({ baseURL: app.url, colorScheme, viewport });
      const findings: string[] = [];
      const look = async (name: string) => {
        for (const finding of await axeFindings(page)) findings.push(`${name}: ${finding}`);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        if (overflow > 0) findings.push(`${name}: ${overflow} px too wide`);
      };
      await page.goto('/session/new');
      await look('signing in');
      await page.getByLabel('Name or system email').fill('alice');
      await page.getByLabel('Password').fill(PASSWORD);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('heading', { name: 'User Management' }).waitFor();
      for (const [name, path, act] of states) {
        await page.goto(path(app));
        await act?.(page);
        await page.waitForLoadState('networkidle');
        await look(name);
      }
      expect(findings).toEqual([]);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
    120_000,
  );
});

async function openEverything(page: Page): Promise<void> {
  for (const summary of await page.locator('summary').all()) await summary.click();
  await page.getByLabel('API-only').check();
}

async function openDialog(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('link', { name: 'Deactivate', exact: true }).click();
  await page.getByRole('dialog').waitFor();
}
