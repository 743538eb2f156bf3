import type { AppContext } from '../../app-context.ts';
import { actionOf, readable } from '../../bulk-operations/actions/bulk-subjects.ts';
import { rehearsed } from '../../bulk-operations/actions/rehearsal.ts';
import { takingBackOf } from '../../bulk-operations/actions/taking-back.ts';
import { weighsMuch } from '../../bulk-operations/actions/weighty-operation.ts';
import { type BulkOperation, isLarge, phaseOf, type Tally } from '../../bulk-operations/bulk-operation.ts';
import { findItemIds } from '../../bulk-operations/bulk-piece-store.ts';
import type { EffectTally } from '../../bulk-operations/effect-tally.ts';
import { effectsSaid } from '../../bulk-operations/pages/sheet/effects-in-words.ts';
import { foundNow, foundOf, knownOf } from '../../bulk-operations/pages/sheet/sheet.ts';
import { findParts } from '../../bulk-operations/part-store.ts';
import { findSchedule } from '../../bulk-operations/schedule-store.ts';
import { leftOutIn, summed } from '../../bulk-operations/tally.ts';
import type { Reader, Transaction } from '../../db/database.ts';
import { findUserNames } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import type { BulkAction } from '../../verbs/action.ts';
import type { Caller } from '../contract/caller.ts';

/** So many are named of those who are changed, and for each reason. */
const NAMED = 100;

export interface Looking {
  app: AppContext;
  db: Reader;
  act: Act;
  viewer: Caller['viewer'];
  /** For what is tried and not kept. */
  trying: <Found>(work: (trx: Transaction) => Promise<Found>) => Promise<Found>;
}

/** An operation as programs are told of it; a draft with what it would come to now. */
export async function toldOperation(
  looking: Looking,
  operation: BulkOperation,
  { withEffects = false }: { withEffects?: boolean } = {},
) {
  const { db, viewer, act } = looking;
  const phase = phaseOf(operation);
  const parts = readable(viewer, await findParts(db, operation));
  const ids = phase === 'draft' && !isLarge(operation) ? await findItemIds(db, operation.id) : [];
  // One that there is no more, or whose group is gone, is told by its name.
  const action = await actionOf(db, operation, ids).catch(() => undefined);
  const schedule = phase === 'draft' ? await findSchedule(db, operation.id) : undefined;
  const told = {
    id: operation.id,
    on: `${operation.subjectType}s`,
    action: operation.action,
    label: action?.label ?? operation.action,
    values: operation.choices,
    phase,
    parts: parts.map(({ subjectType, size, tally }) => ({ on: `${subjectType}s`, size, ...inNumbers({ tally }) })),
    size: parts.reduce((sum, { size }) => sum + size, 0),
    ...inNumbers({ tally: summed(parts.map(({ tally }) => tally)) }),
    lasting: action?.bulk.lasting ?? null,
    ...(await takingBackOf(db, operation, action, act)),
    undoes: operation.undoes,
    ...(await authorsOf(db, operation)),
    createdAt: operation.createdAt,
    executedAt: operation.executedAt,
    finishedAt: operation.finishedAt,
    pausedFor: operation.pausedFor,
    dueAt: schedule?.dueAt ?? null,
    waitsFor: schedule?.waitsFor ?? '',
  };
  if (phase !== 'draft' || !action) return told;
  const found = await foundOfAll(looking, operation, { ids, action, parts });
  const sheet = await sheetOf(looking, operation, summed(found.map(({ tally }) => tally)));
  const each = parts.map((part, n) => ({ ...told.parts[n], ...inNumbers(found[n] ?? part) }));
  if (!withEffects) return { ...told, ...sheet, parts: each };
  const effects = [];
  for (const one of found) effects.push(...(await effectsSaid(looking.app, one.action, one.effects)));
  return { ...told, ...sheet, parts: each, effects };
}

async function authorsOf(db: Reader, { createdBy, begunBy, takenOverAt }: BulkOperation) {
  const names = await findUserNames(db, [createdBy, begunBy]);
  const named = (id: number | null) => (id === null ? null : { id, name: names.get(id) ?? '' });
  return { createdBy: named(createdBy), begunBy: named(begunBy), takenOverAt };
}

/** What each part of a draft would come to. */
async function foundOfAll(
  { db, act, trying }: Looking,
  operation: BulkOperation,
  { ids, action, parts }: { ids: number[]; action: BulkAction; parts: BulkOperation[] },
): Promise<{ action: BulkAction; tally: Tally; effects: EffectTally }[]> {
  if (parts.length > 1) return trying((trx) => rehearsed(trx, act, parts, (now, part) => foundOf(now, act, part)));
  if (isLarge(operation)) return [{ action, ...knownOf(operation) }];
  return [{ action, ...(await foundNow(db, act, operation, { ids, action })) }];
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
