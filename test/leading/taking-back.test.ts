import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { DAY } from '../../src/clock.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { send, submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { groupId } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

let app: TestApp;
let lena: Session;
let path: string;
beforeEach(async () => {
  app = await startApp();
  lena = await signedIn(app, 'lena');
  path = `/led-groups/${await groupId(app, 'Support')}`;
});
afterEach(() => app.close());

const members = async () =>
  app.db
    .read('memberships')
    .join('users', 'users.id', 'user_id')
    .where('group_id', await groupId(app, 'Support'))
    .orderBy('users.name')
    .pluck('users.name');
const show = async (address: string, session = lena) => pageOf(await session.get(address));
/** The report of what was done last, as the page of the group links to it. */
const lastReport = async () => (await show(path)).$('#deeds + ul a').first().attr('href')!;
const remove = (...ids: number[]) => lena.post(`${path}/members`, { ids: ids.map(String), _method: 'delete' });

async function undo(report: string) {
  const sheet = await lena.get(`${report}/undo`);
  const done = await send(lena, sheet, {});
  return { sheet: pageOf(sheet).textOf('.sheet'), path: done.headers.location };
}

it('lets a leader take back whom they removed, and that once more, as far as it was not changed since', async () => {
  const { bob, carol, dave } = app.people;
  await remove(bob, carol, dave);
  const report = await lastReport();
  const page = await show(report);
  expect([page.heading(), page.texts('#report li bdi')]).toEqual([
    '3 users were removed from Support.',
    ['bob', 'carol', 'dave'],
  ]);
  expect(page.$('#last-done a').attr('href')).toBe(`${report}/undo`);
  // What they are called by now is none of the leader's business any more; and who came back meanwhile is left alone.
  const granted = { group_id: await groupId(app, 'Support'), granted_at: '2026-11-22T12:00:00.000Z' };
  await app.db.write(async (trx) => {
    await trx('users').where('id', dave).update({ name: 'secret' });
    await trx('memberships').insert({ user_id: carol, ...granted });
  });
  expect((await show(report)).textOf('main')).not.toContain('secret');
  const back = await undo(report);
  expect(back.sheet).toMatch(/2 members will come back.*Of 1 member it was changed since/s);
  expect(await members()).toEqual(['bob', 'carol', 'lena', 'secret']);
  const told = await show(report);
  expect([told.$('#taken-back a').attr('href'), told.$('.heading .button').length]).toEqual([back.path, 0]);
  expect((await lena.get(`${report}/undo`)).headers.location).toBe(report);
  const again = await undo(back.path);
  expect(again.sheet).toContain('2 members will be taken out of the group.');
  expect(await members()).toEqual(['carol', 'lena']);
});

it('gives back an end that is over by then, and takes one away that was reached', async () => {
  const { bob, carol } = app.people;
  const ends = async () =>
    app.db.read('memberships').whereIn('user_id', [bob, carol]).orderBy('user_id').pluck('until_at');
  const SOON = '2026-11-25T18:00:00.000Z';
  await app.db.write((trx) => trx('memberships').where('user_id', bob).update({ until_at: SOON }));
  await remove(bob);
  const removal = await lastReport();
  await lena.post(`${path}/members`, { ids: String(carol), untilAt: '2026-11-24', _method: 'patch' });
  const ending = await lastReport();
  app.clock.advance(7 * DAY);
  lena = await signedIn(app, 'lena');
  await undo(removal);
  expect(await ends()).toEqual([SOON, '2026-11-25T00:00:00.000Z']);
  await undo(ending);
  expect(await ends()).toEqual([SOON, null]);
});

it('takes those who were invited out of the group again, with their invitations, and leaves the rest to administrators', async () => {
  const pasted = await submit(lena, `${path}/invitations/list`, { text: 'nina@new.example; erin@example.com' });
  const table = await lena.get(pasted.headers.location);
  await send(lena, table, { step: 'invite', keep: ['0', '1'], name: ['nina', 'erin2'] });
  const report = await lastReport();
  expect((await show(report)).texts('#report li bdi')).toEqual(['nina', 'erin']);
  const { sheet } = await undo(report);
  expect(sheet).toContain('Invitations that nobody used yet are withdrawn');
  expect(await members()).toEqual(['bob', 'carol', 'dave', 'lena']);
  const nina = await app.db.read('users').where('name', 'nina').first();
  expect(nina.activity).toBe('active');
  expect(await app.db.read('links').where('user_id', nina.id).whereNull('ended_at')).toEqual([]);
});

it('shows what a leader did to them, and to who may read users, and to nobody else', async () => {
  await remove(app.people.bob);
  const report = await lastReport();
  const id = report.split('/').at(-1);
  expect((await lena.get(`/bulk-operations/${id}`)).status).toBe(404);
  const alice = await signedIn(app, 'alice');
  expect((await show(`/bulk-operations/${id}`, alice)).texts('#report li a')).toEqual(['bob']);
  for (const address of [report, `${report}/undo`])
    expect([address, (await alice.get(address)).status]).toEqual([address, 404]);
  for (const number of ['0', 'x', '99', '9'.repeat(30)])
    expect((await lena.get(`/led-operations/${number}/undo`)).status).toBe(404);
  // What an administrator did in the same group is none of theirs.
  await app.db.write((trx) => trx('bulk_operations').update({ created_by: app.people.alice }));
  expect((await lena.get(report)).status).toBe(404);
});
