import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { CannotStart } from '../cannot-start.ts';
import { instant } from '../clock.ts';
import { DATABASE_FILE } from '../db/sqlite/database-files.ts';
import { forgetClosing } from './closed-mark.ts';
import { DATABASE_COMPANIONS, giveToOwner, reasonOf, SECRETS_FOLDER } from './data-folder.ts';
import { flushFolder } from './whole-file.ts';

/** Begins the name of the folder in which a backup is made ready, in DATA_DIR. */
export const RESTORING = 'restoring-';

/** What a restore that was killed has left: a second copy of the data, and of its secrets. For whoever is alone in the folder. */
export function clearRestoring(dataDir: string): void {
  for (const name of readdirSync(dataDir).filter((entry) => entry.startsWith(RESTORING)))
    rmSync(join(dataDir, name), { recursive: true, force: true });
}

/** Where what is replaced lies from then on. */
export function makeFolderAside(dataDir: string): string {
  const folder = join(resolve(dataDir), `replaced-${instant(Date.now()).replace(/\D/g, '')}`);
  mkdirSync(folder, { mode: 0o700 });
  giveToOwner(dataDir, [folder]);
  return folder;
}

/** Puts database and secrets of the workshop in the place of those in DATA_DIR. Returns where these lie now. Throws CannotStart. */
export function replaceFiles(dataDir: string, workshop: string): string | undefined {
  forgetClosing(dataDir);
  const there = [DATABASE_FILE, ...DATABASE_COMPANIONS, SECRETS_FOLDER].filter((name) =>
    existsSync(join(dataDir, name)),
  );
  const replaced = there.length > 0 ? makeFolderAside(dataDir) : undefined;
  // The database first: a crash in between leaves secrets without one, which no server takes for a new beginning. Never is a
  // database without its log, or beside the log of another.
  moveAll([
    ...(replaced ? there.map((name): Move => [join(dataDir, name), join(replaced, name)]) : []),
    ...[SECRETS_FOLDER, DATABASE_FILE].map((name): Move => [join(workshop, name), join(dataDir, name)]),
  ]);
  return replaced;
}

/** Puts the secrets of the workshop in the place of those in DATA_DIR. Throws CannotStart. */
export function replaceSecrets(dataDir: string, workshop: string, replaced: string): void {
  const [place, aside] = [join(dataDir, SECRETS_FOLDER), join(replaced, SECRETS_FOLDER)];
  moveAll([...(existsSync(place) ? [[place, aside] as Move] : []), [join(workshop, SECRETS_FOLDER), place]]);
}

type Move = [from: string, to: string];

/**
 * Moves all of these, each lasting before the next. Where one cannot be moved, a disk of its own for one, those before it go back: half of
 * them would be data without its secrets. Throws CannotStart.
 */
export function moveAll(moves: Move[]): void {
  const done: Move[] = [];
  try {
    for (const [from, to] of moves) {
      move(from, to);
      done.push([from, to]);
    }
  } catch (error) {
    for (const [from, to] of done.toReversed()) move(to, from);
    for (const folder of new Set(moves.map(([, to]) => dirname(to)))) removeEmpty(folder);
    const { path } = error as NodeJS.ErrnoException;
    throw new CannotStart([`${path} cannot be moved (${reasonOf(error)}). Nothing was changed`]);
  }
}

function move(from: string, to: string): void {
  renameSync(from, to);
  flushFolder(dirname(to));
  flushFolder(dirname(from));
}

function removeEmpty(folder: string): void {
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}
