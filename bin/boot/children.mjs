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

/** The process that started this one; where that is the shell of an npm script, which outlives npm, also who started that. */
function callers() {
  const parent = process.ppid;
  try {
    // Linux alone tells it so; elsewhere the shell gives its place to this process.
    const [, name, grandparent] = /\((.*)\) \S+ (\d+)/s.exec(readFileSync(`/proc/${parent}/stat`, 'utf8'));
    if (SHELLS.includes(name)) return `${parent} ${grandparent}`;
  } catch {}
  return String(parent);
}

function exitCode(signal) {
  return 128 + constants.signals[signal];
}
