import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { databaseFile } from './data-folder.ts';

/**
 * After an orderly end the file is as SQLite left it, and need not be read through at the next start, which takes seconds
 * where there are many users. A copy, a restored file and one that changed since are other files.
 */
export function markClosed(dataDir: string): void {
  try {
    writeFileSync(markFile(dataDir), identityOf(dataDir), { mode: 0o600 });
  } catch {
    // The next start looks for itself.
  }
}

export function wasClosedWell(dataDir: string): boolean {
  try {
    return readFileSync(markFile(dataDir), 'utf8') === identityOf(dataDir);
  } catch {
    return false;
  }
}

/** From here on only an orderly end makes it true again. */
export function forgetClosing(dataDir: string): void {
  rmSync(markFile(dataDir), { force: true });
}

function markFile(dataDir: string): string {
  return join(dataDir, 'closed');
}

function identityOf(dataDir: string): string {
  const { dev, ino, size, mtimeNs } = statSync(databaseFile(dataDir), { bigint: true });
  return [dev, ino, size, mtimeNs].join(' ');
}
