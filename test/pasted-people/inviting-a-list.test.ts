import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { addContact } from '../support/contacts.ts';
import { send, submit } from '../support/form.ts';
import { linkFor } from '../support/links.ts';
import { startMailing } from '../support/mailing.ts';
import { pageOf } from '../support/page.ts';
import { groupId } from '../support/people.ts';
import { type Fields, Session, signedIn } from '../support/session.ts';

const PATH = '/users/new/list';
const TWO = 'Maria Müller <maria@new.example>; Schmidt, Tom <tom@new.example>';

let app: TestApp;
let alice: Session;
beforeEach(async () => {
  app = await startApp();
  alice = await signedIn(app, 'alice');
});
afterEach(() => app.close());

/** As a browser goes on. */
const follow = async (by: Session, sent: ReturnType<typeof send>) => {
  const answer = await sent;
  return answer.status === 303 ? by.get(answer.headers.location) : answer;
};
const read = (text: string, more: Fields = {}, by = alice) =>
  follow(by, submit(by, PATH, { text, step: 'read', ...more }));
const sheetOf = (table: { text: string }, more: Fields = {}, by = alice) =>
  follow(by, send(by, table, { step: 'sheet', ...more }));
const invite = (sheet: { text: string }, by = alice) => send(by, sheet);
const cell = (answer: { text: string }, id: string) => pageOf(answer).$(`#${id}`).val();
const user = (email: string) => app.db.read('users').where({ email }).whereNot('activity', 'deleted').first();
const groupsOf = (email: string) =>
  app.db
    .read('memberships')
    .join('groups', 'groups.id', 'group_id')
    .where('user_id', app.db.read('users').where({ email }).select('id'))
    .orderBy('groups.name')
    .select('groups.name', 'until_on');

