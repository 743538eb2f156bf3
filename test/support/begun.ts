import type { Person } from '../../seeds/cast.ts';
import {
  claimOperation,
  createDraft,
  type Draft,
  findOperation,
  keepTally,
} from '../../src/bulk-operations/bulk-operation-store.ts';
import { instant } from '../../src/clock.ts';
import { type Act, actSettings } from '../../src/verbs/act.ts';
import { programAct } from '../../src/verbs/program-act.ts';
import type { TestApp } from './app.ts';

export function actBy({ clock, config, people }: TestApp, by: Person): Act {
  return programAct(actSettings(config), { id: people[by], name: by, at: instant(clock.now()) });
}

/** An operation that somebody began, each of these in a piece of its own; nothing of it is done yet. */
export async function begun(
  app: TestApp,
  by: Person,
  action: string,
  ids: number[],
  more: Partial<Draft> = {},
): Promise<number> {
  return app.db.write(async (trx) => {
    const id = await createDraft(trx, actBy(app, by), { subjectType: 'user', action, ids, ...more });
    await claimOperation(trx, await findOperation(trx, id), actBy(app, by));
    if (more.lines) return id;
    await trx('bulk_operation_pieces').where('operation_id', id).delete();
    const rows = ids.map((one, number) => ({ number, ids: `[${one}]`, first_id: one, last_id: one, operation_id: id }));
    await trx('bulk_operation_pieces').insert(rows);
    return id;
  });
}

/** As if this one's piece had been done. */
export async function done({ db }: TestApp, operation: number, subject: number): Promise<void> {
  const piece = { operation_id: operation, first_id: subject };
  await db.write(async (trx) => {
    await trx('bulk_operation_pieces').where(piece).update({ done_at: '2026-11-22T12:00:00.000Z' });
    const { tally } = await findOperation(trx, operation);
    await keepTally(trx, operation, { ...tally, judged: tally.judged + 1 });
  });
}

export async function pausedAtOnce({ db, clock }: TestApp, id: number): Promise<void> {
  const paused = { paused_at: instant(clock.now()), paused_for: 'somebody paused it' };
  await db.write((trx) => trx('bulk_operations').where({ id }).update(paused));
}
