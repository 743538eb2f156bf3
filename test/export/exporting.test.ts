import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { splitCell } from '../../src/text/csv.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { addContact } from '../support/contacts.ts';
import { addCrowd } from '../support/crowd.ts';
import { download, downloadAll, exported, rowsOf } from '../support/exports.ts';
import { submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { groupId } from '../support/people.ts';
import { Session, signedIn } from '../support/session.ts';

let app: TestApp;
let alice: Session;

beforeEach(async () => {
  app = await startApp();
  alice = await signedIn(app, 'alice');
});
afterEach(() => app.close());

const columnOf = (rows: Record<string, string>[], name: string) => rows.map((row) => row[name]);

describe('an export of users', () => {
  it('is reached from the list with its view, and says how many it will hold', async () => {
    const list = pageOf(await alice.get('/users?activity=active&sort=-email&column=name&column=tags'));
    const path = list.$('#export').attr('href')!;
    expect(path).toBe('/users/export?activity=active&column=name&column=tags&sort=-email');
    const page = pageOf(await alice.get(path));
    expect(page.textOf('.lead')).toMatch(/^9 users, as this view shows them\.$/);
    expect(page.typed().columns).toEqual(['name', 'tags']);
    expect(page.typed().view).toBe('/users?activity=active&sort=-email');
    const all = pageOf(await submit(alice, path, { step: 'all', fileFormat: 'jsonl' }));
    expect(all.typed().columns).toHaveLength(all.$('input[name=columns]').length);
    expect(all.typed()).toMatchObject({ fileFormat: 'jsonl', view: '/users?activity=active&sort=-email' });
  });

  it('holds those of the view in its order, in the columns that are ticked, as a file', async () => {
    const answer = await download(alice, '/users/export?activity=active&sort=-email', { columns: ['email', 'name'] });
    expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(answer.headers['content-disposition']).toBe('attachment; filename=users-2026-11-22.csv');
    expect(answer.text.startsWith('\uFEFFRoster id,Name,System email\r\n')).toBe(true);
    const rows = rowsOf(answer.text);
    expect(Object.keys(rows[0])).toEqual(['Roster id', 'Name', 'System email']);
    expect(columnOf(rows, 'Name')).toEqual(['robin', 'rita', 'max', 'lena', 'erin', 'carol', 'bob', 'alice', 'ada']);
  });

  it('says of each user what somebody would need to make them again', async () => {
    const contact = await addContact(app, { name: 'Bob Schmidt', emails: ['bob@work.example'] });
    await app.db.write((trx) => trx('users').where('name', 'bob').update({ contact_id: contact }));
    await submit(alice, `/users/${app.people.bob}/edit`, {
      tags: 'semi;colon, back\\slash',
      startsAt: '2026-12-01',
      leavesAt: '2027-01-31',
      noSharedData: 'yes',
      description: 'first line\nsecond, "quoted"',
    });
    const [bob] = (await exported(alice, '/users/export?q=bob')).filter((row) => row.Name === 'bob');
    expect(bob).toMatchObject({
      'System email': 'bob@example.com',
      Activity: 'active',
      'Linked contact': 'Bob Schmidt',
      'Linked contact email': 'bob@work.example',
      Groups: 'Support',
      'Group ids': await groupId(app, 'Support'),
      Tags: 'back\\\\slash; semi\\;colon',
      'Starts on': '2026-12-01T00:00:00.000Z',
      'Leaves on': '2027-02-01T00:00:00.000Z',
      'No shared data': 'yes',
      'API-only': 'no',
      'Last login (UTC)': '',
      'Failed attempts': '0',
    });
    expect(bob.Description.replace('\r\n', '\n')).toBe('first line\nsecond, "quoted"');
    expect(bob['Roster id']).toMatch(/^[b-z]{16}:user:\d+:last of 1$/);
    expect(bob['Created (UTC)']).toMatch(/^2026-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const text = (await downloadAll(alice, '/users/export')).text;
    // That a program has none is no token, nor is how many it has.
    expect(text.replace(/no-token|Tokens,Token used last/g, '')).not.toMatch(/\$2[aby]\$|password_hash|token/i);
  });

  it('gives back exactly what stands in a record, and no cell that is a formula (R72)', async () => {
    const hostile = (what: string) => `=HYPERLINK("http://evil/${what}"),'; \\; @x`;
    const contact = await addContact(app, { name: hostile('contact'), emails: ['+x@example.com'] });
    const bob = { name: '@bob', email: '-bob@example.com', description: `\t${hostile('words')}\n'=x` };
    await app.db.write(async (trx) => {
      const further = { contact_id: contact, api_only_reason: hostile('reason'), api_only_owner_id: app.people.rita };
      await trx('users')
        .where('name', 'bob')
        .update({ ...bob, ...further });
      await trx('users').where('name', 'rita').update({ name: '＝rita' });
      await trx('groups')
        .where('name', 'Support')
        .update({ name: hostile('group') });
      await trx('tags')
        .where('name', 'Berlin')
        .update({ name: hostile('tag') });
    });
    const { text } = await downloadAll(alice, `/users/export?ids=${app.people.bob}`);
    const cells: string[][] = parse(text, { bom: true, record_delimiter: '\r\n' });
    expect(cells.flat().filter((cell) => /^[=+\-@\t\r\0＝＋－＠]/.test(cell))).toEqual([]);
    const [row] = rowsOf(text);
    expect(row).toMatchObject({
      Name: bob.name,
      'System email': bob.email,
      Description: bob.description,
      'API-only reason': hostile('reason'),
      'API-only owner': '＝rita',
      'Linked contact': hostile('contact'),
      'Linked contact email': '+x@example.com',
    });
    expect(splitCell(row.Groups)).toEqual([hostile('group')]);
    expect(splitCell(row.Tags)).toEqual([hostile('tag'), 'part-time']);
    const asJson = await downloadAll(alice, `/users/export?ids=${app.people.bob}`, { fileFormat: 'jsonl' });
    const [, record] = asJson.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(record).toMatchObject({ name: bob.name, groups: [hostile('group')], description: bob.description });
  });

  it('is the same as JSON Lines, without escapes, and says what it is and that it is whole', async () => {
    const answer = await downloadAll(alice, '/users/export?q=bob', { fileFormat: 'jsonl' });
    const lines = String(answer.text ?? answer.body)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ kind: 'users', at: '2026-11-22T12:00:00.000Z', view: '/users?q=bob' });
    expect(lines[0].roster).toMatch(/^[b-z]{16}$/);
    expect(lines[1]).toMatchObject({
      id: app.people.bob,
      name: 'bob',
      groups: ['Support'],
      api_only: false,
      tags: ['Berlin', 'part-time'],
    });
    expect(lines.at(-1)).toEqual({ complete: true, lines: lines.length - 2 });
  });

  it('has one event in the audit that says what and how much, with its view for who may read that list', async () => {
    const audit = await watchAudit(app);
    await download(alice, '/users/export?q=bob');
    expect(await audit.since()).toMatchObject([
      {
        action: 'records.exported',
        actorName: 'alice',
        subjectName: 'users',
        after: { view: '/users?q=bob', fileFormat: 'csv', rows: 1 },
      },
    ]);
    const rita = await signedIn(app, 'rita');
    expect(pageOf(await rita.get('/audit')).textOf('main')).toMatch(/alice exported users.*\/users\?q=bob/);
    await app.db.write((trx) => trx('group_permissions').where({ application: 'users' }).delete());
    const audited = pageOf(await rita.get('/audit')).textOf('main');
    expect(audited).toMatch(/alice exported users/);
    expect(audited).not.toMatch(/q=bob/);
  });

  it('takes those that are named one by one, in their order', async () => {
    const ids = [app.people.rita, app.people.bob, 999_999];
    const page = pageOf(await alice.get(`/users/export?ids=${ids}`));
    expect(page.textOf('.lead')).toMatch(/^3 users that you ticked/);
    const rows = await exported(alice, `/users/export?ids=${ids}`);
    expect(columnOf(rows, 'Name')).toEqual(['rita', 'bob']);
  });

  it('asks for a column, and never guesses what is meant', async () => {
    const none = await download(alice, '/users/export?q=bob', { columns: [] });
    expect(none.status).toBe(422);
    expect(pageOf(none).errors()).toEqual({ columns: 'Tick at least one column.' });
    expect(pageOf(none).typed().view).toBe('/users?q=bob');
    const strange = { view: '/users?activty=active', fileFormat: 'csv', columns: 'name' };
    expect((await alice.post('/users/export', strange)).status).toBe(422);
    for (const view of ['', '/users?sort=nothing', '/groups', 'https://evil.example/users'])
      expect([view, (await alice.post('/users/export', { view, fileFormat: 'csv', columns: 'name' })).status]).toEqual([
        view,
        400,
      ]);
    expect((await alice.post('/users/export', { view: '/users', fileFormat: 'exe', columns: 'name' })).status).toBe(
      400,
    );
  });

  it('goes through a crowd in the order of every column, each once', async () => {
    await addCrowd(app, 700);
    const total = Number((await app.db.read('users').whereNot('activity', 'deleted').count('* as n').first())?.n);
    for (const sort of [
      'name',
      '-email',
      'contact',
      '-contact',
      'last_login',
      '-groups',
      'expires',
      'no_shared_data',
      '-created',
    ]) {
      const rows = await exported(alice, `/users/export?sort=${sort}`);
      expect([sort, rows.length, new Set(columnOf(rows, 'Name')).size]).toEqual([sort, total, total]);
      const shown = pageOf(await alice.get(`/users?sort=${sort}&per=200`)).texts('th.name a');
      expect([sort, columnOf(rows, 'Name').slice(0, 200)]).toEqual([sort, shown]);
    }
    const found = await exported(alice, '/users/export?q=ma');
    expect(columnOf(found, 'Name').slice(0, 200)).toEqual(
      pageOf(await alice.get('/users?q=ma&per=200')).texts('th.name a'),
    );
  });
});

