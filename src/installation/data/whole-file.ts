import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { open, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Writes the file beside its place and moves it there: after a crash it is there whole, or not at all. For this user alone. */
export function writeWhole(file: string, text: string): void {
  const beside = `${file}.new`;
  writeFileSync(beside, text, { mode: 0o600, flush: true });
  moveWhole(beside, file);
}

/** A file that is written bit by bit: it is in its place when `finish` is through, and whole; before, and after `discard`, it is not there. */
export interface GrowingFile {
  write(text: string): Promise<void>;
  finish(): Promise<void>;
  discard(): Promise<void>;
}

/** What is there and is no file, such as /dev/stdout or a pipe, takes what is written at once, and stays what it is. */
export async function growWhole(place: string): Promise<GrowingFile> {
  const file = await realpath(place).catch(() => place);
  const found = await stat(file).catch(() => undefined);
  if (found && !found.isFile()) return growStraight(file);
  // Not the number of the process: in a container that is always the same, and one that was killed has left its own.
  const beside = `${file}.${randomBytes(4).toString('hex')}.new`;
  const handle = await open(beside, 'wx', 0o600);
  return {
    write: (text) => handle.writeFile(text),
    async finish() {
      await handle.sync();
      await handle.close();
      moveWhole(beside, file);
    },
    async discard() {
      await handle.close();
      rmSync(beside, { force: true });
    },
  };
}

async function growStraight(place: string): Promise<GrowingFile> {
  const handle = await open(place, 'w');
  return {
    write: (text) => handle.writeFile(text),
    finish: () => handle.close(),
    discard: () => handle.close(),
  };
}

/** Moves a file, or a folder, and returns when that lasts. */
export function moveWhole(from: string, to: string): void {
  renameSync(from, to);
  flushFolder(dirname(to));
}

/** A rename is on the disk when its folder is. Windows knows no such thing, and does it by itself. */
export function flushFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
