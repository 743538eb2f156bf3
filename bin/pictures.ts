// `npm run pictures`: takes every picture of the documents from the running demo.
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { closeBrowser, visit } from '../test/support/browser.ts';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'docs/pictures');

const pictures: [name: string, path: string][] = [
  ['users', '/users'],
  ['new-user', '/users/new'],
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
    const { page } = await visit({ baseURL, colorScheme });
    await page.goto('/session/new');
    await page.getByLabel('Name or system email').fill('alice');
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'User Management' }).waitFor();
    for (const [name, path] of pictures) {
      await page.goto(path);
      await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`) });
    }
    await page.context().close();
  }
} finally {
  await closeBrowser();
  demo.kill('SIGTERM');
}
