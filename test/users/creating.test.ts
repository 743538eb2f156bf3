import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { factsBesideAudit, userRow } from '../support/database.ts';
import { send, submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { groupId } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

const NEW = '/users/new';

function idOf(response: { headers: Record<string, string> }): number {
  return Number(response.headers.location.split('/').at(-1));
}

async function contactId(app: TestApp, name: string): Promise<string> {
  return String((await app.db.read('contacts').where({ name }).first('id')).id);
}

describe('creating a user', () => {
  let app: TestApp;
  let alice: Session;
  beforeEach(async () => {
    app = await startApp();
    alice = await signedIn(app, 'alice');
  });
  afterEach(() => app.close());

  it('keeps everything that the form asks for, and tells it in one event each', async () => {
    const audit = await watchAudit(app);
    const support = (await app.db.read('groups').where('name', 'Support').first('id')).id;
    const created = await submit(alice, NEW, {
      name: 'nora',
      email: 'Nora@Example.com',
      newContactName: 'Nora Nilsson',
      newContactEmail: 'nora@home.example',
      groups: [String(support)],
      newGroup: 'Warehouse',
      tags: 'Berlin, night shift ,Berlin',
      leavesAt: '2027-03-31',
      noSharedData: 'yes',
      description: 'Starts in March.\nAsk Lena.',
    });
    expect(created.status).toBe(303);
    const page = pageOf(await alice.get(created.headers.location));
    expect(page.heading()).toMatch(/^nora Invited$/);
    expect(page.message()).toBe('nora was created.');
    expect(page.fact('System email')).toBe('Nora@Example.com');
    expect(page.fact('Person')).toBe('Nora Nilsson');
    expect(page.fact('Leaves on')).toBe('31 Mar 2027 (UTC) · Leaving …');
    expect(page.fact('No shared data')).toMatch(/^Yes/);
    expect(page.fact('Tags')).toBe('Berlin night shift');
    expect(page.texts('section:has(#memberships) li a[href^="/groups/"]')).toEqual(['Support', 'Warehouse']);
    expect(page.texts('section:has(#memberships) li .note')[0]).toMatch(/since 22 Nov 2026, 12:00 UTC by alice/);
    expect(page.textOf('.description')).toBe('Starts in March. Ask Lena.');
    expect(page.link()).toMatch(new RegExp(`^${app.config.baseUrl}/invitations/[\\w-]{43}$`));

    const events = await audit.since();
    expect(events.map((event) => [event.action, event.subjectName, event.actorName])).toEqual([
      ['contact.created', 'Nora Nilsson', 'alice'],
      ['group.created', 'Warehouse', 'alice'],
      ['user.created', 'nora', 'alice'],
      ['invitation.issued', 'nora', 'alice'],
    ]);
    expect(events[2].after).toEqual({
      name: 'nora',
      email: 'Nora@Example.com',
      linkedContact: { type: 'contact', id: 5, name: 'Nora Nilsson' },
      groups: [
        { type: 'group', id: support, name: 'Support' },
        { type: 'group', id: Number(await groupId(app, 'Warehouse')), name: 'Warehouse' },
      ],
      tags: ['Berlin', 'night shift'],
      leavesAt: '2027-04-01T00:00:00.000Z',
      noSharedData: true,
      description: 'Starts in March.\nAsk Lena.',
    });
  });

  it('shows the link of the invitation once only', async () => {
    const created = await submit(alice, NEW, { name: 'nora', email: 'nora@example.com' });
    expect(pageOf(await alice.get(created.headers.location)).link()).toMatch(/\/invitations\/[\w-]{43}$/);
    expect(pageOf(await alice.get(created.headers.location)).link()).toBeUndefined();
  });

  it('makes no link where access is to start later', async () => {
    const created = await submit(alice, NEW, { name: 'nora', email: 'nora@example.com', access: 'later' });
    const page = pageOf(await alice.get(created.headers.location));
    expect(page.link()).toBeUndefined();
    expect(page.heading()).toBe('nora Not invited');
    expect(await app.db.read('links').where('user_id', idOf(created))).toEqual([]);
  });

  it('asks an integration for a reason, an owner and a review date, and gives it no link', async () => {
    const wanted = { name: 'sync', email: 'sync@example.com', apiOnly: 'yes' };
    const refused = pageOf(await submit(alice, NEW, wanted));
    expect(refused.errors()).toEqual({
      apiOnlyReason: 'Say what the integration is for.',
      apiOnlyOwner: 'Name the person who answers for it.',
      apiOnlyReviewOn: 'Say when it is to be reviewed.',
    });
    const given = { apiOnlyReason: 'Copies invoices', apiOnlyOwner: 'BOB@example.com', apiOnlyReviewOn: '2027-01-31' };
    const created = await submit(alice, NEW, { ...wanted, ...given });
    const page = pageOf(await alice.get(created.headers.location));
    expect(page.heading()).toBe('sync API-only');
    expect(page.fact('API-only because')).toBe('Copies invoices');
    expect(page.fact('Owner')).toBe('bob');
    expect(page.fact('Review date')).toBe('31 Jan 2027');
    expect(page.link()).toBeUndefined();
    expect(await app.db.read('links').where('user_id', idOf(created))).toEqual([]);
  });

  it('makes one user of a form that is sent ten times at once', async () => {
    const form = await alice.get(NEW);
    const fields = { name: 'nora', email: 'nora@example.com', newContactName: 'Nora', newGroup: 'Warehouse' };
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(alice, form, fields)));
    expect(answers.map((answer) => answer.status).sort()).toEqual([303, ...Array(9).fill(422)]);
    expect((await app.db.read('users').where('name', 'nora')).length).toBe(1);
    expect((await app.db.read('contacts').where('name', 'Nora')).length).toBe(1);
  });

  it.each([
    ['200 letters', 'n'.repeat(200)],
    ['200 emoji', '🦊'.repeat(200)],
    ['right to left', 'مريم‌ها'],
    ['a family', 'the 👨‍👩‍👧 smiths'],
    ['markup', '<script>alert(1)</script>'],
    ['quotes', `"o'neil" & 'co' <%= 1 %>`],
    ['a path', '../../users/1?x=%00#y'],
  ])('takes a name of %s, and shows it as it is on every page', async (_, name) => {
    const created = await submit(alice, NEW, { name, email: 'nora@example.com', tags: 'the tag', description: name });
    expect(created.status).toBe(303);
    const id = idOf(created);
    expect((await userRow(app, id)).name).toBe(name);
    const { operation_id } = await app.db.read('audit_events').orderBy('id', 'desc').first('operation_id');
    for (const path of [
      `/users/${id}`,
      `/users/${id}`,
      `/users/${id}/edit`,
      `/users/${id}/deletion/new`,
      '/users',
      `/audit?operation=${operation_id}`,
    ]) {
      const answer = await alice.get(path);
      const page = pageOf(answer);
      expect(page.$('body').text()).toContain(name);
      expect(page.$('main script, main [onclick], main [onerror]').length).toBe(0);
    }
    const list = pageOf(await alice.get(`/users?q=${encodeURIComponent(name)}`));
    expect(list.$('th.name a').text()).toBe(name);
  });

  it('writes no column that the form does not have (R60)', async () => {
    const columns = Object.keys(await userRow(app, app.people.bob));
    const hostile = Object.fromEntries(columns.filter((name) => name !== 'description').map((name) => [name, '1']));
    const created = await submit(alice, NEW, {
      ...hostile,
      id: String(app.people.alice),
      role: 'admin',
      is_admin: '1',
      passwordHash: 'x',
      hasPassword: '1',
      activity: 'deleted',
      rights: 'users',
      __proto__: 'x',
      constructor: 'x',
      'groups[]': '1',
      name: 'nora',
      email: 'nora@example.com',
    });
    expect(created.status).toBe(303);
    const { id, name, email, ...rest } = await userRow(app, idOf(created));
    expect(id).not.toBe(app.people.alice);
    const plain = idOf(await submit(alice, NEW, { name: 'otto', email: 'otto@example.com' }));
    const { id: _id, name: _name, email: _email, ...expected } = await userRow(app, plain);
    const own = {
      name_key: 'nora',
      sort_name: 'nora',
      email_key: 'nora@example.com',
      search_text: '\nnora\n\tnora@example.com\t',
    };
    expect(rest).toEqual({ ...expected, ...own });
  });
});

