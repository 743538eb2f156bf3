import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Person } from '../../seeds/cast.ts';
import { fold } from '../../src/text/text.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addContact, letGroup } from '../support/contacts.ts';
import { addCrowd } from '../support/crowd.ts';
import { pageOf } from '../support/page.ts';
import { groupId } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

/** Users that stand in the list for a contact of each owner. */
const LINKS: [user: Person, contact: string, owner: 'public' | 'alice' | 'rita' | 'Auditors'][] = [
  ['carol', 'Zora Zebra', 'public'],
  ['dave', 'Yann Yak', 'alice'],
  ['erin', 'Quirin Quokka', 'rita'],
  ['lena', 'Wanda Wolf', 'Auditors'],
];

/** Which of them each viewer knows. Max may not read contacts; Rita is an auditor; Ada has No shared data. */
const KNOWN: Record<string, string[]> = {
  alice: ['Yann Yak', 'Zora Zebra'],
  rita: ['Quirin Quokka', 'Wanda Wolf', 'Zora Zebra'],
  ada: [],
  max: [],
};

describe('the name of a linked contact', () => {
  let app: TestApp;
  const sessions = new Map<string, Session>();

  beforeAll(async () => {
    app = await startApp();
    await addCrowd(app, 60);
    const alice = await signedIn(app, 'alice');
    const auditors = Number(await groupId(app, 'Auditors'));
    for (const [user, name, owner] of LINKS) {
      // Linked while it is public, by the page; then it changes hands.
      const id = await addContact(app, { name });
      const linked = await alice.post(`/contacts/${id}/link`, { user });
      if (linked.status !== 303) throw new Error(`${user} was not linked: ${linked.status}`);
      if (owner === 'public') continue;
      const fields: Record<string, string> =
        owner === 'Auditors' ? { owner: 'group', ownerGroup: owner } : { owner: 'private', ownerUser: owner };
      const given = await alice.send('patch', `/contacts/${id}`, { name, version: '1', ...fields });
      if (given.status !== 303) throw new Error(`${name} was not given away: ${given.text}`);
    }
    await app.db.write((trx) => trx('users').where('id', app.people.ada).update({ no_shared_data: true }));
    await letGroup(app, Number(await groupId(app, 'Administrators')), 'write');
    expect(auditors).toBeGreaterThan(0);
    for (const viewer of Object.keys(KNOWN)) sessions.set(viewer, await signedIn(app, viewer as Person));
  });
  afterAll(() => app.close());

  const all = LINKS.map(([, name]) => name);
  const cases = Object.entries(KNOWN).flatMap(([viewer, known]) =>
    all.map((name) => ({ viewer, name, does: known.includes(name) ? 'shows' : 'hides' })),
  );

  it.each(cases)('$does $viewer $name, in list, search and record', async ({ viewer, name, does }) => {
    const session = sessions.get(viewer)!;
    const user = LINKS.find((one) => one[1] === name)![0];
    const isKnown = does === 'shows';
    const list = await session.get('/users?per=200&activity=active&activity=deactivated&activity=deleted');
    expect(list.text.includes(name)).toBe(isKnown);
    for (const word of [name, name.split(' ')[1], name.slice(0, 2)]) {
      const found = pageOf(
        await session.get(`/users?q=${encodeURIComponent(word)}&activity=active&activity=deactivated`),
      );
      expect([word, found.texts('th.name a').includes(user)]).toEqual([word, isKnown]);
    }
    // Words of both: the name of the user and that of the contact.
    const both = pageOf(await session.get(`/users?q=${user}+${name.split(' ')[0]}`));
    expect(both.texts('th.name a')).toEqual(isKnown ? [user] : []);
    const record = await session.get(`/users/${app.people[user]}`);
    expect(record.text.includes(name)).toBe(isKnown);
    if (!isKnown) expect(pageOf(record).textOf('section:has(#contact)')).toMatch(/that you may not see/);
    const invitations = pageOf(await session.get(`/invitations?q=${encodeURIComponent(name)}`));
    if (user === 'carol') expect(invitations.texts('th.name a').includes('carol')).toBe(isKnown);
    const palette = await session.get(`/search?q=${encodeURIComponent(name)}`);
    expect(pageOf(palette).texts('#found a bdi').includes(user)).toBe(isKnown);
    if (viewer === 'rita') return;
    const form = await session.get(`/users/${app.people[user]}/edit`);
    if (form.status === 200) expect(form.text.includes(name)).toBe(isKnown);
  });

  it.each(Object.keys(KNOWN))('is what %s sorts by: only what they know, there and back', async (viewer) => {
    const session = sessions.get(viewer)!;
    for (const direction of ['', '-']) {
      const first = `/users?sort=${direction}contact&per=25&activity=active&activity=deactivated`;
      const names: string[] = [];
      const users: string[] = [];
      let last = '';
      for (
        let path: string | undefined = first;
        path;
        path = pageOf(await session.get(last))
          .$('#next-page')
          .attr('href')
      ) {
        last = path;
        const page = pageOf(await session.get(path));
        users.push(...page.texts('th.name a'));
        names.push(...page.texts('td:has(> a[href^="/contacts/"])'));
      }
      const shown = names.filter(Boolean);
      expect(names.slice(shown.length).every((name) => name === '')).toBe(true);
      const sorted = shown.toSorted((a, b) => (fold(a) < fold(b) ? -1 : 1));
      expect(shown.map(fold)).toEqual((direction ? sorted.reverse() : sorted).map(fold));
      expect(new Set(users).size).toBe(users.length);
      const total = pageOf(await session.get(first)).textOf('#total');
      expect(total).toBe(`${users.length} users`);
      expect(shown.filter((name) => all.includes(name)).toSorted()).toEqual(
        // Dave is deactivated, and none of them is deleted.
        KNOWN[viewer].toSorted(),
      );
      const back = pageOf(await session.get(last))
        .$('#previous-page')
        .attr('href');
      const before = pageOf(await session.get(back!)).texts('th.name a');
      expect(before).toEqual(
        users.slice(-before.length - pageOf(await session.get(last)).texts('th.name a').length).slice(0, before.length),
      );
      for (const cursor of [
        back!,
        pageOf(await session.get(first))
          .$('#next-page')
          .attr('href')!,
      ]) {
        const encoded = new URL(cursor, 'http://x').searchParams;
        const text = Buffer.from((encoded.get('after') ?? encoded.get('before'))!, 'base64url').toString();
        for (const name of all.filter((one) => !KNOWN[viewer].includes(one))) expect(text).not.toContain(fold(name));
      }
    }
  });

  it('follows what the contact is called and whose it is', async () => {
    const alice = sessions.get('alice')!;
    const id = await addContact(app, { name: 'Vera Vole' });
    await alice.post(`/contacts/${id}/link`, { user: 'max' });
    const rows = async (q: string) => pageOf(await alice.get(`/users?q=${q}`)).texts('th.name a');
    expect(await rows('vole')).toEqual(['max']);
    await alice.send('patch', `/contacts/${id}`, { name: 'Vera Viper', version: '1', owner: 'public' });
    expect([await rows('vole'), await rows('viper')]).toEqual([[], ['max']]);
    await alice.send('patch', `/contacts/${id}`, { name: 'Vera Viper', version: '2', owner: 'private' });
    expect(await rows('viper')).toEqual(['max']);
    expect(pageOf(await sessions.get('rita')!.get('/users?q=viper')).texts('th.name a')).toEqual([]);
    await alice.post(`/contacts/${id}/deletion`);
    expect(await rows('viper')).toEqual([]);
    expect(pageOf(await alice.get('/users?q=max')).textOf('td:has(> a[href^="/contacts/"])')).toBe('');
    await alice.send('delete', `/contacts/${id}/deletion`);
    expect(await rows('viper')).toEqual(['max']);
  });

  it('stays with a user whom somebody edits who may not see it', async () => {
    const max = sessions.get('max')!;
    const path = `/users/${app.people.bob}`;
    const form = pageOf(await max.get(`${path}/edit`));
    expect(form.texts('#contactId-picker bdi')).toEqual(['A contact that you may not see']);
    const saved = await max.send('patch', path, { ...form.typed(), description: 'by max' });
    expect(saved.status).toBe(303);
    expect(await app.db.read('users').where('id', app.people.bob).first('contact_name', 'description')).toEqual({
      contact_name: 'Bob Schmidt',
      description: 'by max',
    });
    expect((await max.get(path)).text).not.toContain('Bob Schmidt');
  });
});
