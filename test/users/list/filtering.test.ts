import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ACTIVITIES, type Activity } from '../../../src/access/activity.ts';
import { DAY, instant, MINUTE } from '../../../src/clock.ts';
import { UserIndex } from '../../../src/users/list/user-index.ts';
import { STATE_LABELS } from '../../../src/users/state-labels.ts';
import { STATES, type State, statesOf } from '../../../src/users/user-state.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { addCrowd, everybody, type Listed } from '../../support/crowd.ts';
import { submit } from '../../support/form.ts';
import { pageOf } from '../../support/page.ts';
import { groupId, pathTo } from '../../support/people.ts';
import { Session, signedIn } from '../../support/session.ts';

const ACTIVITY_LABELS = { active: 'Active', deactivated: 'Deactivated', deleted: 'Deleted' };

interface View {
  q: string[];
  activity: Activity[];
  state: State[];
  tag: number[];
  group: number[];
}
type Facet = 'activity' | 'state' | 'tag' | 'group';
const NOTHING: View = { q: [], activity: [], state: [], tag: [], group: [] };

/** A link of the sidebar without its count. */
function labelOf(link: { text(): string; find(of: string): { text(): string } }): string {
  return link.text().trim().slice(0, -link.find('small').text().length).trim();
}

/** What the sidebar says: each filter's values with their counts. */
function sidebarOf(response: { text: string }): Record<Facet, Record<string, number>> {
  const page = pageOf(response);
  const read = (facet: Facet) =>
    Object.fromEntries(
      page
        .$(`#fold-${facet} li a`)
        .toArray()
        .map((a) => [labelOf(page.$(a)), Number(page.$(a).find('small').text().replaceAll(',', ''))]),
    );
  return { activity: read('activity'), state: read('state'), tag: read('tag'), group: read('group') };
}

function pathOf(view: View, more: Record<string, string> = {}): string {
  const parameters = new URLSearchParams({ ...(view.q.length > 0 && { q: view.q.join(' ') }), ...more });
  for (const facet of ['activity', 'state', 'tag', 'group'] as const)
    for (const value of view[facet]) parameters.append(facet, String(value));
  return `/users?${parameters}`;
}

/** The plainest way to say who is meant: everybody is asked, one filter after the other. */
function matches(user: Listed, states: State[], view: View, but?: Facet): boolean {
  const anyOf = <T>(facet: Facet, wanted: T[], has: T[]) =>
    but === facet || wanted.length === 0 || wanted.some((one) => has.includes(one));
  const activities = view.activity.length > 0 ? view.activity : (['active', 'deactivated'] satisfies Activity[]);
  const text = plain(`${user.name} ${user.email} ${user.contactName ?? ''}`);
  return (
    anyOf('activity', activities, [user.activity]) &&
    anyOf('state', view.state, states) &&
    anyOf('tag', view.tag, user.tags) &&
    anyOf('group', view.group, user.groups) &&
    view.q.every((word) => text.includes(word))
  );
}

/** The number beside each group on the page of all. */
function groupsOf(page: ReturnType<typeof pageOf>): Record<string, number> {
  const rows = page.$('#group-filter li').toArray();
  return Object.fromEntries(
    rows.map((li) => [page.$(li).find('bdi').text(), parseInt(page.$(li).find('.note').text(), 10)]),
  );
}

function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

