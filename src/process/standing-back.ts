import type { ChildProcess } from 'node:child_process';
import { constants, getPriority, setPriority } from 'node:os';

const { PRIORITY_BELOW_NORMAL, PRIORITY_LOW } = constants.priority;

/** How far a process stands back: somebody waits for what it does, or nobody. */
const PRIORITIES = { 'is waited for': PRIORITY_BELOW_NORMAL, 'can wait': PRIORITY_LOW };

/**
 * Has a process that was just started stand back behind whoever is served. It could do so itself, but too late: a thread has the priority of the one
 * that began it, and those that collect the garbage and compile are there before its first line runs.
 */
export function standBack({ pid }: Pick<ChildProcess, 'pid'>, how: keyof typeof PRIORITIES): void {
  if (pid === undefined) return;
  try {
    // Nobody is moved forward who stands further back.
    setPriority(pid, Math.max(getPriority(pid), PRIORITIES[how]));
  } catch {
    // It is gone already, or the system does not let us: it works all the same.
  }
}
