import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { encodeCursor } from '../../../src/lists/list-query.ts';
import { identityKey } from '../../../src/text/identity-key.ts';
import { sortKey } from '../../../src/text/sort-key.ts';
import { COLUMNS as COLUMN_KEYS, USUAL_COLUMNS } from '../../../src/users/list/user-list-columns.ts';
import { listPath, readListQuery, SORTS, type SortKey } from '../../../src/users/list/user-list-query.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { addCrowd, everybody, type Listed } from '../../support/crowd.ts';
import { pageOf } from '../../support/page.ts';
import { type Session, signedIn } from '../../support/session.ts';

const EVERY_ACTIVITY = 'activity=active&activity=deactivated&activity=deleted';
const COLUMNS: Record<string, SortKey> = {
  Name: 'name',
  'System email': 'email',
  'Linked contact': 'contact',
  'Last login': 'last_login',
  'Group memberships': 'groups',
  'No shared data': 'no_shared_data',
};

/** What a user is sorted by; null comes last. */
const VALUES: Record<SortKey, (user: Listed) => string | number | null> = {
  name: (user) => sortKey(user.name),
  email: (user) => (user.email === null ? null : identityKey(user.email)),
  contact: (user) => (user.contactName === null ? null : sortKey(user.contactName)),
  last_login: (user) => user.lastLoginAt,
  groups: (user) => user.groups.length,
  no_shared_data: (user) => Number(user.noSharedData),
  leaves: (user) => user.leavesAt,
  created: (user) => user.createdAt,
};

