import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Foretelling } from '../../src/bulk-operations/actions/foretelling.ts';
import { createDraft } from '../../src/bulk-operations/bulk-operation-store.ts';
import { keepSchedule } from '../../src/bulk-operations/schedule-store.ts';
import { DAY, instant, minuteOf } from '../../src/clock.ts';
import type { Transaction } from '../../src/db/database.ts';
import type { Foretold } from '../../src/facets/following/foretold.ts';
import { changeTags } from '../../src/tags/tag-store.ts';
import { ACTIVATION } from '../../src/users/actions/activation.ts';
import { DEACTIVATION } from '../../src/users/actions/deactivation.ts';
import { DELETION } from '../../src/users/actions/deletion.ts';
import { LOGIN_ATTEMPTS_RESET } from '../../src/users/actions/login-attempts-reset.ts';
import { changingAction } from '../../src/users/actions/operations/changing-action.ts';
import { PASSWORD_REQUIREMENT } from '../../src/users/actions/password-requirement.ts';
import { USER_FACETS } from '../../src/users/list/user-facets.ts';
import type { UserDeed } from '../../src/users/list/user-holding.ts';
import { UserIndex } from '../../src/users/list/user-index.ts';
import type { Subject } from '../../src/users/user.ts';
import { findSubjects } from '../../src/users/user-store.ts';
import { type Action, type BulkAction, perform } from '../../src/verbs/action.ts';
import { commandLineAct } from '../../src/verbs/program-act.ts';
import type { SetChange } from '../../src/verbs/set-change.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addCrowd } from '../support/crowd.ts';
import { takenIn } from '../support/taken-in.ts';

let app: TestApp;
let index: UserIndex;
/** Whom the index read. */
let taken: number[];

beforeEach(async () => {
  app = await startApp();
  await addCrowd(app, 200);
  await scheduleFor(app.people.lena);
  index = newIndex();
  await index.refresh();
  taken = takenIn(index);
});
afterEach(() => app.close());

/** Somebody is to lose what makes an administrator, which is so whether they are active or not. */
async function scheduleFor(userId: number): Promise<void> {
  const act = commandLineAct(app.context.actSettings);
  await app.db.write(async (trx) => {
    const operationId = await createDraft(trx, act, { subjectType: 'user', action: 'deactivate', ids: [userId] });
    const dueAt = instant(app.clock.now() + DAY);
    await keepSchedule(trx, { operationId, dueAt }, { userIds: [userId], endsRights: true });
  });
}

const ADDED = { add: ['remote', 'New'] };
const REMOVED = { remove: ['remote', 'night'] };
const BOTH = { add: ['Day', 'New'], remove: ['Remote'] };

function retagging(tags: SetChange<string>): BulkAction<Subject> {
  const bulk = { button: () => '', done: () => '', consequence: '' };
  return changingAction({ tags }, { name: 'edit', label: '', icon: 'tag', bulk, unchanged: '', was: () => '' });
}

const newIndex = () => new UserIndex(app.db.read, app.clock.now, app.config);
const everybody = (): Promise<number[]> => app.db.read('users').orderBy('id').pluck('id');

/** Does it to all of whom it can be done, and gives what a worker would tell of it. */
async function done(action: Action<Subject>, meanwhile?: (trx: Transaction) => Promise<unknown>) {
  const ids = await everybody();
  const act = { ...commandLineAct(app.context.actSettings), at: instant(app.clock.now()) };
  return app.db.writePiece(async (trx): Promise<Foretold<UserDeed>> => {
    const foretelling = (await Foretelling.from(trx, 'user'))!;
    foretelling.note(await perform(trx, act, action, await findSubjects(trx, ids, minuteOf(act.at))));
    await meanwhile?.(trx);
    return foretelling.told(trx);
  });
}

/** All that an index holds of everybody, and how many have what. */
async function heldIn({ held, number }: UserIndex) {
  const ids = await everybody();
  const of = (id: number) => USER_FACETS.map((facet) => held.facets.valuesOf(facet, id).toSorted((a, b) => a - b));
  const sizes = USER_FACETS.map((facet) =>
    [...Array(100).keys()].map((value) => [
      held.facets.sizeOf(facet, value),
      held.facets.union(facet, [value]).count(),
    ]),
  );
  return { number, users: ids.map((id) => [id, of(id)]), sizes, due: held.turns.due(app.clock.now() + 1e10) };
}

