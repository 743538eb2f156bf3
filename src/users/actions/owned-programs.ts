import { findAdministratorIds } from '../../access/administrators.ts';
import { minuteOf } from '../../clock.ts';
import type { Reader, Transaction } from '../../db/database.ts';
import { findLeadersOf } from '../../groups/leader.ts';
import { mailNotice } from '../../mail/outbox-store.ts';
import type { Act } from '../../verbs/act.ts';
import { findOwnedBy, type OwnedProgram } from '../program-owners.ts';
import type { Subject } from '../user.ts';
import { findUsers } from '../user-store.ts';
import { changeUsers } from './changing/changing-users.ts';

/** So many are named in a mail; the list of those without an owner has all. */
const NAMED = 10;

/** Their programs, those left out that go with them. */
export async function orphansOf(db: Reader, subjects: Pick<Subject, 'id'>[]): Promise<OwnedProgram[]> {
  const going = new Set(subjects.map(({ id }) => id));
  return (await findOwnedBy(db, [...going])).filter(({ id }) => !going.has(id));
}

/** The programs of people who go, to another person, as far as whoever acts may: by whose they were, which. */
export async function handOverPrograms(
  trx: Transaction,
  act: Act,
  from: Pick<Subject, 'id'>[],
  ownerId: number,
): Promise<Map<number, number[]>> {
  const orphans = await orphansOf(trx, from);
  if (orphans.length === 0) return new Map();
  const ids = orphans.map(({ id }) => id);
  const { written } = await changeUsers(trx, act, ids, { program: { ownerId } });
  const handed = Map.groupBy(
    orphans.filter(({ id }) => written.has(id)),
    (program) => program.ownerId,
  );
  return new Map([...handed].map(([id, programs]) => [id, programs.map((program) => program.id)]));
}

/** Tells who leads those who went, or else the administrators, of programs that nobody answers for any more. */
export async function tellOfOrphans(trx: Transaction, act: Act, owners: Subject[], what: string): Promise<void> {
  const orphans = Map.groupBy(await orphansOf(trx, owners), ({ ownerId }) => ownerId);
  if (orphans.size === 0 || !act.sendsMail) return;
  const leaders = await findLeadersOf(trx, [...orphans.keys()], minuteOf(act.at));
  const administrators = await findAdministratorIds(trx, act.at);
  for (const owner of owners) {
    const owned = orphans.get(owner.id);
    if (!owned) continue;
    const names = owned.slice(0, NAMED).map(({ name }) => name);
    const programs = owned.length > NAMED ? `${names.join(', ')} and ${owned.length - NAMED} more` : names.join(', ');
    const facts = { owner: owner.name, what, by: act.by.name, programs };
    const told = await findUsers(trx, leaders.get(owner.id) ?? administrators);
    for (const { id, email } of told)
      await mailNotice(trx, act, 'programs-orphaned', { userId: id, address: email }, facts);
  }
}
