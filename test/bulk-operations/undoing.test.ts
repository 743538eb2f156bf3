import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { load } from 'cheerio';
import type { Person } from '../../seeds/cast.ts';
import { DAY } from '../../src/clock.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { submit } from '../support/form.ts';
import { groupId } from '../support/people.ts';
import { programAs } from '../support/program.ts';
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

  it('lets nobody in who had left by their own end', async () => {
    const left = { leaves_at: '2020-01-31T18:00:00.000Z' };
    await app.db.writer('users').where('id', app.people.bob).update(left);
    const sheet = await takeBack(await done('deactivate', WHOLE));
    await alice.post(`${sheet}/execution`);
    expect(await app.db.read('users').where('id', app.people.bob).first('activity', 'leaves_at')).toEqual({
      activity: 'active',
      ...left,
    });
  });

  it('brings back of each what was confirmed before, and by whom', async () => {
    const confirmation = async (person: Person) => {
      const { access_confirmed_at, access_confirmed_by } = await app.db
        .read('users')
        .where('id', app.people[person])
        .first('access_confirmed_at', 'access_confirmed_by');
      return { access_confirmed_at, access_confirmed_by };
    };
    const before = [
      { access_confirmed_at: '2026-01-31T18:00:00.000Z', access_confirmed_by: app.people.ada },
      { access_confirmed_at: '2026-02-28T18:00:00.000Z', access_confirmed_by: app.people.alice },
      { access_confirmed_at: null, access_confirmed_by: null },
    ];
    for (const [n, person] of WHOLE.entries())
      await app.db.writer('users').where('id', app.people[person]).update(before[n]);
    const report = await done('confirm-access', WHOLE);
    for (const [n, person] of WHOLE.entries()) expect(await confirmation(person)).not.toEqual(before[n]);
    await alice.post(`${await takeBack(report)}/execution`);
    for (const [n, person] of WHOLE.entries()) expect(await confirmation(person)).toEqual(before[n]);
  });

  it('says in its sheet what it takes back, whose it was and when', async () => {
    const report = await done('deactivate', WHOLE);
    const sheet = load((await alice.get(await takeBack(report))).text)('#sheet');
    expect(sheet.find(`a[href="${report}"]`).text()).toBe('3 users were deactivated.');
    expect(sheet.find('p').first().text().replace(/\s+/g, ' ')).toContain('by alice');
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

  it('leaves out a group whose activity was changed since, and no other', async () => {
    const { id } = await app.db.read('groups').where('name', 'Support').first('id');
    const onSupport = async (action: string) => {
      const path = await draft({ action, subject: 'group', ids: String(id) });
      await alice.post(`${path}/execution`);
      return path;
    };
    const report = await onSupport('deactivate');
    // Its description is none of the fields that were written.
    await app.db.write((trx) => trx('groups').where({ id }).increment('version'));
    expect(await leftOut(await takeBack(report))).toEqual([]);
    await onSupport('activate');
    await onSupport('deactivate');
    expect(await leftOut(await takeBack(report))).toEqual([expect.stringContaining('was changed since')]);
  });

  it('is refused by any other action, and before anything was done', async () => {
    const report = await done('deactivate', ['bob']);
    const [, , from] = report.split('/');
    expect((await alice.post('/bulk-operations', { action: 'delete', from })).status).toBe(400);
    const sheet = await draft({ action: 'deactivate', ids: String(app.people.lena) });
    expect((await alice.post('/bulk-operations', { action: 'undo', from: sheet.split('/')[2] })).status).toBe(400);
    expect((await alice.post('/bulk-operations', { action: 'undo' })).status).toBe(400);
  });

  it('gives a restored user back the deletion, and a deleted one the activity that they had', async () => {
    const deleted = await done('delete', ['dave', 'bob']);
    await alice.post(`${await takeBack(deleted)}/execution`);
    expect([await activityOf('dave'), await activityOf('bob')]).toEqual(['deactivated', 'active']);
    await done('delete', ['rita']);
    const restored = await done('activate', ['rita']);
    await alice.post(`${await takeBack(restored)}/execution`);
    expect(await activityOf('rita')).toBe('deleted');
  });

  it('can itself be taken back', async () => {
    const undone = await takeBack(await done('deactivate', WHOLE));
    await alice.post(`${undone}/execution`);
    await alice.post(`${await takeBack(undone)}/execution`);
    for (const person of WHOLE) expect(await activityOf(person)).toBe('deactivated');
  });

  it('obeys the rights of whoever takes it back', async () => {
    const report = await done('deactivate', ['ada', 'bob']);
    const max = await signedIn(app, 'max');
    const sheet = (await max.post('/bulk-operations', { action: 'undo', from: report.split('/')[2] })).headers.location;
    await max.post(`${sheet}/execution`);
    expect([await activityOf('ada'), await activityOf('bob')]).toEqual(['deactivated', 'active']);
  });

  it('takes no right on groups where the form of the user took none, and says what else does', async () => {
    const support = await groupId(app, 'Support');
    const groupsOf = (person: Person) =>
      app.db.read('memberships').where('user_id', app.people[person]).pluck('group_id');
    const max = await signedIn(app, 'max');
    const takeItBack = async () => {
      const { id } = await app.db.read('bulk_operations').orderBy('id', 'desc').first('id');
      const sheet = await max.post('/bulk-operations', { action: 'undo', from: String(id) });
      return max.post(`${sheet.headers.location}/execution`);
    };
    await submit(max, `/users/${app.people.erin}/edit`, { groups: support });
    expect(await groupsOf('erin')).toEqual([Number(support)]);
    await takeItBack();
    expect(await groupsOf('erin')).toEqual([]);
    await takeItBack();
    expect(await groupsOf('erin')).toEqual([Number(support)]);
    const program = await programAs(app, 'max');
    const refused = await program.send('delete', `/users/${app.people.erin}/groups/${support}`, {});
    expect([refused.status, refused.body.detail]).toEqual([403, 'You may not change groups.']);
  });

  it('says what whoever takes it back may not do, and nothing of a list that nobody ticked', async () => {
    const auditors = String(await groupId(app, 'Auditors'));
    const ids = [String(app.people.bob)];
    const path = await draft({ action: 'add-to-group', ids, view: '/users?activity=active&group=none' });
    await alice.post(`${path}/choices`, { group: auditors });
    await alice.post(`${path}/execution`);
    const max = await signedIn(app, 'max');
    const sheet = (await max.post('/bulk-operations', { action: 'undo', from: path.split('/')[2] })).headers.location;
    const said = load((await max.get(sheet)).text)('#sheet')
      .text()
      .replace(/\s+/g, ' ');
    expect(said).toContain('bob cannot be changed so: The group Auditors grants rights that you do not hold');
    expect(said).not.toMatch(/do not hold\.|ticked/);
  });

  it('is not offered where it is not known what was written, and told where nothing brings it back', async () => {
    const report = await done('deactivate', WHOLE);
    expect(load((await alice.get(report)).text)('.report .heading button').text()).toContain('Undo');
    await app.db.write((trx) => trx('bulk_operation_items').update({ after: '{}' }));
    expect(load((await alice.get(report)).text)('.report .heading button').length).toBe(0);
    const sheet = await draft({ action: 'reset-login-attempts', ids: String(app.people.erin) });
    expect(load((await alice.get(sheet)).text)('.warn').text()).toContain('cannot be taken back');
  });

  it('withdraws invitations that were sent, and leaves the one alone that was sent since', async () => {
    const openLinks = async () =>
      (await app.db.read('links').where('user_id', app.people.carol).whereNull('ended_at')).length;
    const report = await done('reinvite', ['carol']);
    await alice.post(`${await takeBack(report)}/execution`);
    expect(await openLinks()).toBe(0);
    const again = await done('reinvite', ['carol']);
    app.clock.advance(1_000);
    await done('reinvite', ['carol']);
    await alice.post(`${await takeBack(again)}/execution`);
    expect(await openLinks()).toBe(1);
  });
});

