import type { AppContext } from '../app-context.ts';
import { actionOf } from '../bulk-operations/actions/bulk-subjects.ts';
import { mayUndo } from '../bulk-operations/actions/taking-back.ts';
import { weighsMuch } from '../bulk-operations/actions/weighty-operation.ts';
import { type BulkOperation, isLarge, phaseOf, type Tally } from '../bulk-operations/bulk-operation.ts';
import { findItemIds } from '../bulk-operations/bulk-piece-store.ts';
import { effectsSaid } from '../bulk-operations/pages/effects-in-words.ts';
import { foundNow, knownOf } from '../bulk-operations/pages/sheet.ts';
import { findSchedule } from '../bulk-operations/schedule-store.ts';
import { leftOutIn } from '../bulk-operations/tally.ts';
import type { Reader } from '../db/database.ts';
import { findUserNames } from '../users/user-store.ts';
import type { Act } from '../verbs/act.ts';
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
  const ids = phase === 'draft' && !isLarge(operation) ? await findItemIds(db, operation.id) : [];
  // One that there is no more, or whose group is gone, is told by its name.
  const action = await actionOf(db, operation, ids).catch(() => undefined);
  const schedule = phase === 'draft' ? await findSchedule(db, operation.id) : undefined;
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
    dueAt: schedule?.dueAt ?? null,
    waitsFor: schedule?.waitsFor ?? '',
  };
  if (phase !== 'draft' || !action) return told;
  const { tally, effects } = isLarge(operation)
    ? knownOf(operation)
    : await foundNow(db, act, operation, { ids, action });
  const sheet = await sheetOf({ db, act }, operation, tally);
  return withEffects ? { ...told, ...sheet, effects: await effectsSaid(app, action, effects) } : { ...told, ...sheet };
}

/** Of one that was executed, nobody is named here: its items are, as far as one may see them. */
function inNumbers({ tally }: Pick<BulkOperation, 'tally'>) {
  const reasons = tally.reasons.map(({ reason, number }) => ({ reason, number }));
  return { judged: tally.judged, changed: tally.changed, leftOut: leftOutIn(tally), reasons };
}

/** Judged now; of a large one, what was found when its set was gone through. */
async function sheetOf({ db, act }: Pick<Looking, 'db' | 'act'>, operation: BulkOperation, tally: Tally) {
  return {
    ...inNumbers({ tally }),
    reasons: tally.reasons.map(({ reason, number, names }) => ({ reason, number, names: names.slice(0, NAMED) })),
    names: tally.names.slice(0, NAMED),
    confirms: await weighsMuch(db, act, operation),
  };
}
