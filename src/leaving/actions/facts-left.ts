import { may, type Viewer } from '../../access/viewer.ts';
import { minuteOf } from '../../clock.ts';
import { handOverContacts } from '../../contacts/actions/handing-over.ts';
import { findPrivateOwners } from '../../contacts/private-contacts.ts';
import type { Reader, Transaction } from '../../db/database.ts';
import { changeGroups, judgeChange, planChange } from '../../groups/actions/changing-groups.ts';
import { findGroups } from '../../groups/group-store.ts';
import { isWeightyAction } from '../../permissions/weighty-givings.ts';
import { ACTIVATION } from '../../users/actions/activation.ts';
import { performOnUsers } from '../../users/actions/user-actions.ts';
import { findSubjects, findUsers } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import { type Judge, judge, type Subjected } from '../../verbs/action.ts';
import { allowed, forbidden, type Outcome, type Refusal } from '../../verbs/outcome.ts';

/** What was written of one kind of things when somebody left, one fact for each of them: what Undo compares and brings back. */
export interface FactLeft {
  fact: (id: number) => string;
  /** The thing of a fact; undefined of other facts. */
  idOf: (field: string) => number | undefined;
  /** What stands there now. */
  find(db: Reader, ids: number[]): Promise<Map<number, unknown>>;
  /** What keeps these from it, by id, said of whoever left them. */
  findRefused(db: Reader, by: Judge, ids: number[], change: { before: unknown }): Promise<Map<number, Refusal>>;
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
  async findRefused(db, by, ids, { before }) {
    const outcomes = await judgeChange(db, by, ids);
    await planChange(db, by, outcomes, { leaderId: before as number | null });
    return refusedIn(outcomes, ({ name }, { kind, reason, fields }) => {
      if (!may(by.by, 'groups', 'write')) return `led ${name}: you may not say who does`;
      if (!fields) return `led ${name}, which ${reason}`;
      return kind === 'forbidden' ? `led ${name}: you may not say who does` : `led ${name}, and is no member any more`;
    });
  },
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
  async findRefused(_db, { by }, ids, { before }) {
    const refusal = mayGiveBack(by, Number(before))
      ? undefined
      : forbidden('owned contacts that you may not give back');
    return new Map(refusal ? ids.map((id): [number, Refusal] => [id, refusal]) : []);
  },
  async giveBack(trx, act, ids, { before, present }) {
    const [from, to] = [Number(present), Number(before)];
    if (!mayGiveBack(act.by, to)) return [];
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
  async findRefused(db, by, ids) {
    const outcomes = await judge(db, by, ACTIVATION, await findSubjects(db, ids, minuteOf(by.at)));
    return refusedIn(outcomes, ({ name }, { reason }) => `answered for ${name}, which ${reason}`);
  },
  async giveBack(trx, act, ids) {
    return allowed(await performOnUsers(trx, act, ACTIVATION, ids)).map(({ id }) => id);
  },
});

/** Nobody gives to themself what only its owner sees. */
function mayGiveBack(viewer: Viewer, ownerId: number): boolean {
  return may(viewer, 'contacts', 'write') && ownerId !== viewer.id;
}

function refusedIn<Thing extends Subjected>(
  outcomes: Outcome<Thing>[],
  said: (thing: Thing, refusal: Refusal) => string,
): Map<number, Refusal> {
  return new Map(
    outcomes.flatMap(({ subject, refusal }): [number, Refusal][] =>
      refusal ? [[subject.id, { kind: refusal.kind, reason: said(subject, refusal) }]] : [],
    ),
  );
}

export const FACTS_LEFT: readonly FactLeft[] = [LEADS, PRIVATE_CONTACT, ENDED_PROGRAM];

/** The fact and the thing that a field is about. */
export function factLeftOf(field: string): { fact: FactLeft; id: number } | undefined {
  for (const fact of FACTS_LEFT) {
    const id = fact.idOf(field);
    if (id !== undefined) return { fact, id };
  }
  return undefined;
}
