// Keeps what only one kind of database understands in src/db/ (and in migrations): another kind needs a branch there only.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const source = join(import.meta.dirname, '../../src');

const RAW = /\braw\(|Raw\(/g;
/** Functions and words of SQLite that other databases do not have, or have otherwise. */
const OF_ONE_DATABASE =
  /\b(?:instr|ifnull|group_concat|strftime|julianday|unixepoch|json_\w+|sqlite_\w+)\(|->>|\browid\b|\bsqlite_schema\b/gi;

/** Those that still do it, each to be cleared by whoever works there. */
const KNOWN = new Set([
  'bulk-operations/bulk-operation-store.ts',
  'groups/actions/group-life-cycle.ts',
  'linked-contacts/linked-search.ts',
  'memberships/actions/membership-editing.ts',
  'users/actions/user-life-cycle.ts',
]);

/** The findings, one line each; none where all is well. */
export function checkSql(folder = source): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return files.flatMap((file) => {
    if (file.startsWith('db/')) return [];
    const found = findingsIn(file, readFileSync(join(folder, file), 'utf8'));
    if (!KNOWN.has(file)) return found;
    return found.length > 0 ? [] : [`${file} is clean: take it off the list of bin/checks/sql.ts`];
  });
}

function findingsIn(file: string, text: string): string[] {
  return text.split('\n').flatMap((line, n) => {
    // A comment may speak of it.
    if (/^\s*(?:\/\/|\/?\*)/.test(line)) return [];
    return [...line.matchAll(RAW), ...line.matchAll(OF_ONE_DATABASE)].map(
      ([what]) => `src/${file}:${n + 1} ${what} belongs in src/db/`,
    );
  });
}
