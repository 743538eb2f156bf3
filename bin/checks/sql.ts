// Keeps what only one kind of database understands in src/db/ (and in migrations): another kind needs a branch there only.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const source = join(import.meta.dirname, '../../src');

const RAW = /\braw\(|Raw\(/g;
/** Functions and words of one database that the other does not have, or has otherwise. */
const OF_ONE_DATABASE =
  /\b(?:instr|ifnull|iif|group_concat|strftime|julianday|unixepoch|json_\w+|sqlite_\w+|strpos|string_agg|array_agg|unnest|pg_\w+)\(|->>|\browid\b|\bsqlite_schema\b|'pragma\b|::(?:big)?int|::text/gi;
/** Whoever asks which one it is does something twice. */
const ASKS_WHICH = /\bclient\.dialect\b|\/db\/(?:dialects?|(?:sqlite|postgres)-\w+)\.ts/g;

/** The findings, one line each; none where all is well. */
export function checkSql(folder = source): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return files.flatMap((file) => {
    if (file.startsWith('db/')) return [];
    return findingsIn(file, readFileSync(join(folder, file), 'utf8'));
  });
}

function findingsIn(file: string, text: string): string[] {
  return text.split('\n').flatMap((line, n) => {
    // A comment may speak of it.
    if (/^\s*(?:\/\/|\/?\*)/.test(line)) return [];
    return [...line.matchAll(RAW), ...line.matchAll(OF_ONE_DATABASE), ...line.matchAll(ASKS_WHICH)].map(
      ([what]) => `src/${file}:${n + 1} ${what} belongs in src/db/`,
    );
  });
}