describe('a list of people that is pasted', () => {
  it('is understood as a table, and nothing is done by that', async () => {
    const audit = await watchAudit(app);
    const table = await read(`${TWO}\nHello,`);
    const page = pageOf(table);
    expect(page.texts('h2')).toEqual(['2 new people', '1 line not understood', 'For all of them']);
    expect([cell(table, 'name-0'), cell(table, 'email-0')]).toEqual(['Maria Müller', 'maria@new.example']);
    expect([cell(table, 'name-1'), cell(table, 'email-1')]).toEqual(['Tom Schmidt', 'tom@new.example']);
    expect(page.texts('section:has(#puzzling) li')).toEqual(['Line 2 Hello, There is no email address in it.']);
    expect(await audit.actions()).toEqual([]);
    expect((await app.db.read('users')).length).toBe(10);
  });

  it('says at once what is wrong in it, before anything was refused', async () => {
    const table = await read('Name;Email;Group\nMaria;maria@new.example;Nowhere\nTom;tom@;Support');
    expect(table.status).toBe(200);
    expect(pageOf(table).errors()).toMatchObject({
      'groups-0': 'There is no group “Nowhere”.',
      'email-1': expect.stringContaining('email address'),
    });
  });

  it('says which of its columns are not read', async () => {
    const table = await read('Email\tShoe size\tRoom\nmaria@new.example\t39\t<b>7</b>');
    expect(pageOf(table).textOf('#unread')).toBe('Not read: the columns Shoe size, Room.');
    expect(pageOf(await read(TWO)).textOf('#unread')).toBe('');
  });

  it('is told nothing wrong while a group is looked for', async () => {
    const table = await read(TWO, { untilAt: '2026-02-30' });
    const path = pageOf(table).$('#people-form').attr('action')!;
    const answer = await send(alice, table, { groupsSearch: 'supp', step: 'find groups' });
    expect([answer.status, answer.headers.location]).toEqual([303, path]);
    const sought = await alice.get(path);
    expect([sought.status, pageOf(sought).errors()]).toEqual([200, {}]);
    const left = await sheetOf(sought, { groupsSearch: 'supp' });
    expect([left.status, Object.keys(pageOf(left).errors())]).toEqual([422, ['groupsSearch', 'untilAt']]);
  });

  it('says when each of them starts and leaves, and each is invited on that morning', async () => {
    const mailing = await startMailing();
    const by = await signedIn(mailing.app, 'alice');
    const text =
      'Name\tEmail\tStarts on\tLeaves on\nMaria\tmaria@new.example\t1.12.2026\t12.1.2027\nTom\ttom@new.example\t2026-12-02\t\nAnna\tanna@new.example\t\t';
    const table = await read(text, {}, by);
    expect([cell(table, 'startsAt-0'), cell(table, 'startsAt-2')]).toEqual(['2026-12-01', '']);
    const wrong = await sheetOf(table, { rowStartsAt: ['soon', '', ''] }, by);
    expect(Object.keys(pageOf(wrong).errors())).toEqual(['startsAt-0']);
    const copied = await invite(await sheetOf(table, { access: 'copy' }, by), by);
    expect([copied.status, Object.keys(pageOf(copied).errors())]).toEqual([422, ['startsAt-0', 'startsAt-1']]);
    const sheet = await sheetOf(await read(text, {}, by), { access: 'mail' }, by);
    expect(pageOf(sheet).texts('#sheet li')).toEqual([
      'An invitation goes to the system email of each.',
      expect.stringMatching(
        /^2 of them start on a day of their own, from 1 Dec 2026.* to 2 Dec 2026.*, with the invitation on that morning\.$/,
      ),
      expect.stringMatching(/^1 of them leaves on a day of their own, 12 Jan 2027.*\.$/),
    ]);
    expect((await invite(sheet, by)).status).toBe(303);
    const { db } = mailing.app;
    expect(await db.read('users').where('email', 'like', '%@new.example').orderBy('name').pluck('starts_at')).toEqual([
      null,
      '2026-12-01T00:00:00.000Z',
      '2026-12-02T00:00:00.000Z',
    ]);
    expect(await db.read('scheduled_operations').orderBy('due_at').pluck('due_at')).toEqual([
      '2026-12-01T07:00:00.000Z',
      '2026-12-02T07:00:00.000Z',
    ]);
    expect((await db.read('links').where('purpose', 'invitation').whereNull('ended_at')).length).toBeGreaterThan(0);
    await mailing.close();
  });

  it('has its own page and none other, whoever opens its draft by hand', async () => {
    const path = (await submit(alice, PATH, { text: TWO, step: 'read' })).headers.location;
    const operation = `/bulk-operations/${path.split('/').at(-1)}`;
    expect((await alice.get(operation)).headers.location).toBe(path);
    expect((await alice.post(`${operation}/execution`)).status).toBe(400);
    expect(pageOf(await alice.get(path)).texts('h2')[0]).toBe('2 new people');
  });

  it('is invited as it was corrected, with what all of them get, and its report shows the links once', async () => {
    const audit = await watchAudit(app);
    const support = await groupId(app, 'Support');
    const table = await read(TWO);
    const more = {
      groups: [support],
      tags: 'Berlin',
      leavesAt: '2027-03-31',
      untilAt: '2027-01-31',
      noSharedData: 'yes',
    };
    const sheet = await sheetOf(table, { ...more, name: ['maria', 'Tom Schmidt'] });
    expect(sheet.status).toBe(200);
    expect(pageOf(sheet).heading()).toBe('Invite 2 people?');
    expect(pageOf(sheet).textOf('#sheet')).toMatch(/2 new users: maria, Tom Schmidt/);
    expect(pageOf(sheet).textOf('#sheet')).toMatch(
      /They are added to Support\. They get the tag Berlin\. They see no shared data\./,
    );
    expect(pageOf(sheet).textOf('#sheet')).toMatch(/Support gives no right\. Until the end of 31 Jan 2027/);
    expect(pageOf(sheet).textOf('#sheet')).not.toMatch(/Without a dot/);
    expect(await audit.actions()).toEqual([]);
    const done = await invite(sheet);
    expect(done.status).toBe(303);
    const report = pageOf(await alice.get(done.headers.location));
    expect(report.heading()).toBe('2 users were invited.');
    const links = String(report.$('#links').val()).split('\n');
    expect(links.map((line) => line.split('\t').slice(0, 2))).toEqual([
      ['maria', 'maria@new.example'],
      ['Tom Schmidt', 'tom@new.example'],
    ]);
    expect(pageOf(await alice.get(done.headers.location)).$('#links').length).toBe(0);
    expect(await user('maria@new.example')).toMatchObject({ name: 'maria', expires_on: '2027-03-31' });
    expect(Boolean((await user('tom@new.example')).no_shared_data)).toBe(true);
    expect(await groupsOf('tom@new.example')).toEqual([{ name: 'Support', until_on: '2027-01-31' }]);
    const events = await audit.since();
    expect(events.map((event) => event.action)).toEqual([
      ...['user.created', 'user.created', 'invitation.issued', 'invitation.issued'],
    ]);
    expect(events[0].after).toMatchObject({ name: 'maria', tags: ['Berlin'], until: '2027-02-01T00:00:00.000Z' });
    expect(new Set(events.map((event) => event.operationId)).size).toBe(1);
  });

  it('is told what only some of them get, and whose address may have lost its end', async () => {
    const support = await groupId(app, 'Support');
    const list = 'Name\tEmail\tGroups\tTags\nmaria\tmaria@new.example\tHelpdesk\tBerlin\ntom\ttom@new\t\t\n';
    const told = pageOf(await sheetOf(await read(list), { groups: [support] })).textOf('#sheet');
    expect(told).toMatch(/They are added to Support\./);
    expect(told).toMatch(/1 of them is added to Helpdesk\. 1 of them gets the tag Berlin\./);
    expect(told).toMatch(/Without a dot behind the @: tom@new /);
  });

  it('goes out by mail, or nobody is invited yet', async () => {
    const mailing = await startMailing();
    const ada = await signedIn(mailing.app, 'alice');
    const sheet = await sheetOf(await read(TWO, {}, ada), {}, ada);
    expect(pageOf(sheet).textOf('#sheet')).toMatch(/An invitation goes to the system email of each/);
    const done = await invite(sheet, ada);
    expect(pageOf(await ada.get(done.headers.location)).message()).toMatch(/The mails are on their way/);
    expect((await mailing.app.db.read('outbox').where('kind', 'invitation')).length).toBe(2);
    await mailing.close();

    const later = await sheetOf(await read(TWO), { access: 'later' });
    expect(pageOf(later).heading()).toBe('Create 2 people?');
    const made = await invite(later);
    expect(pageOf(await alice.get(made.headers.location)).heading()).toBe('2 users were created.');
    expect(await app.db.read('links').where('user_id', (await user('tom@new.example')).id)).toEqual([]);
  });

  it('proposes sign-in names that are free, after the person or the address', async () => {
    const list = 'bob <bob@new.example>\nBob <b@new.example>\nmax.berg+list@new.example';
    const people = pageOf(await read(list)).typed();
    expect(people.name).toEqual(['bob2', 'Bob3', 'max.berg']);
    expect(pageOf(await read(list, { nameBy: 'email' })).typed().name).toEqual(['bob2', 'b', 'max.berg']);
    const login = pageOf(await read('Login;Email\nerin;e@new.example\nnora;n@new.example')).typed();
    expect(login.name).toEqual(['erin2', 'nora']);
  });

  it('tells all that is wrong at once, beside its field, and keeps what was typed', async () => {
    const table = await read(TWO);
    const wrong = {
      name: ['alice', 'a@b'],
      email: ['maria@new..example', ''],
      untilAt: '2026-01-01',
      tags: 'x'.repeat(41),
    };
    const refused = await sheetOf(table, wrong);
    expect(refused.status).toBe(422);
    expect(pageOf(refused).errors()).toEqual({
      'name-0': 'Another user has this name already.',
      'email-0': 'That is no email address. Did you mean maria@new.example?',
      'name-1': 'A name has no @: with one it would look like an email address.',
      'email-1': 'Enter an email address.',
      untilAt: 'This moment is over. Choose a later one.',
      tags: 'A tag has at most 40 characters.',
    });
    expect(pageOf(refused).typed()).toMatchObject(wrong);
    expect(pageOf(refused).texts('#error-summary li')).toContain('alice: Another user has this name already.');
    const links = pageOf(refused)
      .$('#error-summary a')
      .toArray()
      .map((link) => pageOf(refused).$(link).attr('href')!);
    for (const link of links) expect([link, pageOf(refused).$(link).length]).toEqual([link, 1]);
    // Two of the list have one name.
    const twins = await sheetOf(table, { name: ['Nora', 'NORA'] });
    expect(pageOf(twins).errors()).toEqual({ 'name-1': 'Nora of the list has this name already.' });
    expect((await app.db.read('users')).length).toBe(10);
  });

  it('names look-alikes of others, and groups that the viewer may not give or that there are not', async () => {
    const list =
      'Name;Email;Group\nNora;nora@new.example;Nowhere\nOtto;otto@new.example;Administrators\nPaul;paul@new.example;Helpdesk';
    const max = await signedIn(app, 'max');
    const table = await read(list, {}, max);
    const refused = await sheetOf(table, { name: ['аlice', 'Otto', 'Paul'] }, max);
    expect(pageOf(refused).errors()).toEqual({
      'name-0': 'This name looks like that of another user: some of its letters are of another alphabet.',
      'groups-0': 'There is no group “Nowhere”.',
      'groups-1': 'The group Administrators grants rights that you do not hold.',
    });
    // By a request that shows no such group either.
    const administrators = await groupId(app, 'Administrators');
    const forged = await sheetOf(table, { rowGroups: ['', '', ''], groups: [administrators] }, max);
    await invite(forged, max);
    expect(await groupsOf('otto@new.example')).toEqual([]);
  });

  it('leaves out who is not ticked, mistaken or not', async () => {
    const sheet = await sheetOf(await read(TWO), { keep: ['1'], email: ['nowhere', 'tom@new.example'] });
    expect(pageOf(sheet).heading()).toBe('Invite 1 person?');
    expect(pageOf(sheet).textOf('#sheet')).toMatch(/1 left out Maria Müller is not ticked/);
    await invite(sheet);
    expect((await app.db.read('users')).length).toBe(11);
    const nobody = await sheetOf(await read(TWO), { keep: [] });
    expect(pageOf(nobody).errors()).toEqual({
      text: 'There is nothing to do: nobody is ticked of whom anything would change.',
    });
  });

  it('takes a guess at a group back where there is none of that name', async () => {
    const table = await read('Maria Müller;maria@new.example;Support\nTom Schmidt;tom@new.example;Floor 2');
    expect(pageOf(table).typed().rowGroups).toEqual(['Support', '']);
  });

  it('says what it does not take', async () => {
    expect(pageOf(await read(' ')).errors()).toEqual({ text: 'Paste a list of people.' });
    expect(pageOf(await read('Hello')).errors()).toEqual({ text: 'There is no email address in it.' });
    const many = (number: number) => Array.from({ length: number }, (_, n) => `u${n}@new.example`).join('\n');
    expect(pageOf(await read(many(1_001))).errors().text).toMatch(/At most 1,000 people at once; these are 1,001/);
    expect(pageOf(await read('x'.repeat(200_001))).errors().text).toMatch(/at most 200 KB/);
    const table = await read(many(1_000));
    expect(pageOf(table).$('.people-table tbody tr').length).toBe(1_000);
    // A correction that makes nothing of it keeps the table.
    const kept = await send(alice, table, { text: '', step: 'read' });
    expect([kept.status, pageOf(kept).$('.people-table tbody tr').length]).toEqual([422, 1_000]);
    expect((await invite(await sheetOf(table, { access: 'later' }))).status).toBe(303);
    expect((await app.db.read('users')).length).toBe(1_010);
  });
});

