import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { recordRefusal } from '../../audit/refusal-store.ts';
import { type Clock, type Instant, instant } from '../../clock.ts';
import { type Database, isUnavailable, type Transaction } from '../../db/database.ts';
import type { Foretold } from '../../facets/foretold.ts';
import { FieldErrors } from '../../forms/form.ts';
import { giveWay } from '../../process/giving-way.ts';
import { tidiedSooner } from '../../process/idle-memory.ts';
import { grouped } from '../../text/text.ts';
import type { Ended } from '../../users/list/user-holding.ts';
import type { Act, ActSettings } from '../../verbs/act.ts';
import type { Judge } from '../../verbs/action.ts';
import { Forbidden } from '../../verbs/refusals.ts';
import { AT_ONCE, type BulkOperation, PIECE, phaseOf, type Tally } from '../bulk-operation.ts';
import { findOperation, findUnderWay, findUnjudged, keepJudged, keepTally } from '../bulk-operation-store.ts';
import { findPieces, isLeft } from '../bulk-piece-store.ts';
import { addEffects, NO_EFFECTS } from '../effect-tally.ts';
import type { Preparation } from '../preparation.ts';
import { forbiddenInWords, hasForbidden, tallied } from '../tally.ts';
import { authorOf } from './author.ts';
import { actionOf, BULK_SUBJECTS, findBulkAction, isToBeChosen } from './bulk-subjects.ts';
import { changingOf, countEffects } from './effects.ts';
import { endOperation, executePiece, judgePiece } from './execution.ts';
import { Foretelling } from './foretelling.ts';
import { pauseAndTell } from './pausing.ts';

