import { setImmediate as turn } from 'node:timers/promises';
import { keepOutcomes } from '../../bulk-operations/bulk-item-store.ts';
import {
  claimOperation,
  createDraft,
  findOperation,
  finishOperation,
  keepSize,
  keepTally,
  pauseOperation,
} from '../../bulk-operations/bulk-operation-store.ts';
import { NOTHING_YET, tallied } from '../../bulk-operations/tally.ts';
import { dayOf } from '../../clock.ts';
import type { Database, Transaction } from '../../db/database.ts';
import { changeEach } from '../../users/actions/changing/changing-users.ts';
import { createUsers } from '../../users/actions/changing/user-creation.ts';
import type { Subject } from '../../users/user.ts';
import { findSubjects } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import type { Performed } from '../../verbs/action.ts';
import type { PlannedRow } from './planning.ts';

/** So many lines are done in one transaction, and others have their turn in between. */
const AT_ONCE = 500;

export interface Imported {
  operationId: number;
  /** The lines that could not be done after all, with the reason. */
  failed: Map<PlannedRow, string>;
}

/**
 * Does what the plan says, as an operation with a report, which can be taken back: who was changed since the plan was made is left out.
 * Each piece is done or not; what was done before something ends it stays, and the same file again does the rest.
 */
export async function applyImport(db: Database, act: Act, plan: PlannedRow[]): Promise<Imported> {
  const todo = plan.filter(({ kind }) => kind === 'new' || kind === 'changed');
  const operation = await db.write(async (trx) => {
    const draft = await findOperation(
      trx,
      await createDraft(trx, act, { subjectType: 'user', action: 'import', ids: [], choices: { lines: todo.length } }),
    );
    await claimOperation(trx, draft, act);
    await keepSize(trx, draft.id, todo.length);
    // It is done here, and by nobody else.
    await pauseOperation(trx, draft.id, act.at, 'a file is being imported');
    return draft;
  });
  const failed = new Map<PlannedRow, string>();
  let tally = NOTHING_YET;
  for (let at = 0; at < todo.length; at += AT_ONCE) {
    const some = todo.slice(at, at + AT_ONCE);
    await db.write(async (trx) => {
      const { performed, refused } = await importSome(trx, { ...act, operationId: operation.id }, some);
      for (const [row, reason] of refused) failed.set(row, reason);
      const items = performed.map(({ subject, refusal, written }) => ({
        id: subject.id,
        refusal: refusal?.reason,
        written,
      }));
      await keepOutcomes(trx, operation, items);
      tally = tallied(tally, performed, 100);
      await keepTally(trx, operation.id, tally);
    });
    await turn();
  }
  await db.write((trx) => finishOperation(trx, operation.id, act.at));
  return { operationId: operation.id, failed };
}

async function importSome(
  trx: Transaction,
  act: Act,
  rows: PlannedRow[],
): Promise<{ performed: Performed<Subject>[]; refused: Map<PlannedRow, string> }> {
  const refused = new Map<PlannedRow, string>();
  const fresh = rows.filter((row) => row.kind === 'new');
  const creations =
    fresh.length === 0
      ? []
      : await createUsers(
          trx,
          act,
          fresh.map(({ newUser }) => newUser),
        );
  const made = creations.flatMap(({ id, refusal }, n) => {
    if (refusal) refused.set(fresh[n], Object.values(refusal.fields ?? { row: refusal.reason }).join(' '));
    return id ?? [];
  });
  const created = (await findSubjects(trx, made, dayOf(act.at))).map((subject) => ({
    subject,
    written: { before: { activity: null }, after: { activity: 'active' } },
  }));
  const known = rows.filter((row) => row.kind === 'changed');
  const changes = new Map(known.map(({ subject, change }) => [subject.id, change]));
  const versions = new Map(known.map(({ subject }) => [subject.id, subject.version]));
  const { outcomes, written } = await changeEach(trx, act, changes, versions);
  const rowOf = new Map(known.map((row) => [row.subject.id, row]));
  for (const { subject, refusal } of outcomes)
    if (refusal) refused.set(rowOf.get(subject.id)!, `${subject.name} ${refusal.reason}.`);
  const changed = outcomes.map((outcome) => ({ ...outcome, written: written.get(outcome.subject.id) }));
  return { performed: [...created, ...changed], refused };
}
