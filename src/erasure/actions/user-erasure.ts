import { minuteOf } from '../../clock.ts';
import type { Reader, Transaction } from '../../db/database.ts';
import type { Subject } from '../../users/user.ts';
import { findSubjects } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import type { Judge } from '../../verbs/action.ts';
import { allowed, type Outcome } from '../../verbs/outcome.ts';
import { erase } from '../erasing.ts';
import { type ErasureSettings, erasureRefusal, findDeletions } from '../erasure.ts';

/** Who of these would be erased, and who not, and why. Throws NotFound where an id is unknown. */
export async function judgeErasure(
  db: Reader,
  { by, at }: Judge,
  settings: ErasureSettings,
  ids: number[],
): Promise<Outcome<Subject>[]> {
  const subjects = await findSubjects(db, ids, minuteOf(at));
  const deletions = await findDeletions(db, ids);
  return subjects.map((subject) => ({
    subject,
    refusal: erasureRefusal(by, subject, { deletedAt: deletions.get(subject.id), at, settings }),
  }));
}

/** Erases those of these users whom the rule allows, for good, with one audit event each that names nobody. */
export async function eraseUsers(
  trx: Transaction,
  act: Act,
  settings: ErasureSettings,
  ids: number[],
): Promise<Outcome<Subject>[]> {
  const outcomes = await judgeErasure(trx, act, settings, ids);
  const users = allowed(outcomes);
  if (users.length > 0) await erase(trx, act, users);
  return outcomes;
}
