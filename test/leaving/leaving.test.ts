import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Person } from '../../seeds/cast.ts';
import { HOUR } from '../../src/clock.ts';
import type { DueMail, MailFacts } from '../../src/mail/mail.ts';
import { writeMessage } from '../../src/mail/mail-words.ts';
import { textOf } from '../../src/mail/message.ts';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { rosterBeside } from '../support/command-line.ts';
import { addContact, letGroup } from '../support/contacts.ts';
import { send, submit } from '../support/form.ts';
import { runJob } from '../support/jobs.ts';
import { pageOf } from '../support/page.ts';
import { groupId, pathTo } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

let app: TestApp;
let alice: Session;
let support: string;

/** Lena leads Support, answers for Robin, and has three private contacts; who is in Support reads contacts. */
beforeEach(async () => {
  app = await startApp({ SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'roster@example.com' });
  alice = await signedIn(app, 'alice');
  support = await groupId(app, 'Support');
  await letGroup(app, Number(support), 'read');
  await set('robin', { api_only_owner_id: app.people.lena });
  for (const name of ['Nora', 'Otto', 'Pia']) await addContact(app, { name, ownerUserId: app.people.lena });
});
afterEach(() => app.close());

const set = (person: Person, columns: object) =>
  app.db.write((trx) => trx('users').where('id', app.people[person]).update(columns));
const row = (person: Person) => app.db.read('users').where('id', app.people[person]).first();
const leaving = (person: Person) => pathTo(app, person, '/leaving');
const due = () => runJob(app, 'Do what is due');

/** Who leads Support, who answers for Robin, and whose the private contacts are. */
async function heirs() {
  const nameOf = async (id: number | null) =>
    id === null ? null : (await app.db.read('users').where({ id }).first()).name;
  const owners: number[] = await app.db
    .read('contacts')
    .whereIn('name', ['Nora', 'Otto', 'Pia'])
    .distinct()
    .pluck('owner_user_id');
  return [
    await nameOf((await app.db.read('groups').where('id', support).first()).leader_id),
    await nameOf((await row('robin')).api_only_owner_id),
    (await Promise.all(owners.map(nameOf))).join(),
  ];
}

const undoNewest = async (by = alice) => {
  const { id } = await app.db.read('bulk_operations').whereNotNull('executed_at').orderBy('id', 'desc').first();
  const { location } = (await by.post('/bulk-operations', { from: String(id), action: 'undo' })).headers;
  return by.post(`${location}/execution`);
};

