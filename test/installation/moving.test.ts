import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { instant } from '../../src/clock.ts';
import { moveTo, reopen } from '../../src/installation/moving/move.ts';
import { migrateData, openForCommand, openForServer } from '../../src/installation/open-installation.ts';
import { acceptSecrets } from '../../src/installation/secrets/accepted-secrets.ts';
import { rosterWith } from '../support/command-line.ts';
import { all, expectSame, inhabited, quietly, Removal, reading, refusal, settings } from '../support/moving.ts';

let house: Removal;
let there: string;

beforeEach(() => {
  house = new Removal();
  there = house.fileAt('there');
});
afterEach(() => house.end());

describe('moving', () => {
  it('ends a move that was interrupted when this side was left and the other did not live yet', async () => {
    await inhabited(house.here);
    const before = await all(house.here);
    const atTheEnd = (total: number) => (done: number) => {
      if (done === total) throw new Error('interrupted');
    };
    await expect(moveTo(settings(house.here), there, atTheEnd)).rejects.toThrow('interrupted');
    await reading(house.here, (db) => db.write((trx) => trx('moves').update({ side: 'left' })));
    for (const side of [house.here, house.at(there)]) await refusal(openForServer(settings(side)));
    await moveTo(settings(house.here), there, quietly);
    expectSame(await all(house.at(there)), before, 1);
    await (await openForServer(settings(house.at(there)))).close();
  });

  it('leaves a place that nobody serves and no command changes, until it is opened again', async () => {
    await inhabited(house.here);
    await moveTo(settings(house.here), there, quietly);
    expect(await refusal(openForServer(settings(house.here)))).toMatch(
      /^this data was moved to .* and is served from there/,
    );
    expect(await refusal(moveTo(settings(house.here), there, quietly))).toMatch(/was moved to .* already/);
    expect(await refusal(migrateData(settings(house.here)))).toMatch(/was moved to/);
    expect(await refusal(acceptSecrets(settings(house.here)))).toMatch(/was moved to/);
    expect(await rosterWith(house.here, 'deactivate', 'bob')).toEqual({
      code: 2,
      output: expect.stringContaining('moved to'),
    });
    const reader = await openForCommand(settings(house.here));
    expect(await reader.db.read('users').where('name', 'bob').first('activity')).toEqual({ activity: 'active' });
    await reader.close();

    const { code, output } = await rosterWith(house.here, 'move-to', '--reopen');
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('WARNING: see to it that no server') });
    const { db, close } = await openForServer(settings(house.here));
    expect(await db.read('sessions').first()).toBeUndefined();
    expect(await db.read('outbox').whereNull('sent_at').whereNull('failed_at').first()).toBeUndefined();
    expect((await db.read('audit_events').orderBy('id', 'desc').first('action')).action).toBe('system.reopened');
    await close();
  });

  it('stays where it is, with everything, when it is opened again before the end', async () => {
    await inhabited(house.here);
    const before = await all(house.here);
    const interrupting = () => () => {
      throw new Error('interrupted');
    };
    await expect(moveTo(settings(house.here), there, interrupting)).rejects.toThrow('interrupted');
    const command = await openForCommand(settings(house.here));
    expect(await refusal(command.db.write((trx) => trx('users').update({ description: 'x' })))).toMatch(/being moved/);
    await command.close();
    await reopen(settings(house.here), false);
    expect(await all(house.here)).toEqual(before);
    expect(await refusal(moveTo(settings(house.here), there, quietly))).toMatch(/is not empty/);
    await (await openForServer(settings(house.here))).close();
  });

  it('keeps a command that was open before from changing anything afterwards', async () => {
    await inhabited(house.here);
    const command = await openForCommand(settings(house.here));
    await moveTo(settings(house.here), there, quietly);
    expect(await refusal(command.db.write((trx) => trx('tags').insert({ name: 'x', name_key: 'x' })))).toMatch(
      /was moved/,
    );
    const beside = command.db.oneRow.write((trx) => trx('users').update({ last_activity_at: null }));
    expect(await refusal(beside)).toMatch(/was moved/);
    await command.close();
  });

  it('refuses a place where somebody lives, other secrets, a running server and what it does not know', async () => {
    await inhabited(house.here);
    const other = { DATA_DIR: join(house.folder, 'other') };
    await (await openForServer(settings(other))).close();
    expect(await refusal(moveTo(settings(house.here), `sqlite:${other.DATA_DIR}`, quietly))).toMatch(
      /holds other secrets/,
    );
    rmSync(join(other.DATA_DIR, 'secrets'), { recursive: true });
    await reading(other, (db) => db.write((trx) => trx('users').insert(somebody)));
    expect(await refusal(moveTo(settings(house.here), `sqlite:${other.DATA_DIR}`, quietly))).toMatch(/is not empty/);
    expect(await refusal(moveTo(settings(house.here), `sqlite:${house.here.DATA_DIR}`, quietly))).toMatch(
      /is in .* already/,
    );
    expect(await refusal(moveTo(settings(house.here), 'mysql://roster', quietly))).toMatch(/^move-to takes postgres:/);
    const server = await openForServer(settings(house.here));
    expect(await refusal(moveTo(settings(house.here), there, quietly))).toMatch(/another Roster runs/);
    await server.close();
    expect(existsSync(join(house.folder, 'there', 'secrets'))).toBe(false);
    await (await openForServer(settings(house.here))).close();
  });
});

const somebody = {
  name: 'x',
  name_key: 'x',
  sort_name: 'x',
  email: 'x@example.com',
  email_key: 'x@example.com',
  search_text: 'x',
  created_at: instant(0),
};
