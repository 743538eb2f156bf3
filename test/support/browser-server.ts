import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserServer, LaunchOptions } from 'playwright-core';

/** Tells the processes that run the tests whom to ask for the browser. */
const OFFICE = 'ROSTER_TEST_BROWSER';
const INSTALLED = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
/** Where 127.0.0.1 would hide what breaks on a plain-HTTP name. */
export const LAN_NAME = 'roster.lan';

let running: Promise<BrowserServer> | undefined;

/** One browser for the whole run, which starts once the first test asks for it. */
export async function offerBrowser(): Promise<void> {
  const office = createServer(async (_request, response) => {
    running ??= launch();
    await running.then(
      (server) => response.end(server.wsEndpoint()),
      (error: Error) => response.writeHead(500).end(error.message),
    );
  });
  await new Promise<void>((resolve) => office.listen(0, '127.0.0.1', resolve));
  office.unref();
  process.env[OFFICE] = `http://127.0.0.1:${(office.address() as AddressInfo).port}`;
}

/** What drives it takes half a second to load, so runs without a browser go without. */
async function launch(): Promise<BrowserServer> {
  const { chromium } = await import('playwright-core');
  return chromium.launchServer(await launchOptions());
}

export async function endBrowser(): Promise<void> {
  await (await running)?.close();
}

/** Nothing where no tests run. */
export async function addressOfBrowser(): Promise<string | undefined> {
  const office = process.env[OFFICE];
  if (!office) return;
  const answer = await fetch(office);
  if (!answer.ok) throw new Error(`No browser: ${await answer.text()}`);
  return answer.text();
}

/** An installed browser, else the one inside the package. */
export async function launchOptions(): Promise<LaunchOptions> {
  const executablePath = INSTALLED.find((path) => existsSync(path)) ?? (await unpacked());
  return {
    executablePath,
    // Its own arguments would switch web security off; these do not.
    args: [
      '--no-sandbox',
      `--host-resolver-rules=MAP ${LAN_NAME} 127.0.0.1`,
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    env: { ...process.env, ...librariesOf(executablePath) } as Record<string, string>,
  };
}

/** The package unpacks itself, its libraries and its fonts into the temporary folder. */
async function unpacked(): Promise<string> {
  const { default: chromium } = await import('@sparticuz/chromium');
  process.env.AWS_LAMBDA_JS_RUNTIME ??= 'nodejs22.x';
  chromium.setGraphicsMode = false;
  return chromium.executablePath();
}

/** On a machine without them, the browser takes NSS and fonts from the package. */
function librariesOf(executablePath: string): Record<string, string> {
  if (INSTALLED.includes(executablePath)) return {};
  const libraries = join(tmpdir(), 'al2023', 'lib');
  return {
    ...(existsSync(libraries) && { LD_LIBRARY_PATH: libraries }),
    ...(!existsSync('/usr/share/fonts') && { FONTCONFIG_PATH: join(tmpdir(), 'fonts') }),
  };
}
