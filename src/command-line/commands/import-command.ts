import { statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Fields } from '../../audit/audit-event.ts';
import { executeOperation } from '../../bulk-operations/actions/execution.ts';
import { phaseOf } from '../../bulk-operations/bulk-operation.ts';
import { findOperation } from '../../bulk-operations/bulk-operation-store.ts';
import { ConfigError } from '../../config.ts';
import { importOperation } from '../../import/actions/applying.ts';
import { forgetWhole } from '../../import/actions/forgetting.ts';
import { KINDS } from '../../import/actions/import-kinds.ts';
import { stageFile } from '../../import/actions/staging.ts';
import { COLUMNS, IMPORT_KINDS, type ImportKindName } from '../../import/columns.ts';
import { UnreadableFile } from '../../import/encoding.ts';
import { type Import, MATCHED_BY, type MatchedBy, notFoundBy } from '../../import/import.ts';
import { countTicked, findPlanned, type PlannedLine, tickEmails } from '../../import/import-plan-store.ts';
import { beginPlanning, findImport } from '../../import/import-store.ts';
import { toldFields } from '../../import/told-fields.ts';
import { installationMark } from '../../installation/data/installation-mark.ts';
import { format } from '../../text/format.ts';
import { counted } from '../../text/text.ts';
import { whyUnread } from '../../unread-file.ts';
import type { Act } from '../../verbs/act.ts';
import { type CommandContext, type Result, refused } from '../command.ts';
import { untilDone } from '../large-work.ts';
import { tellingWhoeverStops } from '../stopped.ts';
import { checkMissingWords, deactivateMissing, missingInWords, missingPeople } from './missing-people.ts';
import { openRefusedReport, type RefusedReport } from './refused-report.ts';

const TOLD = 50;
/** So many refused lines are told to programs; all of them are in the file of --report. */
const TOLD_TO_PROGRAMS = 1_000;

/** Says what the file would change, line by line; with `apply` does it. Refused lines are left out. */
export async function importList(context: CommandContext, act: Act, list: string, file: string): Promise<Result> {
  const { importing = {} } = context;
  const kind = IMPORT_KINDS.find((one) => one === list);
  if (!kind) throw new ConfigError([`there is no list ${list} to import: import takes ${IMPORT_KINDS.join(' or ')}`]);
  const by = MATCHED_BY.find((one) => one === (importing.by ?? 'email'));
  if (!by) throw new ConfigError(['--by takes email or name']);
  checkMissingWords(context, list);
  const report = await openRefusedReport(importing.report, file);
  try {
    return await importFile(context, act, { kind, by, file, report });
  } finally {
    await report.close();
  }
}

interface Importing {
  kind: ImportKindName;
  by: MatchedBy;
  file: string;
  report: RefusedReport;
}

async function importFile(context: CommandContext, act: Act, { kind, by, file, report }: Importing): Promise<Result> {
  const { db, config, importing = {} } = context;
  let id: number;
  try {
    if (statSync(file).size > config.importMegabytes * 1024 * 1024)
      return refused(`The file is larger than ${config.importMegabytes} MB. Import it in parts.`);
    id = await stageFile(db, act, { path: file, name: basename(file), kind }, config.importLines);
  } catch (error) {
    if (error instanceof UnreadableFile) return refused(error.message);
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (code && syscall) return refused(`${file} cannot be read (${whyUnread(error)}).`);
    throw error;
  }
  let isApplied = false;
  try {
    const found = await planned(context, act, id, by);
    if (typeof found === 'string') return refused(found);
    if (importing.changesEmails) await db.write((trx) => tickEmails(trx, id, { shown: 'all', ticked: 'all' }));
    const missing = await missingPeople(context, act, found);
    if (typeof missing === 'string') return refused(missing);
    const numbers = await numbersOf(context, found);
    const told = await findPlanned(db.read, id, { isToldOnly: true }, TOLD + 1);
    const operation = importing.apply ? await applied(context, act, id) : undefined;
    isApplied = operation !== undefined;
    const came = await outcome(context, await findImport(db.read, id), { numbers, operation, told, report });
    if (!missing) return came;
    const gone = importing.apply ? await deactivateMissing(context, act, missing, operation) : undefined;
    const said = await missingInWords(context, missing, gone);
    const isWhole = !gone || gone.tally.changed === missing.ids.length;
    return {
      lines: [...came.lines, ...said.lines],
      data: { ...came.data, ...said.data },
      exitCode: isWhole ? came.exitCode : 3,
    };
  } finally {
    if (!isApplied) await forgetWhole(db, id);
  }
}

