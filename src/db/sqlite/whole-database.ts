import BetterSqlite from 'better-sqlite3';

/** What is wrong with the file, in SQLite's words; undefined where it is whole. Reads all of it: half a second for 100,000 users. */
export function findDamage(filename: string): string | undefined {
  let connection: BetterSqlite.Database | undefined;
  try {
    connection = new BetterSqlite(filename, { readonly: true });
    const found = connection.pragma('quick_check(1)', { simple: true }) as string;
    return found === 'ok' ? undefined : found.replace(/\s+/g, ' ');
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === 'SQLITE_NOTADB' || code?.startsWith('SQLITE_CORRUPT')) return message;
    throw error;
  } finally {
    connection?.close();
  }
}

/** Writes the database as it stands at this moment into a new file, whoever else reads or writes it meanwhile. */
export function copyDatabase(filename: string, target: string): void {
  const connection = new BetterSqlite(filename, { readonly: true });
  try {
    connection.prepare('vacuum into ?').run(target);
  } finally {
    connection.close();
  }
}
