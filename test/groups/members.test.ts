import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Person } from '../../seeds/cast.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { factsBesideAudit } from '../support/database.ts';
import { send, submit } from '../support/form.ts';
import { linkFor } from '../support/links.ts';
import { linkIn, startMailing } from '../support/mailing.ts';
import { pageOf } from '../support/page.ts';
import { groupId, pathTo } from '../support/people.ts';
import { Session, signedIn } from '../support/session.ts';

describe('the members of a group', () => {
  let app: TestApp;
  let alice: Session;
  beforeEach(async () => {
    app = await startApp();
    alice = await signedIn(app, 'alice');
  });
  afterEach(() => app.close());

  const pathOf = async (name: string, rest = '') => `/groups/${await groupId(app, name)}${rest}`;
  const idsOf = (...people: Person[]) => people.map((person) => String(app.people[person]));
  const membersOf = async (name: string) =>
    app.db
      .read('memberships')
      .join('users', 'users.id', 'user_id')
      .where('group_id', await groupId(app, name))
      .orderBy('users.name')
      .pluck('users.name');
  const allow = async (group: string, application: string, level: string) => {
    const row = { group_id: Number(await groupId(app, group)), application, level };
    await app.db.write((trx) => trx('group_permissions').insert(row).onConflict(['group_id', 'application']).merge());
  };

  it('are found as somebody searches, taken, and stay taken through the next search', async () => {
    const found = await submit(alice, await pathOf('Auditors', '/members/new'), { idsSearch: 'bo', step: 'find ids' });
    expect(pageOf(found).texts('.found bdi')).toEqual(['bob']);
    const taken = await send(alice, found, { step: `take ids ${idsOf('bob')}` });
    const more = await send(alice, taken, { idsSearch: 'rita', step: 'find ids' });
    expect(pageOf(more).texts('.picked > li')).toEqual(['bob bob@example.com']);
    expect(pageOf(more).texts('.found button[disabled]')).toEqual(['rita is a member already']);
    // Whoever can be taken comes before whoever is in the group.
    const many = await send(alice, taken, { idsSearch: 'ri', step: 'find ids' });
    expect(pageOf(many).texts('.found bdi')).toEqual(['erin', 'rita']);
    const sheet = await send(alice, more, { idsSearch: '' });
    expect(pageOf(sheet).texts('#sheet li')[0]).toBe('1 person gains read on audit.');
    expect((await send(alice, sheet)).status).toBe(303);
    expect(await membersOf('Auditors')).toEqual(['bob', 'rita']);
  });

  it('are pasted as a list, and nobody is added before it is known who was not found', async () => {
    const list = 'BOB\nErin <erin@example.com>; nobody, no@where.example\n\nbob';
    const path = await pathOf('Auditors', '/members/new');
    const refused = await submit(alice, path, { list, untilAt: '2026-11-30' });
    expect([refused.status, pageOf(refused).errors()]).toEqual([
      422,
      { list: 'Not found: nobody, no@where.example. Nobody was added yet.' },
    ]);
    expect(pageOf(refused).$('#list').val()).toBe(list);
    expect(pageOf(refused).typed()).toMatchObject({ untilAt: '2026-11-30' });
    expect(await membersOf('Auditors')).toEqual(['rita']);
    const late = await send(alice, refused, { acceptUnknown: 'yes', untilAt: '2026-11-21' });
    expect(pageOf(late).errors()).toEqual({ untilAt: 'This moment is over. Choose a later one.' });
    const sheet = await send(alice, late, { acceptUnknown: 'yes', untilAt: '2026-11-30' });
    expect(pageOf(sheet).texts('#sheet li').at(-1)).toBe('Until the end of 30 Nov 2026 (UTC).');
    expect(await membersOf('Auditors')).toEqual(['rita']);
    const added = await send(alice, sheet);
    const record = pageOf(await alice.get(added.headers.location));
    expect(record.message()).toBe('2 users were added to Auditors.');
    expect(record.texts('section:has(#members) li')[0]).toBe(
      'bob bob@example.com · since 22 Nov 2026 by alice, until 30 Nov 2026 (UTC)',
    );
  });

  it('have their rights from the next request on, and lose them so, each with one event on both timelines', async () => {
    const bob = await signedIn(app, 'bob');
    const audit = await watchAudit(app);
    await submit(alice, await pathOf('Auditors', '/members/new'), { list: 'bob', confirmed: 'yes' });
    expect((await bob.get('/users')).status).toBe(200);
    await alice.send('patch', await pathOf('Auditors', '/members'), { ids: idsOf('bob'), untilAt: '2026-11-22' });
    await alice.send('delete', await pathOf('Auditors', '/members'), { ids: idsOf('bob') });
    const events = await audit.since();
    const group = { type: 'group', id: Number(await groupId(app, 'Auditors')), name: 'Auditors' };
    expect((await bob.get('/users')).status).toBe(404);
    expect(events.map((event) => [event.action, event.subjectName, event.before, event.after])).toEqual([
      ['membership.granted', 'bob', {}, { group }],
      ['membership.until-set', 'bob', { until: null }, { group, until: '2026-11-23T00:00:00.000Z' }],
      ['membership.ended', 'bob', { group }, { group: null }],
    ]);
    for (const path of [await pathOf('Auditors'), pathTo(app, 'bob')]) {
      const page = pageOf(await alice.get(path));
      expect(page.texts('.event > p:first-child').slice(0, 3)).toEqual([
        '12:00 alice took a membership from bob',
        '12:00 alice set the end of a membership of bob',
        '12:00 alice gave a membership to bob',
      ]);
      expect(page.texts('.event').join(' ')).toContain('member until: nothing → 22 Nov 2026 (UTC)');
    }
  });

  it('are told, before they are removed, what that takes and what stays', async () => {
    await allow('Support', 'contacts', 'write');
    await allow('Support', 'audit', 'read');
    await submit(alice, await pathOf('Auditors', '/members/new'), { list: 'bob', confirmed: 'yes' });
    const ids = idsOf('bob', 'lena', 'carol');
    const sheet = pageOf(await alice.get(`${await pathOf('Support', '/members/edit')}?ids=${ids.join('&ids=')}`));
    expect(sheet.texts('#end-form li').slice(0, 2)).toEqual([
      '2 people lose read on audit; 1 keeps it through Auditors.',
      '3 people lose write on contacts, of whom 1 keeps read.',
    ]);
    expect(sheet.texts('#end-form .buttons button')).toEqual(['Remove 3 members']);
  });

  it('changed on the form of a user are told there first, by what that does, and once for the same groups', async () => {
    await allow('Support', 'contacts', 'write');
    const path = pathTo(app, 'bob', '/edit');
    const auditors = await groupId(app, 'Auditors');
    const told = await submit(alice, path, { groups: [auditors], step: 'save' });
    expect([told.status, pageOf(told).texts('#effects li').toSorted()]).toEqual([
      200,
      [
        '1 person loses write on contacts and keeps read.',
        '1 person gains read on audit.',
        '1 person gains read on groups.',
        '1 person gains read on users.',
      ].sort(),
    ]);
    expect(await membersOf('Auditors')).toEqual(['rita']);
    const none = await send(alice, told, { groups: [], step: 'save' });
    expect(pageOf(none).texts('#effects li')).toEqual(['1 person loses write on contacts.']);
    expect((await send(alice, none, { groups: [], step: 'save' })).status).toBe(303);
    expect(await membersOf('Support')).toEqual(['carol', 'dave', 'lena']);
    expect((await submit(alice, path, { description: 'x', step: 'save' })).status).toBe(303);
  });

  it('show on the timeline of each group that a form of a user gives or takes', async () => {
    const latest = async (group: string) =>
      pageOf(await alice.get(await pathOf(group))).texts('.event > p:first-child')[0];
    await submit(alice, pathTo(app, 'bob', '/edit'), { groups: [await groupId(app, 'Auditors')] });
    for (const group of ['Support', 'Auditors']) expect(await latest(group)).toBe('12:00 alice changed bob');
    await submit(alice, '/users/new', {
      name: 'nina',
      email: 'nina@example.com',
      groups: [await groupId(app, 'Auditors')],
    });
    expect(await latest('Auditors')).toBe('12:00 alice created nina');
    expect(await latest('Support')).toBe('12:00 alice changed bob');
  });

  it('begin anew where their membership was over, and not while it counts', async () => {
    const path = await pathOf('Support', '/members');
    await app.db.write((trx) =>
      trx('memberships').where('user_id', app.people.bob).update({ until_on: '2026-11-21', granted_at: 'long ago' }),
    );
    const answer = await alice.post(path, { list: 'bob, lena', confirmed: 'yes' });
    expect(pageOf(await alice.get(answer.headers.location)).message()).toBe(
      '1 user was added to Support. Left out: lena is a member already.',
    );
    const row = await app.db.read('memberships').where('user_id', app.people.bob).first();
    expect(row).toMatchObject({ until_on: null, granted_by: app.people.alice, granted_at: '2026-11-22T12:00:00.000Z' });
  });

  it('get no end that is over already', async () => {
    const path = await pathOf('Support', '/members');
    const answer = await alice.send('patch', path, { ids: idsOf('bob'), untilAt: '2026-11-21' });
    expect([answer.status, Object.keys(pageOf(answer).errors())]).toEqual([422, ['untilAt']]);
  });

  it('whose membership is over get no new end: they are added again, by whoever does it', async () => {
    await app.db.write((trx) => trx('memberships').where('user_id', app.people.bob).update({ until_on: '2026-11-21' }));
    const answer = await alice.send('patch', await pathOf('Support', '/members'), { ids: idsOf('bob'), untilAt: '' });
    expect(pageOf(await alice.get(answer.headers.location)).message()).toBe(
      'Nothing changed. Left out: bob is no member any more: add them again.',
    );
    expect((await app.db.read('memberships').where('user_id', app.people.bob).first()).until_on).toBe('2026-11-21');
  });

  it('lead no longer once they are removed, on their group or on their own form', async () => {
    for (const remove of [
      async () => alice.send('delete', await pathOf('Support', '/members'), { ids: idsOf('lena') }),
      () => submit(alice, pathTo(app, 'lena', '/edit'), { groups: [] }),
    ]) {
      await alice.post(await pathOf('Support', '/members'), { list: 'lena', confirmed: 'yes' });
      await submit(alice, await pathOf('Support', '/edit'), { leader: 'lena' });
      const audit = await watchAudit(app);
      expect((await remove()).status).toBe(303);
      expect(pageOf(await alice.get(await pathOf('Support'))).fact('Leader')).toBe('none');
      const last = (await audit.since()).find((event) => event.action === 'group.updated');
      expect([last?.before, last?.after]).toEqual([
        { leader: { type: 'user', id: app.people.lena, name: 'lena' } },
        { leader: null },
      ]);
    }
  });

  it('lose only links of makers who could not give as much, which the sheet says, and get new ones (R37, R85)', async () => {
    const max = await signedIn(app, 'max');
    const old = {
      carol: await linkFor(app, 'carol', 'invitation', max),
      bob: await linkFor(app, 'bob', 'password-reset', max),
      lena: await linkFor(app, 'lena', 'password-reset', alice),
    };
    const list = 'carol, bob, lena';
    const sheet = await alice.post(await pathOf('Auditors', '/members'), { list });
    expect(pageOf(sheet).texts('#sheet li')).toContain(
      'Open invitations and password links of 2 users end: they were made for somebody who could do less.',
    );
    const added = await send(alice, sheet, {});
    for (const [name, link] of Object.entries(old))
      expect([name, (await new Session(app).get(link)).status]).toEqual([name, name === 'lena' ? 303 : 410]);
    const lines = String(
      pageOf(await alice.get(added.headers.location))
        .$('#links')
        .val(),
    ).split('\n');
    expect(lines.map((line) => line.split('\t')[0])).toEqual(['carol', 'bob']);
    for (const line of lines)
      expect((await new Session(app).get(new URL(line.split('\t')[2]).pathname)).status).toBe(303);
    expect(pageOf(await alice.get(added.headers.location)).$('#links').length).toBe(0);
  });

  it('keep the link of a reset that they asked for themselves, whoever adds them (R21)', async () => {
    const { app: mailed, deliver, server, close } = await startMailing();
    try {
      await new Session(mailed).post('/passwords/requests', { identifier: 'bob' });
      await deliver();
      const admin = await signedIn(mailed, 'alice');
      const group = await groupId(mailed, 'Auditors');
      await admin.post(`/groups/${group}/members`, { list: 'bob', confirmed: 'yes' });
      expect((await new Session(mailed).get(linkIn(server.mails[0]))).status).toBe(303);
    } finally {
      await close();
    }
  });

  it('make a form of theirs stale that was opened before (R67)', async () => {
    const form = await alice.get(pathTo(app, 'bob', '/edit'));
    const ada = await signedIn(app, 'ada');
    await ada.post(await pathOf('Auditors', '/members'), { list: 'bob', confirmed: 'yes' });
    expect((await send(alice, form, { description: 'x' })).status).toBe(409);
    expect(await membersOf('Auditors')).toEqual(['bob', 'rita']);
  });

  describe('are out of reach', () => {
    async function refuses(attempt: () => Promise<{ status: number; text: string }>, words: RegExp) {
      const before = await factsBesideAudit(app);
      const audit = await watchAudit(app);
      const answer = await attempt();
      expect([answer.status, answer.text]).toEqual([403, expect.stringMatching(words)]);
      expect(await factsBesideAudit(app)).toEqual(before);
      expect(await audit.actions()).toEqual(['request.refused']);
    }

    it.each(['post', 'patch', 'delete'] as const)(
      'of who may not do what the group, or the user, may: %s (R62)',
      async (method) => {
        await allow('Helpdesk', 'groups', 'write');
        const max = await signedIn(app, 'max');
        const fields = { list: 'bob', confirmed: 'yes', ids: idsOf('rita'), untilAt: '2026-12-31' };
        await refuses(async () => max.send(method, await pathOf('Auditors', '/members'), fields), /do not hold/);
        await alice.post(await pathOf('Support', '/members'), { list: 'rita', confirmed: 'yes' });
        const one = { ids: idsOf('rita'), untilAt: '2026-12-31', confirmed: 'yes' };
        await refuses(async () => max.send(method, await pathOf('Support', '/members'), one), /rita has rights/);
      },
    );

    it.each(['patch', 'delete'] as const)('of themself, where the group gives them rights: %s', async (method) => {
      const fields = { ids: idsOf('alice'), untilAt: '2026-12-31' };
      await refuses(async () => alice.send(method, await pathOf('Administrators', '/members'), fields), /is yourself/);
    });

    it.each(['patch', 'delete'] as const)('where the last administrator would go: %s (R63)', async (method) => {
      await app.db.write((trx) =>
        trx('memberships').where('user_id', app.people.alice).update({ until_on: '2026-12-31' }),
      );
      const fields = { ids: idsOf('ada'), untilAt: '2026-12-31' };
      await refuses(
        async () => alice.send(method, await pathOf('Administrators', '/members'), fields),
        /always be an administrator/,
      );
    });

    it('while the others are changed, and both is written down', async () => {
      await allow('Helpdesk', 'groups', 'write');
      const max = await signedIn(app, 'max');
      const audit = await watchAudit(app);
      const answer = await max.post(await pathOf('Helpdesk', '/members'), { list: 'bob, ada', confirmed: 'yes' });
      expect(pageOf(await max.get(answer.headers.location)).message()).toBe(
        '1 user was added to Helpdesk. Left out: ada has rights that you do not hold.',
      );
      expect(await audit.actions()).toEqual(['membership.granted', 'request.refused']);
    });
  });
});
