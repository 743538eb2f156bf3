import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fold } from '../../src/text/text.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addCrowd } from '../support/crowd.ts';
import { pageOf } from '../support/page.ts';
import { groupId, newcomer } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

describe('a group of many', () => {
  let app: TestApp;
  let alice: Session;
  let path: string;
  let crowd: { id: number; name: string; email: string }[];

  beforeAll(async () => {
    app = await startApp();
    await addCrowd(app, 300);
    alice = await signedIn(app, 'alice');
    path = `/groups/${await groupId(app, 'Support')}`;
    crowd = await app.db
      .read('users')
      .whereNot('activity', 'deleted')
      .where('id', '>', app.people.robin)
      .limit(200)
      .select('id', 'name', 'email');
    const memberships = crowd.map(({ id }) => ({
      user_id: id,
      group_id: Number(path.split('/').at(-1)),
      granted_at: '2026-11-01T12:00:00.000Z',
    }));
    await app.db.write((trx) => trx('memberships').insert(memberships).onConflict(['user_id', 'group_id']).ignore());
  });
  afterAll(() => app.close());

  const shown = (answer: { text: string }) => pageOf(answer).texts('.member bdi:first-child').slice(0, 60);
  const find = async (q: string, session = alice) => session.get(`${path}?q=${encodeURIComponent(q)}`);
  const called = (word: string) => crowd.filter(({ name, email }) => fold(`${name} ${email}`).includes(word));

  it('finds members by any part of their name or email, and counts them', async () => {
    const found = await find('LENA@EXAMPLE');
    const page = pageOf(found);
    expect(page.texts('.member p:first-child a')).toEqual(['lena']);
    expect(page.textOf('#group-members [role=status]')).toBe('1 of 204 members found');
    expect(page.textOf('header .under')).toContain('204 members');
    const many = pageOf(await find('an'));
    expect(many.textOf('#group-members [role=status]')).toBe(`${called('an').length} of 204 members found`);
    expect(pageOf(await find('zzzz')).textOf('#group-members [role=status]')).toBe('0 of 204 members found');
    expect(pageOf(await alice.get(path)).textOf('#group-members [role=status]')).toBe('');
  });

  it('keeps what is looked for from page to page', async () => {
    const first = await find('example');
    const next = pageOf(first).$('#next-page').attr('href')!;
    expect(next).toMatch(/\?q=example&after=.+#members$/);
    const second = await alice.get(next);
    expect(pageOf(second).$('#member-search').val()).toBe('example');
    expect(shown(second).some((name) => shown(first).includes(name))).toBe(false);
  });

  it('is searched as one types, in its own part of the page', async () => {
    const headers = { 'HX-Request': 'true', 'HX-Target': 'section#group-members' };
    const part = pageOf(await alice.get(`${path}?q=lena`, headers));
    expect(part.$('body').children().toArray().length).toBe(1);
    expect(part.texts('.member p:first-child a')[0]).toBe('lena');
  });

  it('tells nobody by a search what they may not read', async () => {
    await app.db.write(async (trx) => {
      const [group] = await trx('groups')
        .insert({ name: 'Readers', name_key: 'readers', created_at: '2026-11-01T12:00:00.000Z' })
        .returning('id');
      await trx('group_permissions').insert({ group_id: group.id, application: 'groups', level: 'read' });
    });
    const { session } = await newcomer(app, 'gerda', { groups: await groupId(app, 'Readers') });
    expect(pageOf(await find('lena', session)).texts('.member strong')[0]).toBe('lena');
    expect(pageOf(await find('lena@example', session)).texts('.member')).toEqual([]);
    expect(pageOf(await session.get(path)).$('a[href^="/users"]').length).toBe(0);
  });

  it('leads to its people in the list of users', async () => {
    const link = pageOf(await alice.get(path))
      .$('#group-members a:contains("In the list of users")')
      .attr('href')!;
    await app.context.index.refreshWholly();
    expect(pageOf(await alice.get(link)).textOf('#total')).toBe('204 users');
  });

  it('has all changed at once, or all that were found', async () => {
    const sheetOf = async (view: string) => pageOf(await alice.get(`${path}/members/edit?${view}`));
    const all = await sheetOf('scope=all&q=');
    expect(all.textOf('#end-form .buttons button')).toBe('Remove 204 members');
    const found = await sheetOf('scope=all&q=lena@example');
    expect(found.textOf('#end-form .buttons button')).toBe('Remove 1 member');
    // What is ticked besides does not matter: all are meant.
    const both = await sheetOf(`scope=all&q=lena@example&ids=${app.people.bob}`);
    expect(both.$('#end-form [name=ids]').val()).toBe(String(app.people.lena));
    const none = await alice.get(`${path}/members/edit?scope=all&q=zzzz`);
    expect(pageOf(await alice.get(none.headers.location)).message()).toContain('Nobody is ticked.');
    const fields = { ids: String(all.$('#end-form [name=ids]').val()) };
    await alice.send('delete', `${path}/members`, fields);
    expect(pageOf(await alice.get(path)).textOf('header .under')).toContain('0 members');
  });

  it('has no more than 5,000 changed at once, and says what to do', async () => {
    await app.db.write((trx) =>
      trx.raw(
        `with recursive n(n) as (select 1 union all select n + 1 from n where n < 5001)
         insert into users (name, name_key, sort_name, email, email_key, search_text, created_at)
         select 'x' || n, 'x' || n, 'x' || n, 'x' || n || '@x.example', 'x' || n || '@x.example', 'x' || n, '2026-11-01' from n`,
      ),
    );
    await app.db.write((trx) =>
      trx.raw(
        `insert into memberships (user_id, group_id, granted_at) select id, ?, '2026-11-01' from users where email like '%@x.example'`,
        [Number(path.split('/').at(-1))],
      ),
    );
    const refused = await alice.get(`${path}/members/edit?scope=all`);
    expect([refused.status, refused.headers.location]).toEqual([303, path]);
    expect(pageOf(await alice.get(path)).message()).toContain('At most 5,000 members at once');
  });
});
