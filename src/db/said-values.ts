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

function written(value: unknown): string | undefined {
  if (Number.isSafeInteger(value)) return String(value);
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'string' && PLAIN.test(value) ? `'${value}'` : undefined;
}
