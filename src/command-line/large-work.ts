import { setTimeout as sleep } from 'node:timers/promises';
import { OperationWorker } from '../bulk-operations/actions/operation-worker.ts';
import { tryLockServer } from '../db/server-lock.ts';
import { nextImport } from '../import/actions/import-planning.ts';
import { createLogger } from '../process/logger.ts';
import type { Act } from '../verbs/act.ts';
import type { CommandContext } from './command.ts';

const LOOK_EVERY = 250;

/** Returns when it is done: by the server's worker where a server runs, and otherwise here, where none can start meanwhile. */
export async function untilDone(
  { db, config }: CommandContext,
  settings: Act,
  isDone: () => Promise<boolean>,
): Promise<void> {
  while (!(await isDone())) {
    const lock = await tryLockServer(config);
    if (!lock) {
      await sleep(LOOK_EVERY);
      continue;
    }
    const logger = createLogger('error', process.stderr);
    const worker = new OperationWorker({ db, clock: Date.now, logger, settings, prepares: [nextImport] });
    try {
      worker.wake();
      await worker.idle();
    } finally {
      lock.release();
    }
    if (!(await isDone())) await sleep(LOOK_EVERY);
  }
}
