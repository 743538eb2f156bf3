import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findAdministratorIds } from '../../../src/access/administrators.ts';
import { findItemIds } from '../../../src/bulk-operations/bulk-piece-store.ts';
import { DAY, dayOf, instant, MINUTE } from '../../../src/clock.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { pageOf } from '../../support/page.ts';
import { groupId } from '../../support/people.ts';
import { Session, signedIn } from '../../support/session.ts';

let app: TestApp;
let alice: Session;

beforeEach(async () => {
  app = await startApp();
  alice = await signedIn(app, 'alice');
});
afterEach(() => app.close());

/** Who is listed, and what the sidebar says that it would be. */
async function asked(filter: string, session = alice) {
  const page = pageOf(await session.get(`/users?${filter}`));
  const [name, value] = filter.split('=');
  const count = page.$(`#fold-${name} li a[aria-current]`).find('small').text();
  const shown = pageOf(await session.get('/users?rights=all'))
    .$(`#fold-${name} li a[href*="${name}=${value}"] small`)
    .text();
  return { names: page.texts('th.name a'), counts: [count, shown] };
}

const listed = (names: string[]) => ({ names, counts: [String(names.length), String(names.length)] });
const change = (table: string, where: object, columns: object) =>
  app.db.write((trx) => trx(table).where(where).update(columns));
const inDays = (days: number) => dayOf(app.clock.now() + days * DAY);

describe('in no group', () => {
  it('are those without a membership that counts in a group that is not deleted', async () => {
    expect(await asked('group=none')).toEqual(listed(['erin', 'robin']));
    await change('memberships', { user_id: app.people.bob }, { until_on: inDays(0) });
    expect(await asked('group=none')).toEqual(listed(['erin', 'robin']));
    app.clock.advance(DAY);
    alice = await signedIn(app, 'alice');
    expect(await asked('group=none')).toEqual(listed(['bob', 'erin', 'robin']));
    await change('groups', { name: 'Auditors' }, { activity: 'deactivated' });
    expect(await asked('group=none')).toEqual(listed(['bob', 'erin', 'robin']));
    await change('groups', { name: 'Auditors' }, { activity: 'deleted', deleted_from: 'active' });
    expect(await asked('group=none')).toEqual(listed(['bob', 'erin', 'rita', 'robin']));
  });

  it('stand beside those of a group', async () => {
    const support = await groupId(app, 'Helpdesk');
    const page = pageOf(await alice.get(`/users?group=${support}&group=none`));
    expect(page.texts('th.name a')).toEqual(['erin', 'max', 'robin']);
    expect(page.texts('.chips bdi')).toEqual(['Helpdesk', 'In no group']);
  });
});

describe('without a linked contact', () => {
  it('are those in whose row the viewer sees none', async () => {
    const { counts } = await asked('contact=none');
    const all = pageOf(await alice.get('/users'));
    const seen = all.$('td:has(> a[href^="/contacts/"])').length;
    expect(seen).toBeGreaterThan(0);
    expect(counts).toEqual([String(all.$('tbody tr').length - seen), String(all.$('tbody tr').length - seen)]);
    // One that is somebody else's own is none to Alice.
    const linked = await app.db.read('users').whereNotNull('contact_id').first();
    await change('contacts', { id: linked.contact_id }, { owner_user_id: app.people.ada });
    expect((await asked('contact=none')).names).toContain(linked.name);
    expect((await asked('contact=none', await signedIn(app, 'ada'))).names).not.toContain(linked.name);
  });

  it('and what groups grant, are not told to who may not read these', async () => {
    const max = await signedIn(app, 'max');
    const page = pageOf(await max.get('/users?rights=all'));
    expect([page.$('#fold-contact').length, page.$('#fold-right').length]).toEqual([0, 0]);
    for (const filter of ['contact=none', 'right=users.write', 'right=administrator']) {
      const told = pageOf(await max.get(`/users?${filter}`));
      expect([told.textOf('#total'), told.$('.chips .dead').text()]).toEqual([
        '0 users',
        expect.stringMatching(/You may not filter by (linked contacts|rights)/),
      ]);
      expect(told.$('.chips .clear').attr('href')).toBe('/users');
    }
  });
});

describe.each([
  ['starts', 'Starts'],
  ['leaves', 'Leaves'],
])('who %s soon', (name, label) => {
  it('are active users who do within so many days, to the minute, and it turns with the clock', async () => {
    const column = `${name}_at`;
    const at = (days: number, minutes = 0) => instant(app.clock.now() + days * DAY + minutes * MINUTE);
    await change('users', { name: 'bob' }, { [column]: at(7) });
    await change('users', { name: 'lena' }, { [column]: at(7, 1) });
    await change('users', { name: 'rita' }, { [column]: at(30, 1) });
    await change('users', { name: 'dave' }, { [column]: at(1) });
    await change('users', { name: 'max' }, { [column]: at(0, 1) });
    expect(await asked(`${name}=7`)).toEqual(listed(['bob', 'max']));
    expect(await asked(`${name}=30`)).toEqual(listed(['bob', 'lena', 'max']));
    app.clock.advance(MINUTE);
    expect(await asked(`${name}=7`)).toEqual(listed(['bob', 'lena']));
    expect(await asked(`${name}=30`)).toEqual(listed(['bob', 'lena', 'rita']));
    app.clock.advance(-MINUTE);
    expect(await asked(`${name}=7`)).toEqual(listed(['bob', 'max']));
    expect(pageOf(await alice.get(`/users?${name}=7`)).texts('.chips bdi')).toEqual([`${label} within 7 days`]);
  });
});

