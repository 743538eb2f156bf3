import { setImmediate as turnOfOthers } from 'node:timers/promises';
import type { Instant } from '../../clock.ts';
import type { Reader, Transaction } from '../../db/database.ts';
import type { Act } from '../../verbs/act.ts';
import {
  type BulkAction,
  type Judge,
  judge,
  NOBODY,
  type Performed,
  perform,
  type Subjected,
} from '../../verbs/action.ts';
import type { Outcome } from '../../verbs/outcome.ts';
import { Conflict } from '../../verbs/refusals.ts';
import { keepOutcomes } from '../bulk-item-store.ts';
import { type BulkOperation, isLarge, PIECE, type SubjectType, type Tally } from '../bulk-operation.ts';
import {
  claimOperation,
  createDraft,
  findOperation,
  finishOperation,
  forgetDraft,
  keepTally,
} from '../bulk-operation-store.ts';
import { findItemIds, findPieces, isInTheWay, markDone, type Piece } from '../bulk-piece-store.ts';
import { requireNoneKept } from '../others-operations.ts';
import { findParts } from '../part-store.ts';
import { NOTHING_YET, tallied } from '../tally.ts';
import { actionOf, BULK_SUBJECTS, type Meaning } from './bulk-subjects.ts';

/** What the operation would come to now, for each of these, or of its set. */
export async function judgeOperation(
  db: Reader,
  by: Judge,
  operation: Meaning & Pick<BulkOperation, 'id'>,
  ids?: number[],
): Promise<Outcome<Subjected>[]> {
  const meant = ids ?? (await findItemIds(db, operation.id));
  return judgePiece(db, by, operation, { ids: meant, action: await actionOf(db, operation, meant) });
}

/** The same by an action that was made for these. */
export async function judgePiece(
  db: Reader,
  by: Judge,
  { subjectType }: Meaning,
  { ids, action }: { ids: number[]; action: BulkAction },
): Promise<Outcome<Subjected>[]> {
  return judge(db, by, action, await BULK_SUBJECTS[subjectType].find(db, ids, by));
}

/**
 * Does it, once: of any number of attempts one does, and the others find it done (R65). Everybody is judged anew; who may no longer be
 * changed is left out with the reason (R64). A large one, or one behind another that is under way on some of the same, is only begun.
 * One in parts is done whole, or refused. Returns what became of it: undefined where it had been executed before.
 */
export async function executeOperation(
  trx: Transaction,
  act: Act,
  operation: BulkOperation,
): Promise<'done' | 'begun' | undefined> {
  await requireNoneKept(trx, act, operation, { wanted: 'execute' });
  if (!(await claimOperation(trx, operation, act))) return undefined;
  // What it does may be changes that confirm it, or none at all.
  await act.confirm?.(trx);
  const [whole, ...parts] = await findParts(trx, operation);
  if (parts.length > 0) await requireItsTurn(trx, [whole, ...parts]);
  else if (isLarge(operation) || (await hasToWait(trx, operation))) return 'begun';
  await executeAll(trx, act, operation);
  for (const part of parts) {
    await claimOperation(trx, part, act);
    await executeAll(trx, act, part);
  }
  return 'done';
}

async function hasToWait(trx: Transaction, operation: BulkOperation): Promise<boolean> {
  const { performPiece } = await actionOf(trx, operation);
  const ids = await findItemIds(trx, operation.id);
  return !performPiece && ids.length > 0 && isInTheWay(trx, operation, ids);
}

/** The worker does pieces, each in a transaction of its own: what belongs together does not stand in line there. */
async function requireItsTurn(trx: Transaction, parts: BulkOperation[]): Promise<void> {
  for (const part of parts)
    if (isLarge(part) || (await hasToWait(trx, part)))
      throw new Conflict('Another operation is under way on some of the same. Try again when it has ended.');
}

/** Does the whole of a small one, piece by piece. */
export async function executeAll(trx: Transaction, act: Act, operation: BulkOperation): Promise<void> {
  let tally = NOTHING_YET;
  for (const piece of await findPieces(trx, operation.id)) {
    tally = tallied(tally, await executePiece(trx, act, operation, piece));
    // The others who wait for an answer read meanwhile what stood before.
    await turnOfOthers();
  }
  await endOperation(trx, operation, tally, act.at);
}

/** Does it to one piece of the set, and writes down what it came to. */
export async function executePiece(
  trx: Transaction,
  act: Act,
  operation: BulkOperation,
  piece: Piece,
): Promise<Performed<Subjected>[]> {
  const action = await actionOf(trx, operation, piece.ids);
  const own = { ...act, operationId: operation.id };
  const outcomes = action.performPiece
    ? await action.performPiece(trx, own, piece.ids)
    : await perform(trx, own, action, await BULK_SUBJECTS[operation.subjectType].find(trx, piece.ids, act));
  const known = outcomes.filter(({ subject }) => subject.id !== NOBODY);
  const items = known.map(({ subject, refusal, written }) => ({
    id: subject.id,
    refusal: refusal?.reason,
    written,
  }));
  await keepOutcomes(trx, operation, items);
  await markDone(trx, operation.id, piece, act.at);
  return outcomes;
}

export async function endOperation(
  trx: Transaction,
  operation: BulkOperation,
  tally: Tally,
  at: Instant,
): Promise<void> {
  await keepTally(trx, operation.id, tally);
  await finishOperation(trx, operation.id, at);
}

/** What somebody does without a sheet: an operation like any other, with a report, and taken back like any other. */
export interface Direct {
  subjectType: SubjectType;
  action: string;
  ids: number[];
  choices?: BulkOperation['choices'];
}

/**
 * Freezes the set and does it in the same breath, to at most as many as one piece holds. Where it would change nobody nothing is kept
 * of it, and there is no operation.
 */
export async function performDirectly(
  trx: Transaction,
  act: Act,
  direct: Direct,
): Promise<{ operationId?: number; outcomes: Performed<Subjected>[] }> {
  if (direct.ids.length > PIECE) throw new Error('too many for one piece');
  const id = await createDraft(trx, act, direct);
  const operation = await findOperation(trx, id);
  const judged = await judgeOperation(trx, act, operation);
  if (judged.every(({ refusal }) => refusal)) {
    await forgetDraft(trx, id);
    return { outcomes: judged };
  }
  await claimOperation(trx, operation, act);
  const outcomes = await executePiece(trx, act, operation, { number: 0, ids: direct.ids });
  await endOperation(trx, operation, tallied(NOTHING_YET, outcomes), act.at);
  return { operationId: id, outcomes };
}
