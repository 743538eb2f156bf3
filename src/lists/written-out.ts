import { setImmediate as turnOfOthers } from 'node:timers/promises';
import { Refused } from '../verbs/refusals.ts';

/** After so many lines whoever is handed them is looked at once more. */
const LINES_PER_LOOK = 1_000;

/** Where a file goes. */
export interface Sink {
  /** Resolves when more may come. Throws ReaderGone. */
  write(text: string): Promise<void>;
}

/** Nobody takes the file any more. */
export class ReaderGone extends Error {}

/** The file was begun and is not whole, which it says itself. */
export class BrokenOff extends Error {
  constructor(cause: unknown) {
    super(reasonOf(cause), { cause });
  }
}

/** The parts of a file, in the order in which they are written. */
export interface FileParts<Line> {
  head(): string;
  lines(lines: readonly Line[]): string;
  /** All lines are there. By this whole files are known. */
  end(): string;
  /** Instead of the end: these are not all. */
  broken(): string;
}

export interface WrittenOut<Line> {
  parts: FileParts<Line>;
  /** A few lines at a time, so that others have their turn between them. Throws where not all can be had. */
  pieces: AsyncIterable<readonly Line[]>;
  /** Throws where whoever reads it may not go on. Asked again and again, before the lines are handed out. */
  look?(): Promise<unknown>;
  /** So many lines are about to be written. */
  progressed?(lines: number): Promise<void>;
  /** It came to so many lines, and to its end or not: told before the end is written. */
  ended?(outcome: { lines: number; brokenOff?: BrokenOff }): Promise<void>;
}

/** Writes a file of any length, whole or so that it says itself that it is not. Returns how many lines it has. Throws BrokenOff. */
export async function writeOut<Line>(sink: Sink, file: WrittenOut<Line>): Promise<number> {
  const { parts } = file;
  let written = 0;
  let lookedAt = 0;
  try {
    await sink.write(parts.head());
    for await (const lines of file.pieces) {
      if (written + lines.length - lookedAt >= LINES_PER_LOOK) {
        lookedAt = written;
        await file.look?.();
      }
      await file.progressed?.(written);
      await sink.write(parts.lines(lines));
      written += lines.length;
      await turnOfOthers();
    }
    await file.ended?.({ lines: written });
  } catch (error) {
    const brokenOff = new BrokenOff(error);
    if (!(error instanceof ReaderGone)) await sink.write(parts.broken()).catch(() => undefined);
    await file.ended?.({ lines: written, brokenOff });
    throw brokenOff;
  }
  await sink.write(parts.end()).catch((error) => {
    throw new BrokenOff(error);
  });
  return written;
}

/** In words of the program: what went wrong inside is for the log. */
function reasonOf(cause: unknown): string {
  if (cause instanceof ReaderGone) return cause.message;
  return cause instanceof Refused ? 'whoever asked may not see it any more' : 'something went wrong';
}
