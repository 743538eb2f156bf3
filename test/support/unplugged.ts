import { type Database, openDatabase } from '../../src/db/database.ts';

/** A database that does not wait for the disk. No test pulls the plug of its own machine; those that kill a server start one in a process of its own. */
export async function openUnplugged(folder: string): Promise<Database> {
  const db = openDatabase(folder);
  await unplug(db);
  return db;
}

export async function unplug({ writer }: Pick<Database, 'writer'>): Promise<void> {
  await writer.raw('pragma synchronous = off');
}