describe('what a new user may not be', () => {
  let app: TestApp;
  let alice: Session;
  beforeAll(async () => {
    app = await startApp();
    alice = await signedIn(app, 'alice');
  });
  afterAll(() => app.close());

  it.each([
    ['nobody', 'There is no active user with this name or email.'],
    ['dave', 'There is no active user with this name or email.'],
    ['robin', 'robin is API-only: a person must answer for it.'],
  ])('refuses %s as the owner of an integration', async (apiOnlyOwner, message) => {
    const fields = {
      name: 'sync',
      email: 's@example.com',
      apiOnly: 'yes',
      apiOnlyReason: 'x',
      apiOnlyReviewOn: '2027-01-31',
    };
    const refused = await submit(alice, NEW, { ...fields, apiOnlyOwner });
    expect([refused.status, pageOf(refused).errors()]).toEqual([422, { apiOnlyOwner: message }]);
  });

  it.each([
    ['name', 'bob'],
    ['name', 'BOB'],
    ['name', ' ｂｏｂ '],
    ['name', 'dave'],
    ['email', 'bob@example.com'],
    ['email', 'BOB@Example.COM'],
    ['email', 'ｂob@example.com'],
  ])('refuses a %s that somebody has, however it is written: %j', async (field, value) => {
    const before = await factsBesideAudit(app);
    const refused = await submit(alice, NEW, { name: 'nora', email: 'nora@example.com', [field]: value });
    expect(refused.status).toBe(422);
    expect(pageOf(refused).errors()).toEqual({ [field]: `Another user has this ${field} already.` });
    expect(await factsBesideAudit(app)).toEqual(before);
  });

  it('takes back the contact, the group and the tags with the user whom the database refuses', async () => {
    const audit = await watchAudit(app);
    const before = await factsBesideAudit(app);
    const refused = await submit(alice, NEW, {
      name: 'nora',
      email: 'bob@example.com',
      newContactName: 'Nora Nilsson',
      newGroup: 'Warehouse',
      tags: 'new tag',
    });
    expect(refused.status).toBe(422);
    expect(pageOf(refused).typed()).toMatchObject({ newContactName: 'Nora Nilsson', newGroup: 'Warehouse' });
    expect(await factsBesideAudit(app)).toEqual(before);
    expect(await audit.actions()).toEqual([]);
  });

  it.each([
    ['nothing', '', 'Enter a name to sign in with.'],
    ['marks alone', '\u0301\u0345', 'Enter a name to sign in with.'],
    ['spaces', ' \t\u00a0 ', 'Enter a name to sign in with.'],
    ['201 characters', 'n'.repeat(201), 'A name has at most 200 characters.'],
    ['an @', 'bob@home', /no @/],
    ['a full-width @, which would be the same', 'bob＠home', /no @/],
    ['a small @', 'bob﹫home', /no @/],
    ['a line break', 'bob\nroot', /invisible or control/],
    ['an escape', 'bob\u001b[31m', /invisible or control/],
    ['a NUL', 'bob\u0000', /invisible or control/],
    ['a zero-width space', 'bo\u200bb', /invisible or control/],
    ['a turned direction', 'bob\u202egnp.exe', /invisible or control/],
    ['an Arabic letter mark', 'bo\u061cb', /invisible or control/],
    ['a soft hyphen', 'bo\u00adb', /invisible or control/],
    ['a byte order mark', '\ufeffbo\ufeffb', /invisible or control/],
  ])('refuses a name of %s', async (_, name, message) => {
    const refused = await submit(alice, NEW, { name, email: 'nora@example.com' });
    expect(refused.status).toBe(422);
    expect(pageOf(refused).errors()).toEqual({ name: expect.stringMatching(message) });
  });

  it.each([
    'nora',
    '@example.com',
    'nora@',
    'a@b@c.example',
    'nora@example.com, eve@evil.example',
    'nora@example.com;eve@evil.example',
    'nora@example.com\r\nBcc: eve@evil.example',
    'Nora <nora@example.com>',
    '"nora"@example.com',
    'no ra@example.com',
    'nora@example.com\u0000',
    'nora\u200b@example.com',
    `${'n'.repeat(250)}@example.com`,
  ])('refuses %j as an email address (R46)', async (email) => {
    const refused = await submit(alice, NEW, { name: 'nora', email });
    expect(refused.status).toBe(422);
    expect(Object.keys(pageOf(refused).errors())).toEqual(['email']);
  });

  it.each(['newContactEmail', 'newContactName', 'newGroup', 'tags'])(
    'refuses control characters and turned directions in %s (R46)',
    async (field) => {
      const fields = { name: 'nora', email: 'nora@example.com', newContactName: 'Nora' };
      for (const mean of ['\u001b', '\u0000', '\u202e']) {
        const value = field === 'newContactEmail' ? `no${mean}ra@example.com` : `No${mean}ra`;
        const refused = await submit(alice, NEW, { ...fields, [field]: value });
        expect([refused.status, Object.keys(pageOf(refused).errors())]).toEqual([422, [field]]);
      }
    },
  );

  it.each(['2026-02-30', '2026-13-01', '22.11.2026', '2026-11-22T00:00', '0', '20261122'])(
    'refuses %s as an expiry date',
    async (leavesAt) => {
      const refused = await submit(alice, NEW, { name: 'nora', email: 'nora@example.com', leavesAt });
      expect([refused.status, Object.keys(pageOf(refused).errors())]).toEqual([422, ['leavesAt']]);
    },
  );
});

