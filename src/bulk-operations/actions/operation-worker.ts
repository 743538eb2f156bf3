import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Clock, type Instant, instant } from '../../clock.ts';
import { type Database, isUnavailableNow, type Transaction, tookTooLong } from '../../db/database.ts';
import type { Foretold } from '../../facets/following/foretold.ts';
import { FieldErrors } from '../../forms/form.ts';
import { giveWay } from '../../process/giving-way.ts';
import { tidiedSooner } from '../../process/idle-memory.ts';
import { grouped } from '../../text/text.ts';
import type { UserDeed } from '../../users/list/user-holding.ts';
import type { Act, ActSettings } from '../../verbs/act.ts';
import { Forbidden } from '../../verbs/refusals.ts';
import { type BulkOperation, phaseOf } from '../bulk-operation.ts';
import { findOperation, findUnderWay, keepTally } from '../bulk-operation-store.ts';
import { findPieces, isLeft } from '../bulk-piece-store.ts';
import type { Preparation } from '../preparation.ts';
import { NAMED_OF_MANY, tallied } from '../tally.ts';
import { actOfAuthor, authorOf } from './author.ts';
import { actionOf } from './bulk-subjects.ts';
import { DraftJudging } from './draft-judging.ts';
import { endOperation, executePiece } from './execution.ts';
import { tellOfForbidden } from './forbidden-telling.ts';
import { Foretelling } from './foretelling.ts';
import { pauseAndTell } from './pausing.ts';

/** As long as one transaction lasts, about, and one that others stand behind no longer than its piece. In milliseconds. */
const STRETCH = 30;
/** So many pieces are read ahead. */
const AHEAD = 50;
/** So long at a time others stand behind what is prepared, in milliseconds. */
const PREPARED_FOR = 200;
/** How soon another process takes over from one that is gone, in milliseconds. */
const TAKES_OVER_AFTER = 500;
const WORK = 'operations';

/** Without a break: since when, in milliseconds, and how many were gone through by then. */
export interface Stretch {
  id: number;
  since: number;
  from: number;
}

interface Parts {
  db: Database;
  clock: Clock;
  logger: Logger;
  settings: ActSettings;
  /** Has whoever follows what is changed read it, piece after piece: the next who asks would wait for all of it. */
  follow?: (foretold?: Foretold<UserDeed>) => Promise<unknown>;
  /** What else is to be gone through, the next of it. */
  prepares?: ((db: Database) => Promise<Preparation | undefined>)[];
  /** Has what a long work leaves tidied sooner, until what it returns is called. */
  tidied?: () => () => void;
}

/**
 * Does large operations piece by piece, one after the other in the order in which they were begun, and says of large drafts what they
 * would come to; of several processes one does. What is done of an operation is in the database with what it did, so that after a crash it goes on exactly there.
 */
