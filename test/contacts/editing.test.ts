import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { addContact, letGroup } from '../support/contacts.ts';
import { factsBesideAudit } from '../support/database.ts';
import { send, submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { groupId } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

const ACME = '1';
const CLEO = 2;
const MARIA = 3;
const BOB = 4;

describe('a contact', () => {
  let app: TestApp;
  let alice: Session;
  beforeEach(async () => {
    app = await startApp();
    alice = await signedIn(app, 'alice');
  });
  afterEach(() => app.close());

  const row = (id: number) => app.db.read('contacts').where({ id }).first();
  const errorsOf = (answer: { status: number; text: string }) => [answer.status, pageOf(answer).errors()];

  describe('that is new', () => {
    it('is a person with all that an address book knows, and the record says all of it', async () => {
      const audit = await watchAudit(app);
      const created = await submit(alice, '/contacts/new?kind=person', {
        name: '  Nora Nilsson ',
        emails: 'nora@example.com\r\n\r\n nora@home.example \nnora@example.com',
        phones: '+46 8 123 45 67\n08-765',
        address: 'Storgatan 1\nStockholm',
        companyId: ACME,
        position: 'Buyer',
        accounts: ['supplier', 'prospect', 'nonsense'],
        tags: 'berlin, North',
        description: 'Met in spring',
      });
      expect(created.status).toBe(303);
      const record = pageOf(await alice.get(created.headers.location));
      expect([record.heading(), record.message()]).toEqual(['Nora Nilsson', 'Nora Nilsson was created.']);
      const facts = ['Emails', 'Phones', 'Address', 'Company', 'Position', 'Accounts', 'Owner', 'Tags'];
      expect(facts.map((fact) => record.fact(fact))).toEqual([
        'nora@example.comnora@home.example',
        '+46 8 123 45 6708-765',
        'Storgatan 1Stockholm',
        'Acme',
        'Buyer',
        'prospect supplier customer through the company',
        'Public',
        // Spelt as the tag of Bob is.
        'Berlin North',
      ]);
      const [event, ...more] = await audit.since();
      expect([event.action, event.after, more]).toEqual([
        'contact.created',
        {
          kind: 'person',
          name: 'Nora Nilsson',
          emails: ['nora@example.com', 'nora@home.example'],
          phones: ['+46 8 123 45 67', '08-765'],
          address: 'Storgatan 1\nStockholm',
          company: { type: 'contact', id: 1, name: 'Acme' },
          position: 'Buyer',
          accounts: ['supplier', 'prospect'],
          owner: 'public',
          tags: ['Berlin', 'North'],
          description: 'Met in spring',
        },
        [],
      ]);
      for (const q of ['46812', '0876', 'home.ex', 'nils'])
        expect(pageOf(await alice.get(`/contacts?q=${q}`)).texts('th.name a')).toEqual(['Nora Nilsson']);
    });

    it('is a company, which has neither a company nor a position', async () => {
      const opened = await alice.get('/contacts/new?kind=company');
      expect([pageOf(opened).heading(), pageOf(opened).$('[name="companyId"], [name="position"]').length]).toEqual([
        'New Company',
        0,
      ]);
      const created = await send(alice, opened, { name: 'Nordic AB', companyId: ACME, position: 'Boss' });
      expect(await row(Number(created.headers.location.split('/').at(-1)))).toMatchObject({
        kind: 'company',
        company_id: null,
        position: '',
      });
    });

    it('is made once, however often its form is sent, and at once', async () => {
      const form = await alice.get('/contacts/new');
      const answers = await Promise.all([1, 2, 3].map(() => send(alice, form, { name: 'Nora Nilsson' })));
      answers.push(await send(alice, form, { name: 'Nora Nilsson' }));
      expect(new Set(answers.map((answer) => `${answer.status} ${answer.headers.location}`)).size).toBe(1);
      expect(await app.db.read('contacts').where('name', 'Nora Nilsson')).toHaveLength(1);
      const { formKey } = pageOf(form).typed();
      const other = await submit(await signedIn(app, 'ada'), '/contacts/new', { name: 'Nora Nilsson', formKey });
      expect(other.headers.location).not.toBe(answers[0].headers.location);
    });

    it.each([
      ['markup', '<script>alert(1)</script>'],
      ['quotes', `'"); drop table contacts; --`],
      ['another direction', 'שלום عالم'],
      ['pictures', '🦊🦊 GmbH'],
      ['what looks like a link in the audit', 'Eve (contact 1)'],
    ])('may be called %s, and is shown as it was typed', async (_, name) => {
      const created = await submit(alice, '/contacts/new', { name });
      const text = (await alice.get(created.headers.location)).text;
      expect(pageOf({ text }).heading()).toBe(name);
      expect(text).not.toContain('<script>alert');
      expect(pageOf(await alice.get(`/contacts?q=${encodeURIComponent(name.slice(0, 6))}`)).texts('th.name a')).toEqual(
        [name],
      );
    });

    it.each<[string, Record<string, string>, Record<string, unknown>]>([
      ['a company that is a person', { companyId: String(CLEO) }, { companyId: expect.any(String) }],
      ['a company that is not there', { companyId: '999999' }, { companyId: expect.any(String) }],
      ['no number', { companyId: '1e3' }, { companyId: 'Choose one from the list.' }],
      ['an owner who is nobody', { owner: 'private', ownerUser: 'nobody' }, { ownerUser: expect.any(String) }],
      ['a group that is not there', { owner: 'group', ownerGroup: 'Nowhere' }, { ownerGroup: expect.any(String) }],
      ['no group', { owner: 'group' }, { ownerGroup: 'Name the group that owns it.' }],
      [
        '21 phones',
        { phones: Array.from({ length: 21 }, (_, n) => `${n}`).join('\n') },
        { phones: 'At most 20 phones.' },
      ],
      ['what nobody sees in a name', { name: 'No\u200bra' }, { name: expect.stringMatching(/invisible/) }],
      ['an email that is two', { emails: 'a@b.example, c@d.example' }, { emails: expect.any(String) }],
    ])('refuses %s, and makes nothing', async (_, fields, errors) => {
      const before = await factsBesideAudit(app);
      const answer = await submit(alice, '/contacts/new', { name: 'Nora', ...fields });
      expect(errorsOf(answer)).toEqual([422, errors]);
      expect(await factsBesideAudit(app)).toEqual(before);
    });

    it('is answered without a failure, whatever is sent', async () => {
      const huge = 'x'.repeat(100_000);
      for (const [name, value] of Object.entries({
        name: huge,
        emails: huge,
        phones: '1\n'.repeat(20_000),
        tags: huge,
      }))
        expect((await submit(alice, '/contacts/new', { [name]: value })).status).toBe(422);
      for (const name of ['kind', 'owner', 'formKey'])
        expect((await submit(alice, '/contacts/new', { name: 'x', [name]: ['a', 'b'] })).status).toBe(400);
      for (const path of [
        '/contacts?sort=user%27&after=x&owner[]=1&tag=-1',
        '/contacts?q=%00%F0%9F&kind=x&kind=person',
      ])
        expect((await alice.get(path)).status).toBe(200);
    });
  });

  describe('that is edited', () => {
    it('is audited with what was before and what is after', async () => {
      const audit = await watchAudit(app);
      const fields = {
        phones: '123',
        owner: 'group',
        ownerGroup: 'administrators',
        accounts: ['employee'],
        companyId: ACME,
      };
      expect((await submit(alice, `/contacts/${MARIA}/edit`, fields)).status).toBe(303);
      const events = await audit.since();
      expect(events.map(({ action, before, after }) => ({ action, before, after }))).toEqual([
        {
          action: 'contact.updated',
          before: { phones: [], company: null, accounts: [], owner: 'public' },
          after: {
            phones: ['123'],
            company: { type: 'contact', id: 1, name: 'Acme' },
            accounts: ['employee'],
            owner: { type: 'group', id: 1, name: 'Administrators' },
          },
        },
      ]);
      expect((await submit(alice, `/contacts/${MARIA}/edit`)).status).toBe(303);
      expect(await audit.actions()).toHaveLength(1);
    });

    it('by somebody else meanwhile loses nothing of either (409)', async () => {
      const form = await alice.get(`/contacts/${MARIA}/edit`);
      await submit(await signedIn(app, 'ada'), `/contacts/${MARIA}/edit`, {
        position: 'theirs',
        accounts: ['prospect'],
      });
      const stale = await send(alice, form, { name: 'Maria Mine', position: 'mine' });
      expect(stale.status).toBe(409);
      const page = pageOf(stale);
      expect(page.typed()).toMatchObject({ name: 'Maria Mine', position: 'mine' });
      expect(page.texts('.theirs')).toEqual(['Saved meanwhile: theirs', 'Saved meanwhile: prospect']);
      expect((await send(alice, stale)).status).toBe(303);
      expect(await row(MARIA)).toMatchObject({ name: 'Maria Mine', position: 'mine', version: 3, account_bits: 0 });
    });

    it('keeps what it is: no request makes a person a company, or sets what the form does not show', async () => {
      const form = pageOf(await alice.get(`/contacts/${MARIA}/edit`)).typed();
      const more = { kind: 'company', id: '9', offer: '{}', created_by: '1', activity: 'deleted', user_id: '1' };
      expect((await alice.post(`/contacts/${MARIA}`, { ...form, ...more, position: 'Boss' })).status).toBe(303);
      expect(await row(MARIA)).toMatchObject({ id: MARIA, kind: 'person', activity: 'active', position: 'Boss' });
    });

    it('and given to somebody else leads to the list, and is seen by that one alone', async () => {
      const given = await submit(alice, `/contacts/${MARIA}/edit`, { owner: 'private', ownerUser: 'rita@example.com' });
      expect(given.headers.location).toBe('/contacts');
      expect(pageOf(await alice.get('/contacts')).message()).toMatch(/owned by rita now, so you no longer see it/);
      expect((await alice.get(`/contacts/${MARIA}`)).status).toBe(404);
      const rita = await signedIn(app, 'rita');
      expect(pageOf(await rita.get(`/contacts/${MARIA}`)).fact('Owner')).toBe('Private: seen by rita alone');
      // She owns it, so she edits it; but whose it is she may not change to everybody's.
      expect((await submit(rita, `/contacts/${MARIA}/edit`, { phones: '1' })).status).toBe(303);
      const refused = await submit(rita, `/contacts/${MARIA}/edit`, { owner: 'public' });
      expect(errorsOf(refused)).toEqual([422, { owner: expect.stringMatching(/^You may keep it/) }]);
      expect((await submit(rita, `/contacts/${MARIA}/edit`, { owner: 'group', ownerGroup: 'Auditors' })).status).toBe(
        303,
      );
      expect((await submit(rita, `/contacts/${MARIA}/deletion/new`)).status).toBe(303);
    });

    it('by a member of its group tells nothing of users and groups that they may not look at', async () => {
      const support = Number(await groupId(app, 'Support'));
      await letGroup(app, support, 'read');
      const id = await addContact(app, { name: 'Sid', ownerGroupId: support });
      const bob = await signedIn(app, 'bob');
      for (const ownerUser of ['alice', 'nobody'])
        expect(errorsOf(await submit(bob, `/contacts/${id}/edit`, { owner: 'private', ownerUser }))).toEqual([
          422,
          { owner: expect.stringMatching(/^You may keep it/) },
        ]);
      for (const ownerGroup of ['Auditors', 'Nowhere'])
        expect(errorsOf(await submit(bob, `/contacts/${id}/edit`, { owner: 'group', ownerGroup }))).toEqual([
          422,
          { ownerGroup: 'There is no group of this name.' },
        ]);
      expect((await submit(bob, `/contacts/${id}/edit`, { owner: 'private' })).status).toBe(303);
      expect(await row(id)).toMatchObject({ owner_user_id: app.people.bob, owner_group_id: null });
    });
  });

  describe('of a company', () => {
    it('names it to nobody who may not see the company, and keeps it when they edit', async () => {
      await submit(alice, `/contacts/${ACME}/edit`, { owner: 'private' });
      const ada = await signedIn(app, 'ada');
      expect(pageOf(await ada.get(`/contacts/${CLEO}`)).fact('Company')).toBe('one that you may not see');
      expect((await ada.get('/contacts?q=cleo')).text).not.toContain('Acme');
      expect((await ada.get(`/contacts/${CLEO}/edit`)).text).not.toContain('Acme');
      expect((await ada.get(`/contacts?company=${ACME}`)).text).not.toContain('Acme');
      expect((await submit(ada, `/contacts/${CLEO}/edit`, { position: 'Boss' })).status).toBe(303);
      expect(await row(CLEO)).toMatchObject({ company_id: Number(ACME), position: 'Boss' });
      await submit(alice, `/contacts/${CLEO}/edit`, { companyId: '' });
      expect((await ada.get(`/contacts/${CLEO}`)).text).not.toContain('Acme');
      expect(pageOf(await alice.get(`/contacts/${CLEO}`)).texts('.fields li')).toContain('company: Acme → nothing');
    });

    it('stands without it while the company is deleted, and with it again after', async () => {
      await submit(alice, `/contacts/${ACME}/deletion/new`);
      expect(pageOf(await alice.get(`/contacts/${CLEO}`)).fact('Company')).toBe('none');
      await submit(alice, `/contacts/${CLEO}/edit`, { position: 'Boss' });
      await submit(alice, `/contacts/${ACME}/deletion/delete`);
      expect(pageOf(await alice.get(`/contacts/${CLEO}`)).fact('Company')).toBe('Acme');
      expect(pageOf(await alice.get(`/contacts/${ACME}`)).texts('h3 + ul li a')).toEqual(['Cleo Customer']);
    });
  });

  describe('that is deleted', () => {
    it('says first what that does, leaves lists and pickers, and comes back as it was', async () => {
      const sheet = pageOf(await alice.get(`/contacts/${BOB}/deletion/new`));
      expect(sheet.textOf('#sheet li')).toMatch(/linked user stays and can sign in/);
      const before = await row(BOB);
      await submit(alice, `/contacts/${BOB}/deletion/new`);
      expect(pageOf(await alice.get('/contacts?q=schmidt')).texts('th.name a')).toEqual([]);
      expect(pageOf(await alice.get('/contacts?q=schmidt&activity=deleted')).texts('th.name a')).toEqual([
        'Bob Schmidt',
      ]);
      expect(pageOf(await alice.get('/search?q=schmidt')).texts('#found a bdi')).toEqual([]);
      expect((await alice.get(`/contacts/${BOB}/edit`)).status).toBe(409);
      const again = await alice.post(`/contacts/${BOB}/deletion`);
      expect(pageOf(await alice.get(again.headers.location)).message()).toMatch(
        /^Nothing changed: Bob Schmidt is deleted/,
      );
      const record = pageOf(await alice.get(`/users/${app.people.bob}`));
      expect(record.fact('Person')).toBe('Bob Schmidt Deleted');
      expect((await submit(alice, `/users/${app.people.bob}/edit`, { description: 'x' })).status).toBe(303);
      await submit(alice, `/contacts/${BOB}/deletion/delete`);
      expect(await row(BOB)).toEqual({ ...before, version: before.version + 2 });
      expect(pageOf(await alice.get('/users?q=schmidt')).texts('th.name a')).toEqual(['bob']);
    });
  });

  it('that changed hands keep what they were before to the audit', async () => {
    await letGroup(app, Number(await groupId(app, 'Support')), 'read');
    const created = await submit(alice, '/contacts/new?kind=person', {
      name: 'Vera',
      owner: 'private',
      phones: '555 0100',
    });
    const path = created.headers.location;
    await submit(alice, `${path}/edit`, { owner: 'public', phones: '555 0199' });
    await submit(alice, `${path}/edit`, { position: 'Poet' });
    const bob = await signedIn(app, 'bob');
    for (const at of [path, `${path}/timeline`]) {
      expect((await bob.get(at)).text).not.toContain('555 0100');
      expect((await alice.get(at)).text).toContain('555 0100');
    }
    expect((await bob.get(path)).text).toContain('Poet');
  });
});