describe('taking back what is over by then', () => {
  const OVER = '2026-11-20T18:00:00.000Z';
  const SOON = '2026-11-25T18:00:00.000Z';
  const bob = () => app.db.read('users').where('id', app.people.bob).first('activity', 'leaves_at');
  const membership = async (group: string) =>
    (await app.db.read('memberships').where({ group_id: group, user_id: app.people.bob })).map((row) => row.until_at);

  async function asked(action: string, choices: Record<string, string>): Promise<string> {
    const path = await draft({ action, ids: String(app.people.bob) });
    await alice.post(`${path}/choices`, choices);
    expect((await alice.post(`${path}/execution`)).status).toBe(303);
    return path;
  }

  /** A week later, with nothing that stays as it is. */
  async function tookBack(report: string): Promise<void> {
    app.clock.advance(7 * DAY);
    alice = await signedIn(app, 'alice');
    const sheet = await takeBack(report);
    expect(load((await alice.get(sheet)).text)('#sheet').text()).not.toMatch(
      /A part stays|Something was changed|Left out/,
    );
    expect((await alice.post(`${sheet}/execution`)).status).toBe(303);
  }

  it.each([SOON, OVER])('lets nobody in any more whose end of %s was taken away', async (leaves_at) => {
    await app.db.write((trx) => trx('users').where('id', app.people.bob).update({ leaves_at }));
    const report = await asked('set-leaving', { leavesAt: '' });
    expect(await bob()).toMatchObject({ leaves_at: null });
    await tookBack(report);
    expect(await bob()).toMatchObject({ leaves_at });
  });

  it('gives an end back that went with a deactivation', async () => {
    await app.db.write((trx) =>
      trx('users').where('id', app.people.bob).update({ activity: 'deactivated', leaves_at: OVER }),
    );
    const report = await done('activate', ['bob']);
    expect(await bob()).toEqual({ activity: 'active', leaves_at: null });
    await tookBack(report);
    expect(await bob()).toEqual({ activity: 'deactivated', leaves_at: OVER });
  });

  it('leaves nobody in a group whose membership was over', async () => {
    const group = await groupId(app, 'Auditors');
    await app.db.write((trx) =>
      trx('memberships').insert({ user_id: app.people.bob, group_id: group, granted_at: OVER, until_at: OVER }),
    );
    const report = await asked('add-to-group', { group, untilAt: '' });
    expect(await membership(group)).toEqual([null]);
    await tookBack(report);
    expect(await membership(group)).toEqual([OVER]);
  });

  it('gives a membership back that was taken, and would have ended since', async () => {
    const group = await groupId(app, 'Support');
    await app.db.write((trx) =>
      trx('memberships').where({ user_id: app.people.bob, group_id: group }).update({ until_at: SOON }),
    );
    const report = await asked('remove-from-group', { group });
    expect(await membership(group)).toEqual([]);
    await tookBack(report);
    expect(await membership(group)).toEqual([SOON]);
  });

  it('gives a membership back the end that it had, where the earlier one was reached', async () => {
    const group = await groupId(app, 'Support');
    await alice.send('patch', `/groups/${group}/members`, { ids: String(app.people.bob), untilAt: '2026-11-25' });
    const { id } = await app.db.read('bulk_operations').orderBy('id', 'desc').first('id');
    expect(await membership(group)).toEqual(['2026-11-26T00:00:00.000Z']);
    await tookBack(`/bulk-operations/${id}`);
    expect(await membership(group)).toEqual([null]);
  });

  it('links a customer again who was linked by somebody who meant it', async () => {
    const cleo = (await app.db.read('contacts').where('name', 'Cleo Customer').first('id')).id;
    const edit = `/users/${app.people.max}/edit`;
    await submit(alice, edit, { contactId: String(cleo), acceptAccounts: 'yes' });
    const linked = async () => (await app.db.read('users').where('id', app.people.max).first('contact_id')).contact_id;
    expect(await linked()).toBe(cleo);
    await submit(alice, edit, { contactId: '' });
    expect(await linked()).toBe(null);
    const { id } = await app.db.read('bulk_operations').orderBy('id', 'desc').first('id');
    await tookBack(`/bulk-operations/${id}`);
    expect(await linked()).toBe(cleo);
  });
});

describe('a single action on a record', () => {
  it('is an operation of one: its message offers to take it back', async () => {
    await alice.post(`/users/${app.people.bob}/deactivation`);
    const page = load((await alice.get(`/users/${app.people.bob}`)).text);
    const from = String(page('.message input[name=from]').val());
    expect(page('.message button[value=undo]').text()).toBe('Undo');
    const sheet = await draft({ action: 'undo', from });
    expect((await alice.get(sheet)).text).toContain('Undo for 1 user');
    await alice.post(`${sheet}/execution`);
    expect(await activityOf('bob')).toBe('active');
  });

  it('that is refused leaves no operation behind', async () => {
    expect((await alice.post(`/users/${app.people.alice}/deactivation`)).status).toBe(403);
    expect(await app.db.read('bulk_operations')).toEqual([]);
  });
});
