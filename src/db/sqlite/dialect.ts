import type { Sought } from '../../text/text.ts';
import type { Dialect } from '../dialect.ts';
import { sqliteCopying } from './copying.ts';
import { rowsOf } from './rows.ts';

const SHORTEST_INDEXED = 3;

export const sqliteDialect: Dialect = {
  copying: sqliteCopying,
  listed: (expression) => `json_group_array(${expression})`,
  tuple: (expressions) => `json_array(${expressions.join(', ')})`,
  isAmong: (column, set) => ({
    sql: '?? in (select value from json_each(?))',
    values: [column, JSON.stringify(set)],
  }),
  // Through an index it would be looked up once for every id, for every row: minutes instead of milliseconds where both are many.
  isAmongUnindexed: (column, set) => ({
    sql: '+?? in (select value from json_each(?))',
    values: [column, JSON.stringify(set)],
  }),
  rowsFor: (_table, columns, rows) =>
    rowsOf(
      columns.map((_, n) => n),
      rows,
    ),
  newRows(_table, rows) {
    const { sql, values } = rowsOf(Object.keys(rows[0]), rows as Record<string, unknown>[]);
    // Without a condition, "on conflict" would be read as a part of the selection.
    return { sql: `${sql} where true`, values };
  },
  // Half a character cannot be written into the database: it would come back as another.
  kept: (text) => text.toWellFormed(),
  placeFor: () => '?',
  numberSaid: String,
  holdsText: (text, word) => ({ sql: `instr(${text}, ?) > 0`, values: [word] }),
  findByText(query, table, words) {
    const matching = matchOf(words);
    if (matching)
      query
        .join(`${table}_search`, `${table}_search.rowid`, `${table}.id`)
        .whereRaw(`${table}_search match ?`, [matching]);
    return matching !== undefined;
  },
  nameText: 'substr(users.search_text, 1, instr(users.search_text || char(10, 9), char(10, 9)))',
  plansByValues: true,
  seeksByRow: false,
  beginsWithBaseline: false,
  countedOccurrences: (importId, occurrences, named) => ({
    sql: `insert into import_keys (import_id, key, times, lines)
      select ?, value ->> '$[0]', 1, value ->> '$[1]' from json_each(?) where true
      on conflict (import_id, key) do update set times = times + 1,
        lines = case when times < ${named} then lines || ', ' || excluded.lines else lines end`,
    values: [importId, JSON.stringify(occurrences)],
  }),
};

/** All trigrams of all words, of each in one of the ways in which it may be written; undefined where no word has one. The index keeps no positions, so each is asked for as a set. */
function matchOf(words: readonly Sought[]): string | undefined {
  const indexed = words.filter((word) => word.every((way) => [...way].length >= SHORTEST_INDEXED));
  if (indexed.length === 0) return undefined;
  const quoted = (trigram: string) => `"${trigram.replaceAll('"', '""')}"`;
  const matching = (way: string) => `(${trigramsOf(way).map(quoted).join(' AND ')})`;
  return indexed.map((word) => `(${word.map(matching).join(' OR ')})`).join(' AND ');
}

function trigramsOf(word: string): string[] {
  const letters = [...word];
  return letters.slice(2).map((_, at) => letters.slice(at, at + 3).join(''));
}
