import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { forgetReports } from '../../src/bulk-operations/forgetting-reports.ts';
import { instant } from '../../src/clock.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addContact, letGroup } from '../support/contacts.ts';
import { pageOf } from '../support/page.ts';
import { groupId, pathTo } from '../support/people.ts';
import { type Fields, type Session, signedIn } from '../support/session.ts';

let app: TestApp;
let alice: Session;

beforeEach(async () => {
  app = await startApp();
  alice = await signedIn(app, 'alice');
});
afterEach(() => app.close());

async function done(form: Fields, choices: Fields): Promise<string> {
  const path = (await alice.post('/bulk-operations', form)).headers.location;
  expect((await alice.post(`${path}/choices`, choices)).status).toBe(303);
  expect((await alice.post(`${path}/execution`)).status).toBe(303);
  return path;
}

/** Where the events of a page lead, with what they say of it. */
async function reportsOn(path: string, by = alice): Promise<[string, string | undefined][]> {
  const { $ } = pageOf(await by.get(path));
  const links = $('.event a[href^="/bulk-operations/"]').toArray();
  return links.map((link) => [$(link).text().trim(), $(link).attr('href')]);
}

describe('an event leads to the report of what did it', () => {
  it('also where that was done to one alone, from which it is taken back', async () => {
    await alice.post(pathTo(app, 'erin', '/deactivation'));
    const { id } = await app.db.read('bulk_operations').first('id');
    expect(await reportsOn(pathTo(app, 'erin'))).toEqual([['Report', `/bulk-operations/${id}`]]);
    const report = pageOf(await alice.get(`/bulk-operations/${id}`));
    expect(report.texts('.report .heading form button')).toEqual(['Undo']);
  });

  it('as long as that is kept: then it is only said', async () => {
    const ids = [app.people.bob, app.people.rita].map(String);
    const path = await done({ action: 'add-tag', ids }, { tag: 'night' });
    await alice.post(pathTo(app, 'rita', '/deactivation'));
    const said = 'changed 2 users';
    expect(await reportsOn(pathTo(app, 'bob'))).toEqual([[said, path]]);
    expect((await reportsOn('/audit')).map(([, to]) => to)).toContain(path);
    app.clock.advance(1);
    await forgetReports(app.db, instant(app.clock.now()));
    expect((await alice.get(path)).status).toBe(404);
    for (const page of [pathTo(app, 'bob'), pathTo(app, 'rita'), '/audit']) expect(await reportsOn(page)).toEqual([]);
    expect(pageOf(await alice.get(pathTo(app, 'bob'))).textOf('.event')).toContain(`A part of: ${said}`);
  });

  it('of contacts for whoever may read it alone (R86)', async () => {
    const support = Number(await groupId(app, 'Support'));
    await letGroup(app, support, 'read');
    const ids = [await addContact(app, { name: 'Nora' }), await addContact(app, { name: 'Otto' })].map(String);
    const path = await done({ subject: 'contact', action: 'add-tag', ids }, { tag: 'vip' });
    const contact = `/contacts/${ids[0]}`;
    expect(await reportsOn(contact)).toEqual([['changed 2 contacts', path]]);
    const bob = await signedIn(app, 'bob');
    expect((await bob.get(path)).status).toBe(404);
    const shown = pageOf(await bob.get(contact));
    expect([shown.textOf('.event').includes('changed the contact'), await reportsOn(contact, bob)]).toEqual([true, []]);
    expect(shown.textOf('.event')).not.toContain('2 contacts');
  });
});
