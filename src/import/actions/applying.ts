import type { BulkOperation } from '../../bulk-operations/bulk-operation.ts';
import { createDraft, findOperation } from '../../bulk-operations/bulk-operation-store.ts';
import type { Transaction } from '../../db/database.ts';
import type { Act } from '../../verbs/act.ts';
import type { Performed, Subjected } from '../../verbs/action.ts';
import { findLinesToDo, findPlannedLines, type PlannedLine, refuseLines } from '../import-plan-store.ts';
import { claimImport, findImport, keepCounts, keepOperationId } from '../import-store.ts';
import type { Applied } from './import-kind.ts';
import { KINDS } from './import-kinds.ts';
import type { ImportingChoices } from './importing-choices.ts';

/**
 * Makes an operation of what the dry run found, to be executed like any other. Undefined where it was made before, or nothing is to be
 * done.
 */
export async function importOperation(trx: Transaction, act: Act, id: number): Promise<BulkOperation | undefined> {
  const lines = await findLinesToDo(trx, id);
  if (lines.length === 0) return undefined;
  // Before anything is made: of two who press at once, one would leave a draft behind that nobody knows of.
  if (!(await claimImport(trx, id))) return undefined;
  const { kind, counts } = await findImport(trx, id);
  const choices: ImportingChoices = { import: id, made: counts.new, changed: lines.length - counts.new };
  const draft = { subjectType: KINDS[kind].subjectType, action: 'import', lines, choices };
  const operationId = await createDraft(trx, act, { ...draft, ids: [] });
  await keepOperationId(trx, id, operationId);
  return findOperation(trx, operationId);
}

/** Does what the plan says of these lines; what was changed since it was made is left out. */
export async function importPiece(
  trx: Transaction,
  act: Act,
  id: number,
  lines: number[],
): Promise<Performed<Subjected>[]> {
  const { kind, counts } = await findImport(trx, id);
  const planned = await findPlannedLines(trx, id, lines);
  const applied: Applied[] = [];
  for (const waits of [false, true]) {
    const of = (wanted: PlannedLine['kind']) => planned.filter((one) => one.kind === wanted && one.waits === waits);
    const [fresh, known] = [of('new'), of('changed')];
    if (fresh.length > 0) applied.push(await KINDS[kind].create(trx, act, fresh));
    if (known.length > 0) applied.push(await KINDS[kind].change(trx, act, known));
  }
  const refused = new Map(applied.flatMap((one) => [...one.refused]));
  if (refused.size > 0) {
    await refuseLines(trx, id, refused);
    await keepCounts(trx, id, { ...counts, refused: counts.refused + refused.size });
  }
  return applied.flatMap(({ performed }) => performed);
}
