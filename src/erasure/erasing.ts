import { groupReference } from '../audit/audit-event.ts';
import { recordChanges } from '../audit/audit-store.ts';
import { deleteTextsOf } from '../audit/audit-texts.ts';
import { eraseFromAudit, findFormerNames } from '../audit/erased-events.ts';
import type { Instant } from '../clock.ts';
import type { Database, Reader, Transaction } from '../db/database.ts';
import { eraseKeptOf, eraseNamed, eraseOwn } from '../db/erasing.ts';
import { endTokensOf } from '../tokens/token-store.ts';
import type { User } from '../users/user.ts';
import { eraseUser, findUsers } from '../users/user-store.ts';
import { findNamesInUse } from '../users/user-uniqueness.ts';
import type { Act, ActSettings } from '../verbs/act.ts';
import { findErasures, forgetErasures, keepErasure } from './erasure-store.ts';
import { erasedName, NamedPersons } from './named-persons.ts';

/** Looked for together, so that all texts are walked once for them. */
const AT_ONCE = 20;

/** Removes all that is theirs by their ids, whoever may; what others wrote of them is looked through by `finishErasures`. */
export async function erase(trx: Transaction, act: Act, users: User[]): Promise<void> {
  const ids = users.map(({ id }) => id);
  for (const user of users) await keepErasure(trx, user.id, await wordsFor(trx, user));
  const led = Map.groupBy(await findLed(trx, ids), ({ leaderId }) => leaderId);
  await endTokensOf(trx, ids, act.at);
  await eraseOwn(trx, ids);
  await deleteTextsOf(trx, ids);
  for (const user of users) await eraseUser(trx, user, erasedName(user.id), act.at);
  await recordChanges(
    trx,
    act,
    ids.map((id) => ({
      action: 'user.erased',
      subjectType: 'user',
      subjectId: id,
      subjectName: erasedName(id),
      before: led.has(id) ? { leaderOf: led.get(id)!.map(groupReference) } : {},
    })),
  );
}

async function wordsFor(db: Reader, user: User): Promise<string[]> {
  const { id, name, email, confirmedEmail } = user;
  const provisioned: string[] = await db('provisioned_users').where('user_id', id).pluck('user_name');
  const words = [name, email, confirmedEmail, ...provisioned, ...(await findFormerNames(db, id))];
  return [...new Set(words.filter((word) => word !== null && word.trim() !== '').map((word) => String(word)))];
}

async function findLed(db: Reader, userIds: number[]): Promise<{ id: number; name: string; leaderId: number }[]> {
  return db('groups').whereIn('leader_id', userIds).orderBy('id').select('id', 'name', 'leader_id as leaderId');
}

/**
 * What operations, files and others' texts keep of those who were erased. It may be broken off at any moment, and is begun anew: nothing of it is
 * forgotten before all of it is done. Returns for how many.
 */
export async function finishErasures(db: Pick<Database, 'read' | 'write'>, settings: ActSettings): Promise<number> {
  let done = 0;
  for (;;) {
    const erasures = await findErasures(db.read, AT_ONCE);
    if (erasures.length === 0) return done;
    const ids = erasures.map(({ userId }) => userId);
    // Names and emails were free since the deletion.
    const inUse = await findNamesInUse(
      db.read,
      erasures.flatMap(({ words }) => words),
    );
    const finder = new NamedPersons(
      erasures.map(({ userId, words }) => ({ userId, words: words.filter((word) => !inUse.has(word)) })),
    );
    const write: Database['write'] = (work) => db.write(work);
    await eraseKeptOf(db.read, write, ids);
    await eraseNamed(db.read, write, finder);
    await eraseFromAudit(db, settings, ids, finder);
    await db.write((trx) => forgetErasures(trx, ids));
    done += erasures.length;
  }
}

/** One of those who were erased, as it is known in every copy of the data. */
export interface ErasedUser {
  id: number;
  createdAt: Instant;
  erasedAt: Instant;
}

/** Those of them who are not erased here, once more: after a backup was restored. Returns how many. */
export async function eraseAgain(trx: Transaction, act: Act, erased: ErasedUser[]): Promise<number> {
  // Beside backups of several installations a list names several by one id.
  const known = new Set(erased.map(({ id, createdAt }) => `${id} ${createdAt}`));
  const users = (await findUsers(trx, [...new Set(erased.map(({ id }) => id))])).filter(
    ({ id, createdAt, erasedAt }) => erasedAt === null && known.has(`${id} ${createdAt}`),
  );
  if (users.length > 0) await erase(trx, act, users);
  return users.length;
}
