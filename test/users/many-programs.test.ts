import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EVERYTHING } from '../../src/access/rights.ts';
import { MINUTE, minuteOf } from '../../src/clock.ts';
import { movedByTime } from '../../src/users/list/moved-by-time.ts';
import { UserIndex } from '../../src/users/list/user-index.ts';
import { listMeanwhile, listUsers } from '../../src/users/list/user-list.ts';
import { readListQuery } from '../../src/users/list/user-list-query.ts';
import { STATES, stateLimits } from '../../src/users/user-state.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addCrowd } from '../support/crowd.ts';
import { takenIn } from '../support/taken-in.ts';

/** Bob answers for so many. */
const PROGRAMS = 40;
const ORPHANED = { ...readListQuery({ state: 'orphaned' }), per: 200 };

let app: TestApp;
let index: UserIndex;
let programs: number[];
/** Whom the index read. */
let taken: number[];

beforeEach(async () => {
  app = await startApp();
  await addCrowd(app, 100);
  programs = await app.db.read('users').orderBy('id', 'desc').limit(PROGRAMS).pluck('id');
  const program = { activity: 'active', deleted_from: null, api_only: true, api_only_owner_id: app.people.bob };
  await app.db.write((trx) => trx('users').whereIn('id', programs).update(program));
  index = new UserIndex(app.db.read, app.clock.now, app.config);
  await index.refresh();
  taken = takenIn(index);
});
afterEach(() => app.close());

const setBob = (columns: object) => app.db.write((trx) => trx('users').where('id', app.people.bob).update(columns));

const asked = () => ({
  query: ORPHANED,
  limits: stateLimits(app.context),
  viewer: { id: app.people.alice, name: 'alice', rights: EVERYTHING },
});

/** How many of bob's programs the list shows as ones that nobody answers for. */
async function orphaned(): Promise<number> {
  const { users } = await listUsers(app.db.read, index, asked());
  const shown = users.filter(({ badges }) => badges.includes('orphaned'));
  expect(shown).toHaveLength(users.length);
  return users.filter(({ id }) => programs.includes(id)).length;
}

describe('somebody who answers for many programs', () => {
  it('is read alone when they go or come back, and it becomes so of all their programs', async () => {
    expect(await orphaned()).toBe(0);
    for (const [columns, number] of [
      [{ activity: 'deactivated' }, PROGRAMS],
      [{ activity: 'active' }, 0],
      [{ leaves_at: minuteOf(app.clock.now() + 2 * MINUTE) }, 0],
    ] as const) {
      taken.length = 0;
      await setBob(columns);
      expect(await orphaned()).toBe(number);
      expect(taken).toEqual([app.people.bob]);
    }
    taken.length = 0;
    app.clock.advance(2 * MINUTE);
    expect(await orphaned()).toBe(PROGRAMS);
    expect(taken).toEqual([app.people.bob]);
    app.clock.advance(-2 * MINUTE);
    expect(await orphaned()).toBe(0);
  });

  it('takes their programs into a view by their last moment alone, and out of it', async () => {
    await setBob({ leaves_at: minuteOf(app.clock.now() + MINUTE) });
    await index.refresh();
    const since = app.clock.now();
    app.clock.advance(2 * MINUTE);
    const { joined, left } = await movedByTime(app.db.read, index, { ...asked(), since, now: app.clock.now() });
    expect(joined.toSorted((a, b) => a - b)).toEqual(programs.toSorted((a, b) => a - b));
    expect(left).toEqual([]);
  });

  it('is looked at as well where only some users are', async () => {
    const looked = async () => {
      const some = index.ofNobody();
      await some.take(programs, app.clock.now());
      return programs.filter((id) => some.statesOf(id).some((state) => STATES[state] === 'orphaned')).length;
    };
    expect(await looked()).toBe(0);
    await setBob({ activity: 'deactivated' });
    expect(await looked()).toBe(PROGRAMS);
    const meanwhile = new UserIndex(app.db.read, app.clock.now, app.config);
    const { users } = await listMeanwhile(app.db.read, meanwhile, asked());
    expect(users.filter(({ id, badges }) => programs.includes(id) && badges.includes('orphaned'))).toHaveLength(
      PROGRAMS,
    );
  });
});
