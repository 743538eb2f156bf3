import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Person } from '../../seeds/cast.ts';
import { DAY } from '../../src/clock.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { factsBesideAudit, userRow } from '../support/database.ts';
import { send, submit } from '../support/form.ts';
import { linkFor } from '../support/links.ts';
import { pageOf } from '../support/page.ts';
import { type Fields, Session, signedIn } from '../support/session.ts';

describe('editing a user', () => {
  let app: TestApp;
  let alice: Session;
  beforeEach(async () => {
    app = await startApp();
    alice = await signedIn(app, 'alice');
  });
  afterEach(() => app.close());

  const editOf = (person: Person) => `/users/${app.people[person]}/edit`;
  const edit = (person: Person, fields: Fields, session = alice) => submit(session, editOf(person), fields);
  const groupIds = async (person: Person): Promise<number[]> =>
    app.db.read('memberships').where('user_id', app.people[person]).orderBy('group_id').pluck('group_id');
  const groupId = async (name: string): Promise<string> =>
    String((await app.db.read('groups').where({ name }).first('id')).id);
  const person = async (name: string): Promise<string> => {
    const [{ id }] = await app.db.write((trx) =>
      trx('contacts').insert({ kind: 'person', name, sort_name: name.toLowerCase(), created_at: 'x' }).returning('id'),
    );
    return String(id);
  };

  it.each<[string, Fields, Record<string, unknown>, Record<string, unknown>]>([
    ['the name', { name: 'bobby' }, { name: 'bob' }, { name: 'bobby' }],
    ['when they leave', { leavesAt: '2027-01-31 18:00' }, { leavesAt: null }, { leavesAt: '2027-01-31T18:00:00.000Z' }],
    ['when they start', { startsAt: '2027-01-31' }, { startsAt: null }, { startsAt: '2027-01-31T00:00:00.000Z' }],
    ['No shared data', { noSharedData: 'yes' }, { noSharedData: false }, { noSharedData: true }],
    ['the tags', { tags: 'Berlin' }, { tags: ['Berlin', 'part-time'] }, { tags: ['Berlin'] }],
    ['the description', { description: 'x' }, { description: '' }, { description: 'x' }],
    [
      'the contact',
      { contactId: '' },
      { linkedContact: { type: 'contact', id: 4, name: 'Bob Schmidt' } },
      { linkedContact: null },
    ],
    ['the groups', { groups: [] }, { groups: [{ type: 'group', id: 4, name: 'Support' }] }, { groups: [] }],
  ])('changes %s and tells before and after of nothing else (R77)', async (_, fields, before, after) => {
    const audit = await watchAudit(app);
    const { version } = await userRow(app, app.people.bob);
    const saved = await edit('bob', fields);
    expect([saved.status, saved.headers.location]).toEqual([303, `/users/${app.people.bob}`]);
    const events = await audit.since();
    expect(events.map((event) => [event.action, event.before, event.after])).toEqual([['user.updated', before, after]]);
    expect((await userRow(app, app.people.bob)).version).toBe(Number(version) + 1);
    expect(pageOf(await alice.get(saved.headers.location)).message()).toBe('Saved.');
  });

  it('leaves no event and no new version where nothing was changed', async () => {
    const audit = await watchAudit(app);
    const before = await factsBesideAudit(app);
    expect((await edit('bob', {})).status).toBe(303);
    expect(await factsBesideAudit(app)).toEqual(before);
    expect(await audit.actions()).toEqual([]);
  });

  it('lets the user in under the new name and address, and no longer under the old ones', async () => {
    await edit('bob', { name: 'robert', email: 'robert@example.com' });
    const statuses: [string, number][] = [];
    for (const identifier of ['robert', 'robert@example.com', 'bob', 'bob@example.com'])
      statuses.push([identifier, (await new Session(app).signIn(identifier)).status]);
    expect(statuses).toEqual([
      ['robert', 303],
      ['robert@example.com', 303],
      ['bob', 422],
      ['bob@example.com', 422],
    ]);
  });

  it('finds the user under the new name, address and contact, and no longer under the old ones', async () => {
    const contactId = await person('Zoe Quist');
    await edit('bob', { name: 'xaver', email: 'yvonne@example.com', contactId });
    const found = async (q: string) => pageOf(await alice.get(`/users?q=${q}`)).texts('th.name a');
    for (const q of ['xaver', 'yvonne', 'quist', 'xaver+quist']) expect([q, await found(q)]).toEqual([q, ['xaver']]);
    for (const q of ['bob', 'schmidt']) expect([q, await found(q)]).toEqual([q, []]);
  });

  it('writes no column that the form does not have (R60)', async () => {
    const { version, description, ...before } = await userRow(app, app.people.bob);
    const columns = Object.keys(before).filter((name) => !['name', 'email'].includes(name));
    const saved = await edit('bob', {
      ...Object.fromEntries(columns.map((name) => [name, '1'])),
      activity: 'deleted',
      role: 'admin',
      is_admin: '1',
      passwordHash: 'x',
      lockedUntil: '9999',
      __proto__: 'x',
      constructor: 'x',
      description: 'the only change',
    });
    expect(saved.status).toBe(303);
    const after = await userRow(app, app.people.bob);
    expect(after).toEqual({ ...before, version: Number(version) + 1, description: 'the only change' });
  });

  it('refuses the name and the address of somebody else, and keeps what was typed', async () => {
    for (const [field, value] of [
      ['name', 'LENA'],
      ['email', 'Lena@example.com'],
    ]) {
      const refused = await edit('bob', { [field]: value, description: 'kept' });
      expect(refused.status).toBe(422);
      expect(pageOf(refused).errors()).toEqual({ [field]: `Another user has this ${field} already.` });
      expect(pageOf(refused).typed()).toMatchObject({ [field]: value, description: 'kept' });
    }
  });

  describe('when somebody else saved since the form was opened', () => {
    it('shows both values of everything that differs, loses nothing, and saves when sent again (R67)', async () => {
      const support = await groupId('Support');
      const zoe = await person('Zoe Quist');
      const form = await alice.get(editOf('bob'));
      const ada = await signedIn(app, 'ada');
      const theirs = {
        name: 'robert',
        tags: 'Rome',
        contactId: zoe,
        groups: [],
        noSharedData: 'yes',
        leavesAt: '2027-01-31',
      };
      expect((await edit('bob', theirs, ada)).status).toBe(303);
      const before = await factsBesideAudit(app);
      const audit = await watchAudit(app);

      const mine = { name: 'bobby', tags: 'Berlin', description: 'typed with care', groups: [support] };
      const stale = await send(alice, form, mine);
      expect(stale.status).toBe(409);
      expect(await factsBesideAudit(app)).toEqual(before);
      expect(await audit.actions()).toEqual([]);
      const page = pageOf(stale);
      expect(page.textOf('main [role=alert]')).toMatch(/^Somebody else changed this user/);
      expect(page.typed()).toMatchObject({ ...mine, groups: support });
      const shown = page.texts('.theirs').map((text) => text.replace('Saved meanwhile: ', ''));
      for (const value of ['robert', 'Rome', 'Zoe Quist', 'none', 'yes', '31 Jan 2027'])
        expect(shown).toEqual(expect.arrayContaining([value]));

      const saved = await send(alice, stale);
      expect(saved.status).toBe(303);
      expect(await userRow(app, app.people.bob)).toMatchObject({ name: 'bobby', description: 'typed with care' });
    });

    it('says nothing of what only the one changed who reads it', async () => {
      const form = await alice.get(editOf('bob'));
      await edit('bob', { tags: 'Rome' }, await signedIn(app, 'ada'));
      const stale = await send(alice, form, { name: 'bobby', description: 'mine' });
      expect(pageOf(stale).texts('.theirs')).toEqual(['Saved meanwhile: Rome']);
      await edit('bob', { leavesAt: '2027-01-31' }, await signedIn(app, 'ada'));
      expect(pageOf(await send(alice, stale)).texts('.theirs')).toEqual(['Saved meanwhile: 31 Jan 2027']);
    });

    it('names the groups that were saved meanwhile, and does not list their numbers', async () => {
      const form = await alice.get(editOf('bob'));
      await edit('bob', { groups: [await groupId('Support'), await groupId('Auditors')] }, await signedIn(app, 'ada'));
      const stale = await send(alice, form, { description: 'mine' });
      expect(pageOf(stale).textOf('#groups .theirs')).toBe('Saved meanwhile: Auditors, Support');
    });

    it('shows the contact that was linked meanwhile', async () => {
      const form = await alice.get(editOf('bob'));
      await edit('bob', { contactId: await person('Zoe Quist') }, await signedIn(app, 'ada'));
      const stale = await send(alice, form, { description: 'mine' });
      expect(pageOf(stale).textOf('#contactId-picker .theirs')).toBe('Saved meanwhile: Zoe Quist');
    });

    it('lets one of two who send at once through', async () => {
      const form = await alice.get(editOf('bob'));
      const answers = await Promise.all(['a', 'b', 'c'].map((description) => send(alice, form, { description })));
      expect(answers.map((answer) => answer.status).sort()).toEqual([303, 409, 409]);
    });

    it.each(['', '0', '-1', 'abc', '999', '1e0x'])('takes the version %j for a stale one', async (version) => {
      const refused = await edit('bob', { version, description: 'x' });
      expect([refused.status, pageOf(refused).typed().version]).toEqual([409, '2']);
    });

    it('counts a change of life-cycle as well: who was deleted is not edited unseen', async () => {
      const form = await alice.get(editOf('bob'));
      await alice.post(`/users/${app.people.bob}/deactivation`);
      expect((await send(alice, form, { description: 'x' })).status).toBe(409);
    });
  });

  describe('its groups', () => {
    it('stay as they are where the request does not show them (R62)', async () => {
      const before = await groupIds('bob');
      const form = pageOf(await alice.get(editOf('bob'))).typed();
      const { groups: _, groupsShown: __, ...rest } = form;
      const saved = await alice.send('patch', `/users/${app.people.bob}`, { ...rest, description: 'x' } as Fields);
      expect(saved.status).toBe(303);
      expect(await groupIds('bob')).toEqual(before);
      // Even where it names some: without showing them it says nothing.
      const again = { ...pageOf(await alice.get(editOf('bob'))).typed(), groups: await groupId('Auditors') };
      const { groupsShown: ___, ...unseen } = again as Fields;
      await alice.send('patch', `/users/${app.people.bob}`, { ...unseen, description: 'y' });
      expect(await groupIds('bob')).toEqual(before);
    });

    it('are all taken where the form shows them and none is ticked', async () => {
      await edit('bob', { groups: [] });
      expect(await groupIds('bob')).toEqual([]);
    });

    it('keep since when and by whom when others are added', async () => {
      const before = await app.db.read('memberships').where('user_id', app.people.bob);
      app.clock.advance(DAY / 2);
      const session = await signedIn(app, 'alice');
      const both = [await groupId('Support'), await groupId('Auditors')];
      await edit('bob', { groups: both }, session);
      const after = await app.db.read('memberships').where('user_id', app.people.bob).orderBy('granted_at');
      expect(after[0]).toEqual(before[0]);
      expect(after[1]).toMatchObject({ granted_by: app.people.alice, granted_at: '2026-11-23T00:00:00.000Z' });
    });

    it('grant and take rights from the next request on, without a new sign-in', async () => {
      const bob = await signedIn(app, 'bob');
      expect((await bob.get('/users')).status).toBe(404);
      await edit('bob', { groups: await groupId('Helpdesk') });
      expect((await bob.get('/users/new')).status).toBe(200);
      await edit('bob', { groups: await groupId('Auditors') });
      expect([(await bob.get('/users/new')).status, (await bob.get('/audit')).status]).toEqual([403, 200]);
      await edit('bob', { groups: [] });
      expect((await bob.get('/users')).status).toBe(404);
      // What was open stays open: only the rights are gone.
      expect((await bob.get('/credentials')).status).toBe(200);
    });

    it('grant nothing while they are deactivated', async () => {
      const max = await signedIn(app, 'max');
      expect((await max.get('/users')).status).toBe(200);
      await app.db.write((trx) => trx('groups').where('name', 'Helpdesk').update({ activity: 'deactivated' }));
      expect((await max.get('/users')).status).toBe(404);
    });
  });

  describe('the system email', () => {
    it('ends the open links of the user when it changes, and a new invitation is offered', async () => {
      const link = await linkFor(app, 'carol', 'invitation', alice);
      const saved = await edit('carol', { email: 'carol@new.example' });
      const record = pageOf(await alice.get(saved.headers.location));
      expect(record.message()).toMatch(/Open links of this user ended with this change/);
      expect(record.$('#messages a').attr('href')).toBe(`/users/${app.people.carol}/invitation/new`);
      expect(record.heading()).toBe('carol Not invited');
      expect((await new Session(app).get(link)).status).toBe(410);
    });

    it('ends them only after saying so, and makes a new one in the same press (promise 5)', async () => {
      const link = await linkFor(app, 'carol', 'invitation', alice);
      const told = await edit('carol', { email: 'carol@new.example', step: 'save' });
      expect(pageOf(told).texts('#effects li')).toEqual([
        'The open invitation ends: it may have gone to the old address.',
      ]);
      expect((await new Session(app).get(link)).status).toBe(303);
      const saved = await send(alice, told, { step: 'save' });
      const record = pageOf(await alice.get(saved.headers.location));
      expect([(await new Session(app).get(link)).status, record.message()]).toEqual([
        410,
        'Saved. Here is the new link.',
      ]);
      expect((await new Session(app).get(new URL(record.link()!).pathname)).status).toBe(303);
    });

    it('ends a password reset that is open', async () => {
      const link = await linkFor(app, 'bob', 'password-reset', alice);
      const saved = await edit('bob', { email: 'bob@new.example' });
      expect((await new Session(app).get(link)).status).toBe(410);
      expect(pageOf(await alice.get(saved.headers.location)).$('#messages a').length).toBe(0);
    });

    it('keeps the links when something else changes', async () => {
      const link = await linkFor(app, 'carol', 'invitation', alice);
      await edit('carol', { description: 'x', name: 'caroline' });
      expect((await new Session(app).get(link)).status).toBe(303);
    });
  });

  it('leaves No shared data to those who do not have it themself (R62)', async () => {
    await app.db.write((trx) =>
      trx('users').whereIn('id', [app.people.ada, app.people.bob]).update({ no_shared_data: true }),
    );
    const ada = await signedIn(app, 'ada');
    const audit = await watchAudit(app);
    for (const person of ['ada', 'bob'] as const) {
      const refused = await edit(person, { noSharedData: [], description: 'kept' }, ada);
      expect([refused.status, pageOf(refused).errors()]).toEqual([
        422,
        { noSharedData: expect.stringMatching(/^You have No shared data yourself/) },
      ]);
      expect((await edit(person, { description: 'still narrowed' }, ada)).status).toBe(303);
    }
    expect(await audit.actions()).toEqual(['request.refused', 'user.updated', 'request.refused', 'user.updated']);
    expect((await edit('ada', { noSharedData: [] })).status).toBe(303);
  });

  describe('API-only', () => {
    const integration = { apiOnly: 'yes', apiOnlyReason: 'x', apiOnlyOwner: 'alice', apiOnlyReviewOn: '2027-01-31' };

    it('ends sessions and open links, and with it every sign-in', async () => {
      const bob = await signedIn(app, 'bob');
      const link = await linkFor(app, 'bob', 'password-reset', alice);
      expect((await edit('bob', integration)).status).toBe(303);
      // Not only for as long as bob is API-only.
      expect(await app.db.read('sessions').where('user_id', app.people.bob)).toEqual([]);
      expect((await bob.get('/credentials')).headers.location).toMatch(/^\/session\/new/);
      expect((await new Session(app).get(link)).status).toBe(410);
      expect((await new Session(app).signIn('bob')).status).toBe(422);
    });

    it('needs its reason, owner and review date, and forgets them when it is an ordinary user again', async () => {
      const refused = await edit('bob', { apiOnly: 'yes' });
      expect([refused.status, Object.keys(pageOf(refused).errors())]).toEqual([
        422,
        ['apiOnlyReason', 'apiOnlyOwner', 'apiOnlyReviewOn'],
      ]);
      await edit('bob', integration);
      await edit('bob', { ...integration, apiOnly: [] });
      expect(await userRow(app, app.people.bob)).toMatchObject({
        api_only: 0,
        api_only_reason: null,
        api_only_owner_id: null,
        api_only_review_on: null,
      });
      // Nor does the password of before open anything again.
      expect((await new Session(app).signIn('bob')).status).toBe(422);
    });
  });

  describe('the expiry date', () => {
    it('lets the user in on its day, and not from the next midnight on, without any job (R51)', async () => {
      await edit('bob', { leavesAt: '2026-11-22' });
      app.clock.advance(DAY / 2 - 1000);
      const bob = await signedIn(app, 'bob');
      app.clock.advance(999);
      expect((await bob.get('/credentials')).status).toBe(200);
      app.clock.advance(1);
      expect((await bob.get('/credentials')).status).toBe(303);
      expect((await new Session(app).signIn('bob')).status).toBe(422);
    });

    it('closes the open links of the user once it has passed', async () => {
      const link = await linkFor(app, 'carol', 'invitation', alice);
      await edit('carol', { leavesAt: '2026-11-22' });
      app.clock.advance(DAY);
      const carol = new Session(app);
      const answer = await carol.get(link);
      const last = answer.status === 303 ? await carol.get(answer.headers.location) : answer;
      expect(last.status).toBe(410);
    });
  });

  describe('the linked contact', () => {
    it('changes between two persons of one name', async () => {
      const [first, second] = [await person('Kim Lee'), await person('Kim Lee')];
      await edit('bob', { contactId: first });
      const saved = await edit('bob', { contactId: second });
      expect(saved.status).toBe(303);
      expect((await userRow(app, app.people.bob)).contact_id).toBe(Number(second));
    });

    it('is warned about once: who is linked to a customer already is saved without another word', async () => {
      const { id } = await app.db.read('contacts').where('name', 'Cleo Customer').first('id');
      const fields = { contactId: String(id) };
      expect((await edit('bob', fields)).status).toBe(422);
      expect((await edit('bob', { ...fields, acceptAccounts: 'yes' })).status).toBe(303);
      expect((await edit('bob', { description: 'x' })).status).toBe(303);
    });

    it('is made on the spot, with its own event', async () => {
      const audit = await watchAudit(app);
      const saved = await edit('lena', { newContactName: 'Lena Lund', newContactEmail: 'lena@home.example' });
      expect(saved.status).toBe(303);
      expect(await audit.actions()).toEqual(['contact.created', 'user.updated']);
      expect(await userRow(app, app.people.lena)).toMatchObject({ contact_name: 'Lena Lund' });
    });
  });

  it('tells of tags what is true: another spelling of a tag there is no change', async () => {
    const audit = await watchAudit(app);
    await edit('lena', { tags: 'BERLIN, new, berlin' });
    const [event] = await audit.since();
    const stored = await app.db
      .read('user_tags')
      .join('tags', 'tags.id', 'tag_id')
      .where('user_id', app.people.lena)
      .orderBy('name')
      .pluck('name');
    expect(stored).toEqual(['Berlin', 'new']);
    expect([event.before, event.after]).toEqual([{ tags: ['Berlin'] }, { tags: ['Berlin', 'new'] }]);
  });
});
