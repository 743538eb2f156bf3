import axe from 'axe-core';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
  chromium as playwright,
} from 'playwright-core';
import { PASSWORD, type TestApp } from './app.ts';
import { addressOfBrowser, LAN_NAME, launchOptions } from './browser-server.ts';
import { Session } from './session.ts';

export { LAN_NAME };

let running: Promise<Browser> | undefined;

/** What a file of tests uses: of the browser that serves the whole run, or of its own where no tests run. */
export function browser(): Promise<Browser> {
  running ??= connect();
  return running;
}

/** With all pages in it; the browser of the run serves the next file. */
export async function closeBrowser(): Promise<void> {
  await (await running)?.close();
  running = undefined;
}

async function connect(): Promise<Browser> {
  const address = await addressOfBrowser();
  return address ? playwright.connect(address) : playwright.launch(await launchOptions());
}

export interface Visit {
  page: Page;
  /** What the browser complained about: blocked by policy, failed scripts. */
  complaints: string[];
}

export async function visit(options: BrowserContextOptions): Promise<Visit> {
  const context = await (await browser()).newContext({
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !/the server responded with a status of 4\d\d/.test(message.text()))
      complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return { page, complaints };
}

/** Signs somebody in without the form, and opens a page as they see it: for what is not about signing in. */
export async function enter(app: TestApp, page: Page, identifier: string, path: string): Promise<void> {
  const session = new Session(app);
  if ((await session.signIn(identifier)).status !== 303) throw new Error(`${identifier} could not sign in`);
  const kept = session.agent.jar.getCookies({ domain: '127.0.0.1', path: '/', secure: false, script: false });
  await page
    .context()
    .addCookies(
      kept.map(({ name, value }) => ({ name, value, url: app.url, httpOnly: true, sameSite: 'Lax' as const })),
    );
  await page.goto(path);
}

/** What axe finds on the page as it stands (WCAG 2.2 AA), as readable lines. */
export function axeFindings(page: Page): Promise<string[]> {
  const values = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  return findingsOn(page, { type: 'tag', values });
}

/** The part of it that depends on colours. */
export function contrastFindings(page: Page): Promise<string[]> {
  return findingsOn(page, { type: 'rule', values: ['color-contrast'] });
}

/** Every page of this browser brings axe along, which is sent to it once instead of with each page. */
export async function bringAxe(context: BrowserContext): Promise<void> {
  await context.addInitScript(axe.source);
}

/** Runs axe in the page itself, once loaded for all that is asked of one document, and without details of what is well. */
async function findingsOn(page: Page, runOnly: axe.RunOnly): Promise<string[]> {
  // With its styles: its text is there before them.
  await page.waitForLoadState();
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  const violations = await page.evaluate(async (only) => {
    const { axe: inPage } = window as unknown as { axe: typeof axe };
    return (await inPage.run({ runOnly: only, resultTypes: ['violations'] })).violations;
  }, runOnly);
  return violations.flatMap(({ id, nodes }) =>
    nodes
      .filter((node) => id !== 'target-size' || !isUnderActionBar(node))
      .map((node) => `${id}: ${node.html} ${node.failureSummary}`),
  );
}

/** The bar of a phone lies over the end of the page, from under which everything can be scrolled. */
function isUnderActionBar(target: { any: { relatedNodes?: { html: string }[] }[] }): boolean {
  const inTheWay = target.any.flatMap((check) => check.relatedNodes ?? []);
  return inTheWay.length > 0 && inTheWay.every(({ html }) => html.includes('name="action"'));
}

/** As somebody does who is asked to, on the way to a list. */
export async function signInByForm(page: Page): Promise<void> {
  await page.getByLabel('Name or system email').fill('alice');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('.listed').waitFor();
  await page.waitForLoadState();
}
