import { setTimeout as sleep } from 'node:timers/promises';
import { OperationWorker } from '../bulk-operations/actions/operation-worker.ts';
import { type BulkOperation, phaseOf } from '../bulk-operations/bulk-operation.ts';
import { findOperation } from '../bulk-operations/bulk-operation-store.ts';
import type { DataPlace } from '../config.ts';
import { lockServer, type ServerLock } from '../db/server-lock.ts';
import { CannotStart } from '../process/cannot-start.ts';
import { createLogger } from '../process/logger.ts';
import type { Act } from '../verbs/act.ts';
import type { CommandContext } from './command.ts';
import { tellingWhoeverStops } from './stopped.ts';

const LOOK_EVERY = 500;

/**
 * The operation when it has ended, or is paused. A server that runs goes on with a large one by itself; without one that is done here,
 * and none can start meanwhile: two would do the same piece twice.
 */
export function finished(context: CommandContext, act: Act, id: number): Promise<BulkOperation> {
  return tellingWhoeverStops(id, () => untilFinished(context, act, id));
}

async function untilFinished(context: CommandContext, act: Act, id: number): Promise<BulkOperation> {
  const { db, config } = context;
  const look = () => findOperation(db.read, id);
  let operation = await look();
  while (phaseOf(operation) === 'running') {
    const lock = await lockUnlessServed(config);
    if (lock) await workAlone(context, act, lock);
    else await sleep(LOOK_EVERY);
    operation = await look();
  }
  return operation;
}

async function lockUnlessServed(place: DataPlace): Promise<ServerLock | undefined> {
  try {
    return await lockServer(place);
  } catch (error) {
    if (error instanceof CannotStart) return undefined;
    throw error;
  }
}

async function workAlone({ db }: CommandContext, act: Act, lock: ServerLock): Promise<void> {
  try {
    const worker = new OperationWorker({ db, clock: Date.now, logger: createLogger('silent'), settings: act });
    worker.wake();
    await worker.idle();
  } finally {
    lock.release();
  }
}
