// A thread that moves what stands in the write-ahead log of a database into its file, whenever it is told to.
import { parentPort, workerData } from 'node:worker_threads';
import BetterSqlite from 'better-sqlite3';

const connection = new BetterSqlite(workerData, { timeout: 1_000, fileMustExist: true });
connection.pragma('cache_size = -500');

parentPort!.on('message', () => {
  try {
    connection.pragma('wal_checkpoint(passive)');
    parentPort!.postMessage('');
  } catch (error) {
    parentPort!.postMessage((error as Error).message);
  }
});
