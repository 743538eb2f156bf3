import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { startApp, type TestApp } from '../support/app.ts';
import { axeFindings, closeBrowser, enter, visit } from '../support/browser.ts';
import { addContact } from '../support/contacts.ts';
import { addCrowd } from '../support/crowd.ts';
import { rowsOf } from '../support/exports.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(async () => {
  await closeBrowser();
  await app.close();
});

async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const { page } = await visit({ baseURL: app.url, ...options });
  await enter(app, page, 'alice', path);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return page;
}

describe.each([
  { how: 'with JavaScript', javaScriptEnabled: true },
  { how: 'without JavaScript', javaScriptEnabled: false },
])('an export $how', ({ javaScriptEnabled }) => {
  it('is one link away from the list as it is filtered, and comes as a file', async () => {
    const page = await open('/users', { javaScriptEnabled });
    await page
      .getByRole('complementary', { name: 'Filters' })
      .getByRole('link', { name: /^Deactivated/ })
      .click();
    await page.waitForURL(/activity=deactivated/);
    await page.getByText('1 user', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Export' }).click();
    await page.getByRole('heading', { name: 'Export users' }).waitFor();
    await page.getByText('1 user, as this view shows them').waitFor();
    if (javaScriptEnabled) expect(await axeFindings(page)).toEqual([]);
    await page.getByLabel('Activity', { exact: true }).check();
    await page.getByLabel('System email').uncheck();
    const coming = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download' }).click();
    const download = await coming;
    expect(download.suggestedFilename()).toBe('users-2026-11-22.csv');
    expect(await download.failure()).toBeNull();
    const rows = rowsOf(await text(await download.createReadStream()));
    expect(rows).toMatchObject([{ Name: 'dave', Activity: 'deactivated' }]);
    expect(Object.keys(rows[0])).not.toContain('System email');
    // The page stays, and can be asked again.
    await page.getByLabel('JSON Lines').check();
    // With all columns, and what was chosen besides.
    await page.getByRole('button', { name: 'Tick all columns' }).click();
    await page.locator('[value=email]:checked').waitFor();
    expect(await page.locator('[name=columns]:not(:checked)').count()).toBe(0);
    expect(await page.getByLabel('JSON Lines').isChecked()).toBe(true);
    const again = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download' }).click();
    expect((await again).suggestedFilename()).toBe('users-2026-11-22.jsonl');
  });
});

it('is told by the browser to have failed where it broke off', async () => {
  await addCrowd(app, 600);
  const broken = await addContact(app, { name: 'Broken' });
  await app.db.write(async (trx) => {
    const last = await trx('users').where('activity', 'active').orderBy('sort_name', 'desc').first('id');
    await trx('users').where('id', last.id).update({ contact_id: broken });
    await trx('contacts').where('id', broken).update({ emails: 'no JSON' });
  });
  const page = await open('/users/export?activity=active');
  await page.getByRole('button', { name: 'Tick all columns' }).click();
  await page.locator('[value=contact_email]:checked').waitFor();
  const coming = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download' }).click();
  expect(await (await coming).failure()).not.toBeNull();
});
