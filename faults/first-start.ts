import { spawn } from 'node:child_process';
import { cpSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fetchedPackage } from './fetched-package.ts';
import { listening, type ServerProcess } from './server-process.ts';

const root = join(import.meta.dirname, '..');
/** What is in the folder of somebody who works on it, and not in a clone. */
const NOT_CLONED = /^(\.git|\.env|data|coverage|node_modules.*)$/;

/** What somebody has on their machine: a Node, and the npm that came with it. */
export interface Tools {
  node: string;
  npm: string;
}

export async function fetchTools(versions: { node: string; npm: string }): Promise<Tools> {
  const node = await fetchedPackage(`node-${process.platform}-${process.arch}`, versions.node);
  const npm = await fetchedPackage('npm', versions.npm);
  return { node: join(node, 'bin', 'node'), npm: join(npm, 'bin', 'npm-cli.js') };
}

/** These files, as a fresh clone has them. */
export function cloneTo(folder: string): void {
  cpSync(root, folder, {
    recursive: true,
    filter: (source) => dirname(source) !== root || !NOT_CLONED.test(source.slice(root.length + 1)),
  });
}

/** `npm start` in a clone, in this environment but for what an npm that runs here has put into it. */
export function npmStart(
  clone: string,
  { node, npm }: Tools,
  environment: Record<string, string>,
  user?: { uid: number; gid: number },
): Promise<ServerProcess> {
  const child = spawn(node, [npm, 'start'], {
    cwd: clone,
    env: {
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_ENV$|DATA_DIR$)/i.test(name))),
      PATH: [dirname(node), '/usr/bin', '/bin'].join(delimiter),
      PORT: '0',
      LOG_LEVEL: 'silent',
      ...environment,
    },
    ...user,
  });
  return listening(child);
}
