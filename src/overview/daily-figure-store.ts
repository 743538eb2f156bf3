import { type Day, dayOf } from '../clock.ts';
import type { Reader, Transaction } from '../db/database.ts';
import type { Row } from '../db/tables.ts';

/** How many people there were on a day, when it was looked at last. */
export interface People {
  active: number;
  /** Of those who are active. */
  invited: number;
  deactivated: number;
}

/** A day in UTC. */
export interface DailyFigures {
  day: Day;
  /** Undefined where nobody looked on that day. */
  people: People | undefined;
  signIns: number;
  failures: number;
}

/** From a day on, in their order; days on which nothing ran and nobody came are missing. */
export async function findFigures(db: Reader, from: Day): Promise<DailyFigures[]> {
  const rows: Row<'daily_figures'>[] = await db('daily_figures').where('day', '>=', from).orderBy('day');
  return rows.map((row) => ({
    day: row.day,
    people:
      row.active === null ? undefined : { active: row.active, invited: row.invited!, deactivated: row.deactivated! },
    signIns: row.sign_ins,
    failures: row.failures,
  }));
}

export async function keepPeople(trx: Transaction, day: Day, people: People): Promise<void> {
  await trx('daily_figures')
    .insert({ day, ...people })
    .onConflict('day')
    .merge(people);
}

/** A sign-in that was tried, as it is counted. */
export interface Attempt {
  id: number;
  at: string;
  outcome: string;
}

/** Adds attempts to the days on which they were made. */
export async function countAttempts(trx: Transaction, attempts: Attempt[]): Promise<void> {
  for (const [day, some] of Map.groupBy(attempts, ({ at }) => dayOf(at))) {
    const signIns = some.filter(({ outcome }) => outcome === 'signed in').length;
    await trx('daily_figures').insert({ day }).onConflict('day').ignore();
    await trx('daily_figures')
      .where({ day })
      .update({ last_attempt: some.at(-1)!.id })
      .increment({ sign_ins: signIns, failures: some.length - signIns });
  }
}

/** The last one that was counted on whatever day; 0 before the first. */
export async function findLastCounted(db: Reader): Promise<number> {
  const [{ last }]: { last: number | null }[] = await db('daily_figures').max('last_attempt as last');
  return last ?? 0;
}

export async function forgetFiguresBefore(trx: Transaction, day: Day): Promise<void> {
  await trx('daily_figures').where('day', '<', day).delete();
}
