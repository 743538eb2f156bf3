import type { Dialect, Piece } from '../dialect.ts';
import { postgresCopying } from './copying.ts';
import { lockMigrations } from './locks.ts';
import { withoutNul } from './text.ts';

const SHORTEST_INDEXED = 3;

export const postgresDialect: Dialect = {
  copying: postgresCopying,
  listed: (expression) => `coalesce(json_agg(${expression}), '[]')::text`,
  tuple: (expressions) => `json_build_array(${expressions.join(', ')})`,
  isAmong,
  isAmongUnindexed: isAmong,
  rowsFor: (table, columns, rows) =>
    rowsOf(
      table,
      columns,
      rows.map((row) => Object.fromEntries(columns.map((column, n) => [column, row[n]]))),
    ),
  newRows: (table, rows) => rowsOf(table, Object.keys(rows[0]), rows),
  followsOn: (table) => ({
    sql: `select setval(pg_get_serial_sequence(?, 'id'), coalesce(max(id), 1)) from ??`,
    values: [table, table],
  }),
  kept: (text) => withoutNul(text.toWellFormed()),
  placeFor: (value) => (typeof value === 'number' ? '?::bigint' : '?'),
  numberSaid: (number) => `'${number}'`,
  holdsText: (text, word) => ({ sql: `strpos(${text}, ?) > 0`, values: [word] }),
  findByText(query, table, words) {
    const indexed = words.filter((word) => word.every((way) => [...way].length >= SHORTEST_INDEXED));
    for (const word of indexed)
      query.whereRaw(
        `(${word.map(() => `${table}.search_text like ?`).join(' or ')})`,
        word.map((way) => `%${way.replace(/[\\%_]/g, '\\$&')}%`),
      );
    return indexed.length > 0;
  },
  nameText: "substr(users.search_text, 1, strpos(users.search_text || E'\\n\\t', E'\\n\\t'))",
  plansByValues: false,
  seeksByRow: true,
  beginsWithBaseline: true,
  lockMigrations,
  countedOccurrences(importId, occurrences, named) {
    const lines = Map.groupBy(occurrences, ([key]) => key);
    const rows = [...lines].map(([key, those]) => ({
      import_id: importId,
      key,
      times: those.length,
      lines: those
        .slice(0, named)
        .map(([, line]) => line)
        .join(', '),
    }));
    return {
      // One statement may meet a key once only.
      sql: `insert into import_keys (import_id, key, times, lines)
        select import_id, key, times, lines from json_populate_recordset(null::import_keys, ?::json)
        on conflict (import_id, key) do update set times = import_keys.times + excluded.times,
          lines = case when import_keys.times < ${named} then import_keys.lines || ', ' || array_to_string(
            (string_to_array(excluded.lines, ', '))[1:${named} - import_keys.times], ', ') else import_keys.lines end`,
      values: [JSON.stringify(rows)],
    };
  },
};

/** The driver writes a list as an array, and the column says of what. */
function isAmong(column: string, set: (number | string)[]): Piece {
  return { sql: '?? = any(?)', values: [column, set] };
}

/** A row of the table says of which types the columns are. */
function rowsOf(table: string, columns: string[], rows: object[]): Piece {
  return {
    sql: `select ${columns.map(() => '??').join(', ')} from json_populate_recordset(null::??, ?::json)`,
    values: [...columns, table, JSON.stringify(rows, (_, value) => asJson(value))],
  };
}

function asJson(value: unknown): unknown {
  if (typeof value === 'boolean') return Number(value);
  return typeof value === 'string' ? withoutNul(value) : value;
}
