import { join } from 'node:path';
import { isExecutable } from '../../program.ts';

/** What runs beside the program in threads, each with a file of its own. */
export const THREADS = ['looking-for-damage', 'moving-log'] as const;

/** Where a thread begins. The single executable has unpacked what is made of these files into one folder, beside what is made of this one. */
export function threadFile(name: (typeof THREADS)[number]): string {
  return join(import.meta.dirname, `${name}.${isExecutable ? 'mjs' : 'ts'}`);
}
