import type { Reader } from '../../db/database.ts';
import { eraseUsers, judgeErasure } from '../../erasure/actions/user-erasure.ts';
import { finishErasures } from '../../erasure/erasing.ts';
import { erasedName } from '../../erasure/named-persons.ts';
import { keepErasedList } from '../../installation/backups/erased-list.ts';
import { idIn } from '../../text/record-id.ts';
import { findUserIdsOnceCalled } from '../../users/user-lookup.ts';
import { findUsers } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import { type CommandContext, type Result, refused } from '../command.ts';

/** Says who would be erased, and with `--yes` does it, with all that others wrote of them. */
export async function eraseUser(context: CommandContext, act: Act, named: string): Promise<Result> {
  const { db, config } = context;
  const ids = await findMeant(db.read, named);
  if (ids.length === 0) return refused(`There is no user ${named}.`);
  if (ids.length > 1) return refused(`Several were called ${named}. Say which by its number: ${ids.join(', ')}.`);
  const [{ subject, refusal }] = await judgeErasure(db.read, act, config, ids);
  if (refusal) return refused(`${subject.name} ${refusal.reason}. Nothing was changed.`);
  if (!context.isMeant)
    return refused(
      `${subject.name} (id ${subject.id}) would become “${erasedName(subject.id)}” for good. Nothing was done. With --yes it is.`,
    );
  const [outcome] = await db.write((trx) => eraseUsers(trx, act, config, ids));
  if (outcome.refusal) return refused(`${subject.name} ${outcome.refusal.reason}. Nothing was changed.`);
  await keepErasedList(db.read, config.dataDir);
  await finishErasures(db, act);
  return {
    lines: [
      `The user of id ${subject.id} is erased, and cannot be brought back. Backups keep them until they are removed; a restore erases them again.`,
    ],
    data: { id: subject.id, erased: true },
    exitCode: 0,
  };
}

/** By their number, or of those who are deleted by what they were called; who is not deleted is found to be told so. */
async function findMeant(db: Reader, named: string): Promise<number[]> {
  const id = idIn(named);
  if (id !== undefined) {
    const byId = await findUsers(db, [id]);
    if (byId.length > 0) return byId.map(({ id }) => id);
  }
  return findUserIdsOnceCalled(db, named);
}
