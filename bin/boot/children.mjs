import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];
const LOOK_FOR_NPM_EVERY = 500;
const SHELLS = ['sh', 'ash', 'dash', 'bash', 'busybox'];

let running;
let stoppedBy;

/** Starts a program. `ended` is its exit code, which for one that a signal ended is 128 and the number of the signal. */
export function start(program, args, options) {
  endIfStopped();
  const child = spawn(program, args, options);
  running = child;
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(signal ? exitCode(signal) : code));
  });
  return { child, ended };
}

/** A start that was stopped while it installed goes no further. */
export function endIfStopped() {
  if (stoppedBy) process.exit(exitCode(stoppedBy));
}

export function stopOnSignals() {
  for (const signal of SIGNALS) process.on(signal, () => stop(signal));
}

/** npm dies of a signal without passing it on: whoever stops `npm start` means the server as well. */
export function stopWithNpm() {
  if (!process.env.npm_lifecycle_event) return;
  const before = callers();
  setInterval(() => {
    if (callers() !== before) stop('SIGTERM');
  }, LOOK_FOR_NPM_EVERY).unref();
}

function stop(signal) {
  stoppedBy = signal;
  running?.kill(signal);
}

/** Who started this process, up to the first that is no shell: the shell of an npm script outlives npm. */
function callers() {
  const found = [process.ppid];
  try {
    // Only Linux tells it so; elsewhere the shell of a script makes way for what it starts.
    for (;;) {
      const [, name, parent] = /\((.*)\) \S+ (\d+)/s.exec(readFileSync(`/proc/${found.at(-1)}/stat`, 'utf8'));
      if (!SHELLS.includes(name)) break;
      found.push(parent);
    }
  } catch {}
  return found.join(' ');
}

function exitCode(signal) {
  return 128 + constants.signals[signal];
}
