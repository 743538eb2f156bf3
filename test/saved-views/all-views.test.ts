import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { groupId } from '../support/people.ts';
import { type Fields, type Session, signedIn } from '../support/session.ts';
import { asked } from '../support/statements.ts';

let app: TestApp;
let alice: Session;
beforeEach(async () => {
  app = await startApp();
  alice = await signedIn(app, 'alice');
});
afterEach(() => app.close());

const keep = (name: string, view = '/users?state=locked', fields: Fields = {}, session = alice) =>
  submit(session, `/saved-views/new?${new URLSearchParams({ view })}`, { name, ...fields });

describe('the page of all views', () => {
  /** What stands beside each: that it cannot mean what it says, and whose it is that is gone. */
  async function told(session = alice) {
    const { $ } = pageOf(await session.get('/saved-views'));
    return $('.saved-view > div:first-child')
      .toArray()
      .map((one) => [
        $(one).find('> a bdi').text(),
        $(one)
          .find('.badge')
          .toArray()
          .map((badge) => $(badge).text()),
        $(one).find('p.note').text().replace('Incomplete', '').replace(/\s+/g, ' ').trim(),
      ]);
  }

  it('marks those that cannot mean any more what they say', async () => {
    const [support, helpdesk] = [await groupId(app, 'Support'), await groupId(app, 'Helpdesk')];
    const { id: tag } = await app.db.read('tags').first('id');
    await keep('Both', `/users?group=${support}&group=${helpdesk}&tag=${tag}`);
    await keep('Locked out');
    await keep('Rights', '/users?right=administrator&contact=none&group=none');
    expect(await told()).toEqual([
      ['Both', [], ''],
      ['Locked out', [], ''],
      ['Rights', [], ''],
    ]);
    await app.db.write(async (trx) => {
      await trx('groups').where({ id: helpdesk }).update({ activity: 'deleted', deleted_from: 'active' });
      await trx('user_tags').delete();
      await trx('tags').delete();
    });
    expect(await told()).toEqual([
      ['Both', ['Incomplete'], `There is no tag "${tag}". There is no group "${helpdesk}".`],
      ['Locked out', [], ''],
      ['Rights', [], ''],
    ]);
  });

  it('marks those whose owner is gone, and says by what its reader may not filter', async () => {
    const ada = await signedIn(app, 'ada');
    await keep('From Ada', '/users?right=administrator', { shared: 'yes' }, ada);
    const max = await signedIn(app, 'max');
    expect(await told(max)).toEqual([['From Ada', ['Incomplete'], 'You may not filter by rights.']]);
    for (const [activity, word] of [
      ['deactivated', 'Deactivated'],
      ['deleted', 'Deleted'],
    ]) {
      await app.db.write((trx) => trx('users').where('id', app.people.ada).update({ activity }));
      expect(await told()).toEqual([['From Ada', [word], '']]);
    }
  });

  it('asks as little for many as for one', async () => {
    await keep('One', '/users?group=999&tag=1');
    const one = await asked(app, () => alice.get('/saved-views'));
    for (let n = 0; n < 10; n++) await keep(`Number ${n}`, `/users?group=${n + 1}&group=77&tag=${n}&right=users.write`);
    expect((await asked(app, () => alice.get('/saved-views'))).statements.length).toBe(one.statements.length);
  });
});