describe('who leaves', () => {
  it('is shown with all that they leave behind, and to whom it is proposed to go', async () => {
    const page = pageOf(await alice.get(leaving('lena')));
    expect(page.texts('main legend')).toEqual([
      'Leaves on',
      'Groups led 1',
      'Programs answered for 1',
      'Private contacts 3',
    ]);
    expect(page.textOf('main')).toContain('Support to bob');
    expect(page.typed()).toMatchObject({
      groups: 'hand-over',
      groupsTo: '',
      programs: 'hand-over',
      programsTo: 'bob',
      contacts: 'hand-over',
      contactsTo: 'bob',
    });
    expect(page.textOf('main')).not.toMatch(/Nora|Otto|Pia/);
  });

  it('hands all of it over with their access, which one undo brings back', async () => {
    const audit = await watchAudit(app);
    const done = await submit(alice, leaving('lena'));
    expect([done.status, done.headers.location]).toEqual([303, pathTo(app, 'lena')]);
    expect([await heirs(), (await row('lena')).activity]).toEqual([['bob', 'bob', 'bob'], 'deactivated']);
    expect((await audit.since()).map(({ action, subjectName }) => [action, subjectName])).toEqual([
      ['group.updated', 'Support'],
      ['user.updated', 'robin'],
      ['contact.updated', 'Nora'],
      ['contact.updated', 'Otto'],
      ['contact.updated', 'Pia'],
      ['user.deactivated', 'lena'],
    ]);
    const report = pageOf(await alice.get(`/bulk-operations/${(await app.db.read('bulk_operations').first()).id}`));
    expect(report.textOf('main')).toContain(
      'was active, answered for 1 program, led 1 group, owned 3 private contacts',
    );
    await undoNewest();
    expect([await heirs(), (await row('lena')).activity]).toEqual([['lena', 'lena', 'lena'], 'active']);
  });

  it('hands over what the page showed, and shows again what has come since', async () => {
    const opened = await alice.get(leaving('lena'));
    const lena = app.people.lena;
    const auditors = Number(await groupId(app, 'Auditors'));
    await app.db.write((trx) => trx('groups').where('id', auditors).update({ leader_id: lena }));
    const refused = await send(alice, opened);
    expect([refused.status, pageOf(refused).errors()]).toEqual([
      422,
      { groups: expect.stringContaining('Look at it again') },
    ]);
    expect([await heirs(), (await row('lena')).activity]).toEqual([['lena', 'lena', 'lena'], 'active']);
    expect((await send(alice, refused, { groups: 'end' })).status).toBe(303);
    expect([(await heirs())[0], (await app.db.read('groups').where('id', auditors).first()).leader_id]).toEqual([
      null,
      null,
    ]);
  });

  it('may keep, end, or give each to whom one likes; what was given on since stays there when it is undone', async () => {
    await submit(alice, leaving('lena'), { groups: 'end', programs: 'end', contacts: 'keep' });
    expect(await heirs()).toEqual([null, 'lena', 'lena']);
    expect((await row('robin')).activity).toBe('deactivated');
    await undoNewest();
    expect([await heirs(), (await row('robin')).activity]).toEqual([['lena', 'lena', 'lena'], 'active']);
    await submit(alice, leaving('lena'), { programs: 'hand-over', programsTo: 'ada@example.com', contacts: 'keep' });
    expect(await heirs()).toEqual(['bob', 'ada', 'lena']);
    await app.db.write((trx) => trx('groups').where('id', support).update({ leader_id: app.people.carol }));
    await undoNewest();
    expect(await heirs()).toEqual(['carol', 'lena', 'lena']);
  });

  it('may have gone already: then only what is left is handed over', async () => {
    await alice.post(pathTo(app, 'lena', '/deactivation'));
    expect(pageOf(await alice.get(leaving('lena'))).texts('main legend')).not.toContain('Leaves on');
    await submit(alice, leaving('lena'));
    expect(await heirs()).toEqual(['bob', 'bob', 'bob']);
    expect((await submit(alice, leaving('lena'))).status).toBe(409);
  });

  it('takes whoever takes over out of those who can sign in or are invited, and are members where they lead', async () => {
    const wrong = async (fields: Record<string, string>) => {
      const answer = await submit(alice, leaving('lena'), fields);
      return [answer.status, pageOf(answer).errors()];
    };
    expect(await wrong({ groupsTo: 'ada', programsTo: 'nobody', contactsTo: 'lena' })).toEqual([
      422,
      {
        groupsTo: 'ada is no member, and only a member leads a group: Support.',
        programsTo: 'There is no user with this name or email.',
        contactsTo: 'lena goes: name somebody else.',
      },
    ]);
    expect(await wrong({ programsTo: 'dave', contactsTo: 'max', leavesAt: '2020-02-30' })).toMatchObject([
      422,
      { leavesAt: expect.any(String) },
    ]);
    expect(await wrong({ programsTo: 'dave', contactsTo: 'max' })).toEqual([
      422,
      {
        programsTo: 'dave cannot sign in by then, and is not invited: name somebody else.',
        contactsTo: expect.stringContaining('max may not read contacts'),
      },
    ]);
    expect(await wrong({ programsTo: '', leavesAt: '2020-01-01' })).toMatchObject([
      422,
      { programsTo: expect.any(String) },
    ]);
    expect((await alice.post(leaving('lena'), { groupsTo: ['bob', 'ada'] })).status).toBe(400);
    expect((await alice.post(leaving('lena'), { groups: 'whatever' })).status).toBe(422);
    expect((await wrong({ leavesAt: '2020-01-01' }))[1]).toMatchObject({ leavesAt: expect.stringContaining('over') });
    await submit(alice, leaving('lena'), { groupsTo: 'carol', programsTo: 'carol', contacts: 'keep' });
    expect(await heirs()).toEqual(['carol', 'carol', 'lena']);
  });

  it('gives nobody private contacts of their own accord, and asks first whether it is they (R54)', async () => {
    const own = await submit(alice, leaving('lena'), { contactsTo: 'alice' });
    expect([own.status, pageOf(own).errors().contactsTo]).toEqual([422, expect.stringContaining('is yourself')]);
    app.clock.advance(HOUR / 2);
    const asked = await submit(alice, leaving('lena'));
    expect([pageOf(asked).heading(), (await row('lena')).activity]).toEqual(['Confirm it is you', 'active']);
    expect((await send(alice, asked, { password: PASSWORD })).status).toBe(303);
    expect(await heirs()).toEqual(['bob', 'bob', 'bob']);
  });
});

