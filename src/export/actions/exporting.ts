import { type Clock, instant, MINUTE } from '../../clock.ts';
import type { ContactViewer } from '../../contacts/contact.ts';
import type { Database } from '../../db/database.ts';
import { frozenIds } from '../../facets/frozen-walk.ts';
import { installationMark } from '../../installation/data/installation-mark.ts';
import { type Sink, writeOut } from '../../lists/written-out.ts';
import type { Format } from '../../text/format.ts';
import type { Act } from '../../verbs/act.ts';
import { columnsFor, type ExportKind, type Meant, READ_AT_ONCE } from '../exportable.ts';
import { type FileFormat, fileParts } from '../file-format.ts';
import { begin, type ExportFacts, end, noteProgress } from '../running-export-store.ts';

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
  const now = () => ({ ...act, at: instant(clock()) });
  const isNoteDue = everyMinute(clock);
  async function* pieces() {
    for await (const ids of frozen.pieces()) yield* kind.read(sources, viewer, ids, chosen);
  }
  return writeOut(sink, {
    parts: fileParts(fileFormat, { mark, kind: kind.name, noun: kind.noun, columns, view, at: act.at }),
    pieces: pieces(),
    async look() {
      viewer = await exporter.look();
    },
    async progressed(lines) {
      if (isNoteDue()) await db.note((trx) => noteProgress(trx, id, lines, instant(clock())));
    },
    ended({ lines: rows, brokenOff }) {
      // Who may not go on has had it all the same.
      const by = brokenOff ? { ...now(), confirm: undefined } : now();
      return db.write((trx) => end(trx, by, id, { rows, ...(brokenOff && { brokenOff: brokenOff.message }) }));
    },
  });
}

/** Whether it is to be noted again how far it has come. */
function everyMinute(clock: Clock): () => boolean {
  let notedAt = clock();
  return () => {
    const now = clock();
    if (Math.abs(now - notedAt) < MINUTE) return false;
    notedAt = now;
    return true;
  };
}