describe('the filters', () => {
  let app: TestApp;
  let alice: Session;
  let all: (Listed & { states: State[] })[];
  let tags: { id: number; name: string }[];
  let groups: { id: number; name: string }[];

  beforeAll(async () => {
    app = await startApp();
    await addCrowd(app);
    const some = await app.db.read('users').whereNotNull('password_hash').orderBy('id', 'desc').limit(7).pluck('id');
    await app.db.write((trx) => trx('users').whereIn('id', some).update({ password_hash: null }));
    const soon = instant(app.clock.now() + DAY);
    await app.db.write((trx) => trx('users').whereIn('id', some.slice(0, 2)).update({ starts_at: soon }));
    await app.db.write((trx) =>
      trx('users')
        .where('id', app.people.robin)
        .update({ api_only_owner_id: app.people.dave, created_at: '2025-01-01T00:00:00.000Z', last_activity_at: null }),
    );
    alice = await signedIn(app, 'alice');
    const limits = { now: app.clock.now(), staleDays: app.config.staleDays, confirmDays: app.config.confirmDays };
    all = (await everybody(app)).map((user) => ({ ...user, states: statesOf(user, limits) }));
    tags = await app.db.read('tags').select('id', 'name');
    groups = await app.db.read('groups').select('id', 'name');
  });
  afterAll(() => app.close());

  const count = (view: View, but?: Facet, has: (user: Listed & { states: State[] }) => boolean = () => true) =>
    all.filter((user) => matches(user, user.states, view, but) && has(user)).length;

  it('stand over a crowd in which every value occurs', () => {
    expect(all.length).toBe(310);
    for (const state of STATES) expect([state, all.some((user) => user.states.includes(state))]).toEqual([state, true]);
    for (const activity of ACTIVITIES) expect(all.some((user) => user.activity === activity)).toBe(true);
  });

  it('count each value under all the other filters exactly as asking everybody would', async () => {
    const some = <T>(values: T[], most: number) => fc.subarray(values, { maxLength: most });
    const views = fc.record<View>({
      q: some(['an', 'e', 'example', 'mar', 'o', 'berlin', 'zzz'], 2),
      activity: some([...ACTIVITIES], 3),
      state: some([...STATES], 3),
      tag: some(
        tags.slice(0, 12).map((tag) => tag.id),
        2,
      ),
      group: some(
        groups.map((group) => group.id),
        3,
      ),
    });
    const check = async (view: View) => {
      const response = await alice.get(pathOf(view, { per: '200' }));
      expect(response.status).toBe(200);
      const page = pageOf(response);
      const total = count(view);
      expect(page.textOf('#total')).toBe(`${total} ${total === 1 ? 'user' : 'users'}`);
      const { activity, state, tag } = sidebarOf(response);
      const group = groupsOf(pageOf(await alice.get(pathOf(view, {}).replace('/users', '/users/groups'))));
      for (const one of ACTIVITIES)
        expect([one, activity[ACTIVITY_LABELS[one]]]).toEqual([
          one,
          count(view, 'activity', (user) => user.activity === one),
        ]);
      for (const one of STATES)
        expect([one, state[STATE_LABELS[one]]]).toEqual([
          one,
          count(view, 'state', (user) => user.states.includes(one)),
        ]);
      for (const { id, name } of groups)
        expect([name, group[name] ?? 0]).toEqual([name, count(view, 'group', (user) => user.groups.includes(id))]);
      // The sidebar shows the twenty most common tags; none that it shows may be wrong.
      if (view === NOTHING) expect(Object.keys(tag).length).toBe(20);
      for (const [name, shown] of Object.entries(tag)) {
        const { id } = tags.find((one) => one.name === name)!;
        expect([name, shown]).toEqual([name, count(view, 'tag', (user) => user.tags.includes(id))]);
      }
      const expected = all.filter((user) => matches(user, user.states, view));
      if (expected.length <= 200)
        expect(page.texts('th.name a').toSorted()).toEqual(
          expected.map((user) => user.name.replace(/\s+/g, ' ')).toSorted(),
        );
    };
    await fc.assert(fc.asyncProperty(views, check), { numRuns: 60, seed: 2_026, examples: [[NOTHING]] });
  });

  it('mean active and deactivated users where no activity is chosen', async () => {
    const none = sidebarOf(await alice.get('/users'));
    const both = sidebarOf(await alice.get('/users?activity=active&activity=deactivated'));
    expect(none).toEqual(both);
    expect(pageOf(await alice.get('/users')).textOf('#total')).toBe(`${count(NOTHING)} users`);
  });

  it('show the ten largest groups, and the rest when asked', async () => {
    const page = pageOf(await alice.get('/users'));
    const shown = page.texts('#fold-group li:not(:last-child) small').map(Number);
    expect(page.texts('#fold-group li:last-child a').map((one) => one.split(' ').slice(0, -1).join(' '))).toEqual([
      'In no group',
    ]);
    expect(shown.length).toBe(10);
    expect(shown).toEqual(shown.toSorted((a, b) => b - a));
    const more = page.$('#fold-group p a');
    expect(more.text()).toBe(`${groups.length - 10} more`);
    const all = groupsOf(pageOf(await alice.get(more.attr('href')!)));
    expect(Object.keys(all).toSorted()).toEqual(groups.map(({ name }) => name).toSorted());
  });

  it('stand as chips, each of which takes one away and leaves the others', async () => {
    const [tag] = tags;
    const path = pathOf({ ...NOTHING, q: ['an'], state: ['stale', 'locked'], tag: [tag.id], activity: ['active'] });
    const page = pageOf(await alice.get(path));
    expect(page.texts('.chips bdi').toSorted()).toEqual(['“an”', 'Active', 'Locked', 'Stale', tag.name].toSorted());
    for (const chip of page.$('.chips a:has(bdi)').toArray()) {
      const label = page.$(chip).find('bdi').text();
      const rest = pageOf(await alice.get(chip.attribs.href)).texts('.chips bdi');
      expect(rest.toSorted()).toEqual(
        page
          .texts('.chips bdi')
          .filter((one) => one !== label)
          .toSorted(),
      );
    }
    const cleared = pageOf(await alice.get(page.$('.chips .clear').attr('href')!));
    expect([cleared.$('.chips').length, cleared.textOf('#total')]).toEqual([0, `${count(NOTHING)} users`]);
  });

  it.each([
    ['values that do not exist', 'activity=gone&state=nowhere&tag=x&tag=-1&group=1.5&sort=password_hash&per=7'],
    ['other names', 'activity[]=active&state[a]=locked&__proto__=x&constructor=y'],
    ['one value three hundred times', 'tag=1&'.repeat(300)],
    ['numbers that are none, and broken encodings', 'tag=1e400&group=%00&state=%F0%9F&q=%ff'],
    ['statements', "sort=name'--&sort=(select 1)&q='; drop table users; --"],
  ])('leave out what they do not know, and still show a list: %s (R73)', async (_, query) => {
    const path = `/users?${query}`;
    const response = await alice.get(path);
    expect(response.status).toBe(200);
    expect(pageOf(response).$('#total').length).toBe(1);
  });

  it('take a group that is gone for one that nobody is in', async () => {
    expect(pageOf(await alice.get('/users?group=999999')).textOf('#total')).toBe('0 users');
  });
});