describe('who may export', () => {
  it('sends strangers to the sign-in page, and shows nobody a list that they may not read', async () => {
    const stranger = new Session(app);
    const lena = await signedIn(app, 'lena');
    const max = await signedIn(app, 'max');
    for (const kind of ['users', 'groups', 'contacts', 'audit', 'invitations']) {
      expect((await stranger.get(`/${kind}/export`)).headers.location).toBe(`/session/new?next=%2F${kind}%2Fexport`);
      expect((await lena.get(`/${kind}/export`)).status).toBe(404);
      const mayRead = kind === 'users' || kind === 'invitations';
      expect([kind, (await max.get(`/${kind}/export`)).status]).toEqual([kind, mayRead ? 200 : 404]);
    }
  });

  it('keeps contacts from who may not read them, as facts and as hits', async () => {
    const contact = await addContact(app, { name: 'Hush Person', emails: ['hush@example.com'] });
    await app.db.write((trx) =>
      trx('users').where('name', 'bob').update({ contact_id: contact, contact_name: 'Hush Person' }),
    );
    const max = await signedIn(app, 'max');
    const page = pageOf(await submit(max, '/users/export', { step: 'all' }));
    expect(page.typed().columns).not.toContain('contact');
    const given = await max.post('/users/export', {
      view: '/users',
      fileFormat: 'csv',
      columns: ['name', 'contact', 'contact_email'],
    });
    expect(given.text).not.toMatch(/hush/i);
    expect(rowsOf((await download(max, '/users/export?q=hush')).text)).toEqual([]);
    expect((await exported(alice, '/users/export?q=hush')).map((row) => row['Linked contact'])).toEqual([
      'Hush Person',
    ]);
  });

  it("never holds another's private contact, in whatever list", async () => {
    const secret = await addContact(app, {
      name: 'Hush Person',
      emails: ['hush@example.com'],
      ownerUserId: app.people.rita,
    });
    await app.db.write((trx) =>
      trx('users').where('name', 'bob').update({ contact_id: secret, contact_name: 'Hush Person' }),
    );
    const rita = await signedIn(app, 'rita');
    for (const path of [
      '/users/export',
      '/users/export?q=hush',
      '/contacts/export',
      '/contacts/export?q=hush',
      '/contacts/export?owner=private',
      '/audit/export',
    ]) {
      const answer = await downloadAll(alice, path);
      // The address that was searched for stands in the audit alone, and is one's own.
      expect([path, /Hush Person|hush@/.test(answer.text)]).toEqual([path, false]);
    }
    expect(columnOf(await exported(rita, '/contacts/export?q=hush'), 'Name')).toEqual(['Hush Person']);
    expect(columnOf(await exported(rita, '/users/export?q=hush'), 'Linked contact')).toEqual(['Hush Person']);
    const ticked = await exported(alice, `/contacts/export?ids=${secret}`);
    expect(ticked).toEqual([]);
  });
});

