import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { axeFindings, closeBrowser, enter, type Visit, visit } from '../support/browser.ts';
import { signedIn } from '../support/session.ts';

let app: TestApp;
let visitor: Visit;
beforeAll(async () => {
  app = await startApp();
  const alice = await signedIn(app, 'alice');
  const ids = [app.people.bob, app.people.lena].map(String);
  const { headers } = await alice.post('/bulk-operations', { action: 'deactivate', subject: 'user', ids });
  await alice.post(`${headers.location}/execution`);
});
afterEach(() => visitor.page.context().close());
afterAll(async () => {
  await closeBrowser();
  await app.close();
});

async function openAudit(javaScriptEnabled: boolean) {
  visitor = await visit({ baseURL: app.url, javaScriptEnabled });
  await enter(app, visitor.page, 'alice', '/audit');
  await visitor.page.waitForLoadState('load');
  return visitor.page;
}

it('what an operation did one by one comes when it is unfolded, and can be folded again', async () => {
  const page = await openAudit(true);
  const events = page.locator('.unfolding .event');
  expect(await events.count()).toBe(0);
  await page.getByText('One by one').press('Enter');
  await events.getByText('alice deactivated bob').waitFor();
  expect(await events.count()).toBe(2);
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('One by one');
  expect(await axeFindings(page)).toEqual([]);
  await page.keyboard.press('Enter');
  await events.first().waitFor({ state: 'hidden' });
  expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe('/audit');
  expect(visitor.complaints).toEqual([]);
});

it('it comes when it is unfolded once more, where it did not come', async () => {
  const page = await openAudit(true);
  await page.context().setOffline(true);
  const summary = page.getByText('One by one');
  await summary.click();
  await page.locator('#messages, .toast').getByText(/./).first().waitFor();
  await page.context().setOffline(false);
  await summary.click();
  await page.locator('.unfolding .event').first().waitFor({ state: 'attached' });
});

it('without JavaScript it is a page', async () => {
  const page = await openAudit(false);
  await page.getByText('One by one').click();
  await page.getByRole('link', { name: 'All 2' }).click();
  await page.getByText('One by one, what a bulk operation did.').waitFor();
  expect(await page.locator('.timeline .event').count()).toBe(2);
});
