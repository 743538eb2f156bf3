import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { OperationWorker, type Stretch } from '../../src/bulk-operations/actions/operation-worker.ts';
import { claimOperation, createDraft, findOperation } from '../../src/bulk-operations/bulk-operation-store.ts';
import { progressPage } from '../../src/bulk-operations/pages/operation/bulk-operation-page.ts';
import { DAY, instant } from '../../src/clock.ts';
import { DEACTIVATION } from '../../src/users/actions/deactivation.ts';
import { actSettings } from '../../src/verbs/act.ts';
import type { BulkAction } from '../../src/verbs/action.ts';
import { programAct } from '../../src/verbs/program-act.ts';
import { startApp, type TestApp } from '../support/app.ts';

let app: TestApp;

beforeEach(async () => {
  app = await startApp();
});
afterEach(() => app.close());

it('tells the rate of an operation since it went on, not since it was begun', async () => {
  const { clock, config, context, db, people } = app;
  const act = programAct(actSettings(config), { id: people.alice, name: 'alice', at: instant(clock.now()) });
  const id = await db.write(async (trx) => {
    const draft = { subjectType: 'user' as const, action: 'deactivate', ids: [people.bob, people.carol] };
    const made = await createDraft(trx, act, draft);
    await claimOperation(trx, await findOperation(trx, made), act);
    return made;
  });
  const begun = await findOperation(db.read, id);
  clock.advance(7 * DAY);
  const seen: (Stretch | undefined)[] = [];
  const tidied: string[] = [];
  const worker = new OperationWorker({
    db: context.db,
    clock: clock.now,
    logger: context.logger,
    settings: actSettings(config),
    follow: async () => seen.push(worker.stretchOf({ id })),
    tidied: () => {
      tidied.push('sooner');
      return () => tidied.push('as before');
    },
  });
  worker.look();
  await worker.idle();
  // A look that finds nothing to do is no long work.
  expect(tidied).toEqual(['sooner', 'as before']);
  worker.look();
  await worker.idle();
  expect(tidied).toHaveLength(2);
  expect([seen, worker.stretchOf({ id })]).toEqual([[{ id, since: clock.now(), from: 0 }], undefined]);

  const pageOf = (stretch: Stretch, isFirst = true) =>
    progressPage(
      { ...begun, size: 9_000, tally: { ...begun.tally, judged: 3_000 } },
      DEACTIVATION as unknown as BulkAction,
      { now: clock.now() + 10_000, isFirst, stretch, authors: {} as never },
    );
  const rest = { id, since: clock.now(), from: 1_000 };
  expect(pageOf(rest)).toMatchObject({ rate: '200 a second', left: 'about 30 seconds left' });
  // One that waits for another stands still.
  expect(pageOf(rest, false)).toMatchObject({ rate: undefined, left: undefined });
});
