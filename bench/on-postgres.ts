import { copyAll } from '../src/db/copied-tables.ts';
import { openDatabase } from '../src/db/database.ts';
import { migrate } from '../src/db/migrate.ts';
import { makeDatabase, startPostgres, stopPostgres } from '../test/support/postgres.ts';

export { stopPostgres };

/** With the settings that a server has by default. Before any data is opened: from then on no other user may read what this process writes. */
export async function startServer(): Promise<void> {
  await startPostgres([]);
}

/** The data of the folder on the server. Gives its address. */
export async function onPostgres(folder: string): Promise<string> {
  const url = await makeDatabase('template0');
  const [file, server] = [openDatabase(folder), openDatabase(folder, url)];
  try {
    await migrate(server);
    await copyAll(file.read, server);
  } finally {
    await file.close();
    await server.close();
  }
  return url;
}
