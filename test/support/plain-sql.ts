import type { PageQuery } from '../../src/lists/list-query.ts';
import { isOnPostgres } from './postgres.ts';

/** Searches for what means something to a database, or takes more than one unit of a text. */
export const SIGNS = ['%', 'a_', '\\', '\\%', 'ma%', '___', "!'", "'", '\u{1f642}', '\u{1f642}ma', '?'];

/** As raw SQL with its values. */
export class Sql {
  readonly text: string;
  readonly values: unknown[];

  constructor(text: string, values: unknown[] = []) {
    this.text = text;
    this.values = values;
  }
}

/** Whether every one of them holds. */
export function all(parts: Sql[]): Sql {
  if (parts.length === 0) return new Sql('1 = 1');
  return new Sql(
    parts.map((part) => `(${part.text})`).join(' and '),
    parts.flatMap((part) => part.values),
  );
}

/** Whether one of them holds. */
export function any(parts: Sql[]): Sql {
  if (parts.length === 0) return new Sql('1 = 0');
  return new Sql(
    parts.map((part) => `(${part.text})`).join(' or '),
    parts.flatMap((part) => part.values),
  );
}

/** Whether the text in a column holds another one. */
export function holding(column: string, text: string): Sql {
  return new Sql(`${isOnPostgres ? 'strpos' : 'instr'}(${column}, ?) > 0`, [text]);
}

/** The rows of the page that is meant, of all that the view has. */
export function pageAmong(rows: { id: number }[], { after, before, per }: PageQuery): number[] {
  const ids = rows.map((row) => row.id);
  if (after) return ids.slice(ids.indexOf(after.id) + 1).slice(0, per);
  if (before) return ids.slice(0, ids.indexOf(before.id)).slice(-per);
  return ids.slice(0, per);
}
