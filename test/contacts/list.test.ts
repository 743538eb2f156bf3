import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ACCOUNT_TYPES, type AccountType, type ContactKind } from '../../src/contacts/contact.ts';
import { SORTS, type SortKey } from '../../src/contacts/contact-list-query.ts';
import { identityKey } from '../../src/text/identity-key.ts';
import { fold } from '../../src/text/text.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addContact, letGroup } from '../support/contacts.ts';
import { addCrowd } from '../support/crowd.ts';
import { pageOf } from '../support/page.ts';
import { groupId } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

/** A contact with all that the list shows and filters by, read without the list's own ways. */
interface Plain {
  id: number;
  name: string;
  kind: ContactKind;
  activity: 'active' | 'deleted';
  email: string | null;
  phones: string[];
  emails: string[];
  accounts: AccountType[];
  owner: string;
  ownerName: string;
  user: string | null;
  tags: number[];
  createdAt: string;
}

interface View {
  q: string[];
  kind: ContactKind[];
  account: AccountType[];
  owner: string[];
  tag: number[];
  activity: ('active' | 'deleted')[];
}
type Facet = Exclude<keyof View, 'q'>;

function pathOf(view: View, more: Record<string, string> = {}): string {
  const parameters = new URLSearchParams({ ...(view.q.length > 0 && { q: view.q.join(' ') }), ...more });
  for (const facet of ['kind', 'account', 'owner', 'tag', 'activity'] as const)
    for (const value of view[facet]) parameters.append(facet, String(value));
  return `/contacts?${parameters}`;
}

/** The plainest way to say which are meant. */
function matches(one: Plain, view: View, but?: Facet): boolean {
  const anyOf = <T>(facet: Facet, wanted: T[], has: T[]) =>
    but === facet || wanted.length === 0 || wanted.some((value) => has.includes(value));
  const digits = one.phones.map((phone) => phone.replace(/\D/g, ''));
  const text = fold([one.name, ...one.emails, ...one.phones, ...digits].join(' '));
  return (
    anyOf('activity', view.activity.length > 0 ? view.activity : ['active' as const], [one.activity]) &&
    anyOf('kind', view.kind, [one.kind]) &&
    anyOf('account', view.account, one.accounts) &&
    anyOf('owner', view.owner, [one.owner]) &&
    anyOf('tag', view.tag, one.tags) &&
    view.q.every((word) => text.includes(word))
  );
}

describe('a search for contacts', () => {
  it('shows first who is called so or has it for an address, then who begins so', async () => {
    await using app = await startApp();
    const alice = await signedIn(app, 'alice');
    for (const name of ['Möllermann', 'Moeller', 'Jo Möller', 'Möller']) await addContact(app, { name });
    await addContact(app, { name: 'Zeno', emails: ['moeller@x.example'] });
    const names = async (query: string) => pageOf(await alice.get(`/contacts?${query}`)).texts('th.name a');
    expect(await names('q=moeller')).toEqual(['Moeller', 'Möller', 'Möllermann', 'Zeno', 'Jo Möller']);
    expect(await names('q=moeller&sort=name')).toEqual(['Jo Möller', 'Moeller', 'Möller', 'Möllermann', 'Zeno']);
    expect(await names('q=moeller@x.example')).toEqual(['Zeno']);
  });
});

