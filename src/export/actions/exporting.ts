import { setImmediate as turnOfOthers } from 'node:timers/promises';
import { type Clock, instant, MINUTE } from '../../clock.ts';
import type { ContactViewer } from '../../contacts/contact.ts';
import type { Database } from '../../db/database.ts';
import { frozenIds } from '../../facets/frozen-walk.ts';
import { installationMark } from '../../installation/installation-mark.ts';
import type { Format } from '../../text/format.ts';
import type { Act } from '../../verbs/act.ts';
import { Refused } from '../../verbs/refusals.ts';
import { columnsFor, type ExportKind, type Meant, READ_AT_ONCE } from '../exportable.ts';
import { type FileFormat, fileParts } from '../file-format.ts';
import { begin, type ExportFacts, end, noteProgress } from '../running-export-store.ts';

/** After so many lines whoever exports is looked at once more. */
const LINES_PER_LOOK = 1_000;

/** What is to be exported, and how. */
export interface Exporting<Sources> {
  kind: ExportKind<Sources, ContactViewer>;
  meant: Meant;
  /** By their keys; whatever the viewer may not have is left out. */
  columns: readonly string[];
  fileFormat: FileFormat;
  /** Of whoever reads it: when their days begin. */
  format: Format;
}

/** Who exports. */
export interface Exporter {
  act: Act;
  /** What they may see at this moment; throws where they may not go on. Asked before the first line, and again and again. */
  look(): Promise<ContactViewer>;
  /** Whether they asked for the contacts of others as well. */
  withPrivate?: true;
}

/** Where the file goes. */
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

/**
 * Writes all that is meant into the sink, and tells the audit of it, once, whatever becomes of it: where that cannot be written, the
 * file is not whole. Returns how many lines it has. Throws BrokenOff, and before the first line whatever is wrong.
 */
export async function exportRecords<Sources extends { db: Database; clock: Clock }>(
  sources: Sources,
  exporter: Exporter,
  exporting: Exporting<Sources>,
  sink: Sink,
): Promise<number> {
  const { db, clock } = sources;
  const { kind, meant, fileFormat, format } = exporting;
  const { act } = exporter;
  let viewer = await exporter.look();
  const columns = columnsFor(kind, viewer).filter(({ key }) => exporting.columns.includes(key));
  const chosen = new Set(columns.map(({ key }) => key));
  const frozen =
    'ids' in meant ? frozenIds(meant.ids, READ_AT_ONCE) : await kind.freeze(sources, viewer, meant.view, format);
  const view = 'view' in meant ? kind.viewPath(meant.view) : undefined;
  const facts: ExportFacts = {
    fileFormat,
    ...('ids' in meant ? { named: meant.ids.length } : { view }),
    ...(exporter.withPrivate && { withPrivate: true }),
  };
  const { id, mark } = await db.write(async (trx) => ({
    id: await begin(trx, act, kind.name, facts),
    mark: await installationMark(trx),
  }));
  const parts = fileParts(fileFormat, { mark, kind: kind.name, noun: kind.noun, columns, view, at: act.at });
  const progress = new Progress(clock);
  const now = () => ({ ...act, at: instant(clock()) });
  try {
    await sink.write(parts.head());
    for await (const ids of frozen.pieces())
      for await (const lines of kind.read(sources, viewer, ids, chosen)) {
        if (progress.isLookDue(lines.length)) viewer = await exporter.look();
        if (progress.isNoteDue()) await db.note((trx) => noteProgress(trx, id, progress.lines, instant(clock())));
        await sink.write(parts.lines(lines));
        progress.lines += lines.length;
        await turnOfOthers();
      }
    await db.write((trx) => end(trx, now(), id, { rows: progress.lines }));
  } catch (error) {
    const brokenOff = new BrokenOff(error);
    if (!(error instanceof ReaderGone)) await sink.write(parts.broken()).catch(() => undefined);
    const { message } = brokenOff;
    // Who may not go on has had it all the same.
    await db.write((trx) =>
      end(trx, { ...now(), confirm: undefined }, id, { rows: progress.lines, brokenOff: message }),
    );
    throw brokenOff;
  }
  await sink.write(parts.end()).catch((error) => {
    throw new BrokenOff(error);
  });
  return progress.lines;
}

/** How far it has come, and what is due. */
class Progress {
  lines = 0;
  private readonly clock: Clock;
  private lookedAt = 0;
  private notedAt: number;

  constructor(clock: Clock) {
    this.clock = clock;
    this.notedAt = clock();
  }

  /** Before so many more are handed out. */
  isLookDue(more: number): boolean {
    if (this.lines + more - this.lookedAt < LINES_PER_LOOK) return false;
    this.lookedAt = this.lines;
    return true;
  }

  isNoteDue(): boolean {
    const now = this.clock();
    if (Math.abs(now - this.notedAt) < MINUTE) return false;
    this.notedAt = now;
    return true;
  }
}

/** In words of the program: what went wrong inside is for the log. */
function reasonOf(cause: unknown): string {
  if (cause instanceof ReaderGone) return cause.message;
  return cause instanceof Refused ? 'whoever asked may not see it any more' : 'something went wrong';
}