describe('who may say so (R61)', () => {
  it('is whoever may administer them, and nobody of themself', async () => {
    const lena = await signedIn(app, 'lena');
    const max = await signedIn(app, 'max');
    // Who leads them is not told that there is such a page.
    for (const [by, whose, status] of [
      [lena, 'bob', 404],
      [max, 'alice', 403],
      [alice, 'alice', 403],
    ] as const) {
      expect((await by.get(leaving(whose))).status).toBe(status);
      expect((await by.post(leaving(whose), { groups: 'keep' })).status).toBe(status);
    }
    expect((await alice.get('/users/999999/leaving')).status).toBe(404);
    expect([await heirs(), (await row('bob')).activity]).toEqual([['lena', 'lena', 'lena'], 'active']);
  });

  it('leaves as it is what is not theirs to decide: it is said, and a forged form gets nowhere', async () => {
    await letGroup(app, Number(support), 'read');
    await app.db.write((trx) => trx('group_permissions').where('group_id', support).delete());
    const max = await signedIn(app, 'max');
    const page = pageOf(await max.get(leaving('lena')));
    expect(page.textOf('main')).toContain('You may not say who leads Support');
    expect(page.textOf('main')).toContain('You may not change contacts');
    const forged = await submit(max, leaving('lena'), { groups: 'end', contacts: 'hand-over', contactsTo: 'bob' });
    expect([forged.status, Object.keys(pageOf(forged).errors())]).toEqual([422, ['groups', 'contacts']]);
    await submit(max, leaving('lena'));
    expect([await heirs(), (await row('lena')).activity]).toEqual([['lena', 'bob', 'lena'], 'deactivated']);
  });
});

