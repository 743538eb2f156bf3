import { stat } from 'node:fs/promises';
import { ConfigError } from '../../config.ts';
import type { Reader } from '../../db/database.ts';
import type { Import } from '../../import/import.ts';
import { refusedColumns, refusedLines } from '../../import/refused-lines.ts';
import { reasonOf } from '../../installation/data/data-folder.ts';
import { type GrowingFile, growWhole } from '../../installation/data/whole-file.ts';
import { tableParts } from '../../lists/table-file.ts';
import { BrokenOff, writeOut } from '../../lists/written-out.ts';

/** Where the refused lines of an import go; opened before anything is done, since what is done is not to end with an error. */
export interface RefusedReport {
  /** What is to be told of it where it could not be written: by then the import is done. */
  write(db: Reader, one: Import): Promise<string[]>;
  /** Takes away what was begun of it. */
  close(): Promise<void>;
}

/** Throws ConfigError where no file can be made there, or the one that is imported would be gone. */
export async function openRefusedReport(file: string | undefined, imported: string): Promise<RefusedReport> {
  if (file === undefined) return { write: async () => [], close: async () => undefined };
  if (await isSame(file, imported)) throw new ConfigError([`--report ${file} is the file that is imported`]);
  let growing: GrowingFile | undefined = await growWhole(file).catch((error) => {
    throw new ConfigError([`${file} cannot be written: ${reasonOf(error)}`]);
  });
  const close = async () => {
    await growing?.discard();
    growing = undefined;
  };
  return {
    close,
    async write(db, one) {
      try {
        await writeOut(growing!, {
          parts: tableParts(refusedColumns(one), one.separator),
          pieces: refusedLines(db, one),
        });
        await growing!.finish();
        growing = undefined;
        return [];
      } catch (error) {
        await close();
        return [`${file} could not be written: ${reasonOf(error instanceof BrokenOff ? error.cause : error)}.`];
      }
    },
  };
}

async function isSame(one: string, other: string): Promise<boolean> {
  const [first, second] = await Promise.all([one, other].map((file) => stat(file).catch(() => undefined)));
  if (!first?.isFile() || !second) return false;
  return first.dev === second.dev && first.ino === second.ino;
}
