import { spawnSync } from 'node:child_process';
import {
  accessSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { start } from './children.mjs';
import { isInstalled } from './installation.mjs';
import { findRuntime } from './runtime.mjs';

const NEW = 'node_modules.new-';
const OLD = 'node_modules.old-';
/** Those before it stumble over the lockfile. */
const OLDEST_NPM = 7;
/** A user's own settings of npm are for other work: these decide what arrives, and have to be as the lockfile means it. */
const SETTINGS = {
  'engine-strict': false,
  'ignore-scripts': true,
  'package-lock': true,
  'legacy-peer-deps': false,
  'install-strategy': 'hoisted',
  'dry-run': false,
  global: false,
  workspaces: false,
  // Not those of the machine for which somebody builds something else.
  os: process.platform,
  cpu: process.arch,
  audit: false,
  fund: false,
  loglevel: 'error',
};

/**
 * Puts what the lockfile names into node_modules. It is fetched beside it and takes its place when it is whole and
 * starts: without network, or stopped on the way, what was installed before is still there. Throws what kept it from that.
 */
export async function install(root, development) {
  try {
    removeLeftovers(root);
    if (isInstalled(root, development) && findRuntime(root).path) return;
    console.error(`Installing packages (${development ? 'with the tools for tests' : 'only what the server needs'}) …`);
    if (isVolume(root)) await fetchPackages(root, development);
    else await installBeside(root, development);
  } catch (error) {
    throw new Error(`the packages of this version could not be installed. ${explained(error, root)}`);
  }
}

async function installBeside(root, development) {
  const beside = join(root, `${NEW}${process.pid}`);
  mkdirSync(beside);
  try {
    for (const name of ['package.json', 'package-lock.json', '.npmrc'])
      if (existsSync(join(root, name))) copyFileSync(join(root, name), join(beside, name));
    await fetchPackages(beside, development);
    takePlace(root, beside);
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
}

/** Of starts that were killed. What one of them had already put aside is put back where nothing took its place. */
function removeLeftovers(root) {
  for (const name of readdirSync(root)) {
    const owner = [NEW, OLD].find((prefix) => name.startsWith(prefix));
    const pid = owner && Number(name.slice(owner.length));
    // In a container every start has the same number: what bears that of this one was left by another.
    if (!owner || (pid !== process.pid && isRunning(pid))) continue;
    if (owner === OLD && !existsSync(join(root, 'node_modules')))
      renameSync(join(root, name), join(root, 'node_modules'));
    else rmSync(join(root, name), { recursive: true, force: true });
  }
}

async function fetchPackages(folder, development) {
  const flags = Object.entries(SETTINGS).map(([name, value]) => `--${name}=${value}`);
  const which = [development ? '--include=dev' : '--omit=dev', '--include=optional'];
  checkNpm();
  const [program, ...args] = [...npm(), 'ci', ...which, ...flags];
  const { child, ended } = start(program, args, {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    shell: program === 'npm.cmd',
    env: { ...process.env, npm_config_cache: cache(folder) },
  });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const code = await ended;
  if (code !== 0) throw new Error(reasonIn(said) || `npm ended with ${code}.`);
  checkStarts(folder, development);
}

/** The npm that runs this script; another package manager that runs it does not know `ci`. */
function npm() {
  const path = process.env.npm_execpath;
  if (path && /^npm.*\.c?js$/.test(basename(path))) return [process.execPath, path];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
}

function checkNpm() {
  const [program, ...args] = [...npm(), '--version'];
  const { error, stdout } = spawnSync(program, args, { encoding: 'utf8', shell: program === 'npm.cmd' });
  if (error && error.code === 'ENOENT') throw new Error('There is no npm on this machine, which fetches them.');
  const version = (stdout ?? '').trim();
  if (Number.parseInt(version, 10) < OLDEST_NPM)
    throw new Error(
      `npm ${version} is too old for that: install npm ${OLDEST_NPM} or newer, as it comes with Node 18.`,
    );
}

/** Users that only run services often have no home to keep a cache in. */
function cache(folder) {
  const given = process.env.npm_config_cache ?? join(homedir(), '.npm');
  try {
    mkdirSync(given, { recursive: true });
    accessSync(given, constants.W_OK);
    return given;
  } catch {
    return join(folder, '.npm');
  }
}

function checkStarts(folder, development) {
  if (!isInstalled(folder, development)) throw new Error('npm ended without a word, but packages are missing.');
  const { path, problem } = findRuntime(folder);
  if (!path) throw new Error(problem);
  // npm puts this folder before all others: a runtime in it would take the place of the one that runs these files,
  // also where it does not start, and on Windows it could not be replaced by the next version while it runs.
  const links = join(folder, 'node_modules', '.bin');
  for (const name of ['node', 'node.cmd', 'node.ps1', 'node.exe']) rmSync(join(links, name), { force: true });
}

/** A folder that is mounted of its own cannot change places with another. */
function isVolume(root) {
  const place = join(root, 'node_modules');
  return existsSync(place) && statSync(place).dev !== statSync(root).dev;
}

function takePlace(root, beside) {
  const place = join(root, 'node_modules');
  const aside = join(root, `${OLD}${process.pid}`);
  if (existsSync(place)) renameSync(place, aside);
  renameSync(join(beside, 'node_modules'), place);
  rmSync(aside, { recursive: true, force: true });
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function explained({ code, message }, root) {
  if (['EACCES', 'EPERM', 'EROFS'].includes(code)) return `This user may not write in ${root}.`;
  const isThere = existsSync(join(root, 'node_modules'));
  return isThere ? `${message} What was installed before is untouched: the version before still starts.` : message;
}

/** npm follows its reason with a page about its own options. */
function reasonIn(said) {
  const lines = said
    .split('\n')
    .filter((line) => line.trim() && line.trim() !== 'npm error' && line.trim() !== 'npm ERR!');
  return lines.slice(0, 3).join(' ');
}
