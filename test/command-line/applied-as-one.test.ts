import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { undo } from '../../src/command-line/commands/operate-command.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { applied, applyingContext } from '../support/apply.ts';
import { factsBesideAudit } from '../support/database.ts';
import { submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { programAs } from '../support/program.ts';
import { signedIn } from '../support/session.ts';

let app: TestApp;
beforeEach(async () => {
  app = await startApp();
});
afterEach(() => app.close());

/** Who leads comes and goes, a group is made, somebody is, and others get rights by it. */
const HOUSE = `
groups:
  - name: Night shift
    leader: nora
    permissions: { users: write, groups: write }
  - name: Support
    leader: bob
    description: By day
users:
  - { name: nora, email: nora@example.com, groups: [Night shift] }
  - { name: ada, groups: [Administrators, Night shift] }
  - { name: lena, groups: [], description: Went to the day }
`;

async function apply(text = HOUSE): Promise<number> {
  const done = await applied(app, text);
  expect([done.exitCode, done.lines.at(-1)]).toEqual([0, expect.stringContaining('are as the file says now')]);
  return done.data.operation as number;
}

/** All that the file is about, by name. */
async function standing() {
  const { read } = app.db;
  const groups = await read('groups')
    .leftJoin('users', 'users.id', 'leader_id')
    .orderBy('groups.name')
    .select('groups.name', 'groups.activity', 'groups.description', 'users.name as leader');
  const rights = await read('group_permissions')
    .join('groups', 'groups.id', 'group_id')
    .where('groups.activity', 'active')
    .orderBy(['groups.name', 'application'])
    .select('groups.name', 'application', 'level');
  const members = await read('memberships')
    .join('groups', 'groups.id', 'group_id')
    .join('users', 'users.id', 'user_id')
    .where({ 'groups.activity': 'active', 'users.activity': 'active' })
    .orderBy(['groups.name', 'users.name'])
    .select('groups.name as group', 'users.name', 'until_at');
  const users = await read('users').orderBy('name').select('name', 'activity', 'description');
  return { groups, rights, members, users };
}

const named = <Named extends { name: string }>(all: Named[], name: string) => all.find((one) => one.name === name);

const textOf = (answer: { text: string }, selector: string) => pageOf(answer).$(selector).text().replace(/\s+/g, ' ');

/** Presses Undo on the report, and the button of the sheet. Returns where that led. */
async function takenBack(id: number): Promise<string> {
  const alice = await signedIn(app, 'alice');
  const draft = await submit(alice, `/bulk-operations/${id}`);
  const done = await submit(alice, draft.headers.location);
  return done.headers.location;
}

describe('what a file changed', () => {
  it('is one operation with one report, in the list and at the address of each part', async () => {
    const id = await apply();
    const alice = await signedIn(app, 'alice');
    const list = pageOf(await alice.get('/bulk-operations')).$('main a[href^="/bulk-operations/"]');
    expect(list.map((n) => list.eq(n).text()).get()).toEqual([
      '2 groups were made as a file says. 3 users were made as a file says.',
    ]);
    const report = pageOf(await alice.get(`/bulk-operations/${id}`));
    const rows = report
      .$('.rows li')
      .map((_n, row) => report.$(row).find('a').text())
      .get();
    expect(rows).toEqual(expect.arrayContaining(['Night shift', 'Support', 'nora', 'ada', 'lena']));
    for (const part of await app.db.read('bulk_operations').where('part_of', id).pluck('id'))
      expect(
        pageOf(await alice.get(`/bulk-operations/${part}`))
          .$('h1')
          .text(),
      ).toBe(report.$('h1').text());
    const csv = (await alice.get(`/bulk-operations/${id}/items.csv`)).text;
    expect(csv).toContain('group,Night shift');
    expect(csv).toContain('user,nora');
  });

  it('is put back by one Undo: leaders, members, rights and who was made; and that by another', async () => {
    const before = await standing();
    const id = await apply();
    const after = await standing();
    expect(named(after.groups, 'Support')).toMatchObject({ leader: 'bob', description: 'By day' });
    const undone = await takenBack(id);
    const back = await standing();
    expect(named(back.groups, 'Support')).toEqual(named(before.groups, 'Support'));
    expect([back.rights, back.members]).toEqual([before.rights, before.members]);
    expect([named(back.users, 'nora')?.activity, named(back.groups, 'Night shift')?.activity]).toEqual([
      'deleted',
      'deleted',
    ]);
    await takenBack(Number(undone.split('/').at(-1)));
    expect(await standing()).toEqual(after);
  });

  it('says in its sheet what each part will find when those before it are done, and does nothing yet', async () => {
    const id = await apply();
    const undone = Number((await takenBack(id)).split('/').at(-1));
    const alice = await signedIn(app, 'alice');
    const draft = await submit(alice, `/bulk-operations/${undone}`);
    const before = await factsBesideAudit(app);
    const sheet = textOf(await alice.get(draft.headers.location), '#sheet');
    // Nora and the others come into a group that is deleted as yet.
    expect(sheet).toContain('3 users will change: ada, lena, nora');
    expect(sheet).toMatch(/2 groups will change/);
    expect(sheet).not.toContain('Left out');
    expect(sheet).not.toContain('A part stays as it is');
    expect(await factsBesideAudit(app)).toEqual(before);
  });

  it('is shown to a reader of groups as far as groups go, who cannot take it back', async () => {
    const id = await apply('groups:\n  - { name: Night, leader: bob }\nusers:\n  - { name: bob, groups: [Night] }\n');
    await app.db.write(async (trx) => {
      const group = await trx('groups').where('name', 'Support').first('id');
      await trx('group_permissions').where('group_id', group.id).delete();
      await trx('group_permissions').insert({ group_id: group.id, application: 'groups', level: 'write' });
      await trx('memberships').where('user_id', app.people.lena).whereNot('group_id', group.id).delete();
    });
    const lena = await signedIn(app, 'lena');
    const report = pageOf(await lena.get(`/bulk-operations/${id}`));
    expect(report.$('main').text()).toContain('Night');
    expect(report.$('main').text()).not.toMatch(/bob@example|user was made/);
    expect(report.$('input[name="action"]')).toHaveLength(0);
    expect(await lena.post('/bulk-operations', { from: String(id), action: 'undo' })).toMatchObject({ status: 400 });
  });

  it('is taken back by a program and at the machine as well, whole', async () => {
    const before = await standing();
    const id = await apply();
    const program = await programAs(app, 'alice');
    const report = (await program.get(`/bulk-operations/${id}`)).body;
    expect(report.parts.map(({ on }: { on: string }) => on)).toEqual(['groups', 'users', 'groups']);
    const items = (await program.get(`/bulk-operations/${id}/items`)).body.items;
    expect(new Set(items.map(({ on }: { on: string }) => on))).toEqual(new Set(['groups', 'users']));
    const [part] = await app.db.read('bulk_operations').where('part_of', id).pluck('id');
    const draft = (await program.ask('post', `/bulk-operations/${part}/undoing`)).body;
    expect([draft.confirms, draft.leftOut, draft.changed]).toEqual([true, 0, 7]);
    const undone = (await program.ask('post', `/bulk-operations/${draft.id}/execution`)).body;
    expect([undone.phase, undone.reasons]).toEqual(['done', []]);
    expect((await standing()).members).toEqual(before.members);
    const { context, act } = applyingContext(app, false);
    const told = await undo(context, act, String(undone.id));
    expect(told.lines[0]).toBe('It would be: Undo, 2 groups, 3 users, 2 groups changed, 0 left out.');
    const after = await undo({ ...context, operating: { apply: true } }, act, String(undone.id));
    expect([after.exitCode, named((await standing()).groups, 'Support')?.leader]).toEqual([0, 'bob']);
  });

  it('is not put back in part while another operation is under way on some of the same', async () => {
    const id = await apply();
    const alice = await signedIn(app, 'alice');
    const draft = await submit(alice, `/bulk-operations/${id}`);
    await app.db.write(async (trx) => {
      const at = new Date(app.clock.now()).toISOString();
      const other = { subject_type: 'user', action: 'activate', created_at: at, executed_at: at, size: 1 };
      const [made] = await trx('bulk_operations').insert(other).returning('id');
      const one = app.people.lena;
      const piece = { operation_id: made.id, number: 0, ids: JSON.stringify([one]), first_id: one, last_id: one };
      await trx('bulk_operation_pieces').insert(piece);
    });
    const before = await factsBesideAudit(app);
    expect((await submit(alice, draft.headers.location)).status).toBe(409);
    expect(await factsBesideAudit(app)).toEqual(before);
  });
});