function compared(a: string | number, b: string | number): number {
  if (typeof a === 'number' || typeof b === 'number') return Number(a) - Number(b);
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function sorted(users: Listed[], sort: SortKey, descending: boolean): Listed[] {
  const turn = descending ? -1 : 1;
  return users.toSorted((a, b) => {
    const [x, y] = [VALUES[sort](a), VALUES[sort](b)];
    if (x === null || y === null) return Number(x === null) - Number(y === null) || turn * (a.id - b.id);
    return turn * (compared(x, y) || a.id - b.id);
  });
}

/** The pages are many and long, so they are read by what they are sure to hold. */
function idsOf(response: { text: string }): number[] {
  return [...response.text.matchAll(/<tr[^>]* id=user-(\d+)/g)].map(([, id]) => Number(id));
}

function linkOf(response: { text: string }, id: 'next-page' | 'previous-page'): string | undefined {
  return new RegExp(`id="${id}" href="([^"]*)"`).exec(response.text)?.[1].replaceAll('&amp;', '&');
}

describe('the list of 340 users', () => {
  let app: TestApp;
  let alice: Session;
  let all: Listed[];

  beforeAll(async () => {
    app = await startApp();
    await addCrowd(app, 330);
    // Ties in every column that can have them.
    await app.db.write(async (trx) => {
      await trx('users').whereRaw('id % 5 = 0').update({ last_login_at: '2026-01-01T00:00:00.000Z' });
      await trx('users').whereRaw('id % 7 = 0').update({ sort_name: 'same', name: 'same' });
      await trx('users')
        .whereRaw('id % 6 = 0 and contact_sort is not null')
        .update({ contact_sort: 'same', contact_name: 'same' });
    });
    alice = await signedIn(app, 'alice');
    all = await everybody(app);
  });
  afterAll(() => app.close());

  const orders = SORTS.flatMap((sort) => [false, true].map((descending) => ({ sort, descending })));

  it.each(orders)(
    'sorts by $sort (descending: $descending), those without a value last',
    async ({ sort, descending }) => {
      const expected = sorted(all, sort, descending).map((user) => user.id);
      const path = `/users?${EVERY_ACTIVITY}&per=200&sort=${descending ? '-' : ''}${sort}`;
      expect(idsOf(await alice.get(path))).toEqual(expected.slice(0, 200));
    },
  );

  it.each(orders)(
    'shows everybody exactly once, forward and back again, by $sort (descending: $descending)',
    async ({ sort, descending }) => {
      const expected = sorted(all, sort, descending).map((user) => user.id);
      const pages: number[][] = [];
      let path: string | undefined = `/users?${EVERY_ACTIVITY}&per=100&sort=${descending ? '-' : ''}${sort}`;
      let last = path;
      while (path) {
        const response = await alice.get(path);
        pages.push(idsOf(response));
        last = path;
        path = linkOf(response, 'next-page');
        if (pages.length > 20) throw new Error('the pages do not end');
      }
      expect(pages.flat()).toEqual(expected);

      const back: number[][] = [];
      path = last;
      while (path) {
        const response = await alice.get(path);
        back.unshift(idsOf(response));
        path = linkOf(response, 'previous-page');
        if (back.length > 20) throw new Error('the pages do not end');
      }
      expect(back).toEqual(pages);
    },
  );

  it('walks a filtered list as well, and where more match than are fetched at once', async () => {
    const waiting = sorted(all, 'last_login', true).filter(
      (user) => user.activity !== 'deleted' && /e/.test(sortKey(user.name)),
    );
    const shown: number[] = [];
    let path: string | undefined = '/users?q=e&sort=-last_login&per=25';
    while (path) {
      const response = await alice.get(path);
      shown.push(...idsOf(response));
      path = linkOf(response, 'next-page');
    }
    expect(waiting.every((user) => shown.includes(user.id))).toBe(true);
    expect(new Set(shown).size).toBe(shown.length);
    expect(shown).toEqual(
      sorted(all, 'last_login', true)
        .map((user) => user.id)
        .filter((id) => shown.includes(id)),
    );
  });

  it('goes on behind a user who is no longer there', async () => {
    const first = await alice.get('/users?per=25');
    const next = linkOf(first, 'next-page')!;
    const expected = idsOf(await alice.get(next));
    const last = idsOf(first).at(-1)!;
    await app.db.write((trx) => trx('users').where('id', last).update({ activity: 'deleted' }));
    expect(idsOf(await alice.get(next))).toEqual(expected);
    const { activity } = all.find((user) => user.id === last)!;
    await app.db.write((trx) => trx('users').where('id', last).update({ activity }));
  });

  it('leads back to the first page where nothing is left behind a cursor', async () => {
    const after = encodeCursor({ value: '\u{10ffff}', id: 1 });
    const response = await alice.get(`/users?after=${after}&sort=email&per=25`);
    expect([response.status, response.headers.location]).toEqual([303, '/users?sort=email&per=25']);
  });

  it.each([
    'garbage',
    '%00',
    '',
    'bnVsbA',
    Buffer.from('[1]').toString('base64url'),
    Buffer.from('["a",-1]').toString('base64url'),
    Buffer.from('[{},1]').toString('base64url'),
    Buffer.from('[1e999,1]').toString('base64url'),
    Buffer.from('[5000000000,1]').toString('base64url'),
    Buffer.from('["\\ud800",1]').toString('base64url'),
    Buffer.from('["a\\u0000",9007199254740991]').toString('base64url'),
    Buffer.from('[null,1]').toString('base64url'),
    Buffer.from(`["'); drop table users; --",1]`).toString('base64url'),
    'x'.repeat(3_000),
  ])('answers the cursor %j with a page, or leads to the first one (R73, R75)', async (cursor) => {
    for (const name of ['after', 'before'])
      for (const sort of ['name', '-last_login', 'groups', 'no_shared_data']) {
        const response = await alice.get(`/users?${name}=${cursor}&sort=${sort}&per=25`);
        expect([sort, [200, 303].includes(response.status)]).toEqual([sort, true]);
      }
  });

  it('has a link in every column head that sorts by it, and turns it around the second time', async () => {
    const page = pageOf(await alice.get('/users'));
    expect(page.texts('thead th')).toEqual(Object.keys(COLUMNS));
    expect(page.$('th[aria-sort]').text().trim()).toBe('Name');
    for (const [label, sort] of Object.entries(COLUMNS)) {
      const link = page
        .$('thead a')
        .toArray()
        .find((a) => page.$(a).text().trim() === label)!.attribs.href;
      const first = pageOf(await alice.get(link));
      const isName = sort === 'name';
      expect(
        first
          .$(`th[aria-sort=${isName ? 'descending' : 'ascending'}]`)
          .text()
          .trim(),
      ).toBe(label);
      const again = first.$('th[aria-sort] a').attr('href')!;
      const second = pageOf(await alice.get(again));
      expect(
        second
          .$(`th[aria-sort=${isName ? 'ascending' : 'descending'}]`)
          .text()
          .trim(),
      ).toBe(label);
    }
  });

  it('remembers how many per page were chosen, in this browser alone', async () => {
    const rita = await signedIn(app, 'rita');
    expect(idsOf(await rita.get('/users')).length).toBe(50);
    const chosen = pageOf(await rita.get('/users'))
      .$('#per-25')
      .attr('href')!;
    const response = await rita.get(chosen);
    expect(String(response.headers['set-cookie'])).toMatch(/roster-per=25;.*HttpOnly; SameSite=Lax/);
    expect(idsOf(response).length).toBe(25);
    expect(idsOf(await rita.get('/users')).length).toBe(25);
    expect(
      pageOf(await rita.get('/users'))
        .$('.pager [aria-current]')
        .text(),
    ).toBe('25');
    expect(idsOf(await (await signedIn(app, 'ada')).get('/users')).length).toBe(50);
    for (const wrong of ['7', '100000', '-25', 'x', '25.5'])
      expect(idsOf(await rita.get(`/users?per=${wrong}`)).length).toBe(25);
  });

  it('is empty of links to pages that are not there', async () => {
    const first = pageOf(await alice.get('/users?per=50'));
    expect([first.$('#previous-page').length, first.$('#next-page').length]).toEqual([0, 1]);
    const few = pageOf(await alice.get('/users?q=alice@'));
    expect([few.$('#previous-page').length, few.$('#next-page').length]).toEqual([0, 0]);
  });
});

describe('the address of a view', () => {
  it('holds all of it: what is written is what is read', () => {
    const some = <T>(values: readonly T[]) => fc.uniqueArray(fc.constantFrom(...values), { maxLength: 3 });
    const queries = fc.record({
      // A name with an address is read as the address.
      q: fc
        .string({ maxLength: 30 })
        .map((text) => text.trim())
        .filter((text) => readListQuery({ q: text }).q === text),
      activity: some(['active', 'deactivated', 'deleted'] as const),
      state: some(['locked', 'stale', 'to-be-confirmed', 'api-only'] as const),
      tag: fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 3 }),
      group: fc.uniqueArray(fc.oneof(fc.integer({ min: 1, max: 99 }), fc.constant('none' as const)), { maxLength: 3 }),
      contact: some(['none']),
      starts: some(['7', '30']),
      leaves: some(['7', '30']),
      right: some(['administrator', 'users.write', 'groups.read', 'payroll.read']),
      sort: fc.constantFrom(...SORTS),
      descending: fc.boolean(),
      sortGiven: fc.constant(true),
      after: fc.option(
        fc.record(
          {
            value: fc.oneof(fc.string(), fc.integer(), fc.constant(null)),
            id: fc.integer({ min: 1 }),
            rank: fc.nat(3),
          },
          { requiredKeys: ['value', 'id'] },
        ),
        { nil: undefined },
      ),
      before: fc.constant(undefined),
      unread: fc.constant([]),
      address: fc.uniqueArray(fc.constantFrom('10.0.', 'fe80::1', '192.168.1.7'), { maxLength: 3 }),
      per: fc.constantFrom(25, 50, 100, 200),
      perGiven: fc.constant(true),
      allRights: fc.boolean(),
    });
    const columns = fc.option(fc.uniqueArray(fc.constantFrom(...COLUMN_KEYS)), { nil: undefined });
    fc.assert(
      fc.property(queries, columns, (rest, chosen) => {
        const query = { ...rest, columns: chosen ?? USUAL_COLUMNS, columnsGiven: chosen !== undefined };
        const address = new URL(listPath(query, { after: query.after }), 'http://roster.invalid');
        const source: Record<string, string[]> = {};
        for (const [name, value] of address.searchParams) source[name] = [...(source[name] ?? []), value];
        expect(readListQuery(source)).toEqual(query);
      }),
    );
  });
});
