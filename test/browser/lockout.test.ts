import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { axeFindings, closeBrowser, LAN_NAME, type Visit, visit } from '../support/browser.ts';
import { pathTo } from '../support/people.ts';

/** What a stranger can do to somebody whose name they know, and what they cannot. */
describe.each([
  { name: 'with JavaScript', javaScriptEnabled: true },
  { name: 'without JavaScript', javaScriptEnabled: false },
])('a stranger who locks an account, $name', ({ javaScriptEnabled }) => {
  let app: TestApp;
  let base: string;
  const visits: Visit[] = [];

  beforeEach(async () => {
    app = await startApp({ HOST: '0.0.0.0' });
    // Over plain HTTP on a name that is not localhost, where a browser keeps no secure cookie.
    base = app.url.replace('127.0.0.1', LAN_NAME);
  });
  afterEach(async () => {
    for (const { page } of visits.splice(0)) await page.context().close();
    await app.close();
  });
  afterAll(closeBrowser);

  async function newVisit(): Promise<Page> {
    const visitor = await visit({ baseURL: base, javaScriptEnabled });
    visits.push(visitor);
    return visitor.page;
  }

  it('keeps its owner out of strange devices, and not out of the one in which they signed in before', async () => {
    const bob = await newVisit();
    await bob.goto('/session/new');
    await signIn(bob, 'bob', PASSWORD);
    await bob.getByRole('heading', { name: 'My access' }).waitFor();
    // The browser is closed, as by any evening: the session goes with it.
    await bob.context().clearCookies({ name: 'roster' });

    const stranger = await newVisit();
    await stranger.goto('/session/new');
    for (let n = 0; n < 5; n++) await signIn(stranger, 'bob', `wrong password number ${n}`);
    await signIn(stranger, 'bob', PASSWORD);
    await sees(stranger, 'That did not work');

    await bob.goto('/session/new');
    await signIn(bob, 'bob@example.com', PASSWORD);
    await bob.getByRole('heading', { name: 'My access' }).waitFor();
    expect(new URL(bob.url()).pathname).toBe('/me');

    // Nothing of it helped the stranger, and the record says why.
    await signIn(stranger, 'bob', PASSWORD);
    await sees(stranger, 'That did not work');
    const alice = await newVisit();
    await alice.goto('/session/new');
    await signIn(alice, 'alice', PASSWORD);
    await alice.goto(pathTo(app, 'bob'));
    await sees(alice, 'Devices on which bob signed in before still get in');
    expect(await alice.getByText('wrong password, counted').count()).toBe(5);
    // The checker itself is a script.
    if (javaScriptEnabled) expect(await axeFindings(alice)).toEqual([]);

    await alice.getByRole('link', { name: 'Reset login attempts' }).click();
    await press(alice, 'Reset login attempts');
    await sees(alice, 'Login attempts of bob are reset');
    await signIn(stranger, 'bob', PASSWORD);
    await stranger.getByRole('heading', { name: 'My access' }).waitFor();
    expect(visits.flatMap((one) => one.complaints)).toEqual([]);
  });
});

async function signIn(page: Page, identifier: string, password: string): Promise<void> {
  await page.getByLabel('Name or system email').fill(identifier);
  await page.getByLabel('Password').fill(password);
  await press(page, 'Sign in');
}

/** Presses and waits for the page that follows. */
async function press(page: Page, name: string): Promise<void> {
  await Promise.all([page.waitForEvent('domcontentloaded'), page.getByRole('button', { name, exact: true }).click()]);
}

async function sees(page: Page, text: string): Promise<void> {
  await page.getByText(text).first().waitFor();
}