/** As long as one transaction lasts, about, and one that others stand behind no longer than its piece. In milliseconds. */
const STRETCH = 30;
/** So many pieces are read ahead. */
const AHEAD = 50;
/** So many are named for each reason: a set of a million is not read name by name. */
const NAMED = 100;
/** So long at a time others stand behind what is prepared, in milliseconds. */
const PREPARED_FOR = 200;
/** How often it is written down how far a judgement has come, in milliseconds: where it ends in between, that is done once more. */
const KEPT_EVERY = 1_000;
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
  follow?: (foretold?: Foretold<Ended>) => Promise<unknown>;
  /** What else is to be gone through, the next of it. */
  prepares?: ((db: Database) => Promise<Preparation | undefined>)[];
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
  /** Drafts, as they are meant, of which it cannot be said what they would come to. */
  readonly #unjudgeable = new Set<string>();
  /** Drafts of whoever may not do it, as of this look: they may be given the right again. */
  readonly #withoutAuthor = new Set<number>();

  constructor(parts: Parts) {
    this.#parts = parts;
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
      this.#withoutAuthor.clear();
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
    const over = tidiedSooner();
    try {
      while (!this.#isStopped && (await this.#step())) await giveWay();
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
    const draft = (await findUnjudged(db.read, AT_ONCE)).find(
      (one) => !this.#unjudgeable.has(meaningOf(one)) && !this.#withoutAuthor.has(one.id) && canBeJudged(one),
    );
    if (draft) await this.#judgeFor(draft);
    const isPreparing = await this.#prepare();
    this.#underWay = await findUnderWay(db.read);
    const operation = this.#underWay.find((one) => phaseOf(one) === 'running');
    this.#stretch = operation && (this.stretchOf(operation) ?? this.#stretchFrom(operation));
    if (operation) await this.#executeOrPause(operation);
    return draft !== undefined || isPreparing || operation !== undefined;
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
        if (isUnavailable(error)) throw error;
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
      if (isUnavailable(error)) throw error;
      const { db, logger } = this.#parts;
      logger.error({ err: error, operation: operation.id }, 'an operation could not go on, and is paused');
      const why =
        error instanceof Forbidden || error instanceof FieldErrors
          ? error.message
          : 'something went wrong, which the log tells';
      await db.write((trx) => this.#pause(trx, operation, why));
    }
  }

  async #execute({ id }: BulkOperation): Promise<void> {
    const { db } = this.#parts;
    const ahead = await findPieces(db.read, id, { limit: AHEAD });
    const isNothingLeft = ahead.length === 0;
    do {
      let foretold: Foretold<Ended> | undefined;
      const isOver = await db.writePiece(async (trx, isWaitedFor) => {
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
          const piece = ahead.shift();
          if (!piece) break;
          const performed = await executePiece(trx, act, operation, piece);
          tally = tallied(tally, performed, NAMED);
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
      await giveWay();
    } while (ahead.length > 0 && !this.#isStopped);
  }

  /** Whoever began it, with what they may do by now; where that is not enough any more it is paused, and there is none. */
  async #actOf(trx: Transaction, operation: BulkOperation): Promise<Act | undefined> {
    const at = this.#now();
    const { application, level } = BULK_SUBJECTS[operation.subjectType];
    const by = await authorOf(trx, operation, { application, level, at });
    if (by) {
      const { address, channel, id, tokenId } = operation;
      const act = { ...this.#parts.settings, by, at, address, channel, requestId: `operation-${id}` };
      return tokenId === null ? act : { ...act, tokenId };
    }
    await this.#pause(trx, operation, 'whoever began it may not do it any more');
    return undefined;
  }

  async #pause(trx: Transaction, operation: BulkOperation, why: string): Promise<void> {
    // It may be one that there is no more.
    const label = await actionOf(trx, operation).then(
      (action) => action.label,
      () => operation.action,
    );
    await pauseAndTell(trx, { ...this.#parts.settings, at: this.#now() }, operation, { label, why });
  }

  /** Goes through the set of a draft for about a second. */
  async #judgeFor(draft: BulkOperation): Promise<void> {
    const { db } = this.#parts;
    const at = this.#now();
    const { application, level } = BULK_SUBJECTS[draft.subjectType];
    const by = await authorOf(db.read, draft, { application, level, at });
    // Whoever began it will not see its sheet. Links of so many go by mail.
    if (!by) return void this.#withoutAuthor.add(draft.id);
    const until = performance.now() + KEPT_EVERY;
    let { tally } = draft;
    try {
      tally = await this.#judgeOn(draft, { by, at, channel: 'mail' }, until);
    } catch (error) {
      if (isUnavailable(error)) throw error;
      this.#parts.logger.error(
        { err: error, operation: draft.id },
        'it cannot be said what an operation would come to',
      );
      this.#unjudgeable.add(meaningOf(draft));
      return;
    }
    if (tally.judged === draft.tally.judged) this.#unjudgeable.add(meaningOf(draft));
    await db.writePiece((trx) => keepJudged(trx, draft, tally));
  }

  async #judgeOn(draft: BulkOperation, by: Judge, until: number): Promise<Tally> {
    const { db } = this.#parts;
    let { tally } = draft;
    while (tally.judged < draft.size && performance.now() < until && !this.#isStopped) {
      const number = Math.floor(tally.judged / PIECE);
      const [piece] = await findPieces(db.read, draft.id, { from: number, limit: 1 });
      if (!piece) break;
      const action = await actionOf(db.read, draft, piece.ids);
      const outcomes = await judgePiece(db.read, by, draft, { ids: piece.ids, action });
      await giveWay();
      const changing = changingOf(db.read, by, draft, outcomes);
      const effects = await countEffects(db.read, by, action, changing);
      tally = { ...tallied(tally, outcomes, NAMED), effects: addEffects(tally.effects ?? NO_EFFECTS, effects) };
      await giveWay();
    }
    return tally;
  }

  #stretchFrom({ id, tally }: BulkOperation): Stretch {
    return { id, since: this.#parts.clock(), from: tally.judged };
  }

  #now(): Instant {
    return instant(this.#parts.clock());
  }
}

/** It cannot be said what all of it came to, so somebody looks at it before it counts as done. */
function notCounted({ size, tally }: BulkOperation): string {
  const counted = `only ${grouped(tally.judged)} of ${grouped(size)} were counted`;
  return `nothing of it is left to do, but ${counted}. Cancel the rest, and look at its report`;
}

/** A draft of which something else was said is another one. */
function meaningOf({ id, action, choices }: BulkOperation): string {
  return JSON.stringify([id, action, choices]);
}

/** Whether it was said already what exactly is to be done. */
function canBeJudged(draft: BulkOperation): boolean {
  const isKnown = draft.undoes !== null || findBulkAction(draft.subjectType, draft.action) !== undefined;
  return isKnown && isToBeChosen(draft) === undefined;
}

/** Those who were left out because its author may not change them are a refusal like any other (promise 6). */
export async function tellOfForbidden(trx: Transaction, act: Act, operation: BulkOperation): Promise<void> {
  const { id } = act.by;
  if (!hasForbidden(operation.tally) || id === null) return;
  const { noun } = BULK_SUBJECTS[operation.subjectType];
  await recordRefusal(
    trx,
    { ...act, by: { ...act.by, id } },
    {
      kind: 'change',
      isChange: true,
      request: `bulk operation ${operation.id}`,
      reason: forbiddenInWords(operation.tally, noun),
    },
  );
}
