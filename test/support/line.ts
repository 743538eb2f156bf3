import { jest } from '@jest/globals';
import { openDatabase, type Transaction } from '../../src/db/database.ts';
import type { TestApp } from './app.ts';

/** Resolves when the next change stands in line for its turn to write: its request was judged by what stood until then. */
export function nextInLine({ db }: Pick<TestApp, 'db'>): Promise<void> {
  return new Promise((resolve) => {
    const write = db.write.bind(db);
    const watched = jest.spyOn(db, 'write').mockImplementation((work) => {
      watched.mockRestore();
      resolve();
      return write(work);
    });
  });
}

/** Resolves when the database is asked for the write lock as often as this; another process may hold it. */
export function lockAsked({ db }: Pick<TestApp, 'db'>, times = 1): Promise<void> {
  return new Promise((resolve) => {
    let asked = 0;
    db.writer.client.on('query', ({ sql }: { sql: string }) => {
      if (/^begin/i.test(sql) && ++asked === times) resolve();
    });
  });
}

/** Another program on the same data, and its transaction. */
export async function startWriting({ folder, config }: TestApp) {
  const db = openDatabase(folder, config.databaseUrl);
  let trx: Transaction | undefined;
  return {
    async begin() {
      trx = await db.writer.transaction();
    },
    end: async () => trx?.rollback(),
    close: () => db.close(),
  };
}
