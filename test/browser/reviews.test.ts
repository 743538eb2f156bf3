import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { axeFindings, closeBrowser, visit } from '../support/browser.ts';
import { groupsWithLeaders } from '../support/led-groups.ts';
import { groupId } from '../support/people.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
  await groupsWithLeaders(app, 1, 20);
});
afterAll(async () => {
  await closeBrowser();
  await app.close();
});

it('a leader answers for twenty people by the keyboard, or with a few clicks', async () => {
  const { page: alice } = await visit({ baseURL: app.url });
  await signIn(alice, 'alice');
  await alice.goto(`/users?group=${await groupId(app, 'g01')}`);
  await alice.getByRole('link', { name: 'Review these people' }).click();
  expect(await axeFindings(alice)).toEqual([]);
  await alice.getByRole('button', { name: 'Begin the review' }).click();
  await alice.getByText('Who is asked').waitFor();
  const { page, complaints } = await visit({ baseURL: app.url });
  let clicks = 0;
  await page.exposeFunction('counted', () => clicks++);
  await page.addInitScript(() =>
    addEventListener('click', () => (globalThis as never as { counted(): void }).counted()),
  );
  await signIn(page, 'l01');
  await page.goto('/led-groups');
  clicks = 0;
  await page.getByRole('link', { name: 'Still needed?' }).click();
  await page.getByText('0 of 20').waitFor();
  await page.waitForLoadState();
  await page.keyboard.press('ArrowDown');
  for (const key of ['k', 'r', 'l', 'd', 'ArrowDown', 'k']) await page.keyboard.press(key);
  const chosen = page.locator('[data-answer]:checked');
  const values = await chosen.evaluateAll((all) => all.map((one) => (one as HTMLInputElement).value.split('-')[0]));
  expect(values).toEqual(['keep', 'remove', 'leave', 'unsure', 'keep']);
  await page.locator('[data-person]').nth(4).getByText('Keep').click();
  await page.getByRole('button', { name: 'Save, and keep all the rest' }).click();
  await page.getByText('20 of 20').waitFor();
  expect(clicks).toBeLessThanOrEqual(25);
  expect(complaints).toEqual([]);
});

async function signIn(page: Awaited<ReturnType<typeof visit>>['page'], name: string): Promise<void> {
  await page.goto('/session/new');
  await page.locator('#identifier').fill(name);
  await page.locator('#password').fill(PASSWORD);
  await page.locator('main form button').click();
  await page.waitForURL((url) => !url.pathname.startsWith('/session'));
}
