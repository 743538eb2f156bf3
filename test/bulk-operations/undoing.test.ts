import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { load } from 'cheerio';
import type { Person } from '../../seeds/cast.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { type Session, signedIn } from '../support/session.ts';

let app: TestApp;
let alice: Session;

beforeEach(async () => {
  app = await startApp();
  alice = await signedIn(app, 'alice');
});
afterEach(() => app.close());

const WHOLE = ['bob', 'lena', 'rita'] as const;

async function draft(fields: Record<string, string | string[]>): Promise<string> {
  return (await alice.post('/bulk-operations', fields)).headers.location;
}

async function done(action: string, people: readonly Person[]): Promise<string> {
  const path = await draft({ action, ids: people.map((person) => String(app.people[person])) });
  await alice.post(`${path}/execution`);
  return path;
}

/** Presses what the report offers to take it back, and returns the sheet that follows. */
async function takeBack(report: string): Promise<string> {
  const form = load((await alice.get(report)).text)('.report .heading form');
  const field = (name: string) => String(form.find(`input[name="${name}"]`).val());
  return draft({ action: field('action'), from: field('from') });
}

const leftOut = async (sheet: string) =>
  load((await alice.get(sheet)).text)('#sheet .rows li')
    .map((_, li) => load(li)('li').text().replace(/\s+/g, ' ').trim())
    .get();

const activityOf = async (person: Person) =>
  (await app.db.read('users').where('id', app.people[person]).first('activity')).activity;

describe('taking an operation back from its report', () => {
  it('touches all of whom nothing was changed since', async () => {
    const sheet = await takeBack(await done('deactivate', WHOLE));
    expect(await leftOut(sheet)).toEqual([]);
    await alice.post(`${sheet}/execution`);
    for (const person of WHOLE) expect(await activityOf(person)).toBe('active');
  });

  it('leaves out by name who was changed since, and says why', async () => {
    const report = await done('deactivate', WHOLE);
    // Lena came back and was let go once more, for another reason; Rita has left for good.
    await done('activate', ['lena']);
    await done('deactivate', ['lena']);
    await done('delete', ['rita']);
    const sheet = await takeBack(report);
    expect(await leftOut(sheet)).toEqual([
      expect.stringMatching(/^2 users, each of whom was changed since: .*lena, rita/),
    ]);
    await alice.post(`${sheet}/execution`);
    expect([await activityOf('bob'), await activityOf('lena'), await activityOf('rita')]).toEqual([
      'active',
      'deactivated',
      'deleted',
    ]);
  });

  it('leaves out whoever is changed between the sheet and the press', async () => {
    const sheet = await takeBack(await done('deactivate', WHOLE));
    await done('delete', ['rita']);
    await alice.post(`${sheet}/execution`);
    expect(await activityOf('rita')).toBe('deleted');
    expect((await alice.get(sheet)).text).toContain('was changed since');
  });

  it('leaves out a group that was changed since', async () => {
    const { id } = await app.db.read('groups').where('name', 'Support').first('id');
    const report = await draft({ action: 'deactivate', subject: 'group', ids: String(id) });
    await alice.post(`${report}/execution`);
    await app.db.write((trx) => trx('groups').where({ id }).increment('version'));
    const again = await takeBack(report);
    expect(await leftOut(again)).toEqual([expect.stringContaining('was changed since')]);
  });

  it('is refused by any other action, and not offered where it would not bring back what was', async () => {
    const report = await done('deactivate', ['bob']);
    const [, , from] = report.split('/');
    expect((await alice.post('/bulk-operations', { action: 'delete', from })).status).toBe(400);
    await done('delete', ['rita']);
    const restored = await done('activate', ['rita']);
    expect((await alice.get(restored)).text).not.toContain('Deactivate 1 user');
  });

  it('is not offered where it is not known what was changed since', async () => {
    const report = await done('deactivate', WHOLE);
    expect((await alice.get(report)).text).toContain('Activate 3 users');
    await app.db.write((trx) => trx('bulk_operation_items').update({ version: null }));
    expect((await alice.get(report)).text).not.toContain('Activate 3 users');
  });
});
