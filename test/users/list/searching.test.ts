import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { startApp, type TestApp } from '../../support/app.ts';
import { submit } from '../../support/form.ts';
import { pageOf } from '../../support/page.ts';
import { pathTo } from '../../support/people.ts';
import { type Session, signedIn } from '../../support/session.ts';

/** Names that are hard to find; the email address of each is made of a word of its own. */
const NAMES = {
  alpha: 'Łukasz Wałęsa',
  bravo: 'Straße & Söhne',
  charlie: 'José Ángel Muñoz',
  delta: 'Ægir Øst',
  echo: '100% Ltd',
  foxtrot: 'under_score',
  golf: `Bobby "quoted" O'Neil`,
  hotel: 'Đorđe İpek',
  india: 'ΟΔΥΣΣΕΥΣ',
  juliett: '日本 太郎',
  kilo: 'fox 🦊 fox',
  lima: 'back\\slash (bracket) [square] *star*',
  mike: 'ｆｕｌｌ ｗｉｄｔｈ',
  november: 'ﬁne ligature',
};

describe('the search', () => {
  let app: TestApp;
  let alice: Session;

  beforeAll(async () => {
    app = await startApp();
    alice = await signedIn(app, 'alice');
    for (const [word, name] of Object.entries(NAMES)) {
      const created = await submit(alice, '/users/new', { name, email: `${word}@dot.example`, access: 'later' });
      if (created.status !== 303) throw new Error(`${name} was not created: ${created.text}`);
    }
  });
  afterAll(() => app.close());

  async function found(q: string, sort = 'name'): Promise<string[]> {
    const response = await alice.get(`/users?${new URLSearchParams({ q, sort })}`);
    if (response.status !== 200) throw new Error(`${q}: ${response.status}`);
    return pageOf(response)
      .$('th.name a')
      .toArray()
      .map((a) => pageOf(response).$(a).text());
  }
  const one = (key: keyof typeof NAMES) => [NAMES[key]];

  it('lists numbers by how much they are', async () => {
    for (const name of ['shift 10', 'Shift 9', 'shift 100', 'shift 2 b', 'shift 2'])
      await submit(alice, '/users/new', { name, email: `${name.replaceAll(' ', '')}@shifts.example`, access: 'later' });
    const inOrder = ['shift 2', 'shift 2 b', 'Shift 9', 'shift 10', 'shift 100'];
    expect(await found('shift')).toEqual(inOrder);
    expect(await found('shift 10')).toEqual(['shift 10', 'shift 100']);
    expect(await found('shift', '-name')).toEqual(inOrder.toReversed());
  });

  it.each([
    ['the whole name', 'lukasz walesa', one('alpha')],
    ['accents and strokes as they are', 'Łukasz Wałęsa', one('alpha')],
    ['capitals', 'ŁUKASZ', one('alpha')],
    ['a part of the middle', 'ukas', one('alpha')],
    ['several words in another order', 'wal luk', one('alpha')],
    ['ß as ss', 'strasse', one('bravo')],
    ['ß as it is', 'straße', one('bravo')],
    ['umlauts without dots', 'sohne', one('bravo')],
    ['umlauts written out', 'soehne', one('bravo')],
    ['Nordic letters written out, each word in its own way', 'aegir oest', one('delta')],
    ['accents left out', 'jose angel munoz', one('charlie')],
    ['accents that are put together from parts', 'José', one('charlie')],
    ['letters that are two', 'aegir ost', one('delta')],
    ['a percent sign, which stands for itself', '%', one('echo')],
    ['a percent sign within', '100%', one('echo')],
    ['an underscore, which stands for itself', '_', one('foxtrot')],
    ['an underscore within', 'er_sc', one('foxtrot')],
    ['an underscore that is not there', 'un_er', []],
    ['a quote', '"', one('golf')],
    ['quotes within', '"quoted"', one('golf')],
    ['an apostrophe', "o'neil", one('golf')],
    ['a backslash', '\\', one('lima')],
    ['brackets and stars', '[square] *star*', one('lima')],
    ['operators of the index, which stand for themselves', 'NOT lukasz', []],
    ['đ and İ', 'dorde ipek', one('hotel')],
    ['a sigma at the end or not', 'οδυσσευσ', one('india')],
    ['a final sigma', 'οδυσσευς', one('india')],
    ['one letter of another script', '日', one('juliett')],
    ['two letters of another script', '日本', one('juliett')],
    ['an emoji', '🦊', one('kilo')],
    ['an emoji and more', '🦊 fox', one('kilo')],
    ['full-width letters in plain ones', 'full width', one('mike')],
    ['a ligature as its letters', 'fine lig', one('november')],
    ['the address', 'kilo@dot', one('kilo')],
    ['a word of the name and one of the address', 'walesa dot', one('alpha')],
    ['the contact', 'schmidt', ['bob']],
    ['the name and the contact', 'schmidt bob', ['bob']],
    ['the same word twice', 'lukasz lukasz', one('alpha')],
    ['spaces around and between', '  lukasz   walesa\t', one('alpha')],
    ['a word that is there and one that is not', 'lukasz nowhere', []],
    ['three letters that stand in two words but in none', 'zwa', []],
  ])('finds %s', async (_, q, expected) => {
    expect(await found(q)).toEqual(expected);
  });

  it('finds by one letter and by two, anywhere', async () => {
    const all = await found('');
    expect((await found('q')).toSorted()).toEqual([NAMES.golf, NAMES.lima].toSorted());
    expect(await found('zz')).toEqual([]);
    expect((await found('e')).length).toBe(all.length);
  });

  it('shows everybody where nothing but spaces is asked for', async () => {
    expect(await found(' \t ')).toEqual(await found(''));
  });

  it.each([
    ['a NUL', 'a\u0000b'],
    ['a NUL among three letters and more', 'luk\u0000asz'],
    ['half of an emoji', '\ud83e lukasz'],
    ['marks alone', '\u0301\u0301\u0301'],
    ['a long word', 'x'.repeat(5_000)],
    ['many words', 'ab '.repeat(2_000)],
    ['many words that are all there', 'l u k a s z w '.repeat(14)],
    ['an unclosed quote', '"lukasz'],
    ['the syntax of the index', 'lukasz* OR (NEAR(a b) ^c :d) {e} AND'],
    ['a statement', `'; drop table users; --`],
  ])('answers %s with a page (R73, R75)', async (_, q) => {
    const response = await alice.get(`/users?q=${encodeURIComponent(q.toWellFormed())}`);
    expect(response.status).toBe(200);
    expect(pageOf(response).$('#total').length).toBe(1);
  });

  it('answers bytes that are no text with a page', async () => {
    for (const q of ['%ff%fe', '%ed%a0%80', '%c0%af', '%', '%zz', '%00'])
      expect([q, (await alice.get(`/users?q=${q}`)).status]).toEqual([q, 200]);
  });

  it('finds exactly those whose text holds every word, whatever is asked', async () => {
    const users: { name: string; search_text: string; contact_sort: string | null }[] = await app.db
      .read('users')
      .whereNot('activity', 'deleted')
      .orderBy(['sort_name', 'id'])
      .select('name', 'search_text', 'contact_sort');
    const rows = users.map(({ name, search_text, contact_sort }) => ({
      name,
      text: `${search_text}${contact_sort ?? ''}`,
    }));
    const alphabet = fc.constantFrom(...'abcdelmnostu@._%"\'* 日🦊'.match(/./gsu)!);
    const text = fc.string({ unit: alphabet, minLength: 1, maxLength: 7 });
    const piece = fc
      .tuple(fc.constantFrom(...rows), fc.nat(20), fc.integer({ min: 1, max: 9 }))
      .map(([row, from, length]) => [...row.text].slice(from, from + length).join(''));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(text, piece), { minLength: 1, maxLength: 3 }), async (parts) => {
        // Between lines stand the entries of a list.
        const q = parts.join(' ').replaceAll(/[\n\t]/g, ' ');
        const words = q.split(/\s+/).filter(Boolean);
        const expected = rows.filter((row) => words.every((word) => row.text.includes(word)));
        expect(await found(q)).toEqual(expected.map((row) => row.name));
      }),
      { numRuns: 80, seed: 7 },
    );
  });

  it('goes together with the filters, and its counts are those of what it finds', async () => {
    await alice.post(pathTo(app, 'bob', '/deactivation'));
    const page = pageOf(await alice.get('/users?q=schmidt&activity=active'));
    expect(page.textOf('#total')).toBe('0 users');
    expect(page.texts('#fold-activity a')).toEqual(['Active 0', 'Deactivated 1', 'Deleted 0']);
    await alice.send('delete', pathTo(app, 'bob', '/deactivation'));
  });

  it.each(['& söhne', `"quoted" O'Neil`, '100%', '[square] *'])(
    'stays in the field, in the address of every link, and as a chip that takes it away: %s',
    async (q) => {
      const page = pageOf(await alice.get(`/users?q=${encodeURIComponent(q)}`));
      expect(page.$('#q').attr('value')).toBe(q);
      expect(page.$('thead a').length).toBeGreaterThan(3);
      for (const a of page.$('thead a, .pager a:not([data-dialog], [href$="/import"]), #filters li a').toArray())
        expect(new URL(a.attribs.href, app.url).searchParams.get('q')).toBe(q);
      expect(page.$('.chips a').first().attr('href')).toBe('/users');
    },
  );
});
