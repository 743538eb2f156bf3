import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { addContact, letGroup } from '../support/contacts.ts';
import { pageOf } from '../support/page.ts';
import { groupId } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

let app: TestApp;
let alice: Session;
beforeEach(async () => {
  app = await startApp();
  alice = await signedIn(app, 'alice');
});
afterEach(() => app.close());

const done = async (fields: Record<string, string>) =>
  alice.post(`${(await alice.post('/bulk-operations', fields)).headers.location}/execution`);
async function open(path = '/bulk-operations', session = alice) {
  const page = pageOf(await session.get(path));
  const to = (text: string) =>
    page
      .$('main p > a')
      .filter((_, link) => page.$(link).text() === text)
      .attr('href');
  return {
    said: page.textOf('.empty'),
    listed: page.$('.rows > li').length,
    older: to('Older ones'),
    newest: to('The newest ones'),
  };
}
/** As if the last one had been done over and over. */
async function repeat(times: number): Promise<void> {
  const { id: _, ...last } = await app.db.read('bulk_operations').orderBy('id', 'desc').first();
  const copies = Array.from({ length: times }, () => last);
  await app.db.write((trx) => trx.batchInsert('bulk_operations', copies, 25));
}

describe('the list of operations', () => {
  it('says how it begins where there are none, and behind its end that there are no older ones', async () => {
    expect((await open()).said).toMatch(/^None yet/);
    await done({ ids: String(app.people.bob), action: 'confirm-access' });
    expect(await open()).toEqual({ said: '', listed: 1, older: undefined, newest: undefined });
    for (const behind of ['1', '1&before=2'])
      expect(await open(`/bulk-operations?before=${behind}`)).toEqual(
        behind === '1'
          ? { said: 'There are no older ones.', listed: 0, older: undefined, newest: '/bulk-operations' }
          : { said: '', listed: 1, older: undefined, newest: undefined },
      );
  });

  it('goes on behind a hundred that are not for the reader', async () => {
    await done({ ids: String(app.people.bob), action: 'confirm-access' });
    const contact = await addContact(app, { name: 'Nina' });
    await done({ subject: 'contact', ids: String(contact), action: 'delete' });
    await repeat(100);
    await letGroup(app, Number(await groupId(app, 'Helpdesk')), 'read');
    const max = await signedIn(app, 'max');
    const first = await open('/bulk-operations', max);
    expect(first).toMatchObject({ said: 'None of these is for you to look at.', listed: 0 });
    expect(await open(first.older, max)).toMatchObject({ listed: 1, newest: '/bulk-operations' });
  });
});
