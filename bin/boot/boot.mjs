// Runs on any Node from 18 on: installs what the lockfile names, where that is missing, and hands over to a runtime that
// is new enough.
import { existsSync } from 'node:fs';
import { delimiter, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endIfStopped, start, stopOnSignals, stopWithNpm } from './children.mjs';
import { isInstalled } from './installation.mjs';
import { install } from './installing.mjs';
import { compileCache, MEMORY, NODE_OPTIONS } from './node-options.mjs';
import { findRuntime } from './runtime.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const args = process.argv.slice(2);
const development = args[0] === '--development';
if (development) args.shift();
const installsOnly = args[0] === '--install';

stopOnSignals();
stopWithNpm();
try {
  if (!installsOnly) requireProgram(args[0]);
  const { path, note } = await readyRuntime();
  if (note) console.error(`roster: ${note}`);
  if (installsOnly) console.log('All packages of this version are installed.');
  process.exit(installsOnly ? 0 : await run(path));
} catch (error) {
  endIfStopped();
  console.error(`roster: ${error.message}`);
  process.exit(1);
}

/** Scripts name what they start from this folder, and data that is not placed elsewhere lies beside it. */
function requireProgram(program) {
  if (program === undefined) throw new Error('say what to start: node bin/boot.mjs src/server.ts');
  if (!existsSync(program))
    throw new Error(`there is no ${program} in ${process.cwd()}: start it in the folder of Roster, ${root}`);
}

/** A half installation is made whole once; what is still missing then is told. */
async function readyRuntime() {
  let runtime = isInstalled(root, development) ? findRuntime(root) : undefined;
  if (!runtime || runtime.isHalf) {
    await install(root, development);
    runtime = findRuntime(root);
  }
  if (!runtime.path) throw new Error(runtime.problem);
  return runtime;
}

function run(runtime) {
  process.env.NODE_ENV ??= development ? 'test' : 'production';
  // What a script starts by the name `node`, like the tools of the tests, gets the same runtime.
  process.env.PATH = [dirname(runtime), process.env.PATH].join(delimiter);
  process.env.NODE_COMPILE_CACHE ??= compileCache(root);
  for (const [name, value] of Object.entries(MEMORY)) process.env[name] ??= value;
  // The channel is how the server notices that this process is gone, however that came about.
  return start(runtime, [...NODE_OPTIONS, ...args], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] }).ended;
}
