import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { axeFindings, closeBrowser, enter, visit } from '../support/browser.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(async () => {
  await closeBrowser();
  await app.close();
});

it('A file is chosen, told, looked over and imported, and leads back to itself from the report', async () => {
  const { page, complaints } = await visit({ baseURL: app.url });
  await enter(app, page, 'alice', '/users');
  await page.getByRole('link', { name: 'Import' }).click();
  const lines = Array.from({ length: 5_100 }, (_, n) => `crowd${n};crowd${n}@example.com;`);
  const text = `Login;Mail;Team\nbob;robert@example.com;\nnina;nina@example.com;Nowhere\n${lines.join('\n')}\n`;
  await page.getByLabel('File').setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  await page.getByRole('button', { name: 'Read the file' }).click();
  await page.getByText('people.csv: 5,102 lines.').waitFor();
  expect(await axeFindings(page)).toEqual([]);
  await page.getByRole('radio', { name: 'Name' }).check();
  await page.getByRole('button', { name: 'See what would change' }).click();
  // It comes by itself where it takes a while.
  await page.getByRole('link', { name: 'New emails 1' }).click();
  expect(await axeFindings(page)).toEqual([]);
  await page.getByLabel('bob').check();
  await page.getByRole('button', { name: 'Import with these ticks' }).click();
  await page.getByRole('heading', { name: '5,100 users were created and 1 was changed by an import.' }).waitFor();
  expect((await app.db.read('users').where('name', 'bob').first()).email).toBe('robert@example.com');
  await page.getByRole('link', { name: 'The file and its refused lines' }).click();
  await page.getByText('There is no group “Nowhere”.').waitFor();
  expect(complaints).toEqual([]);
});
