import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Person } from '../../seeds/cast.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { groupId } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

let app: TestApp;
let alice: Session;

beforeEach(async () => {
  app = await startApp();
  alice = await signedIn(app, 'alice');
});
afterEach(() => app.close());

const idOf = (path: string) => path.split('/')[2];
const show = async (path: string, session = alice) => pageOf(await session.get(path));
const idsOf = (people: readonly Person[]) => people.map((person) => String(app.people[person]));

async function done(fields: Record<string, string | string[]>, choices?: Record<string, string>): Promise<string> {
  const path = (await alice.post('/bulk-operations', fields)).headers.location;
  if (choices) await alice.post(`${path}/choices`, choices);
  await alice.post(`${path}/execution`);
  return path;
}

async function undo(report: string, session = alice): Promise<string> {
  const sheet = (await session.post('/bulk-operations', { action: 'undo', from: idOf(report) })).headers.location;
  await session.post(`${sheet}/execution`);
  return sheet;
}

const offer = async (report: string, session = alice) => {
  const page = await show(report, session);
  return [page.texts('.report .heading button').at(0)?.trim(), page.$('#taken-back a').attr('href')];
};

describe('an operation that was taken back', () => {
  it('says by which one, and is offered to be taken back no more; nor is its message of another page', async () => {
    const report = await done({ action: 'deactivate', ids: idsOf(['bob', 'lena']) });
    expect(await offer(report)).toEqual(['Undo', undefined]);
    const ada = await signedIn(app, 'ada');
    const taker = await undo(report, ada);
    expect(await offer(report)).toEqual([undefined, taker]);
    expect((await show(report)).textOf('#taken-back')).toMatch(/^It was taken back .* by ada\.$/);
    expect((await show('/bulk-operations')).texts('.rows li .badge')).toEqual(['taken back']);
    // What is still at hand there leads to what became of it.
    expect((await show('/users')).$('#last-done input[name=from]').val()).toBe(idOf(report));
    const pressed = await alice.post('/bulk-operations', { action: 'undo', from: idOf(report) });
    expect([pressed.status, pressed.headers.location]).toEqual([303, report]);
    expect((await show('/users')).$('#last-done input').length).toBe(0);
    expect(await app.db.read('bulk_operations').whereNull('executed_at')).toEqual([]);
  });

  it('is taken back by the one that did it, where it was pressed in two tabs', async () => {
    const report = await done({ action: 'deactivate', ids: idsOf(['bob', 'lena']) });
    const sheetOf = async (path: string) =>
      (await alice.post('/bulk-operations', { action: 'undo', from: idOf(path) })).headers.location;
    const [first, second] = [await sheetOf(report), await sheetOf(report)];
    for (const sheet of [first, second]) await alice.post(`${sheet}/execution`);
    expect((await show(second)).heading()).toBe('0 users were put back as before.');
    expect((await show(second)).textOf('nav[aria-label=Reason]')).toBe('is as it was before already 2');
    expect(await offer(report)).toEqual([undefined, first]);
    // What the other one found nothing to do for does not keep it taken back.
    await undo(first);
    expect(await offer(report)).toEqual(['Undo', undefined]);
  });

  it('stands again where that was taken back itself', async () => {
    const report = await done({ action: 'deactivate', ids: idsOf(['bob', 'lena']) });
    const taker = await undo(report);
    expect(await offer(taker)).toEqual(['Undo', undefined]);
    const again = await undo(taker);
    expect(await offer(taker)).toEqual([undefined, again]);
    expect(await offer(report)).toEqual(['Undo', undefined]);
    const last = await undo(report);
    expect(await offer(report)).toEqual([undefined, last]);
    expect(await app.db.read('users').whereIn('id', [app.people.bob, app.people.lena]).pluck('activity')).toEqual([
      'active',
      'active',
    ]);
  });

  it('is offered for what is left of it: what one had no right to, another one takes back', async () => {
    const report = await done({ action: 'deactivate', ids: idsOf(['ada', 'bob']) });
    const max = await signedIn(app, 'max');
    const taker = await undo(report, max);
    expect(await offer(report)).toEqual(['Undo the rest', taker]);
    expect((await show(report)).textOf('#taken-back')).toContain('but for a part that still stands as it left it');
    expect((await show('/bulk-operations')).texts('.rows li .badge')).toEqual(['partly taken back']);
    const rest = await undo(report);
    expect((await show(rest)).heading()).toBe('1 user was put back as before.');
    expect(await offer(report)).toEqual([undefined, rest]);
    expect((await show('/bulk-operations')).texts('.rows li .badge')).toEqual(['taken back']);
  });

  it('is not offered for what was changed since', async () => {
    const report = await done({ action: 'deactivate', ids: idsOf(['bob', 'lena']) });
    await done({ action: 'delete', ids: idsOf(['lena']) });
    const taker = await undo(report);
    expect(await offer(report)).toEqual([undefined, taker]);
  });
});

describe('what went with something else that was deleted', () => {
  const leftOut = async (report: string) => {
    const sheet = (await alice.post('/bulk-operations', { action: 'undo', from: idOf(report) })).headers.location;
    return (await show(sheet)).texts('#sheet .rows li').map((text) => text.replace(/\s+/g, ' ').trim());
  };

  it('is told as that: members of a group, who are there again with the group', async () => {
    const group = String(await groupId(app, 'Support'));
    const report = await done({ action: 'add-to-group', ids: idsOf(['rita', 'max']) }, { group });
    const deletion = await done({ action: 'delete', subject: 'group', ids: group });
    expect(await leftOut(report)).toEqual([
      expect.stringMatching(/^2 users, each of whom is in that group no more: it was deleted: .*max, rita/),
    ]);
    await undo(deletion);
    expect(await leftOut(report)).toEqual([]);
  });

  it('and rights on an application', async () => {
    await submit(alice, '/applications/new', { key: 'rooms', name: 'Rooms' });
    const group = String(await groupId(app, 'Support'));
    const report = await done(
      { action: 'set-permission', subject: 'group', ids: group },
      { application: 'rooms', level: 'read' },
    );
    await alice.post('/applications/rooms/deletion');
    expect(await leftOut(report)).toEqual([
      expect.stringContaining('grants nothing on that application any more: it was deleted'),
    ]);
  });

  it('beside what is put back of the same people', async () => {
    const group = await groupId(app, 'Support');
    const page = `/users/${app.people.max}/edit`;
    await submit(alice, page, { groups: String(group), description: 'sits upstairs' });
    const { id } = await app.db.read('bulk_operations').orderBy('id', 'desc').first('id');
    await done({ action: 'delete', subject: 'group', ids: String(group) });
    const sheet = (await alice.post('/bulk-operations', { action: 'undo', from: String(id) })).headers.location;
    expect((await show(sheet)).textOf('#sheet')).toContain(
      'A part stays as it is: max is in that group no more: it was deleted.',
    );
  });
});
