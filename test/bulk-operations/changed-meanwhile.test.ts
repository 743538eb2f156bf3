import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pruneDrafts } from '../../src/bulk-operations/bulk-operation-store.ts';
import { instant } from '../../src/clock.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addContact } from '../support/contacts.ts';
import { pageOf } from '../support/page.ts';
import { groupId } from '../support/people.ts';
import { type Fields, type Session, signedIn } from '../support/session.ts';

let app: TestApp;
let alice: Session;

beforeEach(async () => {
  app = await startApp();
  alice = await signedIn(app, 'alice');
});
afterEach(() => app.close());

/** What a list says of itself, as its form sends it. */
async function shown(view: string): Promise<Fields> {
  const { $ } = pageOf(await alice.get(view));
  const fields = $('form:has(#actions) input[type=hidden], #actions input[type=hidden]').toArray();
  const said = Object.fromEntries(fields.map((field) => [$(field).attr('name'), $(field).attr('value')]));
  const { subject, shown, change } = said as Record<string, string>;
  return { subject, view, shown, change, scope: 'all' };
}

/** The sheet of what is done to all that a list showed, in which something changed since. */
async function sheetAfter(view: string, meanwhile: () => Promise<unknown>): Promise<string> {
  const fields = await shown(view);
  await meanwhile();
  const { location } = (await alice.post('/bulk-operations', { ...fields, action: 'delete' })).headers;
  return pageOf(await alice.get(location)).textOf('#sheet');
}

async function tag(subject: string, ids: (number | string)[], action: string, by = alice): Promise<void> {
  const path = (await by.post('/bulk-operations', { subject, action, ids: ids.map(String) })).headers.location;
  await by.post(`${path}/choices`, { tag: 'night' });
  expect((await by.post(`${path}/execution`)).status).toBe(303);
}

describe('the sheet names which joined or left the view since it was shown', () => {
  it('of groups, also where as many came as went', async () => {
    const [support, helpdesk] = [await groupId(app, 'Support'), await groupId(app, 'Helpdesk')];
    await tag('group', [support], 'add-tag');
    const { id } = await app.db.read('tags').where('name', 'night').first('id');
    const view = `/groups?tag=${id}`;
    expect(await sheetAfter(view, async () => undefined)).not.toContain('The list showed');
    const exchanged = await sheetAfter(view, async () => {
      await tag('group', [support], 'remove-tag');
      await tag('group', [helpdesk], 'add-tag');
    });
    expect(exchanged).toContain('They are as many as the list showed, but not all need be the same.');
    expect(exchanged).toContain('Changed in between: Helpdesk');
    expect(exchanged).toContain('Changed in between, and not among these now: Support');
    const more = await sheetAfter(view, () => tag('group', [support], 'add-tag'));
    expect(more).toContain('The list showed 1 group; when you pressed, they were 2.');
    expect(more).toContain('Changed in between: Support');
  });

  it('of contacts, those alone that one sees (R86)', async () => {
    const nora = await addContact(app, { name: 'Nora' });
    const view = '/contacts?q=nora';
    const said = await sheetAfter(view, async () => {
      await addContact(app, { name: 'Nora Next' });
      await addContact(app, { name: 'Nora Hidden', ownerUserId: app.people.bob });
      await app.db.write((trx) => trx('contacts').where('id', nora).update({ owner_user_id: app.people.bob }));
      await addContact(app, { name: 'Nora Third' });
    });
    expect(said).toContain('The list showed 1 contact; when you pressed, they were 2.');
    expect(said).toContain('Changed in between: Nora Next, Nora Third');
    expect(said).not.toMatch(/Hidden|Nora,/);
  });

  it('of a page that was opened before it said so, their number alone', async () => {
    const { change: _, ...before } = await shown('/groups');
    await tag('group', [await groupId(app, 'Support')], 'add-tag');
    const fields = { ...before, shown: '3', action: 'delete' };
    const { location } = (await alice.post('/bulk-operations', fields)).headers;
    const said = pageOf(await alice.get(location)).textOf('#sheet');
    expect([said.includes('The list showed 3 groups'), said.includes('Changed in between')]).toEqual([true, false]);
  });
});

it('what changed is kept as long as a draft may have to say so', async () => {
  const { prune } = (await import('../../src/groups/pages/groups-feature.ts')).GROUPS;
  const fields = await shown('/groups');
  await app.db.write(async (trx) => {
    for (let n = 0; n < 3; n++)
      await trx('groups')
        .where('name', 'Support')
        .update({ description: String(n) });
  });
  await alice.post('/bulk-operations', { ...fields, action: 'delete' });
  const entries = () => app.db.read('group_changes').where('id', '>', Number(fields.change)).pluck('id');
  const kept = await entries();
  // So many more that none of them would be kept for itself.
  await app.db.write((trx) => trx('group_changes').insert({ id: kept.at(-1) + 200_000, group_id: 1 }));
  const pruned = async () => {
    for (let isMore: unknown = true; isMore; )
      isMore = await app.db.write((trx) => prune!(trx, app.clock.now(), app.config));
    return (await entries()).length - 1;
  };
  expect(await pruned()).toBe(kept.length);
  await app.db.write((trx) => pruneDrafts(trx, instant(app.clock.now() + 1)));
  expect(await pruned()).toBe(0);
});
