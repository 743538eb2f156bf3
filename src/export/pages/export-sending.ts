import type { Request, Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import { dayOf } from '../../clock.ts';
import type { ContactViewer } from '../../contacts/contact.ts';
import { stillSeeing } from '../../contacts/pages/still-seeing.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { sendFile } from '../../web/files/sent-file.ts';
import { formatOf } from '../../web/reader/reader-format.ts';
import type { OneOfFew } from '../../web/traffic/few-at-once.ts';
import { exportRecords } from '../actions/exporting.ts';
import { columnsFor, type ExportKind } from '../exportable.ts';
import type { FileFormat } from '../file-format.ts';
import type { ExportSources } from './export-kinds.ts';
import { isTicking, problemsOf, showForm, typedExport } from './export-page.ts';

const TYPES: Record<FileFormat, string> = { csv: 'text/csv', jsonl: 'application/x-ndjson' };

interface Sending {
  kind: ExportKind<ExportSources, ContactViewer>;
  oneOfFew: OneOfFew;
}

/** Answers with the file. */
export async function sendExport(app: AppContext, req: Request, res: Response, sending: Sending): Promise<void> {
  const { kind, oneOfFew } = sending;
  const typed = await typedExport(app, req, kind);
  const known = columnsFor(kind, req.viewer!).map(({ key }) => key);
  if (isTicking(req)) return showForm(app, req, res, { kind, typed: { ...typed, columns: known } });
  // The list tells it, and shows nobody: in a file it would be read as that there is nobody.
  if ((await problemsOf(app, req, { kind, typed })).length > 0) return showForm(app, req, res, { kind, typed });
  if (!typed.columns.some((key) => known.includes(key))) {
    const errors = { columns: 'Tick at least one column.' };
    return showForm(app, req, res, { kind, typed, errors });
  }
  const { fileFormat } = typed;
  const exporter = { act: actOf(app, req), look: stillSeeing(app, req) };
  await oneOfFew(() =>
    sendFile(app, req, res, {
      name: `${kind.name}-${dayOf(app.clock())}.${fileFormat}`,
      type: TYPES[fileFormat],
      write: (sink) => exportRecords(app, exporter, { ...typed, kind, format: formatOf(req) }, sink),
    }),
  );
}