describe('a moment that is to come', () => {
  /** Berlin is an hour ahead of UTC in November. */
  const FRIDAY = { leavesAt: '2026-11-27', 'leavesAt-time': '18:00' };
  const fridayInBerlin = async () => {
    await app.db.write((trx) => trx('users').where('id', app.people.alice).update({ time_zone: 'Europe/Berlin' }));
    const done = await submit(alice, leaving('lena'), FRIDAY);
    expect([done.status, (await row('lena')).leaves_at]).toEqual([303, '2026-11-27T17:00:00.000Z']);
  };
  const at = (moment: string) => app.clock.advance(Date.parse(moment) - app.clock.now());

  it('is their end, at which all is handed over, once, whoever looks first', async () => {
    await fridayInBerlin();
    expect([await heirs(), (await row('lena')).activity]).toEqual([['lena', 'lena', 'lena'], 'active']);
    at('2026-11-27T16:59:59.999Z');
    await due();
    expect(await heirs()).toEqual(['lena', 'lena', 'lena']);
    app.clock.advance(1);
    const audit = await watchAudit(app);
    await Promise.all([due(), due()]);
    expect([await heirs(), (await row('lena')).activity]).toEqual([['bob', 'bob', 'bob'], 'deactivated']);
    expect((await audit.since()).filter(({ action }) => action === 'user.deactivated')).toHaveLength(1);
    alice = await signedIn(app, 'alice');
    await undoNewest();
    expect([await heirs(), (await row('lena')).activity]).toEqual([['lena', 'lena', 'lena'], 'active']);
  });

  it('moves with their end, and is forgotten where they stay', async () => {
    await fridayInBerlin();
    const dueAt = () => app.db.read('scheduled_operations').pluck('due_at');
    await submit(alice, pathTo(app, 'lena', '/edit'), { leavesAt: '2026-12-04' });
    expect(await dueAt()).toEqual(['2026-12-04T17:00:00.000Z']);
    expect(pageOf(await alice.get(leaving('lena'))).textOf('main')).toContain('It was decided already');
    await submit(alice, leaving('lena'), { ...FRIDAY, contacts: 'keep' });
    expect(await dueAt()).toEqual(['2026-11-27T17:00:00.000Z']);
    expect(pageOf(await alice.get(leaving('lena'))).typed()).toMatchObject({ contacts: 'keep', programsTo: 'bob' });
    await submit(alice, pathTo(app, 'lena', '/edit'), { leavesAt: '', 'leavesAt-time': '' });
    expect([await dueAt(), await app.db.read('scheduled_users')]).toEqual([[], []]);
    at('2026-11-27T18:00:00.000Z');
    await due();
    expect([await heirs(), (await row('lena')).activity]).toEqual([['lena', 'lena', 'lena'], 'active']);
  });

  it('is judged anew with what its author may do then: who may nothing any more leaves it waiting (R89)', async () => {
    await fridayInBerlin();
    await app.db.write((trx) => trx('memberships').where('user_id', app.people.alice).delete());
    at('2026-11-27T17:00:00.000Z');
    await due();
    expect([await heirs(), (await app.db.read('scheduled_operations').first()).waits_for]).toEqual([
      ['lena', 'lena', 'lena'],
      expect.stringContaining('may not'),
    ]);
  });

  it('leaves as it is what its author may not decide any more by then, and does the rest (R89)', async () => {
    await fridayInBerlin();
    const helpdesk = Number(await groupId(app, 'Helpdesk'));
    await letGroup(app, helpdesk, 'read');
    await app.db.write((trx) => trx('memberships').where('user_id', app.people.alice).update({ group_id: helpdesk }));
    at('2026-11-27T17:00:00.000Z');
    await due();
    expect([await heirs(), (await row('lena')).activity]).toEqual([['lena', 'bob', 'lena'], 'deactivated']);
  });

  it('leaves out who cannot take over any more by then', async () => {
    await fridayInBerlin();
    await set('bob', { activity: 'deactivated' });
    await set('carol', { password_hash: 'x', password_set_at: '2026-11-22T00:00:00.000Z' });
    at('2026-11-27T17:00:00.000Z');
    await due();
    expect([await heirs(), (await row('lena')).activity]).toEqual([['carol', 'lena', 'lena'], 'deactivated']);
  });

  it('never takes the last administrator away (R63)', async () => {
    await set('alice', { leaves_at: '2027-01-01T00:00:00.000Z' });
    for (const fields of [FRIDAY, {}] as Record<string, string>[]) {
      const refused = await submit(alice, leaving('ada'), fields);
      expect([refused.status, pageOf(refused).textOf('main')]).toEqual([
        403,
        expect.stringContaining('last administrator'),
      ]);
    }
    expect([(await row('ada')).activity, (await row('ada')).leaves_at]).toEqual(['active', null]);
    expect(await app.db.read('scheduled_operations')).toEqual([]);
  });
});