async function anew() {
  const fresh = newIndex();
  await fresh.refresh();
  return heldIn(fresh);
}

describe('what a list is told of those who were taken out', () => {
  for (const action of [DEACTIVATION, DELETION])
    it(`is what it would have read: ${action.name}`, async () => {
      await index.keepUp(await done(action));
      expect(await heldIn(index)).toEqual(await anew());
      // Those whose links ended as well had to be read.
      expect(taken).toContain(app.people.carol);
      expect(taken).not.toContain(app.people.lena);
      expect(taken.length).toBeLessThan((await everybody()).length / 2);
    });

  for (const [name, change] of Object.entries({ given: ADDED, taken: REMOVED, 'given and taken': BOTH }))
    it(`is what it would have read of tags that were ${name}`, async () => {
      await app.db.write(async (trx) => {
        const { lena, bob, carol } = app.people;
        await changeTags(trx, 'user', [
          { id: lena, from: [], to: ['Remote', 'Night'] },
          { id: bob, from: [], to: ['Remote'] },
          { id: carol, from: [], to: ['Day'] },
        ]);
        await trx('users').where('id', carol).update({ activity: 'deactivated' });
      });
      await index.refresh();
      taken.length = 0;
      await index.keepUp(await done(retagging(change)));
      expect(await heldIn(index)).toEqual(await anew());
      expect(taken).toEqual([]);
    });

  it('is read of whom somebody else gave a tag as well', async () => {
    const { lena } = app.people;
    const told = await done(retagging(ADDED), async (trx) => {
      await changeTags(trx, 'user', [{ id: lena, from: [], to: ['Night'] }]);
    });
    await index.keepUp(told);
    expect(taken).toEqual([lena]);
    expect(await heldIn(index)).toEqual(await anew());
  });

  for (const action of [LOGIN_ATTEMPTS_RESET, PASSWORD_REQUIREMENT])
    it(`is not told of what stands in no fact: ${action.name}`, async () => {
      await app.db.write((trx) =>
        trx('users').whereNot('id', app.people.alice).where('activity', 'active').update({ password_hash: 'x' }),
      );
      await index.refresh();
      const told = await done(action);
      expect(told.deeds.size).toBe(0);
      await index.keepUp(told);
      expect(await heldIn(index)).toEqual(await anew());
    });

  it('is known to whoever looks first', async () => {
    let isOver = false;
    const looking = (async () => {
      for (; !isOver; await turn()) await index.refresh();
    })();
    await index.keepUp(await done(DEACTIVATION));
    isOver = true;
    await looking;
    const told = await done(DELETION);
    await Promise.all([index.keepUp(), index.keepUp(told)]);
    expect(await heldIn(index)).toEqual(await anew());
    expect(taken).not.toContain(app.people.lena);
  });

  it('is not told of those who come back', async () => {
    await index.keepUp(await done(DEACTIVATION));
    const back = await done(ACTIVATION);
    expect(back.deeds.size).toBe(0);
    await index.keepUp(back);
    expect(await heldIn(index)).toEqual(await anew());
  });

  it('says nothing of whom more became in the same transaction', async () => {
    const { lena } = app.people;
    await index.keepUp(
      await done(DEACTIVATION, (trx) =>
        trx('users').where('id', lena).update({ leaves_at: '2030-01-01T00:00:00.000Z' }),
      ),
    );
    expect(taken).toContain(lena);
    expect(await heldIn(index)).toEqual(await anew());
  });

  it('says nothing of what comes after it, nor twice', async () => {
    const told = await done(DEACTIVATION);
    await index.refresh();
    await app.db.write((trx) => trx('users').where('id', app.people.lena).update({ activity: 'active' }));
    taken.length = 0;
    await index.keepUp(told);
    expect(taken).toEqual([app.people.lena]);
    expect(await heldIn(index)).toEqual(await anew());
  });

  it('is read of whom somebody else changed before it was heard', async () => {
    const told = await done(DEACTIVATION);
    await app.db.write((trx) => trx('users').where('id', app.people.lena).update({ activity: 'active' }));
    await index.keepUp(told);
    expect(taken).toContain(app.people.lena);
    expect(await heldIn(index)).toEqual(await anew());
  });
});
