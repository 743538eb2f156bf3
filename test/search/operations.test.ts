import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { load } from 'cheerio';
import type { Person } from '../../seeds/cast.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addContact } from '../support/contacts.ts';
import { groupId, pathTo } from '../support/people.ts';
import { signedIn } from '../support/session.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
  await addContact(app, { name: 'Quartz' });
  await addContact(app, { name: 'Hidden', ownerUserId: app.people.bob });
});
afterAll(() => app.close());

/** What the palette offers to do as an operation. */
async function offered(who: Person, q: string): Promise<string[]> {
  const page = load((await (await signedIn(app, who)).get(`/search?${new URLSearchParams({ q })}`)).text);
  return page('form[action="/bulk-operations"] bdi')
    .toArray()
    .map((one) => page(one).text());
}

describe('the palette offers what asks something first', () => {
  it.each<[Person, string, string[]]>([
    ['alice', 'add to group bob', ['Add to group …: bob']],
    ['alice', 'set exp bob', ['Leaves on …: bob']],
    ['alice', 'set leader supp', ['Set leader …: Support']],
    ['alice', 'deactivate supp', ['Deactivate: Support']],
    ['alice', 'set owner quartz', ['Set owner …: Quartz']],
    ['alice', 'set owner hidden', []],
    ['max', 'add to group bob', ['Add to group …: bob']],
    ['max', 'add to group alice', []],
    ['max', 'set leader supp', []],
    ['max', 'set owner quartz', []],
    ['rita', 'add to group bob', []],
    ['rita', 'set owner quartz', []],
  ])('%s who types “%s”', async (who, q, expected) => {
    expect(await offered(who, q)).toEqual(expected);
  });

  it.each<[Person, string, string[]]>([
    ['alice', 'confirm acc', ['user/confirm-access']],
    ['alice', 'restore', ['user/activate contact/restore']],
    ['alice', 'add tag', ['user/add-tag group/add-tag contact/add-tag']],
    ['max', 'add tag', ['user/add-tag']],
    ['rita', 'add tag', ['contact/add-tag']],
    ['bob', 'add tag', []],
  ])('and for %s who types “%s” what it does to those who are ticked, by their kind', async (who, q, does) => {
    const page = load((await (await signedIn(app, who)).get(`/search?${new URLSearchParams({ q })}`)).text);
    const said = page('[data-does]').toArray();
    expect(said.map(({ attribs }) => attribs['data-does'])).toEqual(does);
  });

  it('begins there what it says', async () => {
    const alice = await signedIn(app, 'alice');
    const form = load((await alice.get('/search?q=add+to+group+bob')).text)('form[action="/bulk-operations"]');
    const fields = Object.fromEntries(
      form
        .find('input, button')
        .toArray()
        .map((one) => [one.attribs.name, one.attribs.value]),
    );
    const path = (await alice.post('/bulk-operations', fields)).headers.location;
    const page = load((await alice.get(path)).text);
    expect([page('h1').text(), page('main p strong').text()]).toEqual(['Add to group', '1 user']);
  });
});

describe('a record offers them as well', () => {
  it.each(['', '/actions'])('of a user, at their record%s', async (rest) => {
    const page = load((await (await signedIn(app, 'alice')).get(pathTo(app, 'bob', rest))).text);
    expect(page('form[action="/bulk-operations"] button[value=add-to-group]').length).toBe(1);
    const above = load((await (await signedIn(app, 'max')).get(pathTo(app, 'alice', rest))).text);
    expect(above('form[action="/bulk-operations"]').length).toBe(0);
  });

  it('of a group and of a contact, through all that can be done', async () => {
    const alice = await signedIn(app, 'alice');
    const { id } = await app.db.read('contacts').where('name', 'Quartz').first('id');
    for (const [path, action] of [
      [`/groups/${await groupId(app, 'Support')}`, 'set-leader'],
      [`/contacts/${id}`, 'set-owner'],
    ]) {
      const form = load((await alice.get(path)).text)('form.actions');
      const field = (name: string) => String(form.find(`input[name=${name}]`).val());
      const fields = { subject: field('subject'), view: field('view'), ids: field('ids'), action: 'choose' };
      const all = (await alice.post('/bulk-operations', fields)).headers.location;
      expect(load((await alice.get(all)).text)(`button[value=${action}]`).length).toBe(1);
    }
  });
});
