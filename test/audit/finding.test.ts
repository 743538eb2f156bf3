import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addHistory } from '../../seeds/history.ts';
import type { AuditEvent } from '../../src/audit/audit-event.ts';
import { appendEvents } from '../../src/audit/audit-store.ts';
import { findEntries } from '../../src/audit/event-entries.ts';
import type { AuditFilter } from '../../src/audit/event-filter.ts';
import { findActions, findEvents } from '../../src/audit/event-list.ts';
import { DAY, instant } from '../../src/clock.ts';
import { programAct } from '../../src/verbs/program-act.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addCrowd } from '../support/crowd.ts';

const LIMIT = 30;

describe('what a page of the audit finds', () => {
  let app: TestApp;
  let all: AuditEvent[];
  beforeAll(async () => {
    app = await startApp();
    await addCrowd(app, 200);
    const { actSettings: settings } = app.context;
    const now = app.clock.now();
    await addHistory(app.db, { events: 4_000, since: now - 300 * DAY, now, settings });
    await addFromClockSetBack(app);
    await addHistory(app.db, { events: 4_600, since: now - 20 * DAY, now, settings });
    all = await findEvents(app.db.read, {}, 10_000);
  });
  afterAll(() => app.close());

  /** The same, by looking at every event. */
  function expected(filter: AuditFilter): number[] {
    const { actor, action, from = '', before = '~', beforeId = Number.POSITIVE_INFINITY } = filter;
    const told = all.filter((event) => !action || event.action === action);
    const last = new Map(told.toReversed().map(({ operationId, id }) => [operationId, id]));
    return told
      .filter(({ operationId, id }) => operationId === null || last.get(operationId) === id)
      .filter((event) => (!actor || event.actorName === actor) && event.at >= from && event.at < before)
      .filter(({ id }) => id < beforeId)
      .map(({ id }) => id)
      .slice(0, LIMIT);
  }

  function* filters(): Generator<AuditFilter> {
    const now = app.clock.now();
    const actors = [undefined, all[5].actorName, all[2_000].actorName, 'setup', 'nobody'];
    const actions = [undefined, 'user.updated', 'user.access-confirmed', 'seed.generated'];
    const times = [
      {},
      { from: instant(now - 100 * DAY) },
      { before: instant(now - 50 * DAY) },
      { from: instant(now - 205.5 * DAY), before: instant(now - 199 * DAY) },
      { from: instant(now + DAY) },
    ];
    for (const actor of actors)
      for (const action of actions)
        for (const time of times) for (const beforeId of [undefined, 1_234]) yield { actor, action, ...time, beforeId };
  }

  it('is what a look at every event finds, whatever is asked for', async () => {
    for (const filter of filters()) {
      const found = await findEntries(app.db.read, filter, LIMIT);
      expect({ filter, ids: found.map(({ event }) => event.id) }).toEqual({ filter, ids: expected(filter) });
    }
  });

  it('tells of an operation how often it did what, however many of its events are on the page', async () => {
    const entries = await findEntries(app.db.read, {}, 10_000);
    const operations = entries.flatMap(({ operation }) => operation ?? []);
    expect(operations.length).toBeGreaterThan(3);
    for (const { id, done } of operations) {
      const events = all.filter(({ operationId }) => operationId === id);
      const counts = Map.groupBy(events, ({ action }) => action);
      expect(new Map(done.map(({ action, number }) => [action, number]))).toEqual(
        new Map([...counts].map(([action, those]) => [action, those.length])),
      );
    }
  });

  it('knows every action that there was', async () => {
    expect(await findActions(app.db.read)).toEqual([...new Set(all.map(({ action }) => action))].sort());
  });
});

/** An operation with two kinds of events, in two parts, between which another clock was in force. */
async function addFromClockSetBack({ db, context: { actSettings: settings }, clock, people }: TestApp): Promise<void> {
  for (const [n, ago] of [40, 200].entries()) {
    const by = { id: people.alice, name: 'alice' };
    const act = { ...programAct(settings, { ...by, at: instant(clock.now() - ago * DAY) }), operationId: 4_711 };
    const change = (action: string) => ({
      act,
      change: { action, subjectType: 'user' as const, subjectId: people.bob, subjectName: 'bob' },
    });
    const told = ['user.access-confirmed', 'user.updated', ...(n === 0 ? ['user.locked'] : [])].map(change);
    await db.write((trx) => appendEvents(trx, settings.auditKey, told));
  }
}
