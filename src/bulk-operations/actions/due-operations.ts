import type { Logger } from 'pino';
import { type Clock, instant } from '../../clock.ts';
import type { Database, Transaction } from '../../db/database.ts';
import { isUnavailableNow } from '../../db/database.ts';
import { FieldErrors } from '../../forms/form.ts';
import type { Act, ActSettings } from '../../verbs/act.ts';
import { Forbidden, NotFound } from '../../verbs/refusals.ts';
import type { BulkOperation } from '../bulk-operation.ts';
import { findOperation } from '../bulk-operation-store.ts';
import { findDue, findSchedule, letWait, type Schedule } from '../schedule-store.ts';
import { actOfAuthor } from './author.ts';
import { actionOf } from './bulk-subjects.ts';
import { executeOperation, judgeOperation } from './execution.ts';
import { tellOfForbidden } from './forbidden-telling.ts';

interface Parts {
  db: Database;
  clock: Clock;
  settings: ActSettings;
  logger: Logger;
  /** There is one to go on with. */
  wake(): void;
}

const AT_ONCE = 100;

const NOBODY_ANSWERS = 'Whoever scheduled it may not do it any more.';
const NOT_THEIRS = 'Whoever scheduled it may not change any of them so any more.';
const NO_MAIL = 'No mail goes out here, and its links go by mail alone.';
const WENT_WRONG = 'Something went wrong, which the log tells.';

/**
 * Does what is due, each in a transaction of its own, with what its author may do by now. What its author may not do waits, and says so;
 * whoever moves it, or does it, answers for it. However often it is looked, and by however many processes, each is done once.
 */
export async function doWhatIsDue(parts: Parts): Promise<void> {
  const { db, clock } = parts;
  for (const schedule of await findDue(db.read, instant(clock()), AT_ONCE)) await doOne(parts, schedule);
}

async function doOne(parts: Parts, { operationId }: Schedule): Promise<void> {
  const { db, logger } = parts;
  try {
    if ((await db.write((trx) => carryOut(trx, parts, operationId))) === 'begun') parts.wake();
  } catch (error) {
    if (isUnavailableNow(error)) throw error;
    const isRule = error instanceof FieldErrors || error instanceof Forbidden || error instanceof NotFound;
    if (!isRule) logger.error({ err: error, operation: operationId }, 'what was due could not be done');
    await db.write((trx) => letWait(trx, operationId, isRule ? error.message : WENT_WRONG));
  }
}

async function carryOut(
  trx: Transaction,
  { clock, settings }: Parts,
  operationId: number,
): Promise<'done' | 'begun' | undefined> {
  const at = instant(clock());
  const schedule = await findSchedule(trx, operationId);
  // Another process did it, or somebody moved it meanwhile.
  if (!schedule || schedule.dueAt > at || schedule.waitsFor) return undefined;
  const operation = await findOperation(trx, operationId);
  // Whoever scheduled it, with what they may do by now.
  const told = { at, channel: 'mail' as const, requestId: `schedule-${operationId}` };
  const act = await actOfAuthor(trx, settings, operation, told);
  const why = act ? await hindranceOf(trx, act, operation) : NOBODY_ANSWERS;
  if (!act || why) {
    await letWait(trx, operationId, why ?? NOBODY_ANSWERS);
    return undefined;
  }
  const became = await executeOperation(trx, act, operation);
  if (became === 'done') await tellOfForbidden(trx, act, await findOperation(trx, operationId));
  return became;
}

async function hindranceOf(trx: Transaction, act: Act, operation: BulkOperation): Promise<string | undefined> {
  if ((await actionOf(trx, operation)).makes && !act.sendsMail) return NO_MAIL;
  const outcomes = await judgeOperation(trx, act, operation);
  const isNobodys = outcomes.length > 0 && outcomes.every(({ refusal }) => refusal?.kind === 'forbidden');
  return isNobodys ? NOT_THEIRS : undefined;
}
