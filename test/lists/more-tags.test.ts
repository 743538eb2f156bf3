import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { addContact } from '../support/contacts.ts';
import { addGroups } from '../support/crowd.ts';
import { pageOf } from '../support/page.ts';
import { type Session, signedIn } from '../support/session.ts';

const TAGS = 130;
/** Whom the tests always have carry two more. */
const OF_THE_CAST = { users: 2, groups: 0, contacts: 0 };
const LISTS = ['users', 'groups', 'contacts'] as const;

/** Each list has a sidebar with room for twenty tags; the last of these stands on one alone. */
describe.each(LISTS)('more tags of %s than a sidebar has room for', (list) => {
  let app: TestApp;
  let alice: Session;
  let tags: number[];
  let rare: number;
  beforeAll(async () => {
    app = await startApp();
    await addGroups(app, 3);
    const contacts = [await addContact(app, { name: 'Quentin' }), await addContact(app, { name: 'Rosa' })];
    const groups: number[] = await app.db.read('groups').whereLike('name', 'Team %').orderBy('id').pluck('id');
    const { bob, carol } = app.people;
    const [table, column, records] = {
      users: ['user_tags', 'user_id', [bob, carol]],
      groups: ['group_tags', 'group_id', groups],
      contacts: ['contact_tags', 'contact_id', contacts],
    }[list] as [string, string, number[]];
    await app.db.write(async (trx) => {
      const names = Array.from({ length: TAGS }, (_, n) => `label ${n + 1}`);
      await trx.batchInsert(
        'tags',
        [...names, 'Rare <b>'].map((name) => ({ name, name_key: name.toLowerCase() })),
        100,
      );
      tags = await trx('tags').whereLike('name', 'label %').orderBy('id').pluck('id');
      [rare] = await trx('tags').where('name', 'Rare <b>').pluck('id');
      const rows = tags.flatMap((tag_id) => records.slice(0, 2).map((id) => ({ [column]: id, tag_id })));
      await trx.batchInsert(table, [...rows, { [column]: records[0], tag_id: rare }], 100);
    });
    alice = await signedIn(app, 'alice');
  });
  afterAll(() => app.close());

  const rows = (page: ReturnType<typeof pageOf>) => page.texts('#tag-filter li');
  const noun = list.slice(0, -1);
  const number = TAGS + 1 + OF_THE_CAST[list];

  it('are led to, with the view, and found by name', async () => {
    const page = pageOf(await alice.get(`/${list}?activity=active`));
    expect(page.$('#fold-tag li').length).toBe(20);
    expect(page.textOf('#fold-tag')).not.toContain('Rare');
    const more = page.$('#fold-tag p a');
    expect(more.text()).toBe('More tags');
    const all = pageOf(await alice.get(more.attr('href')!));
    expect(all.textOf('[role=status].note')).toContain(`${number} tags`);
    expect(all.$('#tag-filter li').length).toBe(100);
    expect(all.$('input[name=activity]').attr('value')).toBe('active');
    const second = pageOf(await alice.get(all.$('#next-page').attr('href')!));
    expect(rows(second)).toHaveLength(number - 100);
    const found = pageOf(await alice.get(`/${list}/tags?activity=active&name=RARE`));
    expect(rows(found)).toEqual([`Rare <b> 1 ${noun}`]);
    const filtered = found.$('#tag-filter li a').attr('href')!;
    expect(filtered).toBe(`/${list}?activity=active&tag=${rare}`);
    const narrowed = pageOf(await alice.get(filtered));
    expect(narrowed.textOf('#total')).toBe(`1 ${noun}`);
  });

  it('say of one that is chosen what it is, and take it away again', async () => {
    const page = pageOf(await alice.get(`/${list}?tag=${rare}`));
    expect(page.texts('.chips bdi')).toEqual(['Rare <b>']);
    expect(page.$('.chips .dead').length).toBe(0);
    expect(page.texts('#fold-tag [aria-current]')).toEqual(['Rare <b> 1']);
    const all = pageOf(await alice.get(`/${list}/tags?tag=${rare}&name=rare`));
    expect(rows(all)).toEqual([`Rare <b> 1 ${noun} · chosen`]);
    expect(all.$('#tag-filter li a').attr('href')).toBe(`/${list}`);
  });

  it('counts under the other filters, and takes whatever it is asked', async () => {
    expect(rows(pageOf(await alice.get(`/${list}/tags?name=rare&q=nobodyatall`)))).toEqual([`Rare <b> 0 ${noun}s`]);
    for (const odd of ['from=-1', 'from=1e99', 'name[]=a&name=b', `name=${'x'.repeat(3000)}`, 'tag=x', 'foo=bar'])
      expect([odd, (await alice.get(`/${list}/tags?${odd}`)).status]).toEqual([odd, 200]);
  });

  it('are shown where deleted ones alone have them', async () => {
    await using small = await startApp();
    const contact = await addContact(small, { name: 'Quentin' });
    await addGroups(small, 1);
    const [table, column] = {
      users: ['user_tags', 'user_id'],
      groups: ['group_tags', 'group_id'],
      contacts: ['contact_tags', 'contact_id'],
    }[list];
    const { id: group } = await small.db.read('groups').where('name', 'Team 1').first('id');
    const id = { users: small.people.bob, groups: group, contacts: contact }[list];
    await small.db.write(async (trx) => {
      const [tag] = await trx('tags').insert({ name: 'gone', name_key: 'gone' }).returning('id');
      await trx(table).insert({ [column]: id, tag_id: tag.id });
      await trx(list).where({ id }).update({ activity: 'deleted' });
    });
    const session = await signedIn(small, 'alice');
    expect(pageOf(await session.get(`/${list}`)).textOf('#fold-tag')).not.toContain('gone');
    expect(pageOf(await session.get(`/${list}?activity=deleted`)).textOf('#fold-tag')).toContain('gone 1');
    const all = pageOf(await session.get(`/${list}/tags?activity=deleted&name=gone`));
    expect(rows(all)).toEqual([`gone 1 ${noun}`]);
  });

  it('need no page where all have room', async () => {
    await using small = await startApp();
    const session = await signedIn(small, 'alice');
    expect(pageOf(await session.get(`/${list}`)).$('#fold-tag p a').length).toBe(0);
  });
});

it('tells of the tags of contacts only those of contacts that somebody may see', async () => {
  await using app = await startApp();
  const contact = await addContact(app, { name: 'Hidden' });
  await app.db.write(async (trx) => {
    await trx('contacts').where('id', contact).update({ owner_user_id: app.people.bob });
    const [{ id }] = await trx('tags').insert({ name: 'secret', name_key: 'secret' }).returning('id');
    await trx('contact_tags').insert({ contact_id: contact, tag_id: id });
  });
  const alice = await signedIn(app, 'alice');
  expect(pageOf(await alice.get('/contacts/tags?name=secret')).$('#tag-filter li').length).toBe(0);
  await app.db.write((trx) => trx('contacts').where('id', contact).update({ owner_user_id: app.people.alice }));
  expect(pageOf(await alice.get('/contacts/tags?name=secret')).texts('#tag-filter li')).toEqual(['secret 1 contact']);
});
