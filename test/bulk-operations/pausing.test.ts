import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Person } from '../../seeds/cast.ts';
import { doWhatIsDue } from '../../src/bulk-operations/actions/due-operations.ts';
import {
  claimOperation,
  createDraft,
  findOperation,
  keepTally,
} from '../../src/bulk-operations/bulk-operation-store.ts';
import { NOTHING_YET } from '../../src/bulk-operations/tally.ts';
import { DAY, HOUR, instant, MINUTE } from '../../src/clock.ts';
import { endWhatActs } from '../../src/installation/backups/old-data.ts';
import { actSettings } from '../../src/verbs/act.ts';
import { commandLineAct, programAct } from '../../src/verbs/program-act.ts';
import { watchAudit } from '../support/audit.ts';
import { type Mailing, startMailing } from '../support/mailing.ts';
import { pageOf } from '../support/page.ts';
import { signedIn } from '../support/session.ts';

let mailing: Mailing;

beforeEach(async () => {
  mailing = await startMailing();
});
afterEach(() => mailing.close());

/** One that somebody began, and of which nothing is done yet. */
async function begun(action: string, names: Person[] = ['bob', 'carol'], by: Person = 'max'): Promise<number> {
  const { db, people, clock, config } = mailing.app;
  const act = programAct(actSettings(config), { id: people[by], name: by, at: instant(clock.now()) });
  const ids = names.map((name) => people[name]);
  return db.write(async (trx) => {
    const id = await createDraft(trx, act, { subjectType: 'user', action, ids });
    await claimOperation(trx, await findOperation(trx, id), act);
    return id;
  });
}

async function told() {
  const { operations } = mailing.app.context;
  operations.wake();
  await operations.idle();
  await mailing.deliver();
  return mailing.server.mails.map(({ recipients, text }) => ({ to: recipients[0], text }));
}

describe('an operation that is paused by itself', () => {
  it('is told to all administrators once, with the reason and where it stands', async () => {
    await mailing.app.db.write((trx) => trx('users').where('name', 'max').update({ activity: 'deactivated' }));
    const id = await begun('deactivate');
    const mails = await told();
    expect(mails.map(({ to }) => to).toSorted()).toEqual(['ada@example.com', 'alice@example.com']);
    for (const { text } of mails) {
      expect(text).toContain('“Deactivate”, begun by max, was paused');
      expect(text).toContain('whoever began it may not do it any more');
      expect(text).toContain(`/bulk-operations/${id}`);
    }
    expect(await told()).toHaveLength(2);
  });

  it('is told where nothing of it is left to do, though fewer were counted', async () => {
    const { db } = mailing.app;
    const id = await begun('deactivate', ['bob', 'carol']);
    await db.write(async (trx) => {
      await trx('bulk_operation_pieces').where('operation_id', id).update({ done_at: '2026-11-22T12:00:00.000Z' });
      await keepTally(trx, id, { ...NOTHING_YET, judged: 1 });
    });
    const [{ text }] = await told();
    expect(text).toContain('nothing of it is left to do, but only 1 of 2 were counted');
    const alice = await signedIn(mailing.app, 'alice');
    expect((await alice.post(`/bulk-operations/${id}/cancellation`)).status).toBe(303);
    expect((await alice.get(`/bulk-operations/${id}`)).status).toBe(200);
  });

  it('is told in one sentence, which does not say that nothing was changed', async () => {
    const { db } = mailing.app;
    await db.write((trx) => trx('users').whereIn('name', ['ada', 'alice']).update({ activity: 'deactivated' }));
    const id = await begun('deactivate');
    await told();
    const { pausedFor } = await findOperation(db.read, id);
    expect(pausedFor).toBe('There must always be an administrator, and this would take away the last one');
  });

  it('is told as well where its action is known no more', async () => {
    await begun('nonsense');
    expect((await told())[0].text).toContain('something went wrong, which the log tells');
  });
});

it('waits once its data comes to life again, in the middle of it or scheduled, until an administrator lets it go on', async () => {
  const { app } = mailing;
  const { clock, context, db, people } = app;
  const alice = await signedIn(app, 'alice');
  const path = `/bulk-operations/${await begun('deactivate', ['bob', 'lena'], 'alice')}`;
  const planned = (await alice.post('/bulk-operations', { action: 'deactivate', ids: String(people.max) })).headers
    .location;
  await alice.post(`${planned}/schedule`, { dueAt: '2026-11-23 18:00' });
  const act = { ...commandLineAct(context.actSettings), at: instant(clock.now()) };
  const why = { mails: 'x', operations: 'a backup was restored', webhooks: 'x' };
  await db.write((trx) => endWhatActs(trx, act, { since: undefined }, why));
  const active = async () =>
    (
      await db
        .read('users')
        .whereIn('name', ['bob', 'lena', 'max'])
        .where('activity', 'active')
        .orderBy('name')
        .pluck('name')
    ).join();
  const work = async () => {
    const { operations, logger } = context;
    await doWhatIsDue({
      db,
      clock: () => clock.now(),
      settings: context.actSettings,
      logger,
      wake: () => operations.wake(),
    });
    operations.wake();
    await operations.idle();
    return active();
  };
  expect(pageOf(await alice.get(planned)).textOf('.message')).toContain(
    'to be done on 23 Nov 2026, 18:00 UTC, and waits: a backup was restored',
  );
  clock.advance(20 * MINUTE);
  expect(await work()).toBe('bob,lena,max');
  expect(pageOf(await alice.get(path)).textOf('main')).toContain('a backup was restored');
  await alice.send('delete', `${path}/pause`);
  expect(await work()).toBe('max');
  clock.advance(DAY + 7 * HOUR);
  expect(await work()).toBe('max');
  const later = await signedIn(app, 'alice');
  await later.post(`${planned}/execution`, { channel: 'mail' });
  expect(await work()).toBe('');
});

it('is steered by others, each with an event, but not by whom it ends themself (R61, R77)', async () => {
  const { app } = mailing;
  const [max, ada] = [await signedIn(app, 'max'), await signedIn(app, 'ada')];
  const path = `/bulk-operations/${await begun('deactivate', ['max', 'bob'], 'alice')}`;
  for (const deed of ['pause', 'cancellation']) expect((await max.post(`${path}/${deed}`)).status).toBe(403);
  const audit = await watchAudit(app);
  await ada.post(`${path}/pause`);
  await ada.post(`${path}/pause`);
  await ada.post(`${path}/cancellation`);
  expect((await audit.since()).map(({ action, subjectName, after }) => [action, subjectName, after])).toEqual(
    ['operation.paused', 'operation.cancelled'].map((action) => [
      action,
      'Deactivate',
      { operation: Number(path.split('/').at(-1)), done: 0, size: 2 },
    ]),
  );
  // Of others it is his to steer.
  const other = `/bulk-operations/${await begun('deactivate', ['bob'], 'alice')}`;
  await max.post(`${other}/pause`);
  await max.send('delete', `${other}/pause`);
  expect((await audit.since()).map(({ action, actorName }) => [action, actorName])).toContainEqual([
    'operation.resumed',
    'max',
  ]);
});