describe('the list of contacts', () => {
  let app: TestApp;
  let alice: Session;
  let all: Plain[];
  let groups: string[];

  beforeAll(async () => {
    app = await startApp();
    alice = await signedIn(app, 'alice');
    await addCrowd(app, 300);
    const administrators = await groupId(app, 'Administrators');
    await addContact(app, { name: 'Gone Company', kind: 'company', activity: 'deleted', accounts: ['customer'] });
    await addContact(app, { name: 'Rivals', kind: 'company', accounts: ['prospect', 'competitor'] });
    await addContact(app, { name: 'Gone Person', activity: 'deleted', ownerGroupId: Number(administrators) });
    await addContact(app, { name: 'Hidden', ownerUserId: app.people.bob, accounts: ['customer'] });
    groups = [administrators];
    all = await visibleToAlice();
  });
  afterAll(() => app.close());

  async function visibleToAlice(): Promise<Plain[]> {
    const { db, people } = app;
    const accounts = await db.read('accounts');
    const tags = await db.read('contact_tags');
    const users = await db.read('users').whereNot('activity', 'deleted').whereNotNull('contact_id');
    const rows = await db.read('contacts');
    return rows
      .map((row) => ({
        id: row.id,
        name: row.name,
        kind: row.kind,
        activity: row.activity,
        email: row.email,
        emails: JSON.parse(row.emails),
        phones: JSON.parse(row.phones),
        accounts: ACCOUNT_TYPES.filter((type) =>
          accounts.some((one) => one.contact_id === row.id && one.type === type),
        ),
        owner: row.owner_user_id ? 'private' : row.owner_group_id ? String(row.owner_group_id) : 'public',
        ownerName: row.owner_group_id ? '2administrators' : row.owner_user_id ? '1' : '0',
        user: users.find((user) => user.contact_id === row.id)?.sort_name ?? null,
        tags: tags.filter((one) => one.contact_id === row.id).map((one) => one.tag_id),
        createdAt: row.created_at,
        isVisible:
          row.owner_user_id === people.alice ||
          String(row.owner_group_id) === groups[0] ||
          (row.owner_user_id === null && row.owner_group_id === null),
      }))
      .filter((one) => one.isVisible);
  }

  it('has some of everything, hidden ones too', async () => {
    expect(all.length).toBeLessThan((await app.db.read('contacts')).length);
    for (const owner of ['public', 'private', groups[0]])
      expect([owner, all.some((one) => one.owner === owner)]).toEqual([owner, true]);
    for (const type of ACCOUNT_TYPES)
      expect([type, all.some((one) => one.accounts.includes(type))]).toEqual([type, true]);
    expect(all.some((one) => one.tags.length > 0 && one.phones.length > 1)).toBe(true);
  });

  const some = <T>(values: T[], most: number) => fc.subarray(values, { maxLength: most });

  it('shows what matches, and counts each value exactly under the other filters', async () => {
    const tags: { id: number; name: string }[] = await app.db.read('tags').select('id', 'name');
    const anyView = fc.record<View>({
      q: some(['an', 'gmbh', '4', 'example', 'zz', 'ma', 'o', 'info'], 2),
      kind: some<ContactKind>(['person', 'company'], 2),
      account: some([...ACCOUNT_TYPES], 2),
      owner: some(['public', 'private', groups[0], '999'], 2),
      tag: some([...new Set(all.flatMap((one) => one.tags))], 2),
      activity: some(['active' as const, 'deleted' as const], 2),
    });
    await fc.assert(
      fc.asyncProperty(anyView, async (view) => {
        const page = pageOf(await alice.get(pathOf(view, { per: '200' })));
        const expected = all.filter((one) => matches(one, view));
        expect(page.textOf('#total')).toBe(`${expected.length} contact${expected.length === 1 ? '' : 's'}`);
        expect(page.texts('th.name a').toSorted()).toEqual(
          expected
            .map((one) => one.name)
            .toSorted()
            .slice(0, 200),
        );
        const count = (facet: Facet, has: (one: Plain) => boolean) =>
          all.filter((one) => matches(one, view, facet) && has(one)).length;
        const shown = (facet: Facet) =>
          Object.fromEntries(
            page
              .$(`#fold-${facet} li a`)
              .toArray()
              .map((a) => [page.$(a).find('bdi').text(), Number(page.$(a).find('small').text())]),
          );
        expect(shown('kind')).toEqual({
          Persons: count('kind', (one) => one.kind === 'person'),
          Companies: count('kind', (one) => one.kind === 'company'),
        });
        expect(shown('activity')).toEqual({
          Active: count('activity', (one) => one.activity === 'active'),
          Deleted: count('activity', (one) => one.activity === 'deleted'),
        });
        expect(shown('owner')).toEqual({
          Public: count('owner', (one) => one.owner === 'public'),
          Private: count('owner', (one) => one.owner === 'private'),
          Administrators: count('owner', (one) => one.owner === groups[0]),
        });
        expect(Object.values(shown('account'))).toEqual(
          ACCOUNT_TYPES.map((type) => count('account', (one) => one.accounts.includes(type))),
        );
        const idOf = new Map(tags.map((tag) => [tag.name, tag.id]));
        const tagCounts = Object.entries(shown('tag'));
        expect(tagCounts.length).toBeGreaterThan(0);
        for (const [name, number] of tagCounts)
          expect([name, number]).toEqual([name, count('tag', (one) => one.tags.includes(idOf.get(name)!))]);
      }),
      { numRuns: 60 },
    );
  });

  const VALUES: Record<SortKey, (one: Plain) => string | number | null> = {
    name: (one) => fold(one.name),
    email: (one) => (one.email === null ? null : identityKey(one.email)),
    accounts: (one) => one.accounts.reduce((bits, type) => bits | (1 << ACCOUNT_TYPES.indexOf(type)), 0),
    owner: (one) => one.ownerName,
    user: (one) => one.user,
    added: (one) => one.createdAt,
  };

  it.each(SORTS.flatMap((sort) => [sort, `-${sort}`]))('sorts by %s over all pages, there and back', async (sort) => {
    const value = VALUES[sort.replace('-', '') as SortKey];
    const sign = sort.startsWith('-') ? -1 : 1;
    const compare = (a: Plain, b: Plain) => {
      const [x, y] = [value(a), value(b)];
      if (x === null || y === null) return x === y ? sign * (a.id - b.id) : x === null ? 1 : -1;
      return x === y ? sign * (a.id - b.id) : sign * (x < y ? -1 : 1);
    };
    const wanted = all
      .filter((one) => one.activity === 'active')
      .sort(compare)
      .map((one) => one.id);
    const ids = (page: ReturnType<typeof pageOf>) =>
      page
        .$('tr[id^="contact-"]')
        .toArray()
        .map((row) => Number(row.attribs.id.slice('contact-'.length)));
    const pages: number[][] = [];
    let last = '';
    for (let path: string | undefined = `/contacts?sort=${sort}&per=25`; path; ) {
      last = path;
      const page = pageOf(await alice.get(path));
      pages.push(ids(page));
      path = page.$('#next-page').attr('href');
    }
    expect(pages.flat()).toEqual(wanted);
    for (let n = pages.length - 2; n >= 0; n--) {
      last = pageOf(await alice.get(last))
        .$('#previous-page')
        .attr('href')!;
      expect(ids(pageOf(await alice.get(last)))).toEqual(pages[n]);
    }
  });

  it('is swapped alone when htmx asks for it, and is one page without', async () => {
    const part = await alice.get('/contacts?q=an', { 'HX-Request': 'true', 'HX-Target': 'div#contacts-list' });
    expect(part.text.trimStart().startsWith('<')).toBe(true);
    expect([part.text.includes('<!doctype'), pageOf(part).$('#contacts-list').length]).toEqual([false, 1]);
    const whole = pageOf(await alice.get('/contacts'));
    expect(whole.texts('.heading a')).toEqual(['New Company', 'New Person']);
    expect(whole.$('header nav a[aria-current]').text()).toBe('Contacts');
  });

  it('tells nothing of users to whoever may not read them, in no column, order or cursor', async () => {
    const support = Number(await groupId(app, 'Support'));
    await letGroup(app, support, 'read');
    const bob = await signedIn(app, 'bob');
    for (const sort of ['user', '-user']) {
      const page = pageOf(await bob.get(`/contacts?sort=${sort}&per=25`));
      expect(page.texts('thead th')).toEqual(['Name', 'Email', 'Accounts', 'Owner', 'Added']);
      const byName = pageOf(await bob.get('/contacts?per=25'));
      expect(page.texts('th.name a')).toEqual(byName.texts('th.name a'));
    }
    expect((await bob.get('/contacts?q=Bob+Schmidt')).text).not.toContain('/users/');
    const record = await bob.get('/contacts/4');
    expect(pageOf(record).textOf('section:has(#user)')).toBe('Linked user A user signs in as this person.');
    // His own menu shows it to him.
    expect(pageOf(record).textOf('main')).not.toContain('bob@example.com');
    expect((await bob.get('/contacts/4/timeline')).text).not.toContain('linked contact');
  });
});