it('finds by the address that views were kept under who leaves soon', async () => {
  await change('users', { name: 'bob' }, { leaves_at: instant(app.clock.now() + DAY) });
  expect((await asked('expires=7')).names).toEqual(['bob']);
  expect(pageOf(await alice.get('/users?sort=-expires')).textOf('caption')).toBe(
    'Users, sorted by Leaves on, descending',
  );
});

describe('signed in last from an address', () => {
  const from = async (name: 'bob' | 'lena' | 'rita', address: string, agent = '') => {
    const session = new Session(app);
    await app.db.write((trx) => trx('login_attempts').where('user_id', app.people[name]).delete());
    await session.signIn(name);
    await change('login_attempts', { user_id: app.people[name] }, { address, agent });
    // As the sign-in itself does it.
    await change('users', { name }, { last_login_at: new Date(app.clock.now()).toISOString() });
  };
  const COLUMN = 'column=name&column=last_from';

  it('are those of that address, or of one that begins so', async () => {
    await from('bob', '10.0.0.1');
    await from('lena', '10.0.0.12');
    await from('rita', 'fe80::12');
    expect((await asked('address=10.0.0.1')).names).toEqual(['bob']);
    expect((await asked('address=10.0.')).names).toEqual(['bob', 'lena']);
    expect((await asked('address=0.0.1')).names).toEqual([]);
    expect((await asked('address=10.0.0.1&address=FE80:')).names).toEqual(['bob', 'rita']);
    await from('bob', '192.168.1.1');
    const page = pageOf(await alice.get('/users?address=192.168.'));
    expect([page.texts('th.name a'), page.texts('.chips bdi')]).toEqual([['bob'], ['Signed in from 192.168.…']]);
    expect(page.$('#fold-address li a[aria-current] small').text()).toBe('1');
  });

  it('are those who came in with that device, by its words and not by what stands within them', async () => {
    const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0';
    const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1';
    await from('bob', '10.0.0.1', FIREFOX);
    await from('lena', 'fe80::12', IPHONE);
    // Who calls their browser by an address has not come in from it.
    await from('rita', '10.0.0.9', '|192.168.1.1|fe80::12|');
    expect((await asked('address=linux')).names).toEqual(['bob']);
    expect((await asked('address=Firefox+on+Linux&address=iphone')).names).toEqual(['bob', 'lena']);
    expect((await asked('address=phone')).names).toEqual([]);
    expect((await asked('address=fe')).names).toEqual(['rita']);
    expect([(await asked('address=192.168.1.1')).names, (await asked('address=FE80:')).names]).toEqual([[], ['lena']]);
    const devices = pageOf(await alice.get(`/users?q=bob&${COLUMN}`)).$('td[data-label="Last sign-in from"] small a');
    expect(devices.text()).toBe('Firefox on Linux');
    const page = pageOf(await alice.get(devices.attr('href')!));
    expect([page.texts('th.name a'), page.texts('.chips bdi')]).toEqual([
      ['bob'],
      ['“bob”', 'Signed in from Firefox on Linux'],
    ]);
    expect((await asked('address=firefox')).names).toEqual(['bob']);
    await from('bob', '10.0.0.1', IPHONE);
    expect((await asked('address=firefox')).names).toEqual([]);
  });

  it('are found beside their column: by a press on it, and by typing', async () => {
    await from('bob', '10.0.0.1');
    expect(pageOf(await alice.get('/users')).$('#fold-address').length).toBe(0);
    const page = pageOf(await alice.get(`/users?q=b&state=stale&${COLUMN}`));
    expect(page.$('#fold-address form input[name=address]').attr('aria-label')).toContain('how it begins');
    expect(page.$('#fold-address form input[type=hidden]').length).toBeGreaterThan(3);
    const link = pageOf(await alice.get(`/users?${COLUMN}`)).$('td[data-label="Last sign-in from"] a');
    expect(pageOf(await alice.get(link.first().attr('href')!)).texts('.chips bdi')).toEqual([
      `Signed in from ${link.first().text()}`,
    ]);
  });

  it.each(['10', 'x', '10.0.0.0/8', '%', '<b>.', '::g', '9'.repeat(5_000)])('are not asked for by %s', async (odd) => {
    const page = pageOf(await alice.get(`/users?address=${encodeURIComponent(odd)}`));
    expect([page.textOf('#total'), page.$('.chips .dead').length]).toEqual(['0 users', 1]);
  });
});

