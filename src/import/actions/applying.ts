import type { BulkOperation } from '../../bulk-operations/bulk-operation.ts';
import { createDraft, findOperation } from '../../bulk-operations/bulk-operation-store.ts';
import { dayOf } from '../../clock.ts';
import type { Transaction } from '../../db/database.ts';
import { FieldErrors } from '../../forms/form.ts';
import { changeEach } from '../../users/actions/changing/changing-users.ts';
import type { NewUser, UserChange } from '../../users/actions/changing/user-change.ts';
import { createUsers } from '../../users/actions/changing/user-creation.ts';
import type { Subject } from '../../users/user.ts';
import { findSubjects } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import { NOBODY, type Performed } from '../../verbs/action.ts';
import { inapplicable, unfitFields } from '../../verbs/outcome.ts';
import { findLinesToDo, findPlannedLines, type PlannedLine, refuseLines } from '../import-plan-store.ts';
import { claimImport, findImport, keepCounts } from '../import-store.ts';
import { inWords } from './planning.ts';

/**
 * Makes an operation of what the dry run found, to be executed like any other. Undefined where it was made before, or nothing is to be
 * done.
 */
export async function importOperation(trx: Transaction, act: Act, id: number): Promise<BulkOperation | undefined> {
  const lines = await findLinesToDo(trx, id);
  if (lines.length === 0) return undefined;
  const draft = { subjectType: 'user' as const, action: 'import', lines, choices: { import: id } };
  const operationId = await createDraft(trx, act, { ...draft, ids: [] });
  if (!(await claimImport(trx, id, operationId))) return undefined;
  return findOperation(trx, operationId);
}

/** Does what the plan says of these lines; who was changed since it was made is left out. */
export async function importPiece(
  trx: Transaction,
  act: Act,
  id: number,
  lines: number[],
): Promise<Performed<Subject>[]> {
  const planned = await findPlannedLines(trx, id, lines);
  const made = await create(
    trx,
    act,
    planned.filter(({ kind }) => kind === 'new'),
  );
  const changed = await change(
    trx,
    act,
    planned.filter(({ kind }) => kind === 'changed'),
  );
  const refused = new Map([...made.refused, ...changed.refused]);
  if (refused.size > 0) {
    const { counts } = await findImport(trx, id);
    await refuseLines(trx, id, refused);
    await keepCounts(trx, id, { ...counts, refused: counts.refused + refused.size });
  }
  return [...made.performed, ...changed.performed];
}

interface Applied {
  performed: Performed<Subject>[];
  /** Why lines could not be done after all. */
  refused: Map<number, string>;
}

async function create(trx: Transaction, act: Act, planned: PlannedLine[]): Promise<Applied> {
  const refused = new Map<number, string>();
  if (planned.length === 0) return { performed: [], refused };
  const creations = await createUsers(
    trx,
    act,
    planned.map(({ change }) => change as unknown as NewUser),
  );
  const missing: Performed<Subject>[] = [];
  for (const [n, { refusal }] of creations.entries()) {
    if (!refusal) continue;
    const { line, name } = planned[n];
    refused.set(line, inWords(name, refusal));
    missing.push({ subject: { id: NOBODY, name } as Subject, refusal: inapplicable('could not be created') });
  }
  const made = await findSubjects(
    trx,
    creations.flatMap(({ id }) => id ?? []),
    dayOf(act.at),
  );
  const written = { before: { activity: null }, after: { activity: 'active' } };
  return { performed: [...made.map((subject) => ({ subject, written })), ...missing], refused };
}

/** All at once; where only the database can tell that some will not do, one by one, so that these alone are left out. */
async function change(trx: Transaction, act: Act, planned: PlannedLine[]): Promise<Applied> {
  if (planned.length === 0) return { performed: [], refused: new Map() };
  try {
    return await trx.transaction((part) => changeAll(part, act, planned));
  } catch (error) {
    if (!(error instanceof FieldErrors)) throw error;
    if (planned.length === 1) return unfit(trx, act, planned[0], error);
  }
  const each: Applied[] = [];
  for (const one of planned) each.push(await change(trx, act, [one]));
  return {
    performed: each.flatMap(({ performed }) => performed),
    refused: new Map(each.flatMap(({ refused }) => [...refused])),
  };
}

async function unfit(
  trx: Transaction,
  act: Act,
  { line, subjectId }: PlannedLine,
  error: FieldErrors,
): Promise<Applied> {
  const [subject] = await findSubjects(trx, [subjectId!], dayOf(act.at));
  const refused = new Map([[line, error.message]]);
  return { performed: [{ subject, refusal: unfitFields(error.errors) }], refused };
}

async function changeAll(trx: Transaction, act: Act, planned: PlannedLine[]): Promise<Applied> {
  const refused = new Map<number, string>();
  const lineOf = new Map(planned.map((one) => [one.subjectId!, one.line]));
  const changes = new Map(planned.map((one) => [one.subjectId!, changeIn(one)]));
  const versions = new Map(planned.map((one) => [one.subjectId!, one.version!]));
  const { outcomes, written } = await changeEach(trx, act, changes, versions);
  for (const { subject, refusal } of outcomes)
    if (refusal) refused.set(lineOf.get(subject.id)!, inWords(subject.name, refusal));
  return { performed: outcomes.map((one) => ({ ...one, written: written.get(one.subject.id) })), refused };
}

function changeIn({ change, newEmail, isTicked }: PlannedLine): UserChange {
  const { email, ...others } = change as UserChange;
  return newEmail !== null && isTicked ? { ...others, email } : others;
}