describe('linking a new user to a contact', () => {
  let app: TestApp;
  let alice: Session;
  beforeEach(async () => {
    app = await startApp();
    alice = await signedIn(app, 'alice');
  });
  afterEach(() => app.close());

  it('finds a person by any part of the name, and keeps what was typed', async () => {
    const found = await submit(alice, NEW, {
      name: 'maria',
      tags: 'x',
      contactSearch: 'muller mar',
      step: 'find contactId',
    });
    expect(found.status).toBe(200);
    const page = pageOf(found);
    expect(page.texts('#contactId-picker .found bdi')).toEqual(['María Müller']);
    expect(page.typed()).toMatchObject({ name: 'maria', tags: 'x', contactId: '' });
    expect(page.errors()).toEqual({});
  });

  it('answers the search alone when htmx asks for it', async () => {
    await alice.get(NEW);
    const headers = { 'HX-Request': 'true', 'HX-Target': 'div#contactId-picker' };
    const answer = await alice.post('/users', { contactSearch: 'cleo', step: 'find contactId' }, headers);
    const page = pageOf(answer);
    expect(
      page
        .$('body')
        .children()
        .toArray()
        .map((one) => one.attribs.id),
    ).toEqual(['contactId-picker']);
    expect(page.texts('.found bdi')).toEqual(['Cleo Customer']);
    expect(page.textOf('.found .note')).toBe('Acme · cleo@acme.example · customer');
  });

  it('proposes the email of the contact where none is given', async () => {
    const chosen = { name: 'maria', email: '', contactId: await contactId(app, 'María Müller') };
    const first = await submit(alice, NEW, chosen);
    expect(first.status).toBe(422);
    expect(pageOf(first).typed().email).toBe('maria@example.com');
    expect(pageOf(first).errors().email).toMatch(/is proposed from the contact/);
    const second = await send(alice, first);
    expect(second.status).toBe(303);
    expect(await userRow(app, idOf(second))).toMatchObject({
      email: 'maria@example.com',
      contact_name: 'María Müller',
    });
  });

  it('warns of a customer, and links all the same when asked to, which the audit tells', async () => {
    const audit = await watchAudit(app);
    const fields = { name: 'cleo', email: 'cleo@example.com', contactId: await contactId(app, 'Cleo Customer') };
    const warned = await submit(alice, NEW, fields);
    expect(warned.status).toBe(422);
    expect(pageOf(warned).textOf('#acceptAccounts-warning p')).toMatch(/^Cleo Customer is a customer\./);
    expect(await audit.actions()).toEqual([]);
    const created = await send(alice, warned, { acceptAccounts: 'yes' });
    expect(created.status).toBe(303);
    const [event] = await audit.since();
    expect([event.action, event.after.linkedContact]).toEqual([
      'user.created',
      { type: 'contact', id: 2, name: 'Cleo Customer', accounts: ['customer'] },
    ]);
    const record = pageOf(await alice.get(created.headers.location));
    expect(record.textOf('.warn')).toMatch(/^Linked to a customer/);
  });

  it.each<[string, string, RegExp]>([
    ['a company', 'Acme', /^Choose a person from the list/],
    ['somebody who signs in as another user', 'Bob Schmidt', /linked to the user bob already/],
  ])('refuses %s', async (_, name, message) => {
    const fields = {
      name: 'nora',
      email: 'nora@example.com',
      acceptAccounts: 'yes',
      contactId: await contactId(app, name),
    };
    const refused = await submit(alice, NEW, fields);
    expect([refused.status, pageOf(refused).errors()]).toEqual([422, { contactId: expect.stringMatching(message) }]);
  });

  it.each(['999999', '-1', 'abc', '1e3', '0', '1 or 1=1'])('refuses %j, which is nobody', async (id) => {
    const refused = await submit(alice, NEW, { name: 'nora', email: 'nora@example.com', contactId: id });
    expect([refused.status, Object.keys(pageOf(refused).errors())]).toEqual([422, ['contactId']]);
  });

  it('refuses both a contact and a new person', async () => {
    const fields = { contactId: await contactId(app, 'María Müller'), newContactName: 'Another', name: 'nora' };
    const refused = await submit(alice, NEW, { ...fields, email: 'nora@example.com' });
    expect(pageOf(refused).errors()).toEqual({ newContactName: 'Choose a contact or create one, not both.' });
  });

  it('links one of two users who are created for the same person at once', async () => {
    const chosen = { contactId: await contactId(app, 'María Müller') };
    const form = await alice.get(NEW);
    const answers = await Promise.all(
      ['one', 'two'].map((name) => send(alice, form, { ...chosen, name, email: `${name}@example.com` })),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([303, 422]);
  });
});

describe('the groups of a new user', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  it('are refused where one is no longer there', async () => {
    const alice = await signedIn(app, 'alice');
    for (const groups of ['999999', '0']) {
      const refused = await submit(alice, NEW, { name: 'nora', email: 'nora@example.com', groups });
      expect([refused.status, pageOf(refused).errors().groups]).toEqual([
        422,
        expect.stringMatching(/no longer there/),
      ]);
    }
  });

  it('are refused where the name of a new one is taken', async () => {
    const alice = await signedIn(app, 'alice');
    const refused = await submit(alice, NEW, { name: 'nora', email: 'nora@example.com', newGroup: 'SUPPORT' });
    expect([refused.status, Object.keys(pageOf(refused).errors())]).toEqual([422, ['newGroup']]);
  });

  it('are not made by whoever may not write groups', async () => {
    const max = await signedIn(app, 'max');
    const audit = await watchAudit(app);
    const before = await factsBesideAudit(app);
    expect(pageOf(await max.get(NEW)).$('[name=newGroup]').length).toBe(0);
    const refused = await submit(max, NEW, { name: 'nora', email: 'nora@example.com', newGroup: 'Mine' });
    expect(refused.status).toBe(403);
    expect(await factsBesideAudit(app)).toEqual(before);
    expect(await audit.actions()).toEqual(['request.refused']);
  });
});
