/** What can be written into a statement as it is: no letter of it means anything there, nor is a place for a value. */
const PLAIN = /^[\w .:-]*$/;

/**
 * A statement with those of its values in it that can be told from those that it is given each time. SQLite plans by what it is given, and
 * compiles a statement anew wherever another plan might come of it, which takes longer than to run it.
 */
export function withValuesSaid(
  sql: string,
  values: readonly unknown[],
  isGiven: (value: unknown) => boolean,
): { sql: string; values: readonly unknown[] } {
  const pieces = sql.split('?');
  if (pieces.length !== values.length + 1) return { sql, values };
  const said = values.map((value) => (isGiven(value) ? undefined : written(value)));
  return {
    sql: pieces.map((piece, n) => (n === 0 ? piece : (said[n - 1] ?? '?') + piece)).join(''),
    values: values.filter((_, n) => said[n] === undefined),
  };
}

/** What one column is compared with. Of several at once SQLite would make the expression anew for each row. */
const COMPARED = /(?<=[=<>] )\?/g;

/**
 * A statement with its limit, and what it compares columns with, as expressions that come to the same: no plan goes by what they come to.
 */
export function withPlanOfItsOwn(sql: string): string {
  return sql.replaceAll('limit ?', 'limit ? + 0').replace(COMPARED, 'ifnull(?, null)');
}

const AMONG = ' in (select value from json_each(';

/**
 * The same statement for lists of one, each of them given by its only part: for a list SQLite makes a table of its own, and with it a place
 * for twenty pages, which the system has to hand out each time. Undefined where a list is used otherwise than to look for what is in it.
 */
export function withListsOfOne(sql: string, isList: (n: number) => boolean): string | undefined {
  const pieces = sql.split('?');
  for (let n = 0; n < pieces.length - 1; n++) {
    if (!isList(n)) continue;
    if (!pieces[n].endsWith(AMONG) || !pieces[n + 1].startsWith('))')) return undefined;
    pieces[n] = `${pieces[n].slice(0, -AMONG.length)} = ifnull(`;
    pieces[n + 1] = `, null)${pieces[n + 1].slice(2)}`;
  }
  return pieces.join('?');
}

function written(value: unknown): string | undefined {
  if (Number.isSafeInteger(value)) return String(value);
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'string' && PLAIN.test(value) ? `'${value}'` : undefined;
}
