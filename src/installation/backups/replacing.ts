import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { instant } from '../../clock.ts';
import { DATABASE_FILE } from '../../db/sqlite/database-files.ts';
import { CannotStart } from '../../process/cannot-start.ts';
import { forgetClosing } from '../data/closed-mark.ts';
import { DATABASE_COMPANIONS, exchangeFile, giveToOwner, reasonOf, SECRETS_FOLDER } from '../data/data-folder.ts';
import { flushFolder, writeWhole } from '../data/whole-file.ts';

/** Begins the name of the folder in which a backup is made ready, in DATA_DIR. */
export const RESTORING = 'restoring-';

/** What the file says that stands in DATA_DIR while what lies there is half exchanged: by its names, for a folder may come to lie elsewhere. */
interface Exchange {
  workshop: string;
  replaced: string;
}

/** Whether a restore is at work in the folder, or one that was killed has left something there. */
export function isRestoring(dataDir: string): boolean {
  return existsSync(exchangeFile(dataDir)) || readdirSync(dataDir).some((name) => name.startsWith(RESTORING));
}

/**
 * What a restore that was killed has left: data that is half exchanged goes back to what it was, and a second copy of the data, and of its
 * secrets, is removed. For whoever is alone in the folder.
 */
export function clearRestoring(dataDir: string): void {
  takeBackExchange(dataDir);
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

/**
 * Puts database and secrets of the workshop in the place of those in DATA_DIR. Returns where these lie now. A crash in between is taken back by
 * whoever opens the folder next, whole. Throws CannotStart.
 */
export function replaceFiles(dataDir: string, workshop: string): string | undefined {
  forgetClosing(dataDir);
  if (!OF_THE_DATA.some((name) => existsSync(join(dataDir, name)))) {
    moveAll(movesIn(dataDir, workshop));
    return undefined;
  }
  const replaced = makeFolderAside(dataDir);
  const exchange = { workshop: basename(workshop), replaced: basename(replaced) };
  writeWhole(exchangeFile(dataDir), JSON.stringify(exchange));
  giveToOwner(dataDir, [exchangeFile(dataDir)]);
  try {
    moveAll(movesOf(dataDir, exchange));
  } catch (error) {
    // All of it went back.
    if (error instanceof CannotStart) endExchange(dataDir);
    throw error;
  }
  endExchange(dataDir);
  return replaced;
}

const OF_THE_DATA = [DATABASE_FILE, ...DATABASE_COMPANIONS, SECRETS_FOLDER];

/** Never is a database without its log, or beside the log of another: whoever has it open beside may make one at any moment, or remove it. */
function movesOf(dataDir: string, { workshop, replaced }: Exchange): Move[] {
  return [
    ...OF_THE_DATA.map((name): Move => [join(dataDir, name), join(dataDir, replaced, name), 'where it is there']),
    ...movesIn(dataDir, join(dataDir, workshop)),
  ];
}

/** The database last: with it all is done, and secrets without one no server takes for a new beginning. */
function movesIn(dataDir: string, workshop: string): Move[] {
  return [SECRETS_FOLDER, DATABASE_FILE].map((name): Move => [join(workshop, name), join(dataDir, name)]);
}

/** What was moved is no longer where it came from. With the database of the workshop all of it was. */
function takeBackExchange(dataDir: string): void {
  const file = exchangeFile(dataDir);
  rmSync(`${file}.new`, { force: true });
  if (!existsSync(file)) return;
  const exchange: Exchange = JSON.parse(readFileSync(file, 'utf8'));
  const [workshop, replaced] = [join(dataDir, exchange.workshop), join(dataDir, exchange.replaced)];
  const isDone = existsSync(workshop) && !existsSync(join(workshop, DATABASE_FILE));
  if (!isDone) {
    mkdirSync(workshop, { recursive: true, mode: 0o700 });
    for (const [from, to] of movesOf(dataDir, exchange).toReversed())
      if (!existsSync(from) && existsSync(to)) move(to, from);
    if (existsSync(replaced)) removeEmpty(replaced);
  }
  endExchange(dataDir);
}

function endExchange(dataDir: string): void {
  rmSync(exchangeFile(dataDir), { force: true });
  flushFolder(dataDir);
}

/** Puts the secrets of the workshop in the place of those in DATA_DIR. Throws CannotStart. */
export function replaceSecrets(dataDir: string, workshop: string, replaced: string): void {
  const [place, aside] = [join(dataDir, SECRETS_FOLDER), join(replaced, SECRETS_FOLDER)];
  moveAll([...(existsSync(place) ? [[place, aside] as Move] : []), [join(workshop, SECRETS_FOLDER), place]]);
}

type Move = [from: string, to: string, which?: 'where it is there'];

/**
 * Moves all of these, each lasting before the next. Where one cannot be moved, a disk of its own for one, those before it go back: half of
 * them would be data without its secrets. Throws CannotStart.
 */
export function moveAll(moves: Move[]): void {
  const done: Move[] = [];
  try {
    for (const [from, to, which] of moves) {
      if (which && !existsSync(from)) continue;
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
