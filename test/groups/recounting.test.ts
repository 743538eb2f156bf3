import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Activity } from '../../src/access/activity.ts';
import { findGroups, setActivity } from '../../src/groups/group-store.ts';
import { recountGroups, recountSome } from '../../src/groups/recounting.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { Chance } from '../support/chance.ts';
import { addCrowd, addGroups } from '../support/crowd.ts';

/** More than are counted at once. */
const MANY = 1_200;
const SEED = Number(process.env.PROOF_SEED ?? 1);

describe('how many groups people are in', () => {
  let app: TestApp;
  beforeEach(async () => {
    app = await startApp();
    await addCrowd(app, MANY);
  });
  afterEach(() => app.close());

  async function addLargeGroup(name: string): Promise<number> {
    const row = { name, name_key: name, created_at: '2026-01-01T00:00:00.000Z' };
    return app.db.write(async (trx) => {
      const [{ id }] = await trx('groups').insert(row).returning('id');
      await trx.raw(
        `insert into memberships (user_id, group_id, granted_at) select id, ${id}, created_at from users where activity <> 'deleted'`,
      );
      return id;
    });
  }
  async function make(activity: Activity, ...ids: number[]): Promise<void> {
    const groups = await app.db.read('groups').whereIn('id', ids);
    await app.db.write((trx) => setActivity(trx, groups as never, () => activity));
  }
  const pending = () => app.db.read('group_recounts').orderBy('group_id');
  /** Whose count is another one than plain SQL has. */
  const countedWrong = (): Promise<number[]> =>
    app.db
      .read('users')
      .whereRaw(
        `group_count <> (select count(*) from memberships where user_id = users.id
          and group_id in (select id from groups where activity <> 'deleted'))`,
      )
      .orderBy('id')
      .pluck('id');

  it('is right at once for a small group, and without a change of anybody', async () => {
    const [group] = await findGroups(app.db.read);
    const changes = await app.db.read('user_changes').max('id as last');
    await make('deleted', group.id);
    expect(await pending()).toEqual([]);
    expect(await countedWrong()).toEqual([]);
    expect(await app.db.read('user_changes').max('id as last')).toEqual(changes);
  });

  it('follows a large one piece by piece, and goes on after a crash', async () => {
    const id = await addLargeGroup('everybody');
    await make('deleted', id);
    expect(await pending()).toEqual([{ group_id: id, done_to: expect.any(Number) }]);
    expect((await countedWrong()).length).toBeGreaterThan(MANY - 600);
    await app.db.write(recountSome);
    const left = (await countedWrong()).length;
    expect(left).toBeGreaterThan(0);
    const crash = app.db.writePiece(async (trx) => {
      await recountSome(trx);
      throw new Error('the power fails');
    });
    await expect(crash).rejects.toThrow('the power fails');
    expect((await countedWrong()).length).toBe(left);
    app = await app.restart();
    await recountGroups(app.db);
    expect([await pending(), await countedWrong()]).toEqual([[], []]);
  });

  it('is right for two large groups that go and come back while they are counted', async () => {
    const [first, second] = [await addLargeGroup('first'), await addLargeGroup('second')];
    await make('deleted', first, second);
    await app.db.write(recountSome);
    await make('active', first);
    await make('deactivated', second);
    expect((await pending()).map((one) => one.group_id)).toEqual([first, second]);
    await recountGroups(app.db);
    expect([await pending(), await countedWrong()]).toEqual([[], []]);
  });

  it('is what plain SQL says, whoever joins and leaves in between', async () => {
    await addGroups(app, 5);
    const large = [await addLargeGroup('first'), await addLargeGroup('second')];
    const groups: number[] = await app.db.read('groups').pluck('id');
    const users: number[] = await app.db.read('users').pluck('id');
    const chance = new Chance(SEED);
    for (let n = 0; n < 60; n++) {
      const group = chance.one(chance.below(2) ? large : groups);
      if (chance.below(4) === 0) await make(chance.one(['active', 'deactivated', 'deleted']), group);
      await app.db.write(async (trx) => {
        for (const user_id of Array.from({ length: 40 }, () => chance.one(users))) {
          const own = { user_id, group_id: group };
          const left = await trx('memberships').where(own).delete();
          if (left === 0) await trx('memberships').insert({ ...own, granted_at: '2026-01-01T00:00:00.000Z' });
        }
        if (chance.below(3) === 0) await recountSome(trx);
      });
    }
    await recountGroups(app.db);
    expect([await pending(), await countedWrong()]).toEqual([[], []]);
  });
});
