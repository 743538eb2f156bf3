import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSea } from 'node:sea';

/** What this program is made of: the checkout, or where the single executable unpacked its parts. */
export const PROGRAM_FOLDER = join(import.meta.dirname, '..');

/** Of this program, as its package says. */
export const VERSION: string = JSON.parse(readFileSync(join(PROGRAM_FOLDER, 'package.json'), 'utf8')).version;

/** Whether this is the single executable, which has no npm beside it. */
export const isExecutable = isSea();

/** How people type a command of the command line here, without its parameters. */
export const COMMAND_LINE = isExecutable ? 'roster' : 'npm run roster --';

/** The command line as a program and its first arguments, for a child process. */
export function commandLineProgram(): [program: string, ...first: string[]] {
  return isExecutable ? [process.execPath] : [process.execPath, join(PROGRAM_FOLDER, 'bin/roster.ts')];
}

/** A file of `src` that runs as a process of its own: as a program and its first arguments. The single executable has its options for Node in it. */
export function programOf(name: string, options: string[] = []): [program: string, ...first: string[]] {
  return isExecutable
    ? [process.execPath, name]
    : [process.execPath, ...options, join(PROGRAM_FOLDER, `src/${name}.ts`)];
}
