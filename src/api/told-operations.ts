import type { AppContext } from '../app-context.ts';
import { actionOf } from '../bulk-operations/actions/bulk-subjects.ts';
import { judgeOperation } from '../bulk-operations/actions/execution.ts';
import { mayUndo } from '../bulk-operations/actions/taking-back.ts';
import { weighsMuch } from '../bulk-operations/actions/weighty-operation.ts';
import { type BulkOperation, isLarge, phaseOf } from '../bulk-operations/bulk-operation.ts';
import { findItemIds } from '../bulk-operations/bulk-operation-store.ts';
import { effectsOn, findFirst, knownOf } from '../bulk-operations/pages/sheet.ts';
import { leftOutIn, NOTHING_YET, tallied } from '../bulk-operations/tally.ts';
import type { Reader } from '../db/database.ts';
import { grouped } from '../text/text.ts';
import { findUserNames } from '../users/user-store.ts';
import type { Act } from '../verbs/act.ts';
import { allowed } from '../verbs/outcome.ts';
import type { Caller } from './caller.ts';

/** So many are named of those who are changed, and for each reason. */
const NAMED = 100;

interface Looking {
  app: AppContext;
  db: Reader;
  act: Act;
  viewer: Caller['viewer'];
}

/** An operation as programs are told of it; a draft with what it would come to now. */
export async function toldOperation(
  { app, db, act, viewer }: Looking,
  operation: BulkOperation,
  { withEffects = false }: { withEffects?: boolean } = {},
) {
  const phase = phaseOf(operation);
  const ids = phase === 'draft' ? await meantBy(db, operation) : [];
  // One that there is no more, or whose group is gone, is told by its name.
  const action = await actionOf(db, operation, ids).catch(() => undefined);
  const [name] = (await findUserNames(db, [operation.createdBy])).values();
  const told = {
    id: operation.id,
    on: `${operation.subjectType}s`,
    action: operation.action,
    label: action?.label ?? operation.action,
    values: operation.choices,
    phase,
    size: operation.size,
    ...inNumbers(operation),
    lasting: action?.bulk.lasting ?? null,
    mayUndo: action !== undefined && (await mayUndo(db, operation, action, viewer)),
    undoes: operation.undoes,
    createdBy: operation.createdBy === null ? null : { id: operation.createdBy, name: name ?? '' },
    createdAt: operation.createdAt,
    executedAt: operation.executedAt,
    finishedAt: operation.finishedAt,
    pausedFor: operation.pausedFor,
  };
  if (phase !== 'draft' || !action) return told;
  const { outcomes, ...sheet } = await sheetOf({ db, act }, operation, ids);
  if (!withEffects) return { ...told, ...sheet };
  const effects = await effectsOn(app, act, action, allowed(outcomes));
  const ofFirst = isLarge(operation) ? `Of the first ${grouped(ids.length)}: ` : '';
  return { ...told, ...sheet, effects: effects.map((sentence) => `${ofFirst}${sentence}`) };
}

/** Of one that was executed, nobody is named here: its items are, as far as one may see them. */
function inNumbers({ tally }: Pick<BulkOperation, 'tally'>) {
  const reasons = tally.reasons.map(({ reason, number }) => ({ reason, number }));
  return { judged: tally.judged, changed: tally.changed, leftOut: leftOutIn(tally), reasons };
}

function meantBy(db: Reader, operation: BulkOperation): Promise<number[]> {
  return isLarge(operation) ? findFirst(db, operation.id) : findItemIds(db, operation.id);
}

/** Judged now; of a large one, what was found when its set was gone through. */
async function sheetOf({ db, act }: Pick<Looking, 'db' | 'act'>, operation: BulkOperation, ids: number[]) {
  const outcomes = await judgeOperation(db, act, operation, ids);
  const tally = isLarge(operation) ? knownOf(operation) : tallied(NOTHING_YET, outcomes, NAMED);
  return {
    outcomes,
    ...inNumbers({ tally }),
    reasons: tally.reasons.map(({ reason, number, names }) => ({ reason, number, names: names.slice(0, NAMED) })),
    names: tally.names.slice(0, NAMED),
    confirms: await weighsMuch(db, act, operation),
  };
}
