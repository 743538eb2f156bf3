import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What the executable carries: the content of each file, by its path. */
export type Parts = ReadonlyMap<string, Uint8Array>;

/**
 * Puts the parts into a folder of their own in the first of these places that is good for it, and gives that folder. What lies
 * there already is compared byte by byte and replaced where it differs: program text is run from there. Throws where no place will do.
 */
export function unpack(parts: Parts, places: readonly string[]): string {
  const name = fingerprint(parts);
  const reasons: string[] = [];
  for (const place of places)
    try {
      const folder = join(place, name);
      makeOwn(place);
      if (!holds(folder, parts)) write(folder, parts);
      return folder;
    } catch (error) {
      reasons.push((error as Error).message);
    }
  throw new Error(`there is no place for the files that this program unpacks: ${reasons.join('; ')}`);
}

/** Other versions have other folders: those that run go on. */
function fingerprint(parts: Parts): string {
  const hash = createHash('sha256');
  for (const [path, content] of parts) hash.update(`${path}\0${content.length}\0`).update(content);
  return hash.digest('hex').slice(0, 32);
}

/** What others can write to could be exchanged between the look and the use. */
function makeOwn(place: string): void {
  mkdirSync(place, { recursive: true, mode: 0o700 });
  const { uid, mode } = lstatSync(place);
  if (!process.getuid) return;
  if (!lstatSync(place).isDirectory() || uid !== process.getuid()) throw new Error(`${place} belongs to somebody else`);
  if (mode & 0o022) chmodSync(place, 0o700);
}

function holds(folder: string, parts: Parts): boolean {
  try {
    const isSame = [...parts].every(([path, content]) => readFileSync(join(folder, path)).equals(content));
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
      (entry) => !entry.isDirectory(),
    );
    // A file more could be found in the place of another, and a link lead elsewhere tomorrow.
    return isSame && entries.length === parts.size && entries.every((entry) => entry.isFile());
  } catch {
    return false;
  }
}

/** Written beside and renamed, so that a start at the same moment finds all or nothing. */
function write(folder: string, parts: Parts): void {
  const beside = `${folder}.new-${process.pid}`;
  rmSync(beside, { recursive: true, force: true });
  try {
    for (const [path, content] of parts) {
      mkdirSync(dirname(join(beside, path)), { recursive: true, mode: 0o700 });
      writeFileSync(join(beside, path), content, { mode: 0o600 });
    }
    takePlace(beside, folder, parts);
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
}

function takePlace(beside: string, folder: string, parts: Parts): void {
  const aside = `${folder}.old-${process.pid}`;
  try {
    renameSync(folder, aside);
  } catch {
    // Nothing lay there.
  }
  try {
    renameSync(beside, folder);
  } catch (error) {
    // Another start was quicker.
    if (!holds(folder, parts)) throw error;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}
