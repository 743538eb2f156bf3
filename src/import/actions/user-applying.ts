import { minuteOf } from '../../clock.ts';
import type { Transaction } from '../../db/database.ts';
import { FieldErrors } from '../../forms/form.ts';
import { changeEach } from '../../users/actions/changing/changing-users.ts';
import type { NewUser, UserChange } from '../../users/actions/changing/user-change.ts';
import { createUsers } from '../../users/actions/changing/user-creation.ts';
import type { Subject } from '../../users/user.ts';
import { findSubjects } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import { NOBODY, type Performed } from '../../verbs/action.ts';
import { writtenOfMade } from '../../verbs/facts.ts';
import { inapplicable, unfitFields } from '../../verbs/outcome.ts';
import type { PlannedLine } from '../import-plan-store.ts';
import { type Applied, inWords } from './import-kind.ts';

/** Makes those whom nothing stands against. */
export async function createImported(trx: Transaction, act: Act, planned: PlannedLine[]): Promise<Applied> {
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
    missing.push({
      subject: { id: NOBODY, name } as Subject,
      refusal: inapplicable('could not be created: their lines say why'),
    });
  }
  const made = await findSubjects(
    trx,
    creations.flatMap(({ id }) => id ?? []),
    minuteOf(act.at),
  );
  const written = writtenOfMade();
  return { performed: [...made.map((subject) => ({ subject, written })), ...missing], refused };
}

/** All at once; where only the database can tell that some will not do, one by one, so that these alone are left out. */
export async function changeImported(trx: Transaction, act: Act, planned: PlannedLine[]): Promise<Applied> {
  if (planned.length === 0) return { performed: [], refused: new Map() };
  try {
    return await trx.transaction((part) => changeAll(part, act, planned));
  } catch (error) {
    if (!(error instanceof FieldErrors)) throw error;
    if (planned.length === 1) return unfit(trx, act, planned[0], error);
  }
  const each: Applied[] = [];
  for (const one of planned) each.push(await changeImported(trx, act, [one]));
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
  const [subject] = await findSubjects(trx, [subjectId!], minuteOf(act.at));
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
