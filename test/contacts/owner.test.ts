import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Person } from '../../seeds/cast.ts';
import { findRights } from '../../src/access/granted-rights.ts';
import type { Rights } from '../../src/access/rights.ts';
import { minuteOf } from '../../src/clock.ts';
import { type ContactViewer, mayEdit, maySee, type Ownership } from '../../src/contacts/contact.ts';
import { findContactViewer, whereVisible } from '../../src/contacts/contact-viewer.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { addContact, letGroup } from '../support/contacts.ts';
import { factsBesideAudit } from '../support/database.ts';
import { submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { groupId } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

type Sight = 'edits' | 'sees' | '-';

/** Whose the contact is. Closed is a deactivated group that Bob is in. */
const OWNERS = ['public', 'of bob', 'of alice', 'of Support', 'of Auditors', 'of Closed'] as const;

/**
 * Alice and Ada may write contacts; Ada's membership in Support is over. Rita may read them, and so may Bob and Lena
 * through Support; Lena has No shared data. Max may not, although a contact of his own is there.
 */
const TABLE: Record<string, Record<(typeof OWNERS)[number], Sight>> = {
  alice: {
    public: 'edits',
    'of bob': '-',
    'of alice': 'edits',
    'of Support': '-',
    'of Auditors': '-',
    'of Closed': '-',
  },
  ada: { public: 'edits', 'of bob': '-', 'of alice': '-', 'of Support': '-', 'of Auditors': '-', 'of Closed': '-' },
  rita: { public: 'sees', 'of bob': '-', 'of alice': '-', 'of Support': '-', 'of Auditors': 'edits', 'of Closed': '-' },
  bob: {
    public: 'sees',
    'of bob': 'edits',
    'of alice': '-',
    'of Support': 'edits',
    'of Auditors': '-',
    'of Closed': '-',
  },
  lena: { public: '-', 'of bob': '-', 'of alice': '-', 'of Support': 'edits', 'of Auditors': '-', 'of Closed': '-' },
  max: { public: '-', 'of bob': '-', 'of alice': '-', 'of Support': '-', 'of Auditors': '-', 'of Closed': '-' },
};
const CASES = Object.entries(TABLE).flatMap(([viewer, row]) =>
  OWNERS.map((owner) => ({ viewer: viewer as Person, owner, sight: row[owner] })),
);

describe('whose a contact is', () => {
  let app: TestApp;
  const sessions = new Map<string, Session>();
  const ids = new Map<string, number>();

  beforeAll(async () => {
    app = await startApp();
    const support = Number(await groupId(app, 'Support'));
    const auditors = Number(await groupId(app, 'Auditors'));
    await letGroup(app, support, 'read');
    const closed = await app.db.write(async (trx) => {
      const at = '2026-11-01T12:00:00.000Z';
      const [{ id }] = await trx('groups')
        .insert({ name: 'Closed', name_key: 'closed', activity: 'deactivated', created_at: at })
        .returning('id');
      await trx('memberships').insert({ user_id: app.people.bob, group_id: id, granted_at: at });
      await trx('memberships').insert({
        user_id: app.people.ada,
        group_id: support,
        granted_at: at,
        until_on: '2026-11-21',
      });
      await trx('users').where('id', app.people.lena).update({ no_shared_data: true });
      return id as number;
    });
    const owners: Record<(typeof OWNERS)[number], object> = {
      public: {},
      'of bob': { ownerUserId: app.people.bob },
      'of alice': { ownerUserId: app.people.alice },
      'of Support': { ownerGroupId: support },
      'of Auditors': { ownerGroupId: auditors },
      'of Closed': { ownerGroupId: closed },
    };
    for (const owner of OWNERS)
      ids.set(
        owner,
        await addContact(app, { name: `Xenia ${owner}`, emails: ['xenia@example.com'], ...owners[owner] }),
      );
    await addContact(app, { name: 'Xenia of max', ownerUserId: app.people.max });
    for (const viewer of Object.keys(TABLE)) sessions.set(viewer, await signedIn(app, viewer as Person));
  });
  afterAll(() => app.close());

  const paths = (id: number | undefined) => [
    `/contacts/${id}`,
    `/contacts/${id}/timeline`,
    `/contacts/${id}/edit`,
    `/contacts/${id}/deletion/new`,
  ];

  it.each(CASES)('$viewer $sight what is $owner, on every page', async ({ viewer, owner, sight }) => {
    const session = sessions.get(viewer)!;
    const wanted = { edits: [200, 200, 200, 200], sees: [200, 200, 403, 403], '-': [404, 404, 404, 404] }[sight];
    const got: number[] = [];
    for (const path of paths(ids.get(owner))) got.push((await session.get(path)).status);
    expect(got).toEqual(wanted);
  });

  it.each(CASES)(
    '$viewer $sight what is $owner, in list, count, search and palette',
    async ({ viewer, owner, sight }) => {
      const session = sessions.get(viewer)!;
      const isSeen = sight !== '-';
      const name = `Xenia ${owner}`;
      const list = await session.get(`/contacts?q=${encodeURIComponent(name)}`);
      expect(list.status).toBe(viewer === 'max' ? 404 : 200);
      if (list.status === 200) {
        expect(pageOf(list).texts('th.name a')).toEqual(isSeen ? [name] : []);
        expect(pageOf(list).textOf('#total')).toBe(isSeen ? '1 contact' : '0 contacts');
      }
      const palette = pageOf(await session.get(`/search?q=${encodeURIComponent(name)}`));
      expect(palette.texts('#found a bdi')).toEqual(isSeen ? [name] : []);
    },
  );

  it.each(CASES.filter(({ sight }) => sight !== 'edits'))(
    '$viewer cannot change what is $owner, and nothing changes',
    async ({ viewer, owner, sight }) => {
      const session = sessions.get(viewer)!;
      const id = ids.get(owner);
      const before = await factsBesideAudit(app);
      const audit = await watchAudit(app);
      const status = sight === 'sees' ? 403 : 404;
      const fields = { name: 'Mine', owner: 'private', version: '1' };
      const answers = [
        await session.send('patch', `/contacts/${id}`, fields),
        await session.post(`/contacts/${id}/deletion`),
        await session.send('delete', `/contacts/${id}/deletion`),
      ];
      expect(answers.map((answer) => answer.status)).toEqual([status, status, status]);
      expect(await factsBesideAudit(app)).toEqual(before);
      expect(await audit.actions()).toEqual(['request.refused', 'request.refused', 'request.refused']);
    },
  );

  it('is the same answer for what is hidden as for what is not there', async () => {
    const alice = sessions.get('alice')!;
    const text = async (id: number) =>
      pageOf(await alice.get(`/contacts/${id}`))
        .textOf('main')
        .replace(/number: \S+/, '');
    expect(await text(ids.get('of bob')!)).toBe(await text(999_999));
  });

  it('is not told by the pickers, nor by a link to what is hidden', async () => {
    const alice = sessions.get('alice')!;
    const hidden = String(ids.get('of bob'));
    const found = await alice.post('/users', { contactSearch: 'xenia', step: 'find contactId', contactId: hidden });
    expect(pageOf(found).texts('#contactId-picker bdi')).toEqual(['Xenia of alice', 'Xenia public']);
    const fields = { name: 'nora', email: 'nora@example.com', access: 'later', contactId: hidden };
    const linked = await alice.post('/users', fields);
    expect([linked.status, pageOf(linked).errors()]).toEqual([422, { contactId: 'Choose a person from the list.' }]);
    const proposed = await alice.post('/users', { ...fields, email: '' });
    expect(proposed.text).not.toContain('xenia@example.com');
    for (const path of [`/contacts/${hidden}/link`, `/contacts/${hidden}/offer`]) {
      expect((await alice.post(path, { user: 'lena' })).status).toBe(404);
      expect((await alice.send('delete', path)).status).toBe(404);
    }
    expect(pageOf(await alice.get(`/users/new?contact=${hidden}`)).typed()).toMatchObject({ name: '', contactId: '' });
  });

  it('is told of a group on its record, to its members alone', async () => {
    const support = await groupId(app, 'Support');
    expect(pageOf(await sessions.get('alice')!.get(`/groups/${support}`)).$('#contacts').length).toBe(0);
    const { db } = app;
    await db.write((trx) =>
      trx('memberships').insert({
        user_id: app.people.rita,
        group_id: support,
        granted_at: '2026-11-01T12:00:00.000Z',
      }),
    );
    const record = pageOf(await sessions.get('rita')!.get(`/groups/${support}`));
    expect(record.texts('section:has(#contacts) li a')).toEqual(['Xenia of Support']);
    const list = pageOf(await sessions.get('rita')!.get(record.$('section:has(#contacts) > p a').attr('href')!));
    expect(list.texts('th.name a')).toEqual(['Xenia of Support']);
    await db.write((trx) => trx('memberships').where({ user_id: app.people.rita, group_id: support }).delete());
  });

  it('is one rule, said of one contact and in SQL: both agree about anybody and anything', async () => {
    const { db } = app;
    const groups: number[] = await db.read('groups').pluck('id');
    const people = Object.values(app.people);
    const owner = fc.oneof(
      fc.constant<Ownership>({ ownerUserId: null, ownerGroupId: null }),
      fc.constantFrom(...people).map((ownerUserId) => ({ ownerUserId, ownerGroupId: null })),
      fc.constantFrom(...groups).map((ownerGroupId) => ({ ownerUserId: null, ownerGroupId })),
    );
    const [owners] = fc.sample(fc.array(owner, { minLength: 200, maxLength: 200 }), { numRuns: 1, seed: 7 });
    const contacts: (Ownership & { id: number })[] = [];
    for (const one of owners)
      contacts.push({
        ...one,
        id: await addContact(app, {
          name: 'Random',
          ownerUserId: one.ownerUserId ?? undefined,
          ownerGroupId: one.ownerGroupId ?? undefined,
        }),
      });
    const anyViewer: fc.Arbitrary<ContactViewer> = fc.record({
      id: fc.oneof(fc.constant(null), fc.constantFrom(...people)),
      name: fc.constant('somebody'),
      rights: fc.constantFrom<Rights>({}, { users: 'write' }, { contacts: 'read' }, { contacts: 'write' }),
      noSharedData: fc.boolean(),
      groupIds: fc.subarray(groups).map((some) => new Set(some)),
    });
    await fc.assert(
      fc.asyncProperty(anyViewer, async (viewer) => {
        const query = db.read('contacts').where('contacts.name', 'Random').orderBy('id');
        const visible: number[] = await whereVisible(query, viewer).pluck('id');
        expect(visible).toEqual(contacts.filter((one) => maySee(viewer, one)).map((one) => one.id));
        for (const one of contacts) if (mayEdit(viewer, one)) expect(maySee(viewer, one)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('is asked of who somebody is now: their groups of today, their setting of today', async () => {
    const { db } = app;
    const now = minuteOf(app.clock.now());
    const viewerOf = async (person: Person) => {
      const id = app.people[person];
      return findContactViewer(db.read, { id, name: person, rights: await findRights(db.read, id, now) }, now);
    };
    const support = Number(await groupId(app, 'Support'));
    expect([...(await viewerOf('bob')).groupIds]).toEqual([support]);
    expect([...(await viewerOf('ada')).groupIds]).toEqual([Number(await groupId(app, 'Administrators'))]);
    expect([(await viewerOf('bob')).noSharedData, (await viewerOf('lena')).noSharedData]).toEqual([false, true]);
  });
});

it('is at first whoever makes it and has No shared data: nobody makes what they could not see', async () => {
  await using app = await startApp();
  await app.db.write((trx) => trx('users').where('id', app.people.alice).update({ no_shared_data: true }));
  const alice = await signedIn(app, 'alice');
  expect(pageOf(await alice.get('/contacts/new?kind=person')).typed()).toMatchObject({ owner: 'private' });
  const fields = { name: 'nora', email: 'nora@example.com', newContactName: 'Nora Nilsson' };
  expect((await submit(alice, '/users/new', fields)).status).toBe(303);
  const made = await app.db.read('contacts').where('name', 'Nora Nilsson').first();
  expect(made).toMatchObject({ owner_user_id: app.people.alice, owner_group_id: null });
});

it('keeps the tags of contacts off the pages of users and groups', async () => {
  await using app = await startApp();
  const id = await addContact(app, { name: 'Quentin', ownerUserId: app.people.bob });
  await app.db.write(async (trx) => {
    const [tag] = await trx('tags').insert({ name: 'Confidential', name_key: 'confidential' }).returning('id');
    await trx('contact_tags').insert({ contact_id: id, tag_id: tag.id });
  });
  const alice = await signedIn(app, 'alice');
  for (const path of ['/users', '/users/new', '/groups', '/groups/new', '/search?q=confid'])
    expect([path, (await alice.get(path)).text.includes('Confidential')]).toEqual([path, false]);
});
