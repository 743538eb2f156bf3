import { join } from 'node:path';

/**
 * How Node is started for everything of Roster. A smaller young generation than its own choice, and an old one that is tidied when it has
 * doubled: measured over the list of users under load. What a load leaves is given back once there is little to do (`src/process/idle-memory.ts`).
 * Objects of which many lived long are made young all the same: the rows of a page that is shown again and again are kept, and those of all other
 * pages would be made where only a collection of everything takes them back.
 */
export const NODE_OPTIONS = [
  '--max-semi-space-size=8',
  '--heap-growing-percent=100',
  '--no-allocation-site-pretenuring',
];

/**
 * How the C library of Linux keeps memory, for everything of Roster: one store for what the program itself keeps and one for all threads beside
 * it, and what is larger than 32 KB, such as a page on its way out, goes back to the system by itself instead of lying between what stays.
 */
export const MEMORY = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '32768', MALLOC_TRIM_THRESHOLD_: '32768' };

/** Where Node keeps what it has compiled: the next start takes two thirds of the time, and less room. */
export function compileCache(root) {
  return join(root, 'node_modules/.cache/compiled');
}