describe('exports of other lists', () => {
  it('hold groups with a line for each member, or one for each group', async () => {
    const rows = await exported(alice, '/groups/export?q=support');
    expect(columnOf(rows, 'Member')).toEqual(['lena', 'bob', 'carol', 'dave']);
    expect(new Set(columnOf(rows, 'Name'))).toEqual(new Set(['Support']));
    expect(rows[0]).toMatchObject({
      Leader: 'lena',
      'Member email': 'lena@example.com',
      'Granted by': expect.any(String),
    });
    const groups = rowsOf(
      (await download(alice, '/groups/export', { columns: ['name', 'users', 'permissions'] })).text,
    );
    expect(columnOf(groups, 'Name')).toEqual(['Administrators', 'Auditors', 'Helpdesk', 'Support']);
    expect(groups[2]).toMatchObject({ Users: '1', Permissions: 'write on users' });
    expect(columnOf(await exported(alice, '/groups/export?sort=-name'), 'Name').at(-1)).toBe('Administrators');
  });

  it('hold contacts', async () => {
    const company = await addContact(app, { name: 'Acme', kind: 'company', accounts: ['customer'] });
    await addContact(app, {
      name: 'Zoe Zimmer',
      emails: ['zoe@example.com', 'z@example.com'],
      phones: ['+49 170 1'],
      companyId: company,
    });
    await addContact(app, { name: 'Mine', ownerUserId: app.people.alice });
    const rows = await exported(alice, '/contacts/export?sort=owner');
    const of = (name: string) => rows.find((row) => row.Name === name);
    expect(of('Zoe Zimmer')).toMatchObject({
      Kind: 'person',
      Emails: 'zoe@example.com; z@example.com',
      Phones: '+49 170 1',
      Company: 'Acme',
      'Owned by': 'everybody',
    });
    expect(of('Acme')).toMatchObject({ Accounts: 'customer' });
    expect(of('Mine')).toMatchObject({ 'Owned by': 'user', Owner: 'alice' });
    expect(rows.at(-1)!.Name).toBe('Mine');
    for (const sort of ['accounts', '-accounts', 'owner', '-owner', 'user', 'email', '-added'])
      expect([sort, columnOf(await exported(alice, `/contacts/export?sort=${sort}`), 'Name')]).toEqual([
        sort,
        pageOf(await alice.get(`/contacts?sort=${sort}`)).texts('th.name a'),
      ]);
  });

  it('hold invitations, and never a link', async () => {
    const rows = await exported(alice, '/invitations/export');
    expect(rows).toMatchObject([
      { Name: 'carol', 'System email': 'carol@example.com', Status: 'copied', Channel: 'copy', 'Opened (UTC)': '' },
    ]);
    expect(JSON.stringify(rows)).not.toMatch(/[\w-]{40}/);
  });

  it('hold every event of the audit up to their own, or those that match', async () => {
    const head = await app.db.read('audit_head').first('event_id');
    expect(pageOf(await alice.get('/audit/export')).textOf('.lead')).toContain(`${head.event_id} events`);
    const rows = await exported(alice, '/audit/export');
    expect(rows).toHaveLength(head.event_id);
    expect(rows.at(-1)!['Roster id']).toMatch(/:event:1:last of \d+$/);
    const invited = await exported(alice, '/audit/export?subject=carol&action=invitation.issued');
    expect(invited).toHaveLength(1);
    expect(invited[0]).toMatchObject({
      'What was done': 'invited',
      'Whom or what': 'carol',
      'Record id': String(app.people.carol),
    });
    expect((await alice.get('/audit/export?from=2026-02-30')).status).toBe(422);
    expect(
      pageOf(await alice.get('/audit?subject=carol'))
        .$('#export')
        .attr('href'),
    ).toBe('/audit/export?subject=carol');
  });
});
