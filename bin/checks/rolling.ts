/** From this migration on a process of the version before may be at work while it runs, and afterwards. */
const SINCE = '0058';

/** What the version before may still read, write or rely on. */
const TAKES_AWAY: [pattern: RegExp, what: string][] = [
  [/\.dropTable\w*\(|\bdrop table\b/i, 'drops a table'],
  [/\.dropColumns?\(|\bdrop column\b/i, 'drops a column'],
  [/\.rename(?:Table|Column)\(|\brename (?:to|column)\b/i, 'renames'],
  [/\.alter\(\)|\.(?:drop|set)Nullable\(|\balter column\b(?!.*\bdrop not null\b)/i, 'changes a column'],
  [/\bdrop (?:trigger|function)\b/i, 'drops a trigger'],
  [/\badd constraint\b/i, 'demands more of what is written'],
];
/** In a table that is there already. */
const OF_EXISTING: [pattern: RegExp, what: string][] = [
  [/\.notNullable\(\)(?!.*\.defaultTo\()/, 'adds a column that has to be given'],
  [/\.(?:unique|foreign|check\w*)\(/, 'demands more of what is written'],
];

/** The second half of a change, by its file: nothing of the version before uses any more what it takes away, and why that is so. */
const SECOND_HALVES: Record<string, string> = {};

/** What of a migration would break a process of the version before, in words. */
export function takenAway(file: string, text: string): string[] {
  if (file < SINCE || file in SECOND_HALVES) return [];
  const up = /export async function up\b[\s\S]*?\n}\n/.exec(text)?.[0] ?? text;
  const statements = up.split(';');
  const existing = [...up.matchAll(/\.alterTable\([\s\S]*?\n {2}\}\);/g)].flatMap(([block]) => block.split(';'));
  const found = [...findings(statements, TAKES_AWAY), ...findings(existing, OF_EXISTING)];
  return [...new Set(found)];
}

function findings(statements: string[], patterns: [RegExp, string][]): string[] {
  return patterns
    .filter(([pattern]) => statements.some((statement) => pattern.test(statement.replace(/\n/g, ' '))))
    .map(([, what]) => what);
}
