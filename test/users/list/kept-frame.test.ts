import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MINUTE } from '../../../src/clock.ts';
import type { Transaction } from '../../../src/db/database.ts';
import { encodeCursor } from '../../../src/lists/list-query.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { pageOf } from '../../support/page.ts';
import { isOnPostgres } from '../../support/postgres.ts';
import { forgetRendered, wasRendered } from '../../support/rendered-views.ts';
import { type Session, signedIn } from '../../support/session.ts';

const AROUND = ['lists/_search.ejs', 'lists/_head.ejs', 'lists/_sidebar.ejs'];

/** What the sidebar goes by, each changed past the program, and what it says from then on. */
const CHANGES: [what: string, change: (trx: Transaction, app: TestApp) => Promise<unknown>, said: string][] = [
  [
    'how many there are',
    (trx, app) => trx('users').where('id', app.people.bob).update({ activity: 'deactivated' }),
    'Deactivated 2',
  ],
  ['the name of a group', (trx) => trx('groups').where('name', 'Support').update({ name: 'Helpers' }), 'Helpers'],
  [
    'the name of a tag',
    (trx) =>
      trx('tags')
        .whereIn('id', trx('user_tags').select('tag_id').limit(1))
        .update({ name: 'renamed', name_key: 'renamed' }),
    'renamed',
  ],
  [
    'what a group grants',
    async (trx) => {
      const [group_id] = await trx('groups').where('name', 'Helpdesk').pluck('id');
      await trx('group_permissions').where({ group_id }).delete();
      await trx('group_permissions').insert({ group_id, application: 'settings', level: 'write' });
    },
    'May write Settings 3',
  ],
];

describe('what stands around the rows, which is kept as text', () => {
  let app: TestApp;
  let alice: Session;

  beforeEach(async () => {
    app = await startApp();
    alice = await signedIn(app, 'alice');
  });
  afterEach(() => app.close());

  const sidebarOf = async (session: Session, path = '/users?rights=all') =>
    pageOf(await session.get(path))
      .$('#filters')
      .text()
      .replaceAll(/\s+/g, ' ');

  it('is not written anew from page to page', async () => {
    const after = encodeCursor({ value: 'ada', id: app.people.ada });
    await alice.get('/users');
    forgetRendered();
    const next = pageOf(await alice.get(`/users?after=${after}`));
    expect(AROUND.some(wasRendered)).toBe(isOnPostgres);
    expect(next.$('#previous-page').attr('href')).toContain('before=');
  });

  it.each(CHANGES)('says %s as it is now', async (_, change, said) => {
    expect(await sidebarOf(alice)).not.toContain(said);
    await app.db.write((trx) => change(trx, app));
    expect(await sidebarOf(alice)).toContain(said);
  });

  it('goes by what ends by itself', async () => {
    const until = new Date(app.clock.now() + MINUTE).toISOString();
    const locked = async () => /Locked (\d+)/.exec(await sidebarOf(alice))![1];
    const before = await locked();
    await app.db.write((trx) =>
      trx('lockouts').insert({ user_id: app.people.bob, attempts: 10, attempts_in_all: 10, locked_until: until }),
    );
    expect(Number(await locked())).toBe(Number(before) + 1);
    app.clock.advance(2 * MINUTE);
    expect(await locked()).toBe(before);
  });

  it('tells each reader what they may know, and as they want it', async () => {
    const [rita, max] = [await signedIn(app, 'rita'), await signedIn(app, 'max')];
    const folds = (session: Session) =>
      Promise.all(
        ['#fold-right', '#fold-contact'].map(async (fold) => pageOf(await session.get('/users')).$(fold).length),
      );
    // Twice each: what a first page writes down of its reader is a commit, after which all is read anew.
    for (const _ of [1, 2]) {
      expect(await folds(alice)).toEqual([1, 1]);
      expect(await folds(rita)).toEqual([1, 1]);
      expect(await folds(max)).toEqual([0, 0]);
    }
  });
});