describe('who is known already', () => {
  it('is shown with what would change, and gets it where ticked', async () => {
    const auditors = await groupId(app, 'Auditors');
    const table = await read(`${TWO}; bob@example.com; rita@example.com; erin@example.com`, { groups: [auditors] });
    expect(pageOf(table).texts('.known-people li')).toEqual([
      'bob, in a new tab bob@example.com is added to Auditors',
      'rita, in a new tab rita@example.com is in the group already',
      'erin, in a new tab erin@example.com is added to Auditors',
    ]);
    expect(pageOf(table).$('.known-people a').first().attr('href')).toBe(`/users/${app.people.bob}`);
    const kept = [pageOf(table).typed().keep].flat().filter((n) => n !== '4');
    const sheet = await sheetOf(table, { keep: kept, untilAt: '2027-01-31' });
    expect(pageOf(sheet).textOf('#sheet')).toMatch(/1 known user changed bob is added to Auditors/);
    expect(pageOf(sheet).textOf('#sheet')).toMatch(/2 left out rita is in the group already erin is not ticked/);
    const done = await invite(sheet);
    expect(await groupsOf('bob@example.com')).toEqual([
      { name: 'Auditors', until_on: '2027-01-31' },
      { name: 'Support', until_on: null },
    ]);
    expect(await groupsOf('erin@example.com')).toEqual([]);
    const report = pageOf(await alice.get(done.headers.location));
    expect(report.heading()).toBe('2 users were invited, and 1 known user was changed.');
    expect(report.texts('#report .rows li').join('\n')).toMatch(/rita .*left out.*is in the group already/);
  });

  it('stands beside new ones in a list with every column, and the table goes on as it was typed', async () => {
    const text = [
      'Name\tEmail\tGroup\tTags\tStarts on\tLeaves on',
      'Maria\tmaria@new.example\tSupport\tnight\t1.12.2026\t12.1.2027',
      'Bob\tbob@example.com\tAuditors\tnight\t1.12.2026\t12.1.2027',
    ].join('\n');
    const table = await read(text);
    expect(pageOf(table).typed()).not.toHaveProperty('undefined');
    const sheet = await sheetOf(table, { access: 'later' });
    expect([sheet.status, pageOf(sheet).heading()]).toEqual([200, 'Create 1 person?']);
    expect((await invite(sheet)).status).toBe(303);
    expect(await groupsOf('bob@example.com')).toMatchObject([{ name: 'Auditors' }, { name: 'Support' }]);
  });

  it('of whom something is said that is not done is told so before anything is done', async () => {
    const text = [
      'Name\tEmail\tGroup\tLeaves on',
      'Bob\tbob@example.com\tAuditors\t12.1.2027',
      'Erin\terin@example.com\tNowhere\t',
      'Carol\tcarol@example.com\tSupport, Administrators\t',
    ].join('\n');
    const max = await signedIn(app, 'max');
    const [bob, erin] = pageOf(await read(text)).texts('.known-people li');
    expect(bob).toMatch(/ is added to Auditors When they start and leave stays as it is\.$/);
    expect(erin).toMatch(/ is known already There is no group “Nowhere”\.$/);
    const carol = pageOf(await read(text, {}, max))
      .texts('.known-people li')
      .at(-1);
    expect(carol).toMatch(/ (?:is in the group|is known) already (?:The group Administrators|There is no group)/);
    const sheet = await sheetOf(await read(text), { access: 'later' });
    expect(pageOf(sheet).textOf('#sheet')).toMatch(/is added to Auditors When they start and leave stays/);
    expect(pageOf(sheet).textOf('#sheet')).toMatch(/erin is known already There is no group “Nowhere”/);
    expect((await invite(sheet)).status).toBe(303);
  });

  it('is taken back with the rest: the new go, the others are as before', async () => {
    const table = await read(`${TWO}; bob@example.com`, { groups: [await groupId(app, 'Auditors')] });
    const done = await invite(await sheetOf(table, { tags: 'Hamburg' }));
    const undo = await send(alice, await alice.get(done.headers.location), {});
    expect(undo.status).toBe(303);
    const sheet = await alice.get(undo.headers.location);
    await send(alice, sheet, {});
    expect([await user('maria@new.example'), await user('tom@new.example')]).toEqual([undefined, undefined]);
    expect(await groupsOf('bob@example.com')).toEqual([{ name: 'Support', until_on: null }]);
  });

  it('loses a link that is worth less than they come to be, and gets a new one the same way', async () => {
    const link = await linkFor(app, 'carol', 'invitation', await signedIn(app, 'max'));
    const table = await read('carol@example.com', { groups: [await groupId(app, 'Auditors')] });
    const sheet = await sheetOf(table);
    expect(pageOf(sheet).heading()).toBe('Change 1 user?');
    expect(pageOf(sheet).textOf('#sheet')).toMatch(/links of 1 known user end: .* New ones go the same way\./);
    const done = await invite(sheet);
    expect((await new Session(app).get(link)).status).toBe(410);
    const fresh = String(
      pageOf(await alice.get(done.headers.location))
        .$('#links')
        .val(),
    ).split('\t')[2];
    expect((await new Session(app).get(new URL(fresh).pathname)).status).toBe(303);
  });

  it('is never changed by who may do less', async () => {
    const max = await signedIn(app, 'max');
    const helpdesk = await groupId(app, 'Helpdesk');
    const table = await read('alice@example.com; bob@example.com', { groups: [helpdesk] }, max);
    expect(pageOf(table).texts('.known-people li')).toEqual([
      'alice, in a new tab alice@example.com has rights that you do not hold',
      'bob, in a new tab bob@example.com is added to Helpdesk',
    ]);
    await invite(await sheetOf(table, {}, max), max);
    expect((await groupsOf('alice@example.com')).map(({ name }) => name)).toEqual(['Administrators']);
    expect((await groupsOf('bob@example.com')).map(({ name }) => name)).toEqual(['Helpdesk', 'Support']);
  });

  it('is shown before the sheet where a correction makes somebody known', async () => {
    const shown = await sheetOf(await read(TWO), { email: ['maria@new.example', 'bob@example.com'] });
    expect([shown.status, pageOf(shown).heading()]).toEqual([200, 'New users from a list']);
    expect(pageOf(shown).textOf('[role=alert]')).toMatch(/Somebody is known by what you typed/);
    expect(pageOf(shown).texts('.known-people li')).toEqual(['bob, in a new tab bob@example.com is known already']);
    expect(pageOf(await sheetOf(shown)).heading()).toBe('Invite 1 person?');
  });
});

