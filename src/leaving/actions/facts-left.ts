import { may } from '../../access/viewer.ts';
import { minuteOf } from '../../clock.ts';
import { handOverContacts } from '../../contacts/actions/handing-over.ts';
import { findPrivateOwners } from '../../contacts/private-contacts.ts';
import type { Reader, Transaction } from '../../db/database.ts';
import { changeGroups } from '../../groups/actions/changing-groups.ts';
import { findGroups } from '../../groups/group-store.ts';
import { isWeightyAction } from '../../permissions/weighty-givings.ts';
import { ACTIVATION } from '../../users/actions/activation.ts';
import { performOnUsers } from '../../users/actions/user-actions.ts';
import { findSubjects, findUsers } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import type { Judge } from '../../verbs/action.ts';
import { allowed } from '../../verbs/outcome.ts';

/** What was written of one kind of things when somebody left, one fact for each of them: what Undo compares and brings back. */
export interface FactLeft {
  fact: (id: number) => string;
  /** The thing of a fact; undefined of other facts. */
  idOf: (field: string) => number | undefined;
  /** What stands there now. */
  find(db: Reader, ids: number[]): Promise<Map<number, unknown>>;
  /** Makes of these what they were; returns those of which it did. */
  giveBack(trx: Transaction, act: Act, ids: number[], change: { before: unknown; present: unknown }): Promise<number[]>;
  /** Whether only somebody gives these back who has shown lately that it is they (R54). */
  demandsProof?(db: Reader, by: Judge, ids: number[]): Promise<boolean>;
  /** Of what it is, for the report. */
  noun: string;
  /** What the leaver did with it. */
  verb: string;
}

function factLeft(prefix: string, rest: Omit<FactLeft, 'fact' | 'idOf'>): FactLeft {
  return {
    fact: (id) => `${prefix}:${id}`,
    idOf: (field) => (field.startsWith(`${prefix}:`) ? Number(field.slice(prefix.length + 1)) : undefined),
    ...rest,
  };
}

/** Who leads the group. */
export const LEADS = factLeft('leads', {
  noun: 'group',
  verb: 'led',
  find: async (db, ids) => new Map((await findGroups(db, ids)).map(({ id, leaderId }) => [id, leaderId])),
  async giveBack(trx, act, ids, { before }) {
    const { written } = await changeGroups(trx, act, ids, { leaderId: before as number | null });
    return [...written.keys()];
  },
});

/** Whose the contact is. */
export const PRIVATE_CONTACT = factLeft('private-contact', {
  demandsProof: async () => true,
  noun: 'private contact',
  verb: 'owned',
  find: findPrivateOwners,
  async giveBack(trx, act, ids, { before, present }) {
    const [from, to] = [Number(present), Number(before)];
    if (!may(act.by, 'contacts', 'write') || to === act.by.id) return [];
    return handOverContacts(trx, act, ids, { from, to });
  },
});

/** Whether the program is let in. */
export const ENDED_PROGRAM = factLeft('ended-program', {
  noun: 'deactivated program',
  verb: 'answered for',
  find: async (db, ids) => new Map((await findUsers(db, ids)).map(({ id, activity }) => [id, activity])),
  demandsProof: async (db, by, ids) =>
    isWeightyAction(db, by, ACTIVATION, await findSubjects(db, ids, minuteOf(by.at))),
  async giveBack(trx, act, ids) {
    return allowed(await performOnUsers(trx, act, ACTIVATION, ids)).map(({ id }) => id);
  },
});

export const FACTS_LEFT: readonly FactLeft[] = [LEADS, PRIVATE_CONTACT, ENDED_PROGRAM];

/** The fact and the thing that a field is about. */
export function factLeftOf(field: string): { fact: FactLeft; id: number } | undefined {
  for (const fact of FACTS_LEFT) {
    const id = fact.idOf(field);
    if (id !== undefined) return { fact, id };
  }
  return undefined;
}