describe('what a leaver has begun', () => {
  it('are invitations, scheduled operations and tokens, which are named, taken over or ended', async () => {
    await app.db.write(async (trx) => {
      await trx('links').where('user_id', app.people.carol).update({ created_by: app.people.lena });
    });
    const begun = await alice.post('/bulk-operations', { action: 'deactivate', ids: String(app.people.bob) });
    await alice.post(`${begun.headers.location}/schedule`, { dueAt: '2026-12-24' });
    const operation = () => app.db.read('bulk_operations').where('action', 'deactivate').first();
    await app.db.write((trx) => trx('bulk_operations').update({ created_by: app.people.lena }));
    const page = pageOf(await alice.get(leaving('lena')));
    expect(page.texts('main legend').slice(-2)).toEqual(['Scheduled operations 1', 'Open invitations made 1']);
    expect(page.typed()).toMatchObject({ scheduled: 'hand-over', invitations: 'keep' });
    const audit = await watchAudit(app);
    await submit(alice, leaving('lena'), { groups: 'keep', programs: 'keep', contacts: 'keep', invitations: 'end' });
    expect((await operation()).created_by).toBe(app.people.alice);
    expect((await audit.since()).map(({ action, subjectName }) => [action, subjectName])).toEqual([
      ['user.change-taken-over', 'bob'],
      ['invitation.withdrawn', 'carol'],
      ['user.deactivated', 'lena'],
    ]);
    await app.db.write((trx) =>
      trx('bulk_operations').where('action', 'deactivate').update({ created_by: app.people.lena }),
    );
    await submit(alice, leaving('lena'), { groups: 'keep', programs: 'keep', contacts: 'keep', scheduled: 'end' });
    expect([await operation(), await app.db.read('scheduled_operations')]).toEqual([undefined, []]);
  });
});

describe('the mails', () => {
  const mails = async () =>
    (
      await app.db.read('outbox').whereIn('kind', ['handed-over', 'person-leaves', 'programs-orphaned']).orderBy('id')
    ).map(({ kind, address, facts }) => [kind, address, JSON.parse(facts)]);

  const place = { instanceName: 'Roster', baseUrl: 'https://roster.example' };
  const letter = (kind: DueMail['kind'], facts: MailFacts) =>
    textOf(writeMessage({ kind, facts, userName: 'bob', timeZone: 'Europe/Berlin' } as DueMail, place), place);

  it('tell who takes over what is theirs, of private contacts only how many', async () => {
    await submit(alice, leaving('lena'));
    expect(await mails()).toEqual([
      [
        'handed-over',
        'bob@example.com',
        { who: 'lena', by: 'alice', groups: 'Support', programs: 'robin', contacts: '3' },
      ],
    ]);
    const facts = { who: 'lena', by: 'alice', groups: 'Support', programs: 'robin', contacts: '3' };
    expect(letter('handed-over', facts)).toContain(
      'lena has left. From now on you lead Support, you answer for robin and 3 private contacts are yours: alice decided so.',
    );
    expect(letter('handed-over', { ...facts, from: '2026-11-27T17:00:00.000Z' })).toContain(
      'lena leaves on 27 Nov 2026, 18:00 (Europe/Berlin). From then on you lead Support',
    );
  });

  it('tell the leader of who goes, ahead of it, and nothing else', async () => {
    await submit(alice, leaving('bob'), { leavesAt: '2026-11-27 18:00' });
    expect(await mails()).toEqual([
      ['person-leaves', 'lena@example.com', { who: 'bob', by: 'alice', from: '2026-11-27T18:00:00.000Z' }],
    ]);
  });
});

