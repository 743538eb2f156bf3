import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { COLUMNS } from '../../../src/users/list/user-list-columns.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { watchAudit } from '../../support/audit.ts';
import { send, submit } from '../../support/form.ts';
import { pageOf } from '../../support/page.ts';
import { Session, signedIn } from '../../support/session.ts';
import { asked } from '../../support/statements.ts';

const USUAL = ['Name', 'System email', 'Linked contact', 'Last login', 'Group memberships', 'No shared data'];

let app: TestApp;
let alice: Session;
beforeEach(async () => {
  app = await startApp();
  alice = await signedIn(app, 'alice');
});
afterEach(() => app.close());

const heads = async (path = '/users', session = alice) => pageOf(await session.get(path)).texts('thead th');
const cellsOf = async (name: string, path = '/users') => {
  const { $ } = pageOf(await alice.get(path));
  const row = $('tbody tr').filter((_, one) => $(one).find('th a').text() === name);
  return row
    .find('td[data-label]')
    .toArray()
    .map((cell) => [$(cell).attr('data-label'), $(cell).text().replace(/\s+/g, ' ').trim()]);
};

describe('the columns of the list', () => {
  it('are the usual ones until somebody chooses others, which hold wherever they sign in, and for nobody else', async () => {
    expect(await heads()).toEqual(USUAL);
    const audit = await watchAudit(app);
    const answer = await submit(alice, '/users/columns', {
      column: ['tags', 'email', 'leaves'],
      'place-leaves': '1',
      'place-email': '2',
      'place-tags': '3',
    });
    expect(answer.headers.location).toBe('/users');
    expect(await audit.actions()).toEqual([]);
    expect(await heads()).toEqual(['Name', 'Leaves on', 'System email', 'Tags']);
    expect(await heads('/users', await signedIn(app, 'alice'))).toEqual(['Name', 'Leaves on', 'System email', 'Tags']);
    expect(await heads('/users', await signedIn(app, 'ada'))).toEqual(USUAL);
  });

  it('give way to one that is given their place', async () => {
    await submit(alice, '/users/columns', { column: ['email', 'contact', 'groups', 'created'], 'place-created': '2' });
    expect(await heads()).toEqual(['Name', 'System email', 'Created', 'Linked contact', 'Group memberships']);
    const { _csrf: _, ...standing } = pageOf(await alice.get('/users/columns')).typed('#columns-form');
    await alice.send('put', '/users/columns', { ...standing, 'place-email': '3' });
    expect(await heads()).toEqual(['Name', 'Created', 'Linked contact', 'System email', 'Group memberships']);
  });

  it('can be none beside the name, and the usual ones again', async () => {
    await submit(alice, '/users/columns', { column: [] });
    expect(await heads()).toEqual(['Name']);
    const chooser = pageOf(await alice.get('/users/columns'));
    expect(chooser.$('input[name=column]').length).toBe(COLUMNS.length);
    expect((await send(alice, await alice.get('/users/columns'))).headers.location).toBe('/users');
    expect(await heads()).toEqual(USUAL);
    expect(pageOf(await alice.get('/users/columns')).$('button:contains("usual columns")').length).toBe(0);
  });

  it('lead back to the view that was looked at', async () => {
    const view = '/users?q=e&activity=active&sort=-email';
    const path = pageOf(await alice.get(view))
      .$('.pager a:contains("Columns")')
      .attr('href')!;
    const opened = pageOf(await alice.get(path));
    expect(opened.$('[data-close]').attr('href')).toBe(view);
    const { _csrf: _, ...typed } = opened.typed('#columns-form');
    const answer = await alice.send('put', '/users/columns', { ...typed, column: ['created'] });
    expect(answer.headers.location).toBe(view);
    expect(await heads(view)).toEqual(['Name', 'Created']);
  });

  it('are those of the address where it names some, and the choice of the reader stays', async () => {
    expect(await heads('/users?column=name&column=tags&column=nothing&column=email')).toEqual([
      'Name',
      'Tags',
      'System email',
    ]);
    expect(await heads('/users?column=name')).toEqual(['Name']);
    expect(await heads('/users?column=nothing')).toEqual(USUAL);
    const view = '/users?column=name&column=tags';
    const path = `/users/columns?${new URLSearchParams({ view })}`;
    expect(pageOf(await alice.get(path)).textOf('#sheet .note')).toContain('This view has columns of its own');
    const chosen = await alice.send('put', '/users/columns', { view, column: ['leaves', 'email'] });
    expect(chosen.headers.location).toBe('/users?column=name&column=email&column=leaves');
    expect(await heads()).toEqual(USUAL);
    // A filter and the next page keep them.
    const { $ } = pageOf(await alice.get(`${view}&per=25`));
    expect($('#filters li a').first().attr('href')).toContain('column=name&column=tags');
    expect($('#search-form input[name=column]').length).toBe(2);
  });

  it('say what they are called on cards, where there is no head', async () => {
    const at = '2026-11-20T12:00:00.000Z';
    await app.db.write(async (trx) => {
      await trx('users').where('name', 'bob').update({
        expires_on: '2027-03-01',
        last_activity_at: at,
        access_confirmed_at: at,
        access_confirmed_by: app.people.alice,
        description: 'Answers the <phone>.',
      });
      await trx('lockouts').insert({ user_id: app.people.bob, attempts: 2, attempts_in_all: 2, step: 0 });
      const attempt = { user_id: app.people.bob, at, agent: '', address: '192.0.2.7', outcome: 'signed in' };
      await trx('login_attempts').insert([attempt, { ...attempt, address: '192.0.2.8', outcome: 'wrong password' }]);
      await trx('second_factors').insert({ user_id: app.people.bob, nonce: 'n', created_at: at, confirmed_at: at });
      const [{ id }] = await trx('tags').insert({ name: 'night shift', name_key: 'night shift' }).returning('id');
      await trx('user_tags').insert({ user_id: app.people.bob, tag_id: id });
    });
    const columns = [
      'last_activity',
      'leaves',
      'created',
      'confirmed',
      'attempts',
      'second_factor',
      'last_from',
      'tags',
      'description',
    ];
    const view = `/users?q=bob&${columns.map((column) => `column=${column}`).join('&')}`;
    expect(await cellsOf('bob', view)).toEqual([
      ['Last activity', expect.stringMatching(/ago|yesterday/)],
      ['Leaves on', '1 Mar 2027 (UTC)'],
      ['Created', expect.stringMatching(/ago|just now/)],
      ['Access confirmed', expect.stringMatching(/by alice$/)],
      ['Failed attempts', '2'],
      ['Second factor', 'Yes'],
      ['Last sign-in from', '192.0.2.7 a nameless browser'],
      ['Tags', 'Berlin, night shift, part-time'],
      ['Description', 'Answers the <phone>.'],
    ]);
    // Said once.
    expect(pageOf(await alice.get(view)).texts('tbody th div')).toEqual(['Never signed in']);
    expect(pageOf(await alice.get('/users?q=bob')).textOf('tbody th div')).toContain('Answers the <phone>.');
  });

  it('sort only where an index keeps the order, which also holds where its column is not shown', async () => {
    const all = COLUMNS.map((column) => `column=${column}`).join('&');
    const { $ } = pageOf(await alice.get(`/users?${all}`));
    const unsorted = $('thead th:not(:has(a))').toArray();
    expect(unsorted.map((head) => $(head).text().trim())).toEqual([
      'Last activity',
      'Starts on',
      'Access confirmed',
      'Failed attempts',
      'Second factor',
      'Last sign-in from',
      'Tags',
      'Description',
      'API-only owner',
      'API-only reason',
      'Tokens',
      'Review date',
    ]);
    expect(pageOf(await alice.get('/users?sort=-created')).textOf('caption')).toBe(
      'Users, sorted by Created, descending',
    );
  });

  it('are read only where they are shown', async () => {
    const read = async (path: string) => {
      await alice.get(path);
      const { statements } = await asked(app, () => alice.get(path));
      return statements;
    };
    const usual = await read('/users');
    const rows = usual.find((one) => /select `users`.`id`, `users`.`name`, `users`.`email`/.test(one));
    expect(rows).toBeDefined();
    expect(rows).not.toMatch(/lockouts|confirmer|expires_on/);
    const narrow = await read('/users?column=name');
    expect(narrow.length).toBeLessThanOrEqual(usual.length);
    expect(narrow.join()).not.toMatch(/users`.`(contact_id|last_login_at|no_shared_data)|join `contacts`/);
    const broad = await read(`/users?column=attempts&column=confirmed`);
    expect(broad.length).toBeLessThanOrEqual(usual.length);
    expect(broad.join()).toContain('confirmer');
  });

  it.each(['//evil.example/users', 'https://evil.example', 'javascript:alert(1)', `/users?q=${'x'.repeat(9_000)}`])(
    'lead nowhere else: %s',
    async (view) => {
      const answer = await alice.send('put', '/users/columns', { view, column: ['email'], 'place-email': 'nonsense' });
      expect(answer.status).toBe(303);
      expect(answer.headers.location).toBe('/users');
    },
  );

  it('are nothing to choose for who may not read users', async () => {
    const bob = await signedIn(app, 'bob');
    expect((await bob.get('/users/columns')).status).toBe(404);
    expect((await bob.send('put', '/users/columns', { column: ['email'] })).status).toBe(404);
    expect((await new Session(app).get('/users/columns')).status).toBe(303);
  });
});
