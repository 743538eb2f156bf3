import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MINUTE } from '../../../src/clock.ts';
import type { Transaction } from '../../../src/db/database.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { pageOf } from '../../support/page.ts';
import { isOnPostgres } from '../../support/postgres.ts';
import { forgetRendered, wasRendered } from '../../support/rendered-views.ts';
import { type Session, signedIn } from '../../support/session.ts';

const EACH = 'column=name&column=email&column=contact&column=last_login&column=groups&column=tags&column=last_from';

/** What rows go by, each changed past the program, and what the row of Bob says from then on. */
const CHANGES: [what: string, change: (trx: Transaction, app: TestApp) => Promise<unknown>, said: string][] = [
  ['a name', (trx, app) => trx('users').where('id', app.people.bob).update({ name: 'Bobby' }), 'Bobby'],
  [
    'whether somebody may sign in',
    (trx, app) => trx('users').where('id', app.people.bob).update({ activity: 'deactivated' }),
    'Deactivated',
  ],
  ['the name of a group', (trx) => trx('groups').where('name', 'Support').update({ name: 'Helpers' }), 'Helpers'],
  [
    'the end of a membership',
    (trx, app) => trx('memberships').where('user_id', app.people.bob).update({ until_at: '2026-10-01T00:00:00.000Z' }),
    'Support, ended',
  ],
  [
    'a lock',
    (trx, app) =>
      trx('lockouts').insert({
        user_id: app.people.bob,
        attempts: 10,
        attempts_in_all: 10,
        locked_until: '2999-01-01T00:00:00.000Z',
      }),
    'Locked',
  ],
];

describe('the rows of the list, which are kept as text', () => {
  let app: TestApp;
  let alice: Session;

  beforeEach(async () => {
    app = await startApp();
    alice = await signedIn(app, 'alice');
  });
  afterEach(() => app.close());

  async function rowOfBob(path = '/users'): Promise<string> {
    const { $ } = pageOf(await alice.get(path));
    return $(`#user-${app.people.bob}`).text();
  }

  it('are not written anew while nothing changes', async () => {
    const before = await rowOfBob();
    forgetRendered();
    expect(await rowOfBob()).toBe(before);
    // On PostgreSQL rows are read anew for each page, and so they are written anew.
    expect(wasRendered('users/_rows.ejs')).toBe(isOnPostgres);
    expect(wasRendered('layout.ejs')).toBe(true);
  });

  it.each(CHANGES)('say %s as it is now', async (_, change, said) => {
    expect(await rowOfBob()).not.toContain(said);
    await app.db.write((trx) => change(trx, app));
    expect(await rowOfBob()).toContain(said);
  });

  it('go by the clock', async () => {
    await app.db.write((trx) =>
      trx('users')
        .where('id', app.people.bob)
        .update({ last_login_at: new Date(app.clock.now()).toISOString() }),
    );
    expect(await rowOfBob()).toContain('just now');
    app.clock.advance(2 * MINUTE);
    expect(await rowOfBob()).toContain('2 minutes ago');
    app.clock.advance(MINUTE);
    expect(await rowOfBob()).toContain('3 minutes ago');
  });

  it('go by what ends by itself, within the minute as well', async () => {
    const until = new Date(app.clock.now() + 20_000).toISOString();
    await app.db.write((trx) =>
      trx('lockouts').insert({ user_id: app.people.bob, attempts: 10, attempts_in_all: 10, locked_until: until }),
    );
    expect(await rowOfBob()).toContain('Locked');
    app.clock.advance(30_000);
    expect(await rowOfBob()).not.toContain('Locked');
  });

  it('mark what this search found', async () => {
    const marked = async (q: string) => pageOf(await alice.get(`/users?q=${q}`)).texts(`#user-${app.people.bob} mark`);
    expect(await marked('bob')).toContain('bob');
    expect(await marked('bo')).toContain('bo');
  });

  it('tell each viewer what they may know', async () => {
    await app.db.write(async (trx) => {
      const [{ id }] = await trx('contacts').limit(1).select('id');
      await trx('contacts').where({ id }).update({ name: 'Bobs Bakery', owner_user_id: null, owner_group_id: null });
      await trx('users').where('contact_id', id).update({ contact_id: null });
      await trx('users').where('id', app.people.bob).update({ contact_id: id });
    });
    const [rita, max] = [await signedIn(app, 'rita'), await signedIn(app, 'max')];
    const saidTo = async (viewer: Session) => {
      const { $ } = pageOf(await viewer.get('/users'));
      return [
        $(`#user-${app.people.bob}`).text().includes('Bobs Bakery'),
        $(`#user-${app.people.bob} td:last-child a`).text() === 'Actions',
        $(`#user-${app.people.bob} p a`).first().attr('href')!.startsWith('/groups/'),
      ];
    };
    // Twice each: what a first page writes down of its reader is a commit, after which all is read anew.
    for (const _ of [1, 2]) {
      expect(await saidTo(alice)).toEqual([true, true, true]);
      expect(await saidTo(rita)).toEqual([true, false, true]);
      expect(await saidTo(max)).toEqual([false, true, false]);
    }
  });

  it('lead on from the view that they stand in', async () => {
    await app.db.write((trx) =>
      trx('login_attempts')
        .where('user_id', app.people.bob)
        .delete()
        .then(() => undefined),
    );
    const bob = await signedIn(app, 'bob');
    await bob.get('/me');
    const ways = async (path: string) =>
      pageOf(await alice.get(path))
        .$(`#user-${app.people.bob} .origin a`)
        .first()
        .attr('href');
    expect(await ways(`/users?${EACH}`)).not.toContain('activity=active');
    expect(await ways(`/users?activity=active&${EACH}`)).toContain('activity=active');
  });

  it('are ticked as the address says', async () => {
    const ticked = async (path: string) =>
      pageOf(await alice.get(path))
        .$(`#user-${app.people.bob} input`)
        .attr('checked') !== undefined;
    expect(await ticked('/users')).toBe(false);
    expect(await ticked('/users?ticked=all')).toBe(true);
    expect(await ticked(`/users?ticked=all&except=${app.people.bob}`)).toBe(false);
  });
});
