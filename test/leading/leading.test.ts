import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { routesOf } from '../../faults/routes.ts';
import type { Person } from '../../seeds/cast.ts';
import { instant } from '../../src/clock.ts';
import { addByEmail, removeMembers, setEnd } from '../../src/leading/actions/leading.ts';
import { actSettings } from '../../src/verbs/act.ts';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { factsBesideAudit } from '../support/database.ts';
import { submit } from '../support/form.ts';
import { linkFor, opened } from '../support/links.ts';
import { pageOf } from '../support/page.ts';
import { createdBy, groupId, pathTo } from '../support/people.ts';
import { Session, signedIn } from '../support/session.ts';

const OTHERS = ['alice', 'ada', 'max', 'rita', 'erin', 'robin'];

describe('a leader', () => {
  let app: TestApp;
  let lena: Session;
  let path: string;
  beforeEach(async () => {
    app = await startApp({ SESSION_IDLE: '1440', SESSION_MAX: '240' });
    lena = await signedIn(app, 'lena');
    path = `/led-groups/${await groupId(app, 'Support')}`;
  });
  afterEach(() => app.close());

  const ids = (...people: Person[]) => people.map((person) => String(app.people[person]));
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
  const join = async (person: Person, group: string) => {
    const row = {
      user_id: app.people[person],
      group_id: await groupId(app, group),
      granted_at: '2026-01-01T00:00:00.000Z',
    };
    await app.db.write((trx) => trx('memberships').insert(row));
  };
  const lead = async (group: string) =>
    app.db.write((trx) => trx('groups').where('name', group).update({ leader_id: app.people.lena }));
  const message = async (answer: { headers: Record<string, string> }) =>
    pageOf(await lena.get(answer.headers.location)).message();

  describe('sees', () => {
    it('the groups that they lead, and their people, under the tab Groups', async () => {
      const first = await lena.get('/');
      expect(first.headers.location).toBe('/led-groups');
      const list = pageOf(await lena.get('/led-groups'));
      expect(list.texts('nav.tabs a')).toEqual(['Groups']);
      expect(list.texts('main li a')).toEqual(['Support']);
      expect(
        pageOf(await lena.get(path))
          .texts('.member .note')
          .map((text) => text.split(' ')[0]),
      ).toEqual(['bob@example.com', 'carol@example.com', 'dave@example.com', 'lena@example.com']);
    });

    it('nobody else on any page, in any list, search or file', async () => {
      const names = new RegExp(`\\b(${OTHERS.join('|')}|Administrators|Auditors|Helpdesk)\\b`);
      const patterns = routesOf(app.express)
        .filter((route) => route.startsWith('get ') && !/:token|assets|mailbox|interface/.test(route))
        .map((route) => route.slice(4));
      const looked: string[] = [];
      for (const pattern of patterns)
        for (const id of pattern.includes(':') ? [1, 2, 3, 4, 5, 6, 9] : [1]) {
          const answer = await lena.get(
            `${pattern.replace(/:(id|key)/, String(id))}?q=a&user=alice&ids=${app.people.alice}`,
          );
          looked.push(`${pattern} ${answer.status}`);
          expect([pattern, id, names.exec(pageOf(answer).textOf('main'))?.[0]]).toEqual([pattern, id, undefined]);
        }
      expect(new Set(looked.filter((line) => line.endsWith(' 200')).map((line) => line.split(' ')[0]))).toEqual(
        new Set([
          '/access-requests',
          '/access-requests/new',
          '/api',
          '/credentials',
          '/credentials/confirmation/new',
          '/credentials/email/edit',
          '/credentials/passkeys/new',
          '/credentials/report/new',
          '/credentials/second-factor',
          '/credentials/sign-ins',
          '/credentials/tokens',
          '/credentials/tokens/new',
          '/health',
          '/led-groups',
          '/led-groups/:id',
          '/led-groups/:id/invitations/list',
          '/led-groups/:id/invitations/new',
          '/led-groups/:id/lead',
          '/led-groups/:id/members/new',
          '/me',
          '/menu',
          '/preferences',
          '/search',
          '/search/names',
          '/shortcuts',
        ]),
      );
    });

    it('nothing once they lead no more: removed, ended, replaced, deactivated or expired', async () => {
      const ends: [string, object, object][] = [
        ['groups', { name: 'Support' }, { leader_id: app.people.bob }],
        ['groups', { name: 'Support' }, { activity: 'deleted' }],
        ['memberships', { user_id: app.people.lena }, { until_on: '2026-11-21' }],
      ];
      for (const [table, where, change] of ends) {
        const before = await app.db.read(table).where(where).first();
        await app.db.write((trx) => trx(table).where(where).update(change));
        expect([change, (await lena.get(path)).status, (await lena.get('/led-groups')).status]).toEqual([
          change,
          404,
          404,
        ]);
        const keys = Object.keys(change);
        const back = Object.fromEntries(keys.map((key) => [key, before[key]]));
        await app.db.write((trx) => trx(table).where(where).update(back));
        expect((await lena.get(path)).status).toBe(200);
      }
      await app.db.write((trx) => trx('users').where('name', 'lena').update({ activity: 'deactivated' }));
      expect((await lena.get(path)).headers.location).toMatch(/^\/session\/new/);
    });

    it('other groups and other people’s members as if they were not there', async () => {
      const strangers = `/led-groups/${await groupId(app, 'Auditors')}`;
      const before = await factsBesideAudit(app);
      const audit = await watchAudit(app);
      const attempts = [
        await lena.get(strangers),
        await lena.get(`${strangers}/members/new`),
        await lena.post(`${strangers}/members`, { emails: 'bob@example.com' }),
        await lena.post(`${strangers}/invitations`, { name: 'n', email: 'n@example.com' }),
        await lena.get(`${path}/members/edit?ids=${app.people.rita}`),
        await lena.send('delete', `${path}/members`, { ids: ids('bob', 'rita') }),
        await lena.send('patch', `${path}/members`, { ids: ids('rita'), untilAt: '2030-01-01' }),
        await lena.post(`${path}/members/invitations`, { ids: ids('rita') }),
        await lena.send('delete', `${path}/members/login-attempts`, { ids: ids('erin') }),
      ];
      expect(attempts.map((answer) => answer.status)).toEqual(attempts.map(() => 404));
      expect(attempts.filter((answer) => /rita|erin|Auditors/.test(answer.text))).toEqual([]);
      expect(await factsBesideAudit(app)).toEqual(before);
      expect(await audit.actions()).toEqual(attempts.map(() => 'request.refused'));
    });
  });

  describe('brings in', () => {
    it('a new user with an invitation, who gets this membership and nothing else', async () => {
      await allow('Support', 'contacts', 'write');
      const audit = await watchAudit(app);
      const invited = await lena.post(`${path}/invitations`, { name: 'nina', email: 'nina@example.com' });
      const page = pageOf(await lena.get(invited.headers.location));
      expect(page.message()).toBe('nina is invited.');
      const link = String(page.$('#links').val()).split('\t')[2];
      expect(pageOf(await lena.get(path)).$('#links').length).toBe(0);
      expect((await audit.since()).map((event) => [event.action, event.actorName, event.subjectName])).toEqual([
        ['user.created', 'lena', 'nina'],
        ['invitation.issued', 'lena', 'nina'],
      ]);
      const nina = await opened(app, new URL(link).pathname);
      await nina.post('/invitations/acceptance', { password: PASSWORD, repeated: PASSWORD });
      nina.isIn();
      expect((await nina.get('/credentials')).status).toBe(200);
      expect((await nina.get('/users')).status).toBe(404);
      expect(await membersOf('Support')).toContain('nina');
    });

    it('who is known here already, without being told so', async () => {
      const said = async (email: string) =>
        message(await lena.post(`${path}/invitations`, { name: `new${email[0]}`, email }));
      expect(await said('ERIN@example.com')).toBe('ERIN@example.com was added, or is already known here.');
      expect(await membersOf('Support')).toContain('erin');
      for (const email of ['bob@example.com', 'dave@example.com', 'robin@example.com', 'lena@example.com'])
        expect(await said(email)).toBe(`${email} was added, or is already known here.`);
      expect(await membersOf('Support')).toEqual(['bob', 'carol', 'dave', 'erin', 'lena']);
      expect((await app.db.read('users')).length).toBe(10);
    });

    it('existing users by their exact email, and says the same of those that nobody has', async () => {
      const said = async (emails: string) =>
        message(await lena.post(`${path}/members`, { emails, untilAt: '2026-12-01' }));
      const same = await said('erin@example.com');
      expect(await said('nobody@example.com')).toBe(same);
      expect(await said('robin@example.com')).toBe(same);
      for (const name of ['max', 'MAX', 'm%', 'max@']) await said(name);
      expect(await membersOf('Support')).toEqual(['bob', 'carol', 'dave', 'erin', 'lena']);
      const erin = await app.db.read('memberships').where('user_id', app.people.erin).first();
      expect([erin.until_on, erin.granted_by]).toEqual(['2026-12-01', app.people.lena]);
    });

    it('ends links of whom they add only where their maker could not give as much, and then says who waits (R85)', async () => {
      await allow('Support', 'contacts', 'write');
      const alice = await signedIn(app, 'alice');
      for (const [maker, open] of [
        ['alice', 1],
        ['max', 0],
      ] as const) {
        await submit(alice, pathTo(app, 'carol', '/edit'), { groups: [] });
        const link = await linkFor(app, 'carol', 'invitation', await signedIn(app, maker));
        await lena.post(`${path}/members`, { emails: 'carol@example.com' });
        expect([maker, (await new Session(app).get(link)).status]).toEqual([maker, open ? 303 : 410]);
        const desk = pageOf(await alice.get('/invitations')).texts('section:has(#asked-for) li a');
        expect([maker, desk]).toEqual([maker, open ? [] : ['carol', 'Invite']]);
      }
    });

    it('nobody under a name that is taken, and learns no more of it', async () => {
      const refused = await lena.post(`${path}/invitations`, { name: 'alice', email: 'new@example.com' });
      expect([refused.status, pageOf(refused).errors()]).toEqual([
        422,
        { name: 'This name cannot be used. Choose another one.' },
      ]);
      expect(pageOf(refused).$('#email').val()).toBe('new@example.com');
    });
  });

  it('brings in nobody who is not active or not a person, and is not told', async () => {
    await app.db.write((trx) => trx('users').where('name', 'erin').update({ activity: 'deactivated' }));
    const added = await lena.post(`${path}/members`, { emails: 'erin@example.com robin@example.com rita@example.com' });
    expect(added.status).toBe(303);
    expect(await membersOf('Support')).toEqual(['bob', 'carol', 'dave', 'lena', 'rita']);
  });

  describe('looks after', () => {
    it('no deleted members, as if there were none', async () => {
      await app.db.write((trx) => trx('users').where('name', 'bob').update({ activity: 'deleted' }));
      const before = await factsBesideAudit(app);
      const removed = await lena.send('delete', `${path}/members`, { ids: ids('bob') });
      expect(removed.status).toBe(404);
      expect(await factsBesideAudit(app)).toEqual(before);
    });

    it('members: removes them and sets until, with one event each', async () => {
      const audit = await watchAudit(app);
      expect(
        await message(await lena.send('patch', `${path}/members`, { ids: ids('bob', 'carol'), untilAt: '2026-12-24' })),
      ).toBe('2 users were given this end in Support.');
      expect(await message(await lena.send('delete', `${path}/members`, { ids: ids('bob') }))).toBe(
        '1 user was removed from Support.',
      );
      expect(await audit.actions()).toEqual(['membership.until-set', 'membership.until-set', 'membership.ended']);
      expect(await membersOf('Support')).toEqual(['carol', 'dave', 'lena']);
    });

    it('those who may do no more than their groups give: reinvites and resets attempts', async () => {
      await createdBy(app, 'carol', 'lena');
      await new Session(app).signIn('bob', 'not the password');
      expect(await message(await lena.send('delete', `${path}/members/login-attempts`, { ids: ids('bob') }))).toMatch(
        /^1 user was given/,
      );
      const reinvited = await lena.post(`${path}/members/invitations`, { ids: ids('carol', 'bob') });
      const page = pageOf(await lena.get(reinvited.headers.location));
      expect(page.message()).toBe('1 user was invited anew into Support. Left out: bob has a password already.');
      expect(String(page.$('#links').val())).toMatch(/^carol\tcarol@example.com\thttp/);
    });

    it('nobody’s link who was created by somebody else: without mail it is asked of administrators (R84)', async () => {
      const link = await linkFor(app, 'carol', 'invitation');
      const sheet = pageOf(await lena.get(`${path}/members/edit?ids=${app.people.carol}`));
      expect(sheet.textOf('main .message')).toMatch(/^carol: created by somebody else: ask an administrator/);
      const audit = await watchAudit(app);
      for (const channel of ['copy', 'mail', '']) {
        const asked = await lena.post(`${path}/members/invitations`, { ids: ids('carol'), channel });
        const page = pageOf(await lena.get(asked.headers.location));
        expect(page.message()).toMatch(/^Nothing changed. Left out: carol was created .* ask an administrator/);
        expect(page.$('#links').length).toBe(0);
      }
      expect(await audit.actions()).toEqual(['invitation.asked-for']);
      expect((await new Session(app).get(link)).status).toBe(303);
      const alice = await signedIn(app, 'alice');
      const desk = async () => pageOf(await alice.get('/invitations')).texts('section:has(#asked-for) li');
      expect(await desk()).toEqual([
        'carol waits for an invitation: asked for by lena, 22 Nov 2026, 12:00 UTC. Invite',
      ]);
      await alice.post(pathTo(app, 'carol', '/invitation'));
      expect(await desk()).toEqual([]);
    });

    it('nobody’s link whom they created, once somebody else has made it anew', async () => {
      await createdBy(app, 'carol', 'lena');
      const reinvited = await lena.post(`${path}/members/invitations`, { ids: ids('carol') });
      const link = await linkFor(app, 'carol', 'invitation');
      expect(pageOf(await lena.get(reinvited.headers.location)).$('#links').length).toBe(0);
      await lena.post(`${path}/members/invitations`, { ids: ids('carol') });
      expect((await new Session(app).get(link)).status).toBe(303);
    });

    it('nobody who may do more, also by a group that is deactivated or will be theirs', async () => {
      await allow('Support', 'contacts', 'write');
      for (const [group, activity] of [
        ['Auditors', 'active'],
        ['Auditors', 'deactivated'],
      ]) {
        await app.db.write((trx) => trx('groups').where('name', group).update({ activity }));
        await app.db.write((trx) => trx('memberships').where({ user_id: app.people.carol }).delete());
        await join('carol', 'Support');
        await join('carol', group);
        const refused = await lena.post(`${path}/members/invitations`, { ids: ids('carol') });
        expect([refused.status, refused.text]).toEqual([
          403,
          expect.stringMatching(/carol has rights that your groups do not cover/),
        ]);
      }
      await app.db.write((trx) => trx('groups').where('name', 'Auditors').update({ activity: 'active' }));
      await lead('Auditors');
      await join('lena', 'Auditors');
      expect((await lena.post(`${path}/members/invitations`, { ids: ids('carol') })).status).toBe(303);
    });

    it('nobody whose rights come from a group that is not theirs to fill, though they lead it', async () => {
      await lead('Helpdesk');
      await join('lena', 'Helpdesk');
      await join('carol', 'Helpdesk');
      const refused = await lena.post(`${path}/members/invitations`, { ids: ids('carol') });
      expect([refused.status, refused.text]).toEqual([403, expect.stringMatching(/your groups do not cover/)]);
    });

    it('nobody any more once the group changed between the look and the deed', async () => {
      const group = Number(await groupId(app, 'Support'));
      const act = {
        by: { id: app.people.lena, name: 'lena', rights: {} },
        at: instant(app.clock.now()),
        address: '',
        requestId: 'test',
        ...actSettings(app.config),
      };
      const deeds = [
        () => app.db.write((trx) => removeMembers(trx, act, group, [app.people.bob])),
        () => app.db.write((trx) => addByEmail(trx, act, group, ['erin@example.com'], null)),
        () => app.db.write((trx) => setEnd(trx, act, group, [app.people.bob], '2026-12-01')),
      ];
      await allow('Support', 'settings', 'write');
      for (const deed of deeds) await expect(deed()).rejects.toThrow(/only administrators choose its members/);
      await app.db.write((trx) => trx('groups').where('id', group).update({ leader_id: app.people.bob }));
      for (const deed of deeds) await expect(deed()).rejects.toThrow(/There is no such group/);
      expect(await membersOf('Support')).toEqual(['bob', 'carol', 'dave', 'lena']);
    });

    it('shows a new link no longer once its user got other rights', async () => {
      await createdBy(app, 'carol', 'lena');
      const reinvited = await lena.post(`${path}/members/invitations`, { ids: ids('carol') });
      await join('carol', 'Auditors');
      expect(pageOf(await lena.get(reinvited.headers.location)).$('#links').length).toBe(0);
    });

    it('not themself', async () => {
      for (const answer of [
        await lena.send('delete', `${path}/members`, { ids: ids('lena') }),
        await lena.send('patch', `${path}/members`, { ids: ids('lena'), untilAt: '2026-12-24' }),
        await lena.send('delete', `${path}/members/login-attempts`, { ids: ids('lena') }),
      ])
        expect(answer.status).toBe(403);
      expect(await membersOf('Support')).toContain('lena');
    });
  });

  it('does not choose the members of a group that grants write on users, groups or settings, or is not active', async () => {
    const facts = async () => [await membersOf('Support'), (await app.db.read('users')).length];
    const standing = await facts();
    const attempts = async () => [
      (await lena.get(path)).status,
      (await lena.get(`${path}/members/new`)).status,
      (await lena.get(`${path}/invitations/new`)).status,
      (await lena.post(`${path}/members`, { emails: 'erin@example.com' })).status,
      (await lena.post(`${path}/invitations`, { name: 'n', email: 'n@example.com' })).status,
      (await lena.send('delete', `${path}/members`, { ids: ids('bob') })).status,
      (await lena.post(`${path}/members/invitations`, { ids: ids('carol') })).status,
    ];
    for (const application of ['users', 'groups', 'settings']) {
      await allow('Support', application, 'write');
      expect([application, await attempts()]).toEqual([application, [200, 403, 403, 403, 403, 403, 403]]);
      await app.db.write((trx) =>
        trx('group_permissions').where({ application, level: 'write' }).whereNot('group_id', 1).delete(),
      );
    }
    await app.db.write((trx) => trx('groups').where('name', 'Support').update({ activity: 'deactivated' }));
    expect(await attempts()).toEqual([200, 403, 403, 403, 403, 403, 403]);
    expect(await facts()).toEqual(standing);
  });

  it('finds their own groups and pages only through the palette', async () => {
    const texts = async (q: string) => pageOf(await lena.get(`/search?q=${q}`)).texts('main li a');
    expect(await texts('support')).toEqual(['Support']);
    expect(await texts('auditors')).toEqual([]);
    expect(await texts('alice')).toEqual([]);
  });
});
