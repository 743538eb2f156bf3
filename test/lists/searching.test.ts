import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as signsAlike from '../../migrations/0098-signs-alike.ts';
import { findContactIdsByText, findUserIdsByText, whereTextHolds } from '../../src/db/search.ts';
import { searchedWords } from '../../src/text/text.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addContact } from '../support/contacts.ts';
import { submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { groupId } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

const NAME = 'Jörg Müller';
const WRITTEN_OUT = 'Goenuel Oezkan';
const NAMES_WITH_SIGNS = ["Tom O'Brien-Reilly", 'Ann O’Brien‐Reilly', 'Kim O´Brien–Reilly'];

describe('a search', () => {
  let app: TestApp;
  let alice: Session;
  let group: string;

  beforeAll(async () => {
    app = await startApp();
    alice = await signedIn(app, 'alice');
    await submit(alice, '/groups/new', { name: NAME });
    group = await groupId(app, NAME);
    await addContact(app, { name: NAME });
    const access = { access: 'link', groups: [group] };
    await submit(alice, '/users/new', { name: NAME, email: 'jm@example.com', ...access });
    for (const [n, name] of [...NAMES_WITH_SIGNS, WRITTEN_OUT].entries()) {
      await submit(alice, '/groups/new', { name });
      await addContact(app, { name });
      await submit(alice, '/users/new', { name, email: `sign${n}@example.com`, ...access });
    }
  });
  afterAll(() => app.close());

  const lists: [string, () => string, string][] = [
    ['the users', () => '/users?q=', 'th.name a'],
    ['the contacts', () => '/contacts?q=', 'th.name a'],
    ['the groups', () => '/groups?q=', 'th.name a'],
    ['the invitations', () => '/invitations?q=', 'th.name a'],
    ['the members of a group', () => `/groups/${group}?q=`, '.member p:first-child a'],
    ['the groups to filter by', () => '/users/groups?name=', '#group-filter li a'],
  ];

  it.each(lists)(
    'of %s finds both words of a name in any order, with a comma, and written without umlauts',
    async (_, path, links) => {
      for (const q of ['Müller, Jörg', 'muller jorg', 'MUELLER,JOERG', 'Jörg; müller']) {
        const found = pageOf(await alice.get(path() + encodeURIComponent(q))).texts(links);
        expect([q, found]).toEqual([q, [expect.stringContaining(NAME)]]);
      }
      expect(pageOf(await alice.get(`${path()}${encodeURIComponent('Müller, Anna')}`)).texts(links)).toEqual([]);
    },
  );

  it.each([...lists, ['everything', () => '/search?q=', 'main li a'] as (typeof lists)[number]])(
    'of %s finds one apostrophe and one hyphen by any other',
    async (_, path, links) => {
      const spelled = ["O'Brien-Reilly", 'O’Brien‑Reilly', 'o´brien–reilly', 'O`Brien−Reilly', 'o‘brien reilly'];
      for (const name of NAMES_WITH_SIGNS)
        for (const q of spelled)
          expect([q, pageOf(await alice.get(path() + encodeURIComponent(q))).texts(links)]).toEqual([
            q,
            expect.arrayContaining([expect.stringContaining(name)]),
          ]);
    },
  );

  it.each([...lists, ['everything', () => '/search?q=', 'main li a'] as (typeof lists)[number]])(
    'of %s finds by a letter who writes it out',
    async (_, path, links) => {
      for (const q of ['Özkan', 'ÖZKAN, GÖNÜL', 'gönül o\u0308zkan', 'Öz', 'Goenül'])
        expect([q, pageOf(await alice.get(path() + encodeURIComponent(q))).texts(links)]).toEqual([
          q,
          expect.arrayContaining([expect.stringContaining(WRITTEN_OUT)]),
        ]);
      for (const q of ['ozkan', 'Özkän', 'gonul'])
        expect(pageOf(await alice.get(path() + encodeURIComponent(q))).texts(links)).toEqual([]);
    },
  );

  it('finds them so in the database as well, where nothing is in memory yet', async () => {
    const { read } = app.db;
    const [{ id: userId }] = await read('users').where('name', WRITTEN_OUT).select('id');
    const [{ id: contactId }] = await read('contacts').where('name', WRITTEN_OUT).select('id');
    // Of the second the index of trigrams holds one way only, of the third none.
    for (const q of ['Özkan Gönül', 'Öz', 'Ö']) {
      const words = searchedWords(q)!;
      for (const looksAtEmails of [true, false])
        expect([q, await findUserIdsByText(read, words, looksAtEmails)]).toEqual([q, expect.arrayContaining([userId])]);
      const found = await whereTextHolds(read('contacts'), 'search_text', words).pluck('id');
      expect([q, found]).toEqual([q, expect.arrayContaining([contactId])]);
    }
    expect(await findContactIdsByText(read, searchedWords('Özkan Gönül')!, 10)).toEqual([contactId]);
    expect(await findUserIdsByText(read, searchedWords('Özkän')!, true)).toEqual([]);
  });

  it('puts first whom it names wholly or begins to name, in whichever way they are written', async () => {
    const access = { access: 'link', groups: [group] };
    for (const [n, name] of ['a.schroeder', 'schroederin', 'schroeder', 'Schröder', 'Schröderin'].entries())
      await submit(alice, '/users/new', { name, email: `rank${n}@example.com`, ...access });
    const found = async (q: string) => pageOf(await alice.get(`/users?q=${encodeURIComponent(q)}`)).texts('th.name a');
    expect(await found('Schröder')).toEqual(['Schröder', 'schroeder', 'Schröderin', 'schroederin', 'a.schroeder']);
    expect(pageOf(await alice.get(`/users?q=${encodeURIComponent('Schröder')}`)).texts('th.name mark')).toEqual(
      expect.arrayContaining(['schroeder', 'Schröder']),
    );
  });

  it('finds whoever was there before the upgrade, without a new start', async () => {
    const found = async (list: string) =>
      pageOf(await alice.get(`${list}?q=${encodeURIComponent("o'brien")}`)).texts('th.name a').length;
    expect([await found('/users'), await found('/contacts')]).toEqual([3, 3]);
    await app.db.write((trx) => signsAlike.down(trx));
    expect([await found('/users'), await found('/contacts')]).toEqual([1, 1]);
    await app.db.write((trx) => signsAlike.up(trx));
    expect([await found('/users'), await found('/contacts')]).toEqual([3, 3]);
  });

  it('finds whose name begins so, whichever sign was typed', async () => {
    const access = { access: 'link', groups: [group] };
    await submit(alice, '/users/new', { name: 'O’Hara', email: 'ohara@example.com', ...access });
    await submit(alice, '/users/new', { name: 'Jean‐Luc', email: 'jean@example.com', ...access });
    for (const [q, name] of [
      ["o'ha", 'O’Hara'],
      ["O'Hara", 'O’Hara'],
      ['jean-l', 'Jean‐Luc'],
    ])
      expect(pageOf(await alice.get(`/users?q=${encodeURIComponent(q)}`)).texts('th.name a')).toEqual([name]);
  });

  it('marks what it found, whichever sign was typed', async () => {
    const page = pageOf(await alice.get(`/users?q=${encodeURIComponent("o'brien")}`));
    expect(page.texts('th.name mark')).toEqual(expect.arrayContaining(['O’Brien', 'O´Brien', "O'Brien"]));
  });

  it.each([...lists, ['everything', () => '/search?q=', 'main li a'] as (typeof lists)[number]])(
    'of %s finds what was pasted with marks that nobody sees',
    async (_, path, links) => {
      for (const q of ['\u200bMüller\u200e', 'J\u00adörg M\u00adüller', '\ufeffjoerg\u2060'])
        expect([q, pageOf(await alice.get(path() + encodeURIComponent(q))).texts(links)]).toEqual([
          q,
          expect.arrayContaining([expect.stringContaining(NAME)]),
        ]);
    },
  );

  it.each([...lists, ['everything', () => '/search?q=', 'main li a']] satisfies typeof lists)(
    'of %s finds nothing by what no letter is left of',
    async (_, path, links) => {
      for (const q of ['\u0301', ' \u0301\u0308 '])
        expect(pageOf(await alice.get(path() + encodeURIComponent(q))).texts(links)).toEqual([]);
      expect(pageOf(await alice.get(`${path()}${encodeURIComponent('  ')}`)).texts(links)).not.toEqual([]);
    },
  );
});
