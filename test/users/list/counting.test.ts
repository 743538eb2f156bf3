import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../../support/app.ts';
import { addContact } from '../../support/contacts.ts';
import { holdReading } from '../../support/held-reading.ts';
import { pageOf } from '../../support/page.ts';
import { signedIn } from '../../support/session.ts';

describe('the list while everybody is being read for the first time', () => {
  let app: TestApp;
  let goOn: () => void;
  beforeEach(async () => {
    app = await startApp();
    goOn = holdReading(app.context.index);
  });
  afterEach(async () => {
    goOn();
    await app.close();
  });

  it('shows its rows, and its numbers as soon as they are there', async () => {
    const alice = await signedIn(app, 'alice');
    await alice.post('/saved-views', { view: '/users?state=locked', name: 'Locked out', pinned: 'yes' });
    const early = pageOf(await alice.get('/users'));
    expect(early.textOf('#total')).toBe('Counting …');
    expect(
      early
        .$('tbody th a')
        .toArray()
        .map((a) => early.$(a).text()),
    ).toContain('bob');
    expect(
      new Set(
        early
          .$('#filters li small')
          .toArray()
          .map((one) => early.$(one).text()),
      ),
    ).toEqual(new Set(['…']));
    expect(early.texts('#fold-views li')).toEqual(['Locked out …']);
    goOn();
    const late = pageOf(await alice.get('/users'));
    expect(late.texts('#fold-views li')).toEqual(['Locked out 1']);
    expect(late.textOf('#total')).toMatch(/^\d+ users$/);
    expect(late.$('tbody th a').length).toBe(early.$('tbody th a').length);
  });

  it('filters and sorts as it will when they are', async () => {
    const alice = await signedIn(app, 'alice');
    // Somebody far behind the others, who goes by another name than their contact.
    const contactId = await addContact(app, { name: 'Quentin Xu' });
    await app.db.write(async (trx) => {
      const bob = await trx('users').where('id', app.people.bob).first();
      const name = { name: 'ysolde', name_key: 'ysolde', sort_name: 'ysolde', search_text: 'ysolde y@example.com' };
      const email = { email: 'y@example.com', email_key: 'y@example.com' };
      await trx('users').insert({ ...bob, id: 7_000, ...name, ...email, contact_id: contactId });
    });
    const paths = [
      '/users?state=locked',
      '/users?q=ma',
      '/users?q=quentin&sort=-email',
      '/users?sort=-last_login&per=25',
      '/users?activity=deactivated',
      '/users?sort=contact',
      '/users?group=none',
      '/users?contact=none&sort=groups',
      '/users?right=users.read&right=contacts.write',
      '/users?right=administrator',
    ];
    const names = async (path: string) => {
      const page = pageOf(await alice.get(path));
      return page
        .$('tbody th a')
        .toArray()
        .map((a) => page.$(a).text());
    };
    const early = [];
    for (const path of paths) early.push(await names(path));
    goOn();
    const late = [];
    for (const path of paths) late.push(await names(path));
    expect(early).toEqual(late);
    expect(early.every((one) => one.length > 0)).toBe(true);
  });

  it('says of nobody that they are not there', async () => {
    const alice = await signedIn(app, 'alice');
    const early = pageOf(await alice.get('/users?q=nobody-at-all'));
    expect(early.textOf('#empty')).toBe('Nothing is found yet: Roster is still reading. Look again');
    expect(early.$('#empty a').attr('href')).toBe('/users?q=nobody-at-all');
    goOn();
    const late = pageOf(await alice.get('/users?q=nobody-at-all'));
    expect(late.textOf('#empty')).toBe('Nobody matches all of this. Clear all filters');
  });

  it('offers no work on all that match, and refuses it in words', async () => {
    const alice = await signedIn(app, 'alice');
    const page = pageOf(await alice.get('/users'));
    expect(page.$('[name=scope][value=all]').length).toBe(0);
    const refused = await alice.post('/bulk-operations', {
      subject: 'user',
      action: 'deactivate',
      scope: 'all',
      view: '/users',
      shown: '20',
      change: '0',
    });
    expect(refused.status).toBe(503);
    expect(refused.text).toContain('still reading');
  });

  it('lets whoever opens what cannot be shown yet wait for it', async () => {
    const alice = await signedIn(app, 'alice');
    const early = await alice.get('/groups');
    expect([early.status, early.headers.refresh]).toEqual([503, '3']);
    expect(early.text).toContain('Open it again in a few seconds.');
    expect(early.text).not.toContain('what you typed');
    goOn();
    const late = await alice.get('/groups');
    expect([late.status, late.headers.refresh]).toEqual([200, undefined]);
  });
});
