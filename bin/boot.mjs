// What `npm start`, `npm test` and the other scripts call. It runs on any Node from 18 on: it installs what the
// lockfile names, when that changed, and hands over to the runtime that the lockfile pins.
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stampFile = join(root, 'node_modules', '.roster-installed');
const args = process.argv.slice(2);
const development = args[0] === '--development';
if (development) args.shift();

function fail(message) {
  console.error(`roster: ${message}`);
  process.exit(1);
}

function install() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = existsSync(stampFile) ? readFileSync(stampFile, 'utf8').trim() : '';
  const full = `${lock} full`;
  const lean = `${lock} lean`;
  if (stamp === full || (stamp === lean && !development)) return;
  console.error(`Installing packages (${development ? 'with the tools for tests' : 'only what the server needs'}) …`);
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  try {
    execFileSync(npm, ['ci', development ? '--include=dev' : '--omit=dev', '--loglevel=error'], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
      shell: process.platform === 'win32',
    });
  } catch (error) {
    // npm follows its reason with a page about its own options.
    const reason = String(error.stderr ?? error.message)
      .split('\n')
      .filter((line) => line.trim() && line.trim() !== 'npm error');
    fail(`the packages could not be installed. ${reason.slice(0, 3).join(' ')}`);
  }
  writeFileSync(stampFile, `${development ? full : lean}\n`);
}

/** The pinned Node from node_modules where one exists for this platform, else the machine's own if it can run TypeScript. */
function runtime() {
  const pinned = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(pinned)) return pinned;
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath;
  return fail(
    `no Node runtime is packaged for ${process.platform}-${process.arch}: install Node 24 or newer (this is ${process.version}).`,
  );
}

install();
const child = spawn(runtime(), args, {
  stdio: 'inherit',
  env: { ...process.env, NODE_ENV: process.env.NODE_ENV ?? (development ? 'test' : 'production') },
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
// npm dies of a SIGTERM without passing it on: whoever stops `npm start` means the server as well.
const parent = process.ppid;
if (process.env.npm_lifecycle_event)
  setInterval(() => {
    if (process.ppid !== parent) child.kill('SIGTERM');
  }, 500).unref();
child.on('error', (error) => fail(`the runtime could not be started: ${error.message}`));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
