import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CDPSession, Page } from 'playwright-core';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { axeFindings, closeBrowser, visit } from '../support/browser.ts';
import { giveFactor } from '../support/factor.ts';
import { givePasskey } from '../support/passkey.ts';
import { pathTo } from '../support/people.ts';

/** Browsers know passkeys at a name alone, and the port is a part of the address. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('a person with a device that keeps passkeys', () => {
  let app: TestApp;
  let page: Page;
  let complaints: string[];
  let devices: CDPSession;
  let authenticatorId: string;
  beforeAll(async () => {
    const port = await freePort();
    app = await startApp({ PORT: String(port) });
    ({ page, complaints } = await visit({ baseURL: `http://localhost:${port}` }));
    devices = await page.context().newCDPSession(page);
    await devices.send('WebAuthn.enable');
    const options = {
      protocol: 'ctap2' as const,
      transport: 'internal' as const,
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    };
    ({ authenticatorId } = await devices.send('WebAuthn.addVirtualAuthenticator', { options }));
  });
  afterAll(async () => {
    await page.context().close();
    await closeBrowser();
    await app.close();
  });

  /** Whether the device is at hand: a browser that finds one where a name is typed signs in with it. */
  const isAtHand = (enabled: boolean) =>
    devices.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled });
  async function openSignIn(): Promise<void> {
    await isAtHand(false);
    await page.goto('/session/new');
  }
  async function showPasskey(): Promise<void> {
    await isAtHand(true);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  }
  async function typePassword(name = 'bob'): Promise<void> {
    await openSignIn();
    await page.getByLabel('Name or system email').fill(name);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.waitForURL((url) => url.pathname !== '/session/new');
    await isAtHand(true);
  }
  const isIn = async () => {
    await page.getByRole('heading', { name: 'My access' }).waitFor();
    await page.goto('/credentials');
  };
  const leave = () => page.context().clearCookies();

  it('adds one, signs in by it alone and as second factor, is told what went wrong, and removes it', async () => {
    await typePassword();
    await isIn();
    await page.getByRole('link', { name: 'Add a passkey' }).click();
    await page.getByLabel('Current password').fill(PASSWORD);
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByLabel('Name of the passkey').fill('Work laptop');
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Make the passkey' }).click();
    await page.getByText('The passkey Work laptop signs you in from now on.').first().waitFor();

    // The same device makes no second one.
    await page.getByRole('link', { name: 'Add a passkey' }).click();
    await page.getByLabel('Current password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('button', { name: 'Make the passkey' }).click();
    await page.getByText('That device has a passkey of yours already.').waitFor();

    await leave();
    await openSignIn();
    expect(await axeFindings(page)).toEqual([]);
    await showPasskey();
    await isIn();

    await giveFactor(app, 'bob');
    await leave();
    await typePassword();
    await page.getByRole('button', { name: 'Use a passkey instead' }).click();
    await isIn();
    await page.getByText(/last used/).waitFor();

    await page.getByRole('link', { name: 'Remove Work laptop' }).click();
    await page.getByLabel('Current password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Remove it' }).click();
    await page.getByText('The passkey Work laptop is removed').first().waitFor();
    expect(await app.db.read('passkeys')).toEqual([]);

    // What the device still lists opens nothing, and one without any says so.
    await givePasskey(app, 'alice');
    await leave();
    await openSignIn();
    await showPasskey();
    await page.getByText('That did not work.').waitFor();
    await devices.send('WebAuthn.clearCredentials', { authenticatorId });
    await showPasskey();
    await page.getByText('No passkey came').waitFor();
    expect(complaints).toEqual([]);
  });

  it('confirms by it in a dialog, and is offered it where the name is typed', async () => {
    await leave();
    await typePassword('alice');
    await page.waitForURL('**/users');
    await page.goto('/credentials/passkeys/new');
    await page.getByLabel('Current password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('button', { name: 'Make the passkey' }).click();
    await page
      .getByText(/signs you in from now on/)
      .first()
      .waitFor();
    app.clock.advance(5 * 60_000);
    await page.goto(pathTo(app, 'bob'));
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.locator('a[href$="/password-reset/new"]').click();
    await page.getByRole('button', { name: 'Send password reset' }).click();
    await page.locator('dialog[open]').getByRole('button', { name: 'Use a passkey instead' }).click();
    await page.locator('#link').first().waitFor();

    await leave();
    await page.goto('/session/new');
    await page.waitForURL('**/users');
    expect(complaints).toEqual([]);
  });

  it('is shown nothing that does not work at another name of the place, or without JavaScript', async () => {
    for (const options of [
      { baseURL: app.url },
      { baseURL: app.config.baseUrl.replace('127.0.0.1', 'localhost'), javaScriptEnabled: false },
    ]) {
      const { page: other } = await visit(options);
      await other.goto('/session/new');
      expect(await other.getByRole('button', { name: /passkey/ }).count()).toBe(0);
      expect(await other.getByRole('button', { name: 'Sign in' }).count()).toBe(1);
      await other.getByLabel('Name or system email').fill('alice');
      await other.getByLabel('Password').fill(PASSWORD);
      await other.getByRole('button', { name: 'Sign in', exact: true }).click();
      await other.waitForURL('**/users');
      await other.goto('/credentials/passkeys/new');
      expect(await other.getByRole('textbox').count()).toBe(0);
      await other.getByText(/Here and now yours makes none/).waitFor();
      await other.context().close();
    }
  });
});