describe('the contacts of a list', () => {
  it('are found by email and linked, but for customers where nobody says so', async () => {
    const table = await read('maria@example.com; cleo@acme.example; tom@new.example');
    const page = pageOf(table);
    expect(page.texts('td[data-label="Linked contact"]')).toEqual([
      'María Müller',
      expect.stringMatching(/^Cleo Customer a customer: login identities are kept apart/),
      'none',
    ]);
    expect(page.$('[name=link][checked]').length).toBe(1);
    const sheet = await sheetOf(table);
    expect(pageOf(sheet).textOf('#sheet')).toMatch(/1 of them is linked to their contact/);
    await invite(sheet);
    const linked = async (email: string) => (await user(email)).contact_name;
    expect([await linked('maria@example.com'), await linked('cleo@acme.example')]).toEqual(['María Müller', null]);
  });

  it('are linked where it is ticked, and not where it is unticked', async () => {
    const table = await read('maria@example.com; cleo@acme.example');
    const cleo = String(pageOf(table).$('[name=link]').last().val());
    const sheet = await sheetOf(table, { link: [cleo] });
    await invite(sheet);
    expect((await user('cleo@acme.example')).contact_name).toBe('Cleo Customer');
    expect((await user('maria@example.com')).contact_name).toBeNull();
  });

  it('are those that the viewer may see, and only persons whom one address means', async () => {
    await addContact(app, { name: 'Hidden', emails: ['hidden@new.example'], ownerUserId: app.people.ada });
    for (const name of ['One', 'Two']) await addContact(app, { name, emails: ['both@new.example'] });
    await addContact(app, { name: 'Firm', kind: 'company', emails: ['firm@new.example'] });
    const list = 'hidden@new.example; both@new.example; firm@new.example';
    expect(pageOf(await read(list)).texts('td[data-label="Linked contact"]')).toEqual(['none', 'none', 'none']);
    const max = await signedIn(app, 'max');
    const table = await read('maria@example.com', {}, max);
    expect(pageOf(table).texts('td[data-label="Linked contact"]')).toEqual(['none']);
    const forged = await sheetOf(table, { link: ['0:4'] }, max);
    await invite(forged, max);
    expect((await user('maria@example.com')).contact_id).toBeNull();
  });
});