describe('the counts', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  it('follow every change, by whatever path, as if all were read anew', async () => {
    const alice = await signedIn(app, 'alice');
    const counts = async (session: Session) => sidebarOf(await session.get('/users?activity=active&activity=deleted'));
    await counts(alice);
    await submit(alice, '/users/new', {
      name: 'nora',
      email: 'n@example.com',
      tags: 'Berlin, new',
      groups: await groupId(app, 'Support'),
    });
    await submit(alice, pathTo(app, 'lena', '/edit'), {
      tags: '',
      groups: await groupId(app, 'Auditors'),
      leavesAt: '2026-11-22 12:01',
    });
    app.clock.advance(MINUTE);
    await alice.post(pathTo(app, 'bob', '/deletion'));
    await alice.send('delete', pathTo(app, 'dave', '/deactivation'));
    await alice.send('delete', pathTo(app, 'erin', '/login-attempts'));
    await alice.send('delete', pathTo(app, 'carol', '/invitation'));
    await submit(alice, pathTo(app, 'max', '/edit'), {
      apiOnly: 'yes',
      apiOnlyReason: 'x',
      apiOnlyOwner: 'alice',
      apiOnlyReviewOn: '2027-01-01',
    });
    for (let n = 0; n < 5; n++) await new Session(app).signIn('ada', 'not the password');
    const followed = await counts(alice);
    expect(followed.state).toMatchObject({ Locked: 1, Left: 1, 'API-only': 2, 'Not invited': 1, Invited: 1 });
    app = await app.restart();
    expect(await counts(await signedIn(app, 'alice'))).toEqual(followed);
  });

  it('know what was committed a moment ago, however many ask at that moment', async () => {
    const index = new UserIndex(app.db.read, app.clock.now, app.config);
    let late = 0;
    for (let round = 0; round < 300; round++) {
      const activity = round % 2 ? 'active' : 'deleted';
      // Others keep asking while the change is written, in turns of their own as requests have them.
      let isWritten = false;
      const others = Array.from({ length: 2 }, async () => {
        for (; !isWritten; await turn()) await index.refresh();
      });
      const noise = app.db.write((trx) =>
        trx('users')
          .where('activity', 'active')
          .update({ description: `${round}` }),
      );
      await app.db.write((trx) => trx('users').where('id', app.people.carol).update({ activity }));
      isWritten = true;
      await index.refresh();
      const deleted = index.select({ values: { activity: [ACTIVITIES.indexOf('deleted')] } });
      if (deleted.has(app.people.carol) !== (activity === 'deleted')) late++;
      await Promise.all([noise, ...others]);
    }
    expect(late).toBe(0);
  });

  it('are read anew where the feed of changes was pruned past what was read', async () => {
    const index = new UserIndex(app.db.read, app.clock.now, app.config);
    await index.refresh();
    const active = () => index.select({ values: { activity: [ACTIVITIES.indexOf('active')] } }).total;
    const before = active();
    await app.db.write(async (trx) => {
      const newest = (await trx('user_changes').max('id as newest').first())!.newest;
      await trx('users').where('id', app.people.rita).update({ activity: 'deactivated' });
      await trx('users').where('id', app.people.lena).update({ description: 'changed last' });
      await trx('user_changes')
        .where('id', newest + 1)
        .delete();
    });
    await index.refresh();
    expect(active()).toBe(before - 1);
  });

  it('move with time alone: what expires overnight is counted in the morning', async () => {
    const alice = await signedIn(app, 'alice');
    const tomorrow = instant(app.clock.now() + DAY).slice(0, 10);
    await submit(alice, pathTo(app, 'ada', '/edit'), { leavesAt: instant(app.clock.now()).slice(0, 10) });
    const before = sidebarOf(await alice.get('/users')).state.Left;
    app.clock.advance(DAY);
    expect(instant(app.clock.now()).slice(0, 10)).toBe(tomorrow);
    const later = await signedIn(app, 'alice');
    expect(sidebarOf(await later.get('/users')).state.Left).toBe(before + 1);
  });
});
