import type { Cell } from './cell.ts';
import { UnreadableFile } from './encoding.ts';

/** Numbers that JavaScript may write otherwise than the file: a sign-in name of twenty digits would be that of somebody else. */
const OTHERWISE = /\d{16}|\d\.\d|\d[eE]|-0/;
/** A text, with the colon behind it where it is a name, or what opens and closes a value. */
const TOKEN = /"([^"\\]*(?:\\.[^"\\]*)*)"(\s*:)?|[{}[\]]/g;

/** The object of a line, with its numbers as they stand there. Throws UnreadableFile. */
export function objectIn(text: string, line: number): Record<string, unknown> {
  const record = parsed(text);
  if (!record) throw new UnreadableFile(`Line ${line} is no JSON object: each record stands in a line of its own.`);
  const twice = saidTwice(text, Object.keys(record).length);
  if (twice !== undefined) throw new UnreadableFile(`Line ${line} says “${twice.slice(0, 40)}” twice.`);
  return record;
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = OTHERWISE.test(text) ? JSON.parse(text, asWritten as never) : JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {}
  return undefined;
}

function asWritten(_key: string, value: unknown, { source }: { source?: string }): unknown {
  return typeof value === 'number' && source !== undefined && source !== String(value) ? source : value;
}

/** Of two values the parser would take the last, and nobody would be told. */
function saidTwice(text: string, known: number): string | undefined {
  // As many as there are names, of whatever depth: so it is nearly always.
  if ((text.match(/"\s*:/g) ?? []).length === known) return undefined;
  const seen = new Set<string>();
  let depth = 0;
  for (const [token, name, colon] of text.matchAll(TOKEN)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (colon && depth === 1) {
      const key: string = JSON.parse(`"${name}"`);
      if (seen.has(key)) return key;
      seen.add(key);
    }
  }
  return undefined;
}

/** The mark of an installation. */
const MARK = /^[a-z]{16}$/;

/** What stands above the records of our own files; below the first line only where others were put behind it, as they were made. */
export function isHead(
  record: Record<string, unknown>,
  isFirst: boolean,
): record is { roster: string; kind?: unknown } {
  const isOne = typeof record.roster === 'string' && MARK.test(record.roster) && record.name === undefined;
  return isOne && (isFirst || Array.isArray(record.columns));
}

/** What stands below them; anything else that says it is complete is a record. */
export function isEnd(record: Record<string, unknown>): boolean {
  return 'complete' in record && Object.keys(record).every((key) => key === 'complete' || key === 'lines');
}

/** Whether it is what a cell can hold. */
export function isFlat(value: unknown, isList: boolean): boolean {
  if (Array.isArray(value)) return isList && value.every((one) => isFlat(one, false));
  return typeof value !== 'object' || value === null;
}

/** Throws UnreadableFile where it is nested without end. */
export function cellOf(value: unknown, line: number): Cell {
  try {
    return Array.isArray(value) ? value.map(textIn) : textIn(value);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UnreadableFile(`Line ${line} holds lists within lists, too many of them.`);
  }
}

/** Half a letter is none that could be kept. */
function textIn(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'string' ? value.toWellFormed() : JSON.stringify(value);
}
