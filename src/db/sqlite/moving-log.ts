// A thread that moves what stands in the write-ahead log of a database into its file, whenever it is told to.
import { parentPort, workerData } from 'node:worker_threads';
import BetterSqlite from 'better-sqlite3';

const connection = new BetterSqlite(workerData, { timeout: 1_000, fileMustExist: true });
connection.pragma('cache_size = -500');

parentPort!.on('message', () => {
  try {
    const [{ log, checkpointed }] = connection.pragma('wal_checkpoint(passive)') as Moved[];
    if (log === checkpointed && log > 1) beginAnew();
    parentPort!.postMessage('');
  } catch (error) {
    parentPort!.postMessage((error as Error).message);
  }
});

/** In pages; of a log that was moved as a whole the next who writes begins a new one. */
interface Moved {
  log: number;
  checkpointed: number;
}

/** Whoever begins a log waits for the disk to have its head, in the middle of their commit. Where another one writes meanwhile, it is theirs to do. */
function beginAnew(): void {
  try {
    const version = connection.pragma('user_version', { simple: true });
    connection.pragma(`user_version = ${version}`);
  } catch {}
}
