import type { Logger } from 'pino';
import { type Clock, instant } from '../../clock.ts';
import { type Database, isUnavailableNow } from '../../db/database.ts';
import { giveWay } from '../../process/giving-way.ts';
import type { Judge } from '../../verbs/action.ts';
import { AT_ONCE, type BulkOperation, PIECE, type Tally } from '../bulk-operation.ts';
import { findUnjudged, keepJudged } from '../bulk-operation-store.ts';
import { findPieces } from '../bulk-piece-store.ts';
import { addEffects, NO_EFFECTS } from '../effect-tally.ts';
import { NAMED_OF_MANY, tallied } from '../tally.ts';
import { authorOfOperation } from './author.ts';
import { actionOf, findBulkAction, isToBeChosen } from './bulk-subjects.ts';
import { changingOf, countEffects } from './effects.ts';
import { judgePiece } from './execution.ts';

/** How often it is written down how far a judgement has come, in milliseconds: where it ends in between, that is done once more. */
const KEPT_EVERY = 1_000;

interface Parts {
  db: Database;
  clock: Clock;
  logger: Logger;
}

/** Says of large drafts what they would come to, piece by piece. */
export class DraftJudging {
  readonly #parts: Parts;
  /** Drafts, as they are meant, of which it cannot be said what they would come to. */
  readonly #unjudgeable = new Set<string>();
  /** Drafts of whoever may not do it, as of this look: they may be given the right again. */
  readonly #withoutAuthor = new Set<number>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Whoever may not do it may be given the right again: they are looked for anew. */
  lookAnew(): void {
    this.#withoutAuthor.clear();
  }

  /** Goes through the set of the newest draft for about a second, or until the work is to stop; says whether there was one. */
  async step(isStopped: () => boolean): Promise<boolean> {
    const draft = (await findUnjudged(this.#parts.db.read, AT_ONCE)).find(
      (one) => !this.#unjudgeable.has(meaningOf(one)) && !this.#withoutAuthor.has(one.id) && canBeJudged(one),
    );
    if (draft) await this.#judgeFor(draft, isStopped);
    return draft !== undefined;
  }

  async #judgeFor(draft: BulkOperation, isStopped: () => boolean): Promise<void> {
    const { db, logger } = this.#parts;
    const at = instant(this.#parts.clock());
    const by = await authorOfOperation(db.read, draft, at);
    // Whoever began it will not see its sheet. Links of so many go by mail.
    if (!by) return void this.#withoutAuthor.add(draft.id);
    const until = performance.now() + KEPT_EVERY;
    let { tally } = draft;
    try {
      tally = await this.#judgeOn(draft, { by, at, channel: 'mail' }, () => isStopped() || performance.now() >= until);
    } catch (error) {
      if (isUnavailableNow(error)) throw error;
      logger.error({ err: error, operation: draft.id }, 'it cannot be said what an operation would come to');
      this.#unjudgeable.add(meaningOf(draft));
      return;
    }
    if (tally.judged === draft.tally.judged) this.#unjudgeable.add(meaningOf(draft));
    await db.writePiece((trx) => keepJudged(trx, draft, tally));
  }

  async #judgeOn(draft: BulkOperation, by: Judge, isOver: () => boolean): Promise<Tally> {
    const { db } = this.#parts;
    let { tally } = draft;
    while (tally.judged < draft.size && !isOver()) {
      const number = Math.floor(tally.judged / PIECE);
      const [piece] = await findPieces(db.read, draft.id, { from: number, limit: 1 });
      if (!piece) break;
      const action = await actionOf(db.read, draft, piece.ids);
      const outcomes = await judgePiece(db.read, by, draft, { ids: piece.ids, action });
      await giveWay();
      const changing = changingOf(db.read, by, draft, outcomes);
      const effects = await countEffects(db.read, by, action, changing);
      tally = { ...tallied(tally, outcomes, NAMED_OF_MANY), effects: addEffects(tally.effects ?? NO_EFFECTS, effects) };
      await giveWay();
    }
    return tally;
  }
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
