import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cursor } from '../../../src/lists/list-query.ts';
import { identityKey } from '../../../src/text/identity-key.ts';
import { listUsers } from '../../../src/users/list/user-list.ts';
import { readListQuery } from '../../../src/users/list/user-list-query.ts';
import { nameColumns } from '../../../src/users/user-columns.ts';
import { stateLimits } from '../../../src/users/user-state.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { addCrowd } from '../../support/crowd.ts';
import { pageOf } from '../../support/page.ts';
import { type Session, signedIn } from '../../support/session.ts';

/** So many begin with it that they are found by walking past all names. */
const MANY = 250;
/** Among so many those that begin with a one stand in heaps. */
const ROWS = 2_000;

describe('a search', () => {
  let app: TestApp;
  let alice: Session;

  beforeAll(async () => {
    app = await startApp();
    await addCrowd(app, 300);
    alice = await signedIn(app, 'alice');
    await add([
      ['Zora Lind', 'lind@x.example'],
      ['Rosalind', 'rosa@x.example'],
      ['Lindgren 10', 'a@x.example'],
      ['lindgren 9', 'b@x.example'],
      ['Lind', 'c@x.example'],
      ['Quentin', 'lindgren@x.example'],
      ['Anna', 'lind'],
      ...Array.from({ length: MANY }, (_, n): [string, string] => [`Äcker ${n}`, `q${n}@x.example`]),
      ...Array.from({ length: ROWS }, (_, n): [string, string] => [`row${n}`, `q-row-${n}@x.example`]),
    ]);
    // Until everybody was read a list stands by name.
    await app.context.index.refreshWholly();
  });
  afterAll(() => app.close());

  async function add(users: [name: string, email: string][]): Promise<void> {
    const rows = users.map(([name, email]) => ({
      ...nameColumns({ name, email }, null),
      name_key: identityKey(name),
      email_key: identityKey(email),
      created_at: '2026-11-01T12:00:00.000Z',
    }));
    await app.db.write((trx) => trx.batchInsert('users', rows, 100));
  }

  async function shownAt(path: string): Promise<string[]> {
    const page = pageOf(await alice.get(path));
    return page
      .$('th.name a')
      .toArray()
      .map((a) => page.$(a).text());
  }

  /** All names along the pages, and back again. */
  async function walked(q: string): Promise<{ forth: string[]; back: string[] }> {
    const query = { ...readListQuery({ q }), per: 20 };
    const read = (from: { after?: Cursor; before?: Cursor }) =>
      listUsers(app.db.read, app.context.index, {
        query: { ...query, ...from },
        limits: stateLimits(app.context),
        viewer: { id: app.people.alice, name: 'alice', rights: {} },
      });
    let page = await read({});
    const forth = page.users.map(({ name }) => name);
    while (page.next) {
      page = await read({ after: page.next });
      forth.push(...page.users.map(({ name }) => name));
    }
    const back = page.users.map(({ name }) => name);
    while (page.previous) {
      page = await read({ before: page.previous });
      back.unshift(...page.users.map(({ name }) => name));
    }
    return { forth, back };
  }

  it('shows first who is called so, then whose name and whose email begin so, each by name', async () => {
    const inOrder = ['Anna', 'Lind', 'lindgren 9', 'Lindgren 10', 'Quentin', 'Zora Lind', 'Rosalind'];
    expect((await shownAt('/users?q=Lind')).filter((name) => inOrder.includes(name))).toEqual(inOrder);
  });

  it('is in the order of a column, and nothing else, once that was chosen', async () => {
    const byName = ['Anna', 'Lind', 'lindgren 9', 'Lindgren 10', 'Quentin', 'Rosalind', 'Zora Lind'];
    const ours = (names: string[]) => names.filter((name) => byName.includes(name));
    expect(ours(await shownAt('/users?q=Lind&sort=name'))).toEqual(byName);
    expect(ours(await shownAt('/users?q=Lind&sort=-name'))).toEqual(byName.toReversed());

    const ranked = pageOf(await alice.get('/users?q=Lind'));
    expect(ranked.$('th[aria-sort]').length).toBe(0);
    expect(ranked.textOf('caption')).toBe('Users, the best matches first');
    const link = ranked.$('thead th a').first().attr('href')!;
    expect(link).toBe('/users?q=Lind&sort=name');
    const chosen = pageOf(await alice.get(link));
    expect(chosen.$('th[aria-sort="ascending"]').length).toBe(1);
    // Whoever types on keeps the order.
    expect(chosen.$('#search-form input[name="sort"]').attr('value')).toBe('name');
  });

  it('goes on by the order alone from an address that knows no ranks', async () => {
    const place = Buffer.from(JSON.stringify(['lind', 1])).toString('base64url');
    const page = await shownAt(`/users?q=Lind&after=${place}`);
    expect(page.filter((name) => /lind|quentin/i.test(name))).toEqual([
      'Lind',
      'lindgren 9',
      'Lindgren 10',
      'Quentin',
      'Rosalind',
      'Zora Lind',
    ]);
  });

  it('leads past many who begin so, and back, over every page', async () => {
    const numbers = Array.from({ length: MANY }, (_, n) => n);
    for (const q of ['aecker', 'acker', 'äck', 'aeck']) {
      const { forth, back } = await walked(q);
      expect([q, forth.slice(0, MANY)]).toEqual([q, numbers.map((n) => `Äcker ${n}`)]);
      expect([q, back]).toEqual([q, forth]);
    }
    // A number that was begun may go on.
    const rows = Array.from({ length: ROWS }, (_, n) => `row${n}`).filter((name) => name.startsWith('row1'));
    expect(await walked('row1')).toEqual({ forth: rows, back: rows });
  });
});
