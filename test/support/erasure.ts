import type { Person } from '../../seeds/cast.ts';
import { EVERYTHING } from '../../src/access/rights.ts';
import { DAY, instant } from '../../src/clock.ts';
import { jobsOf } from '../../src/features.ts';
import { DELETION } from '../../src/users/actions/deletion.ts';
import { performOnUsers } from '../../src/users/actions/user-actions.ts';
import { programAct } from '../../src/verbs/program-act.ts';
import type { TestApp } from './app.ts';

/** Deletes them as somebody did so many days ago. */
export async function deletedLongAgo(app: TestApp, person: Person, days = 31): Promise<void> {
  const at = instant(app.clock.now() - days * DAY);
  const act = programAct(app.context.actSettings, { name: 'somebody', rights: EVERYTHING, at });
  await app.db.write((trx) => performOnUsers(trx, act, DELETION, [app.people[person]]));
}

/** What the server does by itself, now. */
export async function runJob(app: TestApp, called: string): Promise<void> {
  await jobsOf(app.context)
    .find(({ name }) => name === called)!
    .run();
}

export const FINISH = 'Finish what was erased';
export const RETENTION = 'Erase who was deleted long ago';
