import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Fault, type Figure, met, told } from './fault.ts';
import { cloneTo, fetchTools, npmStart, type Tools } from './first-start.ts';
import { isGone } from './server-process.ts';

/** Each Node with an npm that came with it; the last is one of those that drop the link to the runtime as well. */
const MACHINES = [
  { node: '18.20.8', npm: '9.9.4' },
  { node: '20.20.2', npm: '10.8.2' },
  { node: '22.23.3', npm: '10.9.4' },
  { node: '24.21.0', npm: '11.4.2' },
];
const NOBODY = { uid: 65_534, gid: 65_534 };
/** Where nothing listens. */
const NO_NETWORK = { npm_config_registry: 'http://127.0.0.1:9', npm_config_fetch_retries: '0' };

export const firstStartFault: Fault = {
  name: 'start',
  title: 'first starts with the Node and the npm that people have, then without network',
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'roster-erste Stärts-'));
    try {
      const isRoot = process.getuid?.() === 0;
      const figures = await firstStarts(folder, isRoot ? 'root' : 'an ordinary user');
      if (isRoot) figures.push(...(await firstStarts(folder, 'an ordinary user', NOBODY)));
      else figures.push(told('not tried, for want of the right', 'as root'));
      return figures;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function firstStarts(folder: string, as: string, user?: typeof NOBODY): Promise<Figure[]> {
  const home = join(folder, `home of ${as}`);
  mkdirSync(home);
  const figures: Figure[] = [];
  for (const versions of MACHINES) {
    const clone = join(folder, `${as} ${versions.node}`);
    cloneTo(clone);
    const tools = reachable(await fetchTools(versions), join(folder, `tools ${as} ${versions.node}`));
    if (user) execFileSync('chown', ['-R', `${user.uid}:${user.gid}`, folder]);
    const what = `Node ${versions.node} with npm ${versions.npm}, as ${as}`;
    figures.push(await tried(what, () => startedTwice(clone, tools, home, user)));
    rmSync(clone, { recursive: true, force: true });
  }
  return figures;
}

/** The cache lies in the home of one user, where another may not look. */
function reachable({ node, npm }: Tools, folder: string): Tools {
  cpSync(join(node, '..'), join(folder, 'bin'), { recursive: true });
  cpSync(join(npm, '../..'), join(folder, 'npm'), { recursive: true });
  return { node: join(folder, 'bin', 'node'), npm: join(folder, 'npm', 'bin', 'npm-cli.js') };
}

async function tried(what: string, start: () => Promise<string>): Promise<Figure> {
  const required = 'starts, and again without network';
  try {
    return met(what, await start(), required, true);
  } catch (error) {
    return met(what, (error as Error).message.trim().replaceAll('\n', ' '), required, false);
  }
}

async function startedTwice(clone: string, tools: Tools, home: string, user?: typeof NOBODY): Promise<string> {
  const seconds: string[] = [];
  for (const network of [{}, NO_NETWORK]) {
    const server = await npmStart(clone, tools, { HOME: home, ...network }, user);
    seconds.push(`${(server.readyAfter / 1000).toFixed(1)} s`);
    if (network === NO_NETWORK && server.output().includes('Installing')) throw new Error('it installed a second time');
    // SIGTERM would not do: older npm take it and wait for the end of their script.
    server.child.kill('SIGKILL');
    if (!(await isGone(server.url))) throw new Error('the server outlived npm');
  }
  return `listens after ${seconds.join(', then ')}`;
}
