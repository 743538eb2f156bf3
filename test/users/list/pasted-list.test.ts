import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findItemIds } from '../../../src/bulk-operations/bulk-piece-store.ts';
import { LONGEST_LIST } from '../../../src/users/list/pasted-list.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { submit } from '../../support/form.ts';
import { pageOf } from '../../support/page.ts';
import { type Session, signedIn } from '../../support/session.ts';

describe('a list of users in the search', () => {
  let app: TestApp;
  let alice: Session;

  beforeAll(async () => {
    app = await startApp();
    alice = await signedIn(app, 'alice');
    for (const name of ['Berg Anna', 'Jörg Müller', '4711'])
      await submit(alice, '/users/new', { name, email: `${name.replace(' ', '.')}@list.example`, access: 'later' });
  });
  afterAll(() => app.close());

  async function shown(q: string, filters = '') {
    const page = pageOf(await alice.get(`/users?q=${encodeURIComponent(q)}${filters}`));
    return { names: page.texts('th.name a'), told: page.texts('#listed p, #listed summary'), page };
  }

  it.each([
    ['names', 'bob, erin'],
    ['emails', 'bob@example.com;ERIN@example.com'],
    ['lines, with one twice and empty ones', 'bob\n\n erin \r\nbob\n'],
    ['a column beside another', 'bob\terin'],
    ['a mail program', 'Bob Schmidt <bob@example.com>; "Erin, E." <erin@example.com>'],
    ['addresses in one line', 'bob@example.com  erin@example.com'],
  ])('finds exactly those of %s, by name', async (_, q) => {
    expect(await shown(q)).toMatchObject({ names: ['bob', 'erin'], told: [] });
  });

  it('finds ids, with and without a mark, after a name that is made of digits', async () => {
    const { bob, erin } = app.people;
    expect((await shown(`#${bob},${erin},alice`)).names).toEqual(['alice', 'bob', 'erin']);
    await app.db.write((trx) =>
      trx('users')
        .where('name', '4711')
        .update({ name: `${bob}`, name_key: `${bob}` }),
    );
    expect((await shown(`${bob},erin`)).names).not.toContain('bob');
    expect((await shown(`#${bob},erin`)).names).toContain('bob');
  });

  it('names those who were not found, folded where they are many', async () => {
    expect((await shown('bob, nobody, erin@example.com, nobody@example.com')).told).toEqual([
      '2 of 4 were not found: nobody, nobody@example.com',
    ]);
    const { told, page } = await shown(`bob,${Array.from({ length: 9 }, (_, n) => `x${n}@example.com`).join()}`);
    expect(told).toEqual(['9 of 10 were not found']);
    expect(page.texts('#not-found li')).toHaveLength(9);
    expect((await shown('x@example.com, y@example.com')).told).toEqual([
      '2 of 2 were not found: x@example.com, y@example.com',
    ]);
  });

  it('says how many the filters leave out', async () => {
    expect(await shown('bob, dave', '&activity=active')).toMatchObject({
      names: ['bob'],
      told: ['1 of those named is left out by the filters.'],
    });
  });

  it('leaves a search of words with a comma what it is', async () => {
    expect(await shown('Berg, Anna')).toMatchObject({ names: ['Berg Anna'], told: [] });
    expect(await shown('Anna, Berg')).toMatchObject({ names: ['Berg Anna'], told: [] });
    // One of them is called so: of two parts that is no list yet.
    expect(await shown('bob, example')).toMatchObject({ names: ['bob'], told: [] });
    expect((await shown('bob erin')).names).toEqual([]);
    expect((await shown('Müller, joerg')).names).toEqual(['Jörg Müller']);
  });

  it('finds one of two where the other is mistyped, and says so, wherever it is asked', async () => {
    expect(await shown('bob, erim')).toMatchObject({ names: ['bob'], told: ['1 of 2 was not found: erim'] });
    expect(await shown('erim\nbob', '&activity=deleted')).toMatchObject({ names: [] });
    const { page } = await shown('erim, bob');
    const field = (name: string) => String(page.$(`#actions input[name="${name}"]`).attr('value'));
    const fields = { scope: 'all', view: field('view'), shown: field('shown'), change: field('change') };
    const sheet = await alice.post('/bulk-operations', { ...fields, action: 'deactivate' });
    expect(await findItemIds(app.db.read, Number(sheet.headers.location.split('/')[2]))).toEqual([app.people.bob]);
  });

  it('finds the one of an id with its mark', async () => {
    expect((await shown(`#${app.people.bob}`)).names).toEqual(['bob']);
    expect(await shown('#999999')).toMatchObject({ names: [], told: ['1 of 1 was not found: #999999'] });
  });

  it('is a chip that takes it away, and keeps its order', async () => {
    const { page } = await shown('erin, bob', '&sort=-name');
    expect(page.texts('th.name a')).toEqual(['erin', 'bob']);
    expect(page.textOf('.chips a:not(.clear) bdi')).toBe('A list of 2');
  });

  it('says where it was too long, and asks for no half of a name', async () => {
    const many = ['bob', ...Array.from({ length: 400 }, (_, n) => `someone-${n}`)].join(',');
    const { told, page } = await shown(many);
    const [, read] = /only its first (\d+) entries/.exec(told.join(' '))!;
    expect(page.texts('#not-found li').length).toBe(Number(read) - 1);
    for (const one of page.texts('#not-found li')) expect(many.split(',')).toContain(one);
    const typed = String(page.$('#q').attr('value'));
    expect(typed.length).toBeLessThanOrEqual(LONGEST_LIST);
    // And what stands in the field means the same.
    expect((await shown(typed)).told).toEqual(told);
  });

  it('stands in the field with its lines kept apart', async () => {
    const { page } = await shown('bob\r\nerin\nrita\tnobody;x@example.com');
    const typed = String(page.$('#q').attr('value'));
    expect(typed).not.toMatch(/\s/);
    expect((await shown(typed)).told).toEqual(['2 of 5 were not found: nobody, x@example.com']);
  });

  it('is acted on by "all matching", and on nobody else', async () => {
    const q = ['bob', 'erin', ...Array.from({ length: 150 }, (_, n) => `nobody-${n}`)].join(',');
    const { page } = await shown(q);
    const field = (name: string) => String(page.$(`#actions input[name="${name}"]`).attr('value'));
    const fields = { scope: 'all', view: field('view'), shown: field('shown'), change: field('change') };
    const sheet = await alice.post('/bulk-operations', { ...fields, action: 'deactivate' });
    expect(sheet.status).toBe(303);
    const ids = await findItemIds(app.db.read, Number(sheet.headers.location.split('/')[2]));
    expect(ids).toEqual([app.people.bob, app.people.erin].sort((a, b) => a - b));
  });
});
