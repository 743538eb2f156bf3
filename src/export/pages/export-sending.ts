import type { Request, Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import { dayOf, minuteOf } from '../../clock.ts';
import type { ContactViewer } from '../../contacts/contact.ts';
import { findContactViewer } from '../../contacts/contact-viewer.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { requireStillActing } from '../../sessions/still-acting.ts';
import { Forbidden, Refused } from '../../verbs/refusals.ts';
import { formatOf } from '../../web/reader/reader-format.ts';
import { BrokenOff, exportRecords, ReaderGone } from '../actions/exporting.ts';
import { columnsFor, type ExportKind } from '../exportable.ts';
import type { FileFormat } from '../file-format.ts';
import type { ExportSources } from './export-kinds.ts';
import { showForm, type TypedExport, typedExport } from './export-page.ts';
import { breakOff, responseSink } from './response-sink.ts';

const TYPES: Record<FileFormat, string> = { csv: 'text/csv', jsonl: 'application/x-ndjson' };

interface Sending {
  kind: ExportKind<ExportSources, ContactViewer>;
  /** Runs it where not too many run already. */
  oneOfFew(work: () => Promise<void>): Promise<void>;
}

/** Answers with the file. Whatever goes wrong in its middle, the answer has no end, and the browser says so. */
export async function sendExport(app: AppContext, req: Request, res: Response, sending: Sending): Promise<void> {
  const { kind, oneOfFew } = sending;
  const typed = await typedExport(app, req, kind);
  const known = columnsFor(kind, req.viewer!).map(({ key }) => key);
  if (!typed.columns.some((key) => known.includes(key))) {
    const errors = { columns: 'Tick at least one column.' };
    return showForm(app, req, res, { kind, typed, errors });
  }
  await oneOfFew(async () => {
    const { fileFormat } = typed;
    res.attachment(`${kind.name}-${dayOf(app.clock())}.${fileFormat}`).type(`${TYPES[fileFormat]}; charset=utf-8`);
    // To pack a large file would keep a core busy beside those that serve pages.
    res.set('Cache-Control', 'no-store, no-transform');
    try {
      await writeOut(app, req, res, kind, typed);
      res.end();
    } catch (error) {
      if (!res.headersSent) {
        res.removeHeader('Content-Disposition');
        throw error;
      }
      tell(app, req, error);
      await breakOff(res);
    }
  });
}

async function writeOut(
  app: AppContext,
  req: Request,
  res: Response,
  kind: Sending['kind'],
  typed: TypedExport,
): Promise<void> {
  const exporter = { act: actOf(app, req), look: lookerOf(app, req) };
  await exportRecords(app, exporter, { ...typed, kind, format: formatOf(req) }, responseSink(res));
}

/** What the viewer may see at this moment. Throws where they are signed out, or where they see less than at first. */
function lookerOf(app: AppContext, req: Request): () => Promise<ContactViewer> {
  const viewer = req.viewer!;
  let first: ContactViewer | undefined;
  return async () => {
    const minute = minuteOf(app.clock());
    await requireStillActing(app.db.read, { viewer, sessionId: req.sessionID }, minute);
    const now = await findContactViewer(app.db.read, viewer, minute);
    first ??= now;
    if (seesLess(now, first)) throw new Forbidden('You see fewer contacts than when this began.');
    return now;
  };
}

function seesLess(now: ContactViewer, before: ContactViewer): boolean {
  return (now.noSharedData && !before.noSharedData) || [...before.groupIds].some((id) => !now.groupIds.has(id));
}

/** A reader who went away, or lost their rights, is no mistake of ours. */
function tell({ logger }: AppContext, req: Request, error: unknown): void {
  const cause = error instanceof BrokenOff ? error.cause : error;
  const isOurs = !(cause instanceof ReaderGone || cause instanceof Refused);
  const told = { requestId: req.id, ...(isOurs ? { err: cause } : { reason: (cause as Error).message }) };
  if (isOurs) logger.error(told, 'an export broke off');
  else logger.info(told, 'an export broke off');
}
