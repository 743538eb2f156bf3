import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { cloneTo, fetchTools, npmStart } from '../../faults/first-start.ts';
import { isGone } from '../../faults/server-process.ts';

/** What npm reads of its user; every line kept some start from succeeding. */
const ODD_SETTINGS = `engine-strict=true
package-lock=false
omit[]=optional
ignore-scripts=false
`;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'roster-Häus chen-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('starts from a fresh clone with Node 18, an npm that drops the link to the runtime, and odd settings', async () => {
  const clone = join(folder, 'Über uns');
  cloneTo(clone);
  writeFileSync(join(folder, 'npmrc'), ODD_SETTINGS);
  const tools = await fetchTools({ node: '18.20.8', npm: '10.8.2' });
  const server = await npmStart(clone, tools, {
    HOME: homedir(),
    NODE_ENV: 'production',
    npm_config_userconfig: join(folder, 'npmrc'),
  });
  const answer = await fetch(`${server.url}/session/new`);
  expect(answer.status).toBe(200);
  server.child.kill('SIGKILL');
  expect(await isGone(server.url)).toBe(true);
}, 180_000);
