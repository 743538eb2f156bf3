import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';

import { factsBesideAudit } from '../support/database.ts';
import { send, submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { groupId, newcomer, pathTo } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

describe('a group', () => {
  let app: TestApp;
  let alice: Session;
  beforeEach(async () => {
    app = await startApp();
    alice = await signedIn(app, 'alice');
  });
  afterEach(() => app.close());

  const pathOf = async (name: string, rest = '') => `/groups/${await groupId(app, name)}${rest}`;
  const errorsOf = (answer: { status: number; text: string }) => [answer.status, pageOf(answer).errors()];

  describe('that is new', () => {
    it('has its leader as first member, and its record says all of it', async () => {
      const audit = await watchAudit(app);
      const fields = { name: ' Sales ', leader: 'Lena@example.com', description: 'Sells', tags: 'berlin, North' };
      const created = await submit(alice, '/groups/new', fields);
      expect(created.status).toBe(303);
      const record = pageOf(await alice.get(created.headers.location));
      expect(record.message()).toBe('The group Sales was created.');
      expect([record.heading(), record.fact('Leader')]).toEqual(['Sales', 'lena']);
      // Spelt as the tag of Bob is.
      expect(record.fact('Tags')).toBe('Berlin North');
      expect(record.texts('section:has(#members) li')).toEqual([
        'lena Leader lena@example.com · since 22 Nov 2026 by alice',
      ]);
      expect(record.textOf('section:has(#permissions)')).toMatch(/no right/);
      expect(record.texts('.event > p:first-child')).toEqual(['12:00 alice created the group Sales']);
      const [event, ...more] = await audit.since();
      expect([event.action, event.after, more]).toEqual([
        'group.created',
        {
          name: 'Sales',
          leader: { type: 'user', id: app.people.lena, name: 'lena' },
          description: 'Sells',
          tags: ['Berlin', 'North'],
        },
        [],
      ]);
    });

    it('may be without a leader and then has no member', async () => {
      const created = await submit(alice, '/groups/new', { name: 'Sales' });
      const record = pageOf(await alice.get(created.headers.location));
      expect([record.fact('Leader'), record.texts('section:has(#members) li')]).toEqual(['none', []]);
    });

    it.each(['support', ' SUPPORT', 'Ｓupport'])('does not take the name of another: %s', async (name) => {
      const before = await factsBesideAudit(app);
      const answer = await submit(alice, '/groups/new', { name, description: 'kept' });
      expect(errorsOf(answer)).toEqual([422, { name: expect.stringMatching(/^There is a group named .* already\.$/) }]);
      expect(pageOf(answer).typed()).toMatchObject({ name, description: 'kept' });
      expect(await factsBesideAudit(app)).toEqual(before);
    });

    it('is led by nobody who is not there', async () => {
      const answer = await submit(alice, '/groups/new', { name: 'Sales', leader: 'nobody' });
      expect(errorsOf(answer)).toEqual([422, { leader: 'There is no user with this name or email.' }]);
      expect(await app.db.read('groups').where('name', 'Sales')).toEqual([]);
    });

    it('is led by nobody who may do more than its maker, nor by anybody for a maker who may not change users', async () => {
      const { id } = await app.db.read('groups').where('name', 'Helpdesk').first('id');
      await app.db.write((trx) =>
        trx('group_permissions').insert({ group_id: id, application: 'groups', level: 'write' }),
      );
      const max = await signedIn(app, 'max');
      const higher = await submit(max, '/groups/new', { name: 'Sales', leader: 'ada' });
      expect(errorsOf(higher)).toEqual([422, { leader: 'ada has rights that you do not hold.' }]);
      await app.db.write((trx) =>
        trx('group_permissions').where({ group_id: id, application: 'users' }).update('level', 'read'),
      );
      const other = await submit(max, '/groups/new', { name: 'Sales', leader: 'bob' });
      expect(errorsOf(other)).toEqual([422, { leader: expect.stringMatching(/^You may not change users/) }]);
    });
  });

  describe('that is edited', () => {
    it('is audited with what was before and what is after', async () => {
      const audit = await watchAudit(app);
      const fields = { name: 'Service', leader: 'bob', tags: 'North' };
      const saved = await submit(alice, await pathOf('Support', '/edit'), fields);
      expect(saved.headers.location).toBe(await pathOf('Service'));
      const events = await audit.since();
      expect(events.map(({ action, before, after }) => ({ action, before, after }))).toEqual([
        {
          action: 'group.updated',
          before: { name: 'Support', leader: { type: 'user', id: app.people.lena, name: 'lena' }, tags: [] },
          after: { name: 'Service', leader: { type: 'user', id: app.people.bob, name: 'bob' }, tags: ['North'] },
        },
      ]);
      expect(pageOf(await alice.get(saved.headers.location)).fact('Leader')).toBe('bob');
    });

    it('is led by one of its members only', async () => {
      for (const leader of ['ada', 'nobody']) {
        const answer = await submit(alice, await pathOf('Support', '/edit'), { leader });
        expect(errorsOf(answer)).toEqual([422, { leader: expect.stringMatching(/^No member of the group/) }]);
      }
    });

    it('is not led by a member whose membership is over, but keeps the leader it has', async () => {
      await submit(alice, await pathOf('Support', '/edit'), { leader: 'lena' });
      await app.db.write((trx) => trx('memberships').update({ until_on: '2026-11-21' }));
      // Alice's own right among them.
      await app.db.write((trx) => trx('memberships').where('user_id', app.people.alice).update({ until_on: null }));
      const other = await submit(alice, await pathOf('Support', '/edit'), { leader: 'bob' });
      expect(other.status).toBe(422);
      await alice.post(pathTo(app, 'lena', '/deletion'));
      expect((await submit(alice, await pathOf('Support', '/edit'), { description: 'x' })).status).toBe(303);
      expect(pageOf(await alice.get(await pathOf('Support'))).fact('Leader')).toMatch(/^lena not active/);
    });

    it('that somebody else changed meanwhile loses nothing of either (409)', async () => {
      const form = await alice.get(await pathOf('Support', '/edit'));
      const ada = await signedIn(app, 'ada');
      await submit(ada, await pathOf('Support', '/edit'), { description: 'theirs', leader: 'bob' });
      const stale = await send(alice, form, { name: 'Service', description: 'mine' });
      expect(stale.status).toBe(409);
      const page = pageOf(stale);
      expect(page.typed()).toMatchObject({ name: 'Service', description: 'mine', leader: 'lena' });
      expect(page.texts('.theirs')).toEqual(['Saved meanwhile: bob', 'Saved meanwhile: theirs']);
      expect((await send(alice, stale)).status).toBe(303);
      expect(await app.db.read('groups').where('name', 'Service').first()).toMatchObject({
        description: 'mine',
        leader_id: app.people.lena,
        version: 4,
      });
    });

    it('is led by nobody whom somebody appoints who may not change users, themself neither (R62)', async () => {
      const at = '2026-11-01T12:00:00.000Z';
      await app.db.write(async (trx) => {
        const [{ id }] = await trx('groups')
          .insert({ name: 'Organisers', name_key: 'organisers', created_at: at })
          .returning('id');
        await trx('group_permissions').insert({ group_id: id, application: 'groups', level: 'write' });
        await trx('memberships').insert({ user_id: app.people.bob, group_id: id, granted_at: at });
      });
      const bob = await signedIn(app, 'bob');
      const path = await pathOf('Support', '/edit');
      expect(
        pageOf(await bob.get(path))
          .$('#leader')
          .attr('readonly'),
      ).toBeDefined();
      const refusal = { leader: expect.stringMatching(/^You may not change users/) };
      const audit = await watchAudit(app);
      // Whose name or email it is, or nobody's, or none, is all the same.
      for (const leader of ['bob', 'carol@example.com', 'nobody', ''])
        expect(errorsOf(await submit(bob, path, { leader }))).toEqual([422, refusal]);
      expect(await audit.actions()).toEqual(Array(4).fill('request.refused'));
      expect((await bob.get(`/led-groups/${await groupId(app, 'Support')}`)).status).toBe(404);
      expect((await submit(bob, path, { description: 'by bob' })).status).toBe(303);
      expect(pageOf(await bob.get(await pathOf('Support'))).fact('Leader')).toBe('lena');
    });

    it('writes nothing where nothing changed', async () => {
      const audit = await watchAudit(app);
      expect((await submit(alice, await pathOf('Support', '/edit'))).status).toBe(303);
      expect(await audit.actions()).toEqual([]);
    });
  });

  it('that grants more than the viewer holds is read and not changed (R62)', async () => {
    const groups = [await groupId(app, 'Helpdesk')];
    const { session } = await newcomer(app, 'nora', { groups });
    await app.db.write((trx) =>
      trx('group_permissions').insert({ group_id: Number(groups[0]), application: 'groups', level: 'write' }),
    );
    const record = pageOf(await session.get(await pathOf('Auditors')));
    expect([record.heading(), record.$('main .actions').length]).toEqual(['Auditors', 0]);
    const before = await factsBesideAudit(app);
    const path = await pathOf('Auditors');
    expect((await session.get(`${path}/edit`)).status).toBe(403);
    const fields = { name: 'Mine', version: '1' };
    expect((await session.send('patch', path, fields)).status).toBe(403);
    expect(await factsBesideAudit(app)).toEqual(before);
    expect((await session.get(await pathOf('Support', '/edit'))).status).toBe(200);
  });

  it('pages through its members by name, there and back', async () => {
    const names = Array.from({ length: 120 }, (_, n) => `member ${String(n).padStart(3, '0')}`);
    const id = await groupId(app, 'Support');
    await app.db.write(async (trx) => {
      for (const name of names) {
        const email = `${name.replace(' ', '')}@example.com`;
        const [row] = await trx('users')
          .insert({
            name,
            name_key: name,
            sort_name: name,
            email,
            email_key: email,
            search_text: name,
            created_at: '2026-11-22T12:00:00.000Z',
          })
          .returning('id');
        await trx('memberships').insert({ user_id: row.id, group_id: id, granted_at: '2026-11-22T12:00:00.000Z' });
      }
    });
    const seen: string[][] = [];
    let path: string | undefined = `/groups/${id}`;
    for (let page = pageOf(await alice.get(path)); ; page = pageOf(await alice.get(path))) {
      seen.push(page.texts('section:has(#members) li a'));
      path = page.$('#next-page').attr('href');
      if (!path) break;
    }
    expect(seen.map((one) => one.length)).toEqual([50, 50, 24]);
    expect(seen.flat()).toEqual(['bob', 'carol', 'dave', 'lena', ...names]);
    const last = pageOf(await alice.get(`/groups/${id}`));
    const second = pageOf(await alice.get(last.$('#next-page').attr('href')!));
    const back = pageOf(await alice.get(second.$('#previous-page').attr('href')!));
    expect(back.texts('section:has(#members) li a')).toEqual(seen[0]);
    expect(back.$('#previous-page').length).toBe(0);
  });
});