/** The dry run, or why there is none. */
async function planned(context: CommandContext, act: Act, id: number, by: MatchedBy): Promise<Import | string> {
  const { db } = context;
  const { heads, kind } = await findImport(db.read, id);
  const { meaningsOf, mistakeIn } = COLUMNS[kind];
  const meanings = meaningsOf(heads);
  const mistake = mistakeIn(meanings);
  if (mistake) return mistake;
  const wrong = notFoundBy(by, kind, meanings);
  if (wrong)
    return wrong.instead ? `${wrong.error}: --by ${wrong.instead} finds them by ${wrong.instead}.` : `${wrong.error}.`;
  await db.write(async (trx) => beginPlanning(trx, id, { meanings, by, mark: await installationMark(trx) }));
  await untilDone(context, act, async () => (await findImport(db.read, id)).state !== 'planning');
  const found = await findImport(db.read, id);
  return found.state === 'planned' ? found : found.problem;
}

/** The operation that did it; undefined where there was nothing to do. */
async function applied(context: CommandContext, act: Act, id: number): Promise<number | undefined> {
  const { db } = context;
  const operation = await db.write(async (trx) => {
    const made = await importOperation(trx, act, id);
    if (made) await executeOperation(trx, act, made);
    return made;
  });
  if (!operation) return undefined;
  const isOver = async () => phaseOf(await findOperation(db.read, operation.id)) !== 'running';
  await tellingWhoeverStops(operation.id, () => untilDone(context, act, isOver));
  return operation.id;
}

type Numbers = Record<'new' | 'changed' | 'unchanged' | 'refused', number>;

/** Who would only get another email, and does not, stays as they are. */
async function numbersOf({ db }: CommandContext, { id, counts }: Import): Promise<Numbers> {
  const kept = counts.emailsAlone - (await countTicked(db.read, id)).alone;
  const { changed, unchanged, refused: left } = counts;
  return { new: counts.new, changed: changed - kept, unchanged: unchanged + kept, refused: left };
}

async function outcome(
  { db, importing = {} }: CommandContext,
  one: Import,
  {
    numbers,
    operation,
    told,
    report,
  }: { numbers: Numbers; operation: number | undefined; told: PlannedLine[]; report: RefusedReport },
): Promise<Result> {
  const { counts } = one;
  const failed = counts.refused - numbers.refused;
  const unwritten = await report.write(db.read, one);
  const refusals = await findPlanned(db.read, one.id, { kind: 'refused' }, TOLD_TO_PROGRAMS);
  const given = await KINDS[one.kind].givenToNew(db.read, told);
  const ignored = one.heads.filter((_, n) => one.choices!.meanings[n] === null);
  const what = `${numbers.new} new, ${numbers.changed} changed, ${numbers.unchanged} unchanged`;
  return {
    lines: [
      ...(ignored.length > 0 ? [`Not imported: the columns ${ignored.join(', ')}.`] : []),
      ...told.slice(0, TOLD).map((line) => inWords(line, given.get(line.line))),
      ...(told.length > TOLD ? ['…'] : []),
      `${importing.apply ? 'Imported' : 'It would be'}: ${what}, ${counted(numbers.refused, 'line')} refused.`,
      ...(failed > 0 ? [`${counted(failed, 'line')} could not be done after all.`] : []),
      ...(importing.apply ? [] : ['Nothing was done. With --apply it is.']),
      ...unwritten,
    ],
    data: {
      ...numbers,
      refused: counts.refused,
      applied: importing.apply === true,
      ...(operation !== undefined && { operation }),
      refusals: refusals.map(({ line, reason }) => ({ line, reason })),
      ...(unwritten.length > 0 && { reportError: unwritten[0] }),
    },
    exitCode: counts.refused > 0 || unwritten.length > 0 ? 3 : 0,
  };
}

function inWords(planned: PlannedLine, given: Fields | undefined): string {
  const { line, name, kind, reason, told, newEmail, isTicked } = planned;
  const begin = `line ${line}: ${name}`;
  if (kind === 'refused') return `${begin}: refused. ${reason}`;
  const { before = {}, notes = [] } = told;
  const fields = toldFields(planned, given, format)
    .filter(({ field }) => field !== 'email' || kind === 'new' || isTicked)
    .map(({ label, before: former, after }) =>
      former === undefined ? `${label} ${after}` : `${label} ${former} → ${after}`,
    );
  const kept = newEmail !== null && !isTicked ? [`email stays ${format.value(before.email)}`] : [];
  return `${begin}: ${[...(kind === 'new' ? ['new'] : []), ...fields, ...kept, ...notes].join('; ')}`;
}