describe('who has a right', () => {
  it('has it through an active group, and write includes read', async () => {
    expect(await asked('right=users.write')).toEqual(listed(['ada', 'alice', 'max']));
    expect(await asked('right=users.read')).toEqual(listed(['ada', 'alice', 'max', 'rita']));
    expect(pageOf(await alice.get('/users?right=users.read')).texts('.chips bdi')).toEqual(['May read Users']);
  });

  it('has it from the moment at which a group grants it, is back, or takes somebody in', async () => {
    await asked('right=contacts.read');
    const support = Number(await groupId(app, 'Support'));
    await app.db.write((trx) =>
      trx('group_permissions').insert({ group_id: support, application: 'contacts', level: 'read' }),
    );
    const all = ['ada', 'alice', 'bob', 'carol', 'dave', 'lena', 'rita'];
    expect(await asked('right=contacts.read')).toEqual(listed(all));
    await change('groups', { name: 'Auditors' }, { activity: 'deactivated' });
    expect(await asked('right=contacts.read')).toEqual(listed(all.slice(0, -1)));
    await app.db.write((trx) =>
      trx('memberships').insert({
        user_id: app.people.erin,
        group_id: support,
        granted_at: '2026-11-01T12:00:00.000Z',
      }),
    );
    expect(await asked('right=contacts.read')).toEqual(
      listed(['ada', 'alice', 'bob', 'carol', 'dave', 'erin', 'lena']),
    );
  });

  it('on a registered application as well', async () => {
    await app.db.write(async (trx) => {
      await trx('applications').insert({ key: 'payroll', name: 'Payroll', created_at: '2026-11-01T12:00:00.000Z' });
      const group_id = await groupId(app, 'Helpdesk');
      await trx('group_permissions').insert({ group_id, application: 'payroll', level: 'write' });
    });
    expect(await asked('right=payroll.write')).toEqual(listed(['max']));
    expect(pageOf(await alice.get('/users?right=payroll.read')).texts('.chips bdi')).toEqual(['May read Payroll']);
  });

  it('is an administrator only without any date, and with a password', async () => {
    const are = async (...names: string[]) => {
      expect(await asked('right=administrator')).toEqual(listed(names));
      const ids = await findAdministratorIds(app.db.read, instant(app.clock.now()));
      expect(await app.db.read('users').whereIn('id', ids).orderBy('name').pluck('name')).toEqual(names);
    };
    await are('ada', 'alice');
    await change('memberships', { user_id: app.people.ada }, { until_on: inDays(400) });
    await are('alice');
    await change('memberships', { user_id: app.people.ada }, { until_on: null });
    await change('users', { name: 'ada' }, { expires_on: inDays(400) });
    await are('alice');
    await change('users', { name: 'ada' }, { expires_on: null, password_hash: null });
    await are('alice');
    // One group may write users and another one groups.
    await app.db.write(async (trx) => {
      const group_id = Number(await groupId(app, 'Support'));
      await trx('group_permissions').insert({ group_id, application: 'groups', level: 'write' });
      const granted_at = '2026-11-01T12:00:00.000Z';
      await trx('memberships').insert({ user_id: app.people.max, group_id, granted_at });
    });
    await are('alice', 'max');
  });

  it('is offered as an administrator first, and all other rights one press away', async () => {
    const page = pageOf(await alice.get('/users'));
    expect(page.texts('#fold-right li')).toEqual(['Administrators 2']);
    expect(page.$('#fold-right').is('[open]')).toBe(false);
    const more = page.$('#fold-right p a');
    expect([more.text(), more.attr('href')]).toEqual(['10 more', '/users?rights=all']);
    const all = pageOf(await alice.get('/users?rights=all'));
    expect(all.$('#fold-right').is('[open]')).toBe(true);
    expect(all.texts('#fold-right li').slice(0, 3)).toEqual([
      'Administrators 2',
      'May write Users 3',
      'May read Users 4',
    ]);
    expect(all.$('#fold-right p a').attr('href')).toBe('/users');
  });
});

it('all matching acts on exactly those who are listed', async () => {
  for (const filter of ['group=none', 'contact=none', 'right=users.read', 'right=administrator']) {
    const page = pageOf(await alice.get(`/users?${filter}`));
    const field = (name: string) => page.$(`#bulk-form input[name=${name}]`).attr('value')!;
    const fields = { view: field('view'), shown: field('shown'), change: field('change') };
    const begun = await alice.post('/bulk-operations', { action: 'confirm-access', scope: 'all', ...fields });
    expect(begun.status).toBe(303);
    const ids = await findItemIds(app.db.read, Number(begun.headers.location.split('/')[2]));
    const names = await app.db.read('users').whereIn('id', ids).orderBy('name').pluck('name');
    expect({ filter, names }).toEqual({ filter, names: page.texts('th.name a') });
  }
});
