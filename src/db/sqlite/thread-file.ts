import { join } from 'node:path';
import { isExecutable } from '../../program.ts';

/** Where a thread begins. The single executable has unpacked what is made of these files into one folder, beside what is made of this one. */
export function threadFile(name: 'looking-for-damage' | 'moving-log'): string {
  return join(import.meta.dirname, `${name}.${isExecutable ? 'mjs' : 'ts'}`);
}
