import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import BetterSqlite from 'better-sqlite3';
import { openDatabase } from '../../src/db/database.ts';
import { whereIdIn } from '../../src/db/ids.ts';
import { prepared, preparedInForms } from '../../src/db/prepared.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { isOnPostgres } from '../support/postgres.ts';
import { asked } from '../support/statements.ts';

describe('a prepared statement', () => {
  let app: TestApp;
  beforeEach(async () => {
    app = await startApp();
  });
  afterEach(() => app.close());

  const named = prepared<{ name: string }, { id: number }>((db, { name }) => db('users').where({ name }).select('id'));

  it('takes other values each time, lists and a limit among them', async () => {
    const { alice, bob, carol } = app.people;
    expect(await named(app.db.read, { name: 'alice' })).toEqual([{ id: alice }]);
    expect(await named(app.db.read, { name: 'bob' })).toEqual([{ id: bob }]);
    const some = prepared<{ ids: number[]; limit: number }, { id: number }>((db, { ids, limit }) =>
      whereIdIn(db('users'), 'id', ids).orderBy('id').limit(limit).select('id'),
    );
    const ids = [alice, bob, carol].sort((a, b) => a - b);
    expect(await some(app.db.read, { ids, limit: 2 })).toEqual(ids.slice(0, 2).map((id) => ({ id })));
    expect(await some(app.db.read, { ids: [bob], limit: 5 })).toEqual([{ id: bob }]);
    expect(await some(app.db.read, { ids: [], limit: 5 })).toEqual([]);
  });

  it('has what never changes in it, and what may mean something else beside it', async () => {
    const open = prepared<{ id: number; limit: number }, { name: string }>((db, { id, limit }) =>
      db('users')
        .where('id', '>=', id)
        .where('activity', 'active')
        .whereNot('name', "it's ? b")
        .where('no_shared_data', false)
        .where('version', '>', 0)
        .orderBy('id')
        .limit(limit)
        .select('name'),
    );
    const said = (await asked(app, () => open(app.db.read, { id: app.people.alice, limit: 2 }))).statements.join();
    expect(await open(app.db.read, { id: app.people.alice, limit: 2 })).toHaveLength(2);
    if (isOnPostgres) return;
    expect(said).toContain("`activity` = 'active'");
    expect(said).toContain('not `name` = ifnull(?, null) and `no_shared_data` = false and `version` > 0');
    expect(said).toContain('`id` >= ifnull(?, null)');
    expect(said).toContain('limit ? + 0');
  });

  it('looks for a list of one as for a single value, and finds the same', async () => {
    const { alice, bob } = app.people;
    const some = prepared<{ ids: number[]; names: string[] }, { id: number }>((db, { ids, names }) =>
      whereIdIn(whereIdIn(db('users'), 'id', ids), 'name', names).select('id'),
    );
    const find = async (ids: number[], names: string[]) => {
      const { statements } = await asked(app, () => some(app.db.read, { ids, names }));
      const isOfOne = !statements.join().includes('json_each');
      return { found: await some(app.db.read, { ids, names }), isOfOne };
    };
    expect(await find([bob], ['bob'])).toEqual({ found: [{ id: bob }], isOfOne: true });
    expect(await find([bob], ['alice'])).toEqual({ found: [], isOfOne: true });
    expect(await find([alice, bob], ['bob'])).toEqual({ found: [{ id: bob }], isOfOne: isOnPostgres });
    expect((await find([], ['bob'])).found).toEqual([]);
    await app.db.write(async (trx) => {
      await trx('users').where('id', bob).update({ name: 'robert' });
      expect(await some(trx, { ids: [bob], names: ['robert'] })).toEqual([{ id: bob }]);
    });
    const without = prepared<{ ids: number[] }, { id: number }>((db, { ids }) =>
      db('users')
        .whereNot((own) => void whereIdIn(own, 'id', ids))
        .select('id'),
    );
    const others = (await without(app.db.read, { ids: [bob] })).map(({ id }) => id);
    expect(others).toContain(alice);
    expect(others).not.toContain(bob);
  });

  it('is as many statements as it has forms', async () => {
    const ordered = preparedInForms<{ descending: boolean }, { name: string }, { id: number }>(
      (db, { descending }, { name }) =>
        db('users')
          .whereNot({ name })
          .orderBy('id', descending ? 'desc' : 'asc')
          .select('id'),
    );
    const up = (await ordered(app.db.read, { descending: false }, { name: 'bob' })).map((row) => row.id);
    const down = (await ordered(app.db.read, { descending: true }, { name: 'bob' })).map((row) => row.id);
    expect(up).not.toContain(app.people.bob);
    expect(down).toEqual(up.toReversed());
  });

  it('sees what was committed a moment ago, and inside a transaction what only that has done', async () => {
    await app.db.write(async (trx) => {
      await trx('users').where('id', app.people.bob).update({ name: 'robert' });
      expect(await named(trx, { name: 'robert' })).toEqual([{ id: app.people.bob }]);
      expect(await named(app.db.read, { name: 'robert' })).toEqual([]);
    });
    expect(await named(app.db.read, { name: 'robert' })).toEqual([{ id: app.people.bob }]);
  });

  it('gives what it gave before, until anybody commits, be it another process', async () => {
    const first = await named(app.db.read, { name: 'alice' });
    expect(await named(app.db.read, { name: 'alice' })).toBe(first);
    expect(() => {
      first[0].id = 7;
    }).toThrow(TypeError);
    const other = openDatabase(app.folder);
    try {
      await other.write((trx) => trx('users').where('name', 'alice').update({ name: 'alicia' }));
    } finally {
      await other.close();
    }
    expect(await named(app.db.read, { name: 'alice' })).toEqual([]);
    expect(await named(app.db.read, { name: 'alicia' })).toEqual(first);
    for (let n = 0; n < 400; n++) expect(await named(app.db.read, { name: `nobody ${n}` })).toEqual([]);
    expect(await named(app.db.read, { name: 'alicia' })).toEqual(first);
  });

  it('sees what another process committed once others have had a turn', async () => {
    const other = new BetterSqlite(join(app.folder, 'roster.sqlite'));
    const [{ id }] = await named(app.db.read, { name: 'alice' });
    // At once, as only another process can.
    other.prepare('update users set name = ? where id = ?').run('alicia', id);
    other.close();
    await nextTurn();
    expect(await named(app.db.read, { name: 'alice' })).toEqual([]);
    expect(await named(app.db.read, { name: 'alicia' })).toEqual([{ id }]);
  });

  it('is asked anew where it gave more than is worth keeping', async () => {
    const { alice } = app.people;
    const described = prepared<{ id: number }, { description: string }>((db, { id }) =>
      db('users').where({ id }).select('description'),
    );
    const isKept = async (length: number) => {
      await app.db.write((trx) => trx('users').where('id', alice).update('description', 'x'.repeat(length)));
      const first = await described(app.db.read, { id: alice });
      expect(first[0].description).toHaveLength(length);
      return (await described(app.db.read, { id: alice })) === first;
    };
    expect(await isKept(40_000)).toBe(true);
    expect(await isKept(60_000)).toBe(false);
  });

  it('cannot be one that looks at its values', async () => {
    const looking = prepared<{ ids: number[] }, { id: number }>((db, { ids }) =>
      db('users').whereIn('id', ids.map(Number)).select('id'),
    );
    await expect(looking(app.db.read, { ids: [1] })).rejects.toThrow(TypeError);
  });
});
