import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GroupNames } from '../../src/groups/names/group-names.ts';
import { sortedByName } from '../../src/text/sort-key.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { Chance } from '../support/chance.ts';
import { addGroups } from '../support/crowd.ts';

const NAMES = [
  'Zebra',
  'Ärzte',
  'team 10',
  'Team 9',
  'Team 9b',
  'Aachen',
  'aachen 2',
  '2nd floor',
  '10th floor',
  'Çift',
];

describe('the groups by name', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
    await addGroups(app, 30);
  });
  afterAll(() => app.close());

  it('are in the same order, all and the first of some, after whatever happened to them', async () => {
    const chance = new Chance(7);
    const groups = new GroupNames(app.db.read, app.clock.now);
    const ids: number[] = await app.db.read('groups').pluck('id');
    for (let step = 0; step < 40; step++) {
      const touched = chance.one(ids);
      const activity = chance.one(['active', 'deactivated', 'deleted'] as const);
      await app.db.write((trx) =>
        trx('groups')
          .where('id', touched)
          .update(chance.isLikely(0.5) ? { activity } : { name: `${chance.one(NAMES)} ${step}` }),
      );
      // Two changes at once now and then.
      if (chance.isLikely(0.3)) continue;
      await groups.refresh();
      const known: { id: number; name: string }[] = await app.db
        .read('groups')
        .whereNot('activity', 'deleted')
        .select('id', 'name');
      const inOrder = sortedByName(known, ({ name }) => name).map(({ name }) => name);
      expect(groups.named().map(({ name }) => name)).toEqual(inOrder);
      const some = [...new Set(Array.from({ length: 8 }, () => chance.one(ids)))];
      const shown = inOrder.filter((name) => known.some((one) => one.name === name && some.includes(one.id)));
      const { named, others } = groups.firstNamed([...some, 999_999], 3);
      expect(named.map(({ name }) => name)).toEqual(shown.slice(0, 3));
      expect(others).toBe(Math.max(0, shown.length - 3));
    }
  });

  it('stay what they are where something else of them changed', async () => {
    const groups = new GroupNames(app.db.read, app.clock.now);
    const { id } = await app.db.read('groups').where('activity', 'active').orderBy('id').first('id');
    const change = (columns: object) => app.db.write((trx) => trx('groups').where({ id }).update(columns));
    const read = async () => {
      await groups.refresh();
      return { change: groups.change, named: groups.named() };
    };
    const before = await read();
    await change({ description: 'Something else is said of it.' });
    const described = await read();
    expect(described.change).toBe(before.change);
    expect(described.named.find((group) => group.id === id)).toBe(before.named.find((group) => group.id === id));
    await change({ name: 'Quite another' });
    const renamed = await read();
    expect(renamed.change).not.toBe(before.change);
    expect(renamed.named.find((group) => group.id === id)).toMatchObject({ name: 'Quite another' });
    await app.db.write((trx) => trx('group_permissions').insert({ group_id: id, application: 'wiki', level: 'read' }));
    expect((await read()).change).not.toBe(renamed.change);
    expect(groups.granting('wiki', 'read')).toContain(id);
  });
});