describe('the sheets of Deactivate and Delete', () => {
  it('name what is left behind and lead there, of one and of many; so do the record and the form', async () => {
    for (const path of ['/deactivation/new', '/deletion/new']) {
      const sheet = await alice.get(pathTo(app, 'lena', path));
      expect(pageOf(sheet).textOf('main')).toMatch(
        /What is left behind Groups led Support Private contacts 3 Nobody leads these groups then.* robin/,
      );
      expect(sheet.text).toContain(`href="${leaving('lena')}"`);
    }
    const ids = [app.people.lena, app.people.bob].map(String);
    for (const action of ['deactivate', 'delete']) {
      const sheet = await alice.get((await alice.post('/bulk-operations', { action, ids })).headers.location);
      const said = pageOf(sheet).textOf('main');
      expect(said).toContain('They own 3 private contacts, which nobody else sees.');
      expect(said).toContain('They lead 1 group, which nobody will: Support.');
      expect(said).toContain('Hand over what they leave behind: lena.');
    }
    expect((await alice.get(pathTo(app, 'lena', '/edit'))).text).toContain(`href="${leaving('lena')}"`);
    const record = pageOf(await alice.get(pathTo(app, 'lena')));
    expect(record.textOf('main')).toMatch(/Leads, owns and answers for Groups led Support .* robin Private contacts 3/);
    const rita = await signedIn(app, 'rita');
    const read = pageOf(await rita.get(pathTo(app, 'lena'))).textOf('main');
    expect(read).toMatch(/Groups led Support/);
    expect(read).not.toMatch(/Private contacts|Leaving …/);
  });
});

describe('a leader', () => {
  it('who has no password yet is said not to be active, on the group and on the record, until they have one', async () => {
    await app.db.write((trx) => trx('groups').where('id', support).update({ leader_id: app.people.carol }));
    const said = async () => [
      pageOf(await alice.get(`/groups/${support}`))
        .textOf('main')
        .includes('not active'),
      pageOf(await alice.get(pathTo(app, 'carol')))
        .textOf('main')
        .includes('Support not active'),
      pageOf(await alice.get('/groups'))
        .textOf('main')
        .includes('not active'),
    ];
    expect(await said()).toEqual([true, true, true]);
    await set('carol', { password_hash: 'x', password_set_at: '2026-11-22T00:00:00.000Z' });
    expect(await said()).toEqual([false, false, false]);
  });
});

it('is said at the command line as well, for what one can take over', async () => {
  expect(await rosterBeside(app, ['deactivate', 'lena', '--hand-over-to', 'dave'])).toMatchObject({ code: 2 });
  expect((await row('lena')).activity).toBe('active');
  const { code, output } = await rosterBeside(app, ['deactivate', 'lena', '--hand-over-to', 'ada']);
  expect([code, output]).toEqual([0, expect.stringContaining('1 program handed over to ada')]);
  expect(output).toContain('1 group left as before');
  expect([await heirs(), (await row('lena')).activity]).toEqual([['lena', 'ada', 'ada'], 'deactivated']);
});

it('asks whoever lets an administrator stay for longer, also by what they cancel, whether it is they (R54)', async () => {
  const isAsked = async (person: Person, fields: Record<string, string>) =>
    pageOf(await submit(alice, leaving(person), fields)).heading() === 'Confirm it is you';
  await submit(alice, leaving('ada'), { leavesAt: '2026-12-01' });
  const begun = await alice.post('/bulk-operations', { action: 'deactivate', ids: String(app.people.ada) });
  await alice.post(`${begun.headers.location}/schedule`, { dueAt: '2026-12-24' });
  await app.db.write((trx) =>
    trx('bulk_operations').where('action', 'deactivate').update({ created_by: app.people.bob }),
  );
  app.clock.advance(HOUR / 2);
  expect(await isAsked('ada', { leavesAt: '2026-12-02', 'leavesAt-time': '' })).toBe(true);
  await set('ada', { leaves_at: null });
  expect(await isAsked('ada', { leavesAt: '2026-12-02' })).toBe(true);
  expect(await isAsked('ada', { leavesAt: '2026-11-30' })).toBe(false);
  expect(await isAsked('bob', { scheduled: 'end' })).toBe(true);
  expect(await isAsked('bob', {})).toBe(false);
});