export class OperationWorker {
  readonly #parts: Parts;
  #work: Promise<void> | undefined;
  #isWoken = false;
  #isStopped = false;
  #underWay: BulkOperation[] = [];
  #stretch: Stretch | undefined;
  readonly #drafts: DraftJudging;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#drafts = new DraftJudging(parts);
  }

  /** From now on it looks whenever another process has something to do. */
  follow(): void {
    this.#parts.db.processes.hear('operations', () => this.look());
  }

  /** There is something to do, for whichever process. */
  wake(): void {
    this.look();
    this.#parts.db.processes.tell('operations');
  }

  /** Looks whether there is anything to do. */
  look(): void {
    if (this.#isStopped) return;
    this.#isWoken = true;
    this.#work ??= this.#run().finally(() => {
      this.#work = undefined;
    });
  }

  /** Resolves when nothing is left to do. */
  async idle(): Promise<void> {
    await this.#work;
  }

  /** Resolves when what is being done just now is done; nothing more is begun. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#work;
  }

  /** Those that run or are paused, as far as this process knows. */
  get underWay(): readonly BulkOperation[] {
    return this.#underWay;
  }

  /** How long this process has been at it by now, if it is. */
  stretchOf({ id }: Pick<BulkOperation, 'id'>): Stretch | undefined {
    return this.#stretch?.id === id ? this.#stretch : undefined;
  }

  async #run(): Promise<void> {
    while (this.#isWoken && !this.#isStopped) {
      this.#isWoken = false;
      this.#drafts.lookAnew();
      try {
        while (!(await this.#parts.db.processes.ifAlone(WORK, () => this.#workOn())))
          if (!(await this.#watchAnother())) break;
      } catch (error) {
        // The next look tries again.
        this.#parts.logger.error({ err: error }, 'an operation could not go on');
      }
    }
  }

  async #workOn(): Promise<void> {
    // Mostly there is nothing to do, and to have everything tidied every few seconds for that would hold others up.
    if (this.#isStopped || !(await this.#step())) return;
    const over = (this.#parts.tidied ?? tidiedSooner)();
    try {
      do await giveWay();
      while (!this.#isStopped && (await this.#step()));
    } finally {
      over();
    }
  }

  /** Another process is at work. Whether it has anything to do, after a while in which it may have ended. */
  async #watchAnother(): Promise<boolean> {
    this.#underWay = await findUnderWay(this.#parts.db.read);
    if (!this.#underWay.some((one) => phaseOf(one) === 'running')) return false;
    await sleep(TAKES_OVER_AFTER);
    return !this.#isStopped;
  }

  /** One transaction of the first operation, and one look at the newest draft. Whether there was anything to do. */
  async #step(): Promise<boolean> {
    const { db } = this.#parts;
    const isJudging = await this.#drafts.step(() => this.#isStopped);
    const isPreparing = await this.#prepare();
    this.#underWay = await findUnderWay(db.read);
    const operation = this.#underWay.find((one) => phaseOf(one) === 'running');
    this.#stretch = operation && (this.stretchOf(operation) ?? this.#stretchFrom(operation));
    if (operation) await this.#executeOrPause(operation);
    return isJudging || isPreparing || operation !== undefined;
  }

  /** Whether there was anything to go through. What fails is given up, and told to whoever waits for it. */
  async #prepare(): Promise<boolean> {
    const { db, logger, prepares = [] } = this.#parts;
    const at = this.#now();
    for (const next of prepares) {
      const found = await next(db);
      if (!found) continue;
      const by = await authorOf(
        db.read,
        { createdBy: found.createdBy, tokenId: null },
        { application: found.application, level: 'write', at },
      );
      try {
        if (by) await found.goOn({ by, at, channel: 'mail' }, performance.now() + PREPARED_FOR);
        else await found.giveUp('Whoever began it may not do it any more.');
      } catch (error) {
        if (isUnavailableNow(error)) throw error;
        logger.error({ err: error }, 'what was to be gone through could not be');
        await found.giveUp('Something went wrong, which the log tells.');
      }
      return true;
    }
    return false;
  }

  /** One that cannot go on must not keep the others from it. */
  async #executeOrPause(operation: BulkOperation): Promise<void> {
    try {
      await this.#execute(operation);
    } catch (error) {
      if (isUnavailableNow(error)) throw error;
      const { db, logger } = this.#parts;
      logger.error({ err: error, operation: operation.id }, 'an operation could not go on, and is paused');
      const why = whyPaused(error);
      await db.write((trx) => this.#pause(trx, operation, why));
    }
  }

  async #execute({ id }: BulkOperation): Promise<void> {
    const { db } = this.#parts;
    let ahead = await findPieces(db.read, id, { limit: AHEAD });
    const isNothingLeft = ahead.length === 0;
    do {
      let left = ahead;
      let foretold: Foretold<UserDeed> | undefined;
      const isOver = await db.writePiece(async (trx, isWaitedFor) => {
        // Where the database is lost in the middle of it, all of it is begun anew.
        left = [...ahead];
        foretold = undefined;
        const operation = await findOperation(trx, id);
        if (phaseOf(operation) !== 'running') return true;
        const act = await this.#actOf(trx, operation);
        if (!act) return true;
        // Read ahead of the transaction, it may have been done by a process that we took for gone.
        if (ahead.length > 0 && !(await isLeft(trx, id, ahead[0]))) return true;
        const until = performance.now() + STRETCH;
        const foretelling = await Foretelling.from(trx, operation.subjectType);
        let { tally } = operation;
        do {
          const piece = left.shift();
          if (!piece) break;
          const performed = await executePiece(trx, act, operation, piece);
          tally = tallied(tally, performed, NAMED_OF_MANY);
          foretelling?.note(performed);
        } while (performance.now() < until && !isWaitedFor());
        foretold = await foretelling?.told(trx);
        if (tally.judged < operation.size) {
          if (isNothingLeft) await this.#pause(trx, operation, notCounted(operation));
          else await keepTally(trx, id, tally);
          return isNothingLeft;
        }
        await endOperation(trx, operation, tally, act.at);
        await tellOfForbidden(trx, act, { ...operation, tally });
        return true;
      });
      // Whoever asks reads it, or is told that it cannot be.
      await this.#parts.follow?.(foretold).catch(() => undefined);
      if (isOver) return;
      ahead = left;
      await giveWay();
    } while (ahead.length > 0 && !this.#isStopped);
  }

  /** Whoever began it, with what they may do by now; where that is not enough any more it is paused, and there is none. */
  async #actOf(trx: Transaction, operation: BulkOperation): Promise<Act | undefined> {
    const { channel, id } = operation;
    const told = { at: this.#now(), channel, requestId: `operation-${id}` };
    const act = await actOfAuthor(trx, this.#parts.settings, operation, told);
    if (!act) await this.#pause(trx, operation, 'whoever began it may not do it any more');
    return act;
  }

  async #pause(trx: Transaction, operation: BulkOperation, why: string): Promise<void> {
    // It may be one that there is no more.
    const label = await actionOf(trx, operation).then(
      (action) => action.label,
      () => operation.action,
    );
    await pauseAndTell(trx, { ...this.#parts.settings, at: this.#now() }, operation, { label, why });
  }

  #stretchFrom({ id, tally }: BulkOperation): Stretch {
    return { id, since: this.#parts.clock(), from: tally.judged };
  }

  #now(): Instant {
    return instant(this.#parts.clock());
  }
}

/** As a clause that whoever tells it ends; and what was done before stays done. */
function whyPaused(error: unknown): string {
  if (error instanceof Forbidden || error instanceof FieldErrors)
    return error.message.replace(/\.( Nothing was changed\.)?$/, '');
  return tookTooLong(error)
    ? 'the server of the database ended it, as it took too long'
    : 'something went wrong, which the log tells';
}

/** It cannot be said what all of it came to, so somebody looks at it before it counts as done. */
function notCounted({ size, tally }: BulkOperation): string {
  const counted = `only ${grouped(tally.judged)} of ${grouped(size)} were counted`;
  return `nothing of it is left to do, but ${counted}. Cancel the rest, and look at its report`;
}