describe('a list that is worked on', () => {
  it('has addresses: Back and a reload show it as it was last sent, mistakes and all', async () => {
    const table = await read(TWO);
    const path = pageOf(table).$('#people-form').attr('action')!;
    expect(path).toMatch(/^\/users\/new\/list\/\d+$/);
    await send(alice, table, { step: 'sheet', name: ['maria', ''], tags: 'Berlin' });
    expect(pageOf(await alice.get(path)).typed()).toMatchObject({ name: ['maria', ''], tags: 'Berlin' });
    expect(pageOf(await alice.get(`${path}/sheet`)).heading()).toBe('Invite 1 person?');
    const refused = await alice.post(`${path}/invitations`, { seen: '' });
    expect([refused.status, pageOf(refused).errors()]).toEqual([422, { 'name-1': 'Enter a name to sign in with.' }]);
  });

  it('has one for what is looked for without a script too, which is none of what will be done', async () => {
    const table = await read(TWO);
    const path = pageOf(table).$('#people-form').attr('action')!;
    const looked = async (fields: Fields) => {
      const answer = await send(alice, await alice.get(path), fields);
      expect([answer.status, answer.headers.location]).toEqual([303, path]);
      return pageOf(await alice.get(path));
    };
    const sought = await looked({ groupsSearch: 'supp', step: 'find groups', name: ['maria', ''] });
    expect(sought.texts('#groups-picker button[value^="take"]')).toEqual([expect.stringContaining('Support')]);
    expect(sought.typed()).toMatchObject({ groupsSearch: 'supp', name: ['maria', ''] });
    const support = await groupId(app, 'Support');
    expect((await looked({ step: `take groups ${support}` })).typed()).toMatchObject({
      groups: String(support),
      groupsSearch: '',
    });
    await looked({ groupsSearch: 'adm', step: 'find groups', name: ['maria', 'tom'] });
    const sheet = await alice.get(`${path}/sheet`);
    const done = await send(alice, sheet);
    expect([sheet.status, done.status, done.headers.location]).toEqual([
      ...[200, 303, path.replace('/users/new/list', '/bulk-operations')],
    ]);
  });

  it('is seen by nobody else, and forgotten after a day', async () => {
    const table = await read(TWO);
    const path = pageOf(table).$('#people-form').attr('action')!;
    const ada = await signedIn(app, 'ada');
    for (const below of ['', '/sheet']) expect((await ada.get(path + below)).status).toBe(404);
    expect((await ada.post(path, { step: 'sheet' })).status).toBe(404);
    expect((await ada.post(`${path}/invitations`, {})).status).toBe(404);
  });
});

