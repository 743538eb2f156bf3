import { readFileSync, statSync } from 'node:fs';
import { ConfigError } from '../config.ts';
import { applyImport } from '../import/actions/importing.ts';
import { type Matching, type PlannedRow, planImport } from '../import/actions/planning.ts';
import { MOST_BYTES, readImportFile, UnreadableFile } from '../import/import-file.ts';
import { installationMark } from '../installation/installation-mark.ts';
import { writeWhole } from '../installation/whole-file.ts';
import { BYTE_ORDER_MARK, csvLines, joinedCell } from '../text/csv.ts';
import { format } from '../text/format.ts';
import { counted } from '../text/text.ts';
import type { Act } from '../verbs/act.ts';
import { type CommandContext, type Result, refused } from './command.ts';

const TOLD = 50;

/** Says what the file would change, line by line; with `apply` does it. Refused lines are left out. */
export async function importList(context: CommandContext, act: Act, list: string, file: string): Promise<Result> {
  const { db, importing = {} } = context;
  if (list !== 'users') throw new ConfigError([`there is no list ${list} to import: import takes users`]);
  const by = importing.by ?? 'email';
  if (by !== 'email' && by !== 'name') throw new ConfigError(['--by takes email or name']);
  const read = readFile(file);
  if (typeof read === 'string') return refused(read);
  const mark = await db.write(installationMark);
  const matching: Matching = { by, changesEmails: importing.changesEmails === true, mark };
  const plan = await planImport(db.read, act, read, matching);
  const imported = importing.apply ? await applyImport(db, act, plan) : undefined;
  const rows = plan.map((row) => withFailure(row, imported?.failed.get(row)));
  const left = rows.filter((row) => row.kind === 'refused');
  if (importing.report !== undefined) await writeWhole(importing.report, reportOf(left));
  const number = (kind: PlannedRow['kind']) => rows.filter((row) => row.kind === kind).length;
  const numbers = {
    new: number('new'),
    changed: number('changed'),
    unchanged: number('unchanged'),
    refused: left.length,
  };
  return {
    lines: [
      ...(read.ignored.length > 0 ? [`Not imported: the columns ${read.ignored.join(', ')}.`] : []),
      ...rows
        .filter(({ kind }) => kind !== 'unchanged')
        .slice(0, TOLD)
        .map(inWords),
      ...(rows.length - numbers.unchanged > TOLD ? ['…'] : []),
      `${imported ? 'Imported' : 'It would be'}: ${numbers.new} new, ${numbers.changed} changed, ${numbers.unchanged} unchanged, ${counted(numbers.refused, 'line')} refused.`,
      ...(imported ? [] : ['Nothing was done. With --apply it is.']),
    ],
    data: {
      ...numbers,
      applied: imported !== undefined,
      ...(imported && { operation: imported.operationId }),
      refusals: left.map(({ row, reason }) => ({ line: row.line, reason })),
    },
    exitCode: left.length > 0 ? 3 : 0,
  };
}

/** What the file says, or why it cannot be read. */
function readFile(file: string) {
  try {
    if (statSync(file).size > MOST_BYTES) return 'The file is larger than 64 MB. Import it in parts.';
    return readImportFile(readFileSync(file));
  } catch (error) {
    if (error instanceof UnreadableFile) return error.message;
    const { code } = error as NodeJS.ErrnoException;
    if (code) return `${file} cannot be read (${code}).`;
    throw error;
  }
}

function withFailure(row: PlannedRow, reason: string | undefined): PlannedRow {
  return reason === undefined ? row : { row: row.row, name: row.name, kind: 'refused', reason };
}

function inWords(planned: PlannedRow): string {
  const { row, name, kind } = planned;
  const begin = `line ${row.line}: ${name}`;
  if (kind === 'refused') return `${begin}: refused. ${planned.reason}`;
  if (kind === 'new') return `${begin}: new`;
  if (kind === 'unchanged') return `${begin}: unchanged`;
  const fields = Object.keys(planned.after).map(
    (field) => `${field} ${valueInWords(planned.before[field])} → ${valueInWords(planned.after[field])}`,
  );
  return `${begin}: ${[...fields, ...planned.notes].join('; ')}`;
}

function valueInWords(value: unknown): string {
  const named = (one: unknown) =>
    typeof one === 'object' && one !== null && 'name' in one ? String(one.name) : format.value(one);
  return Array.isArray(value) ? value.map(named).join(', ') || 'none' : named(value);
}

/** The refused lines as a file that can be mended and imported, with the reason of each. */
function reportOf(refusedRows: { row: PlannedRow['row']; reason: string }[]): string {
  const keys = [...new Set(refusedRows.flatMap(({ row }) => Object.keys(row.values)))];
  const rows = refusedRows.map(({ row, reason }) => [
    row.line,
    reason,
    ...keys.map((key) => {
      const value = row.values[key as keyof typeof row.values];
      return Array.isArray(value) ? joinedCell(value) : (value ?? '');
    }),
  ]);
  return BYTE_ORDER_MARK + csvLines([['line', 'reason', ...keys], ...rows]);
}
