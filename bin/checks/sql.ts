// Keeps what only one kind of database understands in src/db/ (and in migrations): another kind needs a branch there only. Keeps all
// queries below the pages: what a handler needs has a name in the store of its feature.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { floorOf } from './imports.ts';

const source = join(import.meta.dirname, '../../src');

const RAW = /\braw\(|Raw\(/g;
/** Functions and words of one database that the other does not have, or has otherwise. */
const OF_ONE_DATABASE =
  /\b(?:instr|ifnull|iif|group_concat|strftime|julianday|unixepoch|json_\w+|sqlite_\w+|strpos|string_agg|array_agg|unnest|pg_\w+)\(|->>|\browid\b|\bsqlite_schema\b|'pragma\b|::(?:big)?int|::text/gi;
/** Whoever asks which one it is does something twice. Backups are files of SQLite, whatever the data lies in. */
const ASKS_WHICH =
  /\bclient\.dialect\b|\/db\/(?:dialects?\.ts|postgres\/|sqlite\/(?!database-files\.ts|whole-database\.ts))/g;

/** A table that is named, to read it or to write it. */
const QUERY = /\b(?:trx|db|db\.read|reader)\(\s*['`]/g;

/** The findings, one line each; none where all is well. */
export function checkSql(folder = source): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return files.flatMap((file) => {
    if (file.startsWith('db/')) return [];
    const text = readFileSync(join(folder, file), 'utf8');
    return [...findingsIn(file, text), ...(['pages', 'faces'].includes(floorOf(file)) ? queriesIn(file, text) : [])];
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

function queriesIn(file: string, text: string): string[] {
  return [...text.matchAll(QUERY)].map(({ index }) => {
    const line = text.slice(0, index).split('\n').length;
    return `src/${file}:${line} a query belongs below the pages, in the store of its feature`;
  });
}