describe('a list that is sent', () => {
  it('twice, by a second press or by Back, is invited once, and leads to its report', async () => {
    const sheet = await sheetOf(await read(TWO));
    const done = await invite(sheet);
    const again = await invite(sheet);
    expect([again.status, again.headers.location]).toEqual([303, done.headers.location]);
    const table = await alice.get(done.headers.location.replace('/bulk-operations', PATH));
    expect([table.status, table.headers.location]).toEqual([303, done.headers.location]);
    expect((await app.db.read('users')).length).toBe(12);
  });

  it('ten times at once makes nobody twice', async () => {
    const sheet = await sheetOf(await read(TWO));
    const answers = await Promise.all(Array.from({ length: 10 }, () => invite(sheet)));
    for (const { headers } of answers) expect(headers.location).toBe(answers[0].headers.location);
    expect((await app.db.read('users')).length).toBe(12);
    expect((await app.db.read('bulk_operations')).length).toBe(1);
  });

  it('from another tab, after somebody took a name, does nothing and shows what is so now', async () => {
    const sheet = await sheetOf(await read(TWO));
    await submit(alice, '/users/new', { name: 'Tom Schmidt', email: 'other@new.example', access: 'later' });
    const refused = await invite(sheet);
    expect([refused.status, pageOf(refused).errors()]).toEqual([
      422,
      { 'name-1': 'Another user has this name already.' },
    ]);
    expect(await user('maria@new.example')).toBeUndefined();
  });

  it('after it came to mean something else shows the sheet anew', async () => {
    const table = await read(`${TWO}; bob@example.com`, { groups: [await groupId(app, 'Auditors')] });
    const sheet = await sheetOf(table);
    await submit(alice, `/users/${app.people.bob}/edit`, {
      groups: [await groupId(app, 'Support'), await groupId(app, 'Auditors')],
      step: '',
    });
    const anew = await follow(alice, invite(sheet));
    expect([pageOf(anew).heading(), pageOf(anew).textOf('[role=alert]')]).toEqual([
      'Invite 2 people?',
      'It is not as it was shown any more. Nothing was done.',
    ]);
    expect(await user('maria@new.example')).toBeUndefined();
    expect((await invite(anew)).status).toBe(303);
  });
});
