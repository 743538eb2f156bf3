import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { load } from 'cheerio';
import { startApp, type TestApp } from '../support/app.ts';
import { addContact } from '../support/contacts.ts';
import { groupId } from '../support/people.ts';
import { type Fields, type Session, signedIn } from '../support/session.ts';

let app: TestApp;
let alice: Session;

beforeEach(async () => {
  app = await startApp();
  alice = await signedIn(app, 'alice');
});
afterEach(() => app.close());

async function pressed(form: Fields): Promise<string> {
  return (await alice.post('/bulk-operations', { action: 'export', ...form })).headers.location;
}

/** The file that the page of an export gives. */
async function fileOf(page: string): Promise<string> {
  const form = load((await alice.get(page)).text);
  const from = String(form('input[name=chosen]').val());
  const answer = await alice.post(page.split('?')[0], { chosen: from, fileFormat: 'csv', columns: ['name'] });
  expect(answer.status).toBe(200);
  return answer.text;
}

describe('Export among the actions of a list', () => {
  it('writes the ticked ones of each kind', async () => {
    const contact = await addContact(app, { name: 'Acme' });
    for (const [subject, path, id, name, other] of [
      ['user', '/users', app.people.bob, 'bob', 'lena'],
      ['group', '/groups', await groupId(app, 'Support'), 'Support', 'Helpdesk'],
      ['contact', '/contacts', contact, 'Acme', 'Bob Schmidt'],
    ] as const) {
      const page = await pressed({ subject, ids: String(id) });
      expect(page).toMatch(new RegExp(`^${path}/export\\?chosen=\\d+$`));
      const file = await fileOf(page);
      expect(file).toContain(`,${name}\r\n`);
      expect(file).not.toContain(other);
    }
  });

  it('writes all that match but those unticked, and leads back to the view', async () => {
    const view = '/users?q=example';
    const except = String(app.people.bob);
    const page = await pressed({ scope: 'all', view, shown: '10', except });
    expect(load((await alice.get(page)).text)(`a[href="${view}"]`).length).toBeGreaterThan(0);
    const file = await fileOf(page);
    expect(file).toContain(',lena\r\n');
    expect(file).not.toContain(',bob\r\n');
  });

  it('takes nobody for nobody, where an address or a form names none', async () => {
    const columns = ['name'];
    for (const ids of ['', 'abc', '0', ',']) {
      expect([ids, (await alice.get(`/users/export?ids=${ids}`)).status]).toEqual([ids, 400]);
      expect([ids, (await alice.post('/users/export', { ids, fileFormat: 'csv', columns })).status]).toEqual([
        ids,
        400,
      ]);
    }
  });

  it('is among all the actions, and leads a dialog away', async () => {
    const chosen = (await alice.post('/bulk-operations', { action: 'choose', ids: String(app.people.bob) })).headers
      .location;
    expect(load((await alice.get(chosen)).text)('button[value=export]').length).toBe(1);
    const answer = await alice.post(
      '/bulk-operations',
      { action: 'export', from: chosen.split('/')[2] },
      { 'HX-Request': 'true', 'HX-Target': 'div#dialog-body' },
    );
    expect([answer.status, answer.headers['hx-redirect']]).toEqual([
      204,
      expect.stringContaining('/users/export?chosen='),
    ]);
  });

  it('is whoever pressed it alone, and of that list', async () => {
    const page = await pressed({ ids: String(app.people.bob) });
    const ada = await signedIn(app, 'ada');
    expect((await ada.get(page)).status).toBe(404);
    const from = page.split('=')[1];
    expect((await ada.post('/users/export', { chosen: from, fileFormat: 'csv', columns: ['name'] })).status).toBe(404);
    expect((await alice.get(`/groups/export?chosen=${from}`)).status).toBe(404);
    for (const wrong of ['x', '0', '99999', '1e3'])
      expect((await alice.get(`/users/export?chosen=${wrong}`)).status).toBe(404);
    expect((await alice.post('/users/export', { chosen: [from, from], fileFormat: 'csv' })).status).toBe(400);
  });

  it('writes of contacts none that became somebody else’s meanwhile', async () => {
    const contact = await addContact(app, { name: 'Acme' });
    const page = await pressed({ subject: 'contact', ids: String(contact) });
    expect(await fileOf(page)).toContain('Acme');
    await app.db.write((trx) => trx('contacts').where('id', contact).update({ owner_user_id: app.people.bob }));
    expect(await fileOf(page)).not.toContain('Acme');
  });
});
