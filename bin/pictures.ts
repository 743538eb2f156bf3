// `npm run pictures`: takes every picture of the documents from the running demo.
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { closeBrowser, visit } from '../test/support/browser.ts';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'docs/pictures');

interface Picture {
  name: string;
  path: string;
  /** What is done on the page before it is taken. */
  act?: (page: Page) => Promise<void>;
}

const pictures: Picture[] = [
  { name: 'users', path: '/users' },
  { name: 'new-user', path: '/users/new' },
  { name: 'menu', path: '/users', act: (page) => page.getByRole('button', { name: 'Your menu' }).click() },
  { name: 'palette', path: '/users', act: jump },
  { name: 'invitations', path: '/invitations' },
  { name: 'invited', path: '/users?q=carol@', act: (page) => openRecord(page, 'carol') },
  { name: 'leaving', path: '/users', act: (page) => openSheet(page, 'Deactivate') },
  { name: 'locked', path: '/users?q=erin@', act: (page) => openRecord(page, 'erin') },
  { name: 'review', path: '/users?state=to-be-confirmed', act: (page) => openSheet(page, 'Confirm access') },
  { name: 'groups', path: '/groups' },
  { name: 'why', path: '/applications', act: askWhy },
  { name: 'audit', path: '/audit' },
];

mkdirSync(folder, { recursive: true });
const demo = spawn(process.execPath, [join(root, 'bin/demo.ts')], {
  env: { ...process.env, PORT: '0', HOST: '127.0.0.1', BASE_URL: '' },
});
let output = '';
const [baseURL, password] = await new Promise<string[]>((resolve, reject) => {
  demo.stdout.on('data', (chunk) => {
    output += chunk;
    const [, url] = /listens on (\S+)/.exec(output) ?? [];
    const [, word] = /Sign in as alice with (\S+)/.exec(output) ?? [];
    if (url && word) resolve([url, word]);
  });
  demo.on('exit', () => reject(new Error(`the demo did not start: ${output}`)));
});

try {
  for (const colorScheme of ['light', 'dark'] as const) {
    // A dialog is taken as it stays, not as it comes.
    const { page } = await visit({ baseURL, colorScheme, reducedMotion: 'reduce' });
    await page.goto('/session/new');
    await page.getByLabel('Name or system email').fill('alice');
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'User Management' }).waitFor();
    for (const { name, path, act } of pictures) {
      await page.goto(path);
      await act?.(page);
      await page.waitForLoadState('networkidle');
      await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`) });
    }
    await page.context().close();
  }
} finally {
  await closeBrowser();
  demo.kill('SIGTERM');
}

async function jump(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Jump to' }).click();
  await page.keyboard.type('deactivate ma', { delay: 20 });
  await page
    .getByRole('option', { name: /^Deactivate/ })
    .first()
    .waitFor();
}

async function askWhy(page: Page): Promise<void> {
  await page.getByLabel('User', { exact: true }).fill('max');
  await page.getByRole('button', { name: 'Explain' }).click();
  await page.getByRole('heading', { name: 'Effective permissions' }).waitFor();
}

async function openRecord(page: Page, name: string): Promise<void> {
  await page.getByRole('table').getByRole('link', { name, exact: true }).click();
  await page.getByRole('heading', { name: 'Timeline' }).waitFor();
}

/** Three of the first page, as far as the sheet that asks once more. */
async function openSheet(page: Page, action: string): Promise<void> {
  await page.evaluate(() => sessionStorage.clear());
  await page.reload();
  for (const row of [1, 2, 4]) await page.locator('tbody input[name=ids]').nth(row).check();
  const bar = page.getByRole('region', { name: 'Actions' });
  const atHand = bar.getByRole('button', { name: action, exact: true });
  if ((await atHand.count()) > 0) await atHand.click();
  else {
    await bar.getByRole('button', { name: 'More' }).click();
    await page.getByRole('dialog').getByRole('button', { name: action, exact: true }).click();
  }
  await page.getByRole('dialog').getByRole('heading', { name: action }).waitFor();
}
