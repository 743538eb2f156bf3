import { constants, setPriority } from 'node:os';
import { minuteOf } from '../../clock.ts';
import { ConfigError } from '../../config.ts';
import { findContactViewer, findViewerOfAll } from '../../contacts/contact-viewer.ts';
import { exportRecords } from '../../export/actions/exporting.ts';
import { KINDS } from '../../export/exportable.ts';
import { FILE_FORMATS } from '../../export/file-format.ts';
import { EXPORT_KINDS } from '../../export/pages/export-kinds.ts';
import { reasonOf } from '../../installation/data/data-folder.ts';
import { growWhole } from '../../installation/data/whole-file.ts';
import { BrokenOff, ReaderGone, type Sink } from '../../lists/written-out.ts';
import { format } from '../../text/format.ts';
import { counted } from '../../text/text.ts';
import type { Act } from '../../verbs/act.ts';
import { type CommandContext, type Result, refused } from '../command.ts';
import { readySources } from '../list-sources.ts';
import { viewSaid } from '../view-said.ts';

/** Writes a list as a file. What cannot be meant is told, and never taken for everybody. */
export async function exportList(context: CommandContext, act: Act, list: string): Promise<Result> {
  const { db, exporting = {} } = context;
  const name = KINDS.find((one) => one === list);
  if (!name) throw new ConfigError([`there is no list ${list}: export takes ${KINDS.join(', ')}`]);
  const fileFormat = FILE_FORMATS.find((one) => one === (exporting.format ?? 'csv'));
  if (!fileFormat) throw new ConfigError([`--format takes ${FILE_FORMATS.join(' or ')}`]);
  const kind = EXPORT_KINDS[name];
  const view = viewSaid(exporting.view ?? '', name);
  const problems = await kind.problemsIn(db.read, view, act.by);
  if (problems.length > 0) throw new ConfigError(problems.map((problem) => `--view: ${problem}`));
  // Whoever works with Roster meanwhile goes first.
  setPriority(constants.priority.PRIORITY_LOW);
  const sources = await readySources(context, name);
  const exporter = {
    act,
    look: () =>
      exporting.withPrivate
        ? findViewerOfAll(db.read, act.by)
        : findContactViewer(db.read, act.by, minuteOf(Date.now())),
    ...(exporting.withPrivate && { withPrivate: true as const }),
  };
  const columns = kind.columns.map(({ key }) => key);
  const write = (sink: Sink) =>
    exportRecords(sources, exporter, { kind, meant: { view }, columns, fileFormat, format }, sink);
  try {
    const lines = await (exporting.to === undefined ? write(outputSink()) : writeTo(exporting.to, write));
    const where = exporting.to === undefined ? '' : `${exporting.to}: `;
    return {
      lines: [`${where}${counted(lines, 'line')}.`],
      data: { list, lines, ...(exporting.to !== undefined && { file: exporting.to }) },
      exitCode: 0,
      isBeside: exporting.to === undefined,
    };
  } catch (error) {
    if (!(error instanceof BrokenOff) || !(error.cause instanceof ReaderGone)) throw error;
    return { ...refused(`The export was broken off: ${error.message}.`), isBeside: true };
  }
}

async function writeTo(file: string, write: (sink: Sink) => Promise<number>): Promise<number> {
  const growing = await growWhole(file).catch((error) => {
    throw new ConfigError([`${file} cannot be written: ${reasonOf(error)}`]);
  });
  const stop = stoppable();
  try {
    const lines = await write({
      async write(text) {
        stop.ask();
        await growing.write(text).catch((error) => {
          throw goneBy(error);
        });
      },
    });
    await growing.finish().catch((error) => {
      throw new ConfigError([`${file} cannot be written: ${reasonOf(error)}`]);
    });
    return lines;
  } catch (error) {
    await growing.discard();
    throw error;
  }
}

function outputSink(): Sink {
  const stop = stoppable();
  const { stdout } = process;
  // What it means is told to whoever writes.
  stdout.removeAllListeners('error').on('error', () => undefined);
  return {
    write: (text) => {
      stop.ask();
      return new Promise((resolve, reject) => {
        stdout.write(text, (error) => (error ? reject(goneBy(error)) : resolve()));
      });
    },
  };
}

/** Where it was written to takes no more of it. */
function goneBy(error: unknown): ReaderGone {
  const isClosed = (error as NodeJS.ErrnoException).code === 'EPIPE';
  return new ReaderGone(isClosed ? 'nobody took it' : reasonOf(error));
}

/** Whoever stops the program gets an end that says what it is. */
function stoppable(): { ask(): void } {
  let isStopped = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => {
      isStopped = true;
    });
  return {
    ask() {
      if (isStopped) throw new ReaderGone('it was stopped');
    },
  };
}
