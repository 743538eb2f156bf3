import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ContactIndex } from '../../src/contacts/contact-index.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addContact } from '../support/contacts.ts';
import { addCrowd } from '../support/crowd.ts';
import { holdReading } from '../support/held-reading.ts';
import { pageOf } from '../support/page.ts';
import { type Session, signedIn } from '../support/session.ts';

describe('the list while all contacts are being read for the first time', () => {
  let app: TestApp;
  let alice: Session;
  let goOn: () => void;
  beforeEach(async () => {
    app = await startApp();
    await addCrowd(app, 60);
    await addContact(app, { name: 'Hidden', ownerUserId: app.people.bob, accounts: ['customer'] });
    goOn = holdReading(app.context.contactIndex);
    alice = await signedIn(app, 'alice');
  });
  afterEach(async () => {
    goOn();
    await app.close();
  });

  const names = async (path: string) => pageOf(await alice.get(path)).texts('th.name > a');

  it('shows its rows, and its numbers as soon as they are there', async () => {
    const early = pageOf(await alice.get('/contacts'));
    expect(early.textOf('#total')).toBe('Counting …');
    expect(new Set(early.texts('#filters li small'))).toEqual(new Set(['…']));
    expect(early.texts('th.name > a').length).toBeGreaterThan(10);
    expect(early.texts('th.name > a')).not.toContain('Hidden');
    goOn();
    const late = pageOf(await alice.get('/contacts'));
    expect(late.textOf('#total')).toMatch(/^\d+ contacts$/);
    expect(late.texts('th.name > a')).toEqual(early.texts('th.name > a'));
  });

  it('filters and sorts as it will when they are', async () => {
    const [{ tag_id: tag }] = await app.db.read('contact_tags').select('tag_id').limit(1);
    const paths = [
      '/contacts?kind=company',
      '/contacts?account=customer&account=supplier&sort=-added',
      '/contacts?q=ma&sort=email',
      `/contacts?tag=${tag}&sort=-email`,
      '/contacts?owner=public&per=25&sort=-name',
    ];
    const early = [];
    for (const path of paths) early.push(await names(path));
    expect(pageOf(await alice.get(`/contacts?tag=${tag}`)).texts('.chip.dead')).toEqual([]);
    goOn();
    const late = [];
    for (const path of paths) late.push(await names(path));
    expect(early).toEqual(late);
    expect(early.every((one) => one.length > 0)).toBe(true);
  });

  it('stands by name where only what is read could sort it, and says so', async () => {
    const byName = await names('/contacts');
    for (const sort of ['accounts', '-owner', 'user']) {
      const early = pageOf(await alice.get(`/contacts?sort=${sort}`));
      expect(early.texts('th.name > a')).toEqual(byName);
      expect(early.$('th[aria-sort]').text().trim()).toContain('Name');
      // Its numbers are fetched in the order that was asked for.
      expect(early.$('#total').attr('hx-get')).toContain(`sort=${sort}`);
    }
  });
});

it('says what another process changed a moment ago, be it a whole address book', async () => {
  await using app = await startApp();
  const viewer = {
    id: null,
    name: '',
    rights: { contacts: 'read' as const },
    noSharedData: false,
    groupIds: new Set<number>(),
  };
  const index = new ContactIndex(app.db.read, app.clock.now);
  const total = async () => {
    await index.refresh();
    return index.select({ values: { kind: [1] } }, viewer).total;
  };
  const before = await total();
  const ids = await Promise.all(['One', 'Two'].map((name) => addContact(app, { name, kind: 'company' })));
  expect(await total()).toBe(before + 2);
  await app.db.write((trx) => trx('contacts').whereIn('id', ids).update({ owner_user_id: app.people.bob }));
  expect(await total()).toBe(before);
});
