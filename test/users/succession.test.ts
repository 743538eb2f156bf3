import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { rosterBeside } from '../support/command-line.ts';
import { Described } from '../support/described.ts';
import { pageOf } from '../support/page.ts';
import { pathTo } from '../support/people.ts';
import { programAs } from '../support/program.ts';
import { type Session, signedIn } from '../support/session.ts';

let app: TestApp;
let alice: Session;

beforeEach(async () => {
  app = await startApp({ SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'roster@example.com' });
  alice = await signedIn(app, 'alice');
  await set('robin', { api_only_owner_id: app.people.bob });
});
afterEach(() => app.close());

const row = (person: 'bob' | 'robin' | 'carol') => app.db.read('users').where('id', app.people[person]).first();
const set = (person: 'robin' | 'ada', columns: object) =>
  app.db.write((trx) => trx('users').where('id', app.people[person]).update(columns));
const ownerOf = async (person: 'robin') => (await row(person)).api_only_owner_id;
const begin = async (action: string) => {
  const ids = [app.people.bob, app.people.carol].map(String);
  return (await alice.post('/bulk-operations', { action, ids })).headers.location;
};
const undo = async (path: string) => {
  const from = path.split('/').at(-1)!;
  const { location } = (await alice.post('/bulk-operations', { from, action: 'undo' })).headers;
  return alice.post(`${location}/execution`);
};

describe('the programs of many who go', () => {
  it('are named on the sheet, which offers a new owner, and come back with whom they belong to', async () => {
    const path = await begin('deactivate');
    const sheet = await alice.get(path);
    expect(pageOf(sheet).textOf('main')).toContain('for which nobody will: robin');
    expect(sheet.text).toContain(`${path}/choices`);
    const wrong = await alice.post(`${path}/choices`, { newOwner: 'nobody' });
    expect([wrong.status, pageOf(wrong).errors().newOwner]).toEqual([422, expect.stringContaining('no active user')]);
    expect((await alice.post(`${path}/choices`, { newOwner: ['ada', 'bob'] })).status).toBe(400);
    await alice.post(`${path}/choices`, { newOwner: 'ada' });
    const named = pageOf(await alice.get(path)).textOf('main');
    expect(named).toContain('for which ada will: robin');
    const audit = await watchAudit(app);
    await alice.post(`${path}/execution`);
    expect([await ownerOf('robin'), (await row('bob')).activity]).toEqual([app.people.ada, 'deactivated']);
    expect((await audit.since()).map(({ action }) => action).toSorted()).toEqual([
      'user.deactivated',
      'user.deactivated',
      'user.updated',
    ]);
    expect(await app.db.read('outbox').where('kind', 'programs-orphaned')).toEqual([]);
    expect(pageOf(await alice.get(path)).textOf('main')).toContain('answered for 1 program');
    await undo(path);
    expect([await ownerOf('robin'), (await row('bob')).activity]).toEqual([app.people.bob, 'active']);
  });

  it('stay with whom they were given to since', async () => {
    const path = await begin('delete');
    await alice.post(`${path}/choices`, { newOwner: 'ada' });
    await alice.post(`${path}/execution`);
    await set('robin', { api_only_owner_id: app.people.lena });
    await undo(path);
    expect([await ownerOf('robin'), (await row('bob')).activity]).toEqual([app.people.lena, 'active']);
  });

  it('go to nobody who goes as well, or who cannot any more: that person stays as they were', async () => {
    const path = await begin('deactivate');
    await alice.post(`${path}/choices`, { newOwner: 'carol' });
    expect(pageOf(await alice.get(path)).textOf('main')).toContain('carol is to answer for the programs');
    await alice.post(`${path}/choices`, { newOwner: 'ada' });
    await set('ada', { activity: 'deactivated' });
    await alice.post(`${path}/execution`);
    expect([await ownerOf('robin'), (await row('bob')).activity]).toEqual([app.people.bob, 'active']);
    expect((await row('carol')).activity).toBe('deactivated');
    await alice.post(`${await begin('delete')}/choices`, { newOwner: '' });
    expect((await alice.post(`${await begin('delete')}/execution`)).status).toBe(303);
    expect((await row('bob')).activity).toBe('deleted');
  });

  it('are handed over for one, and come back with an undo as well', async () => {
    await alice.post(pathTo(app, 'bob', '/deactivation'), { newOwner: 'ada' });
    expect(await ownerOf('robin')).toBe(app.people.ada);
    const self = await alice.post(pathTo(app, 'carol', '/deactivation'), { newOwner: 'carol' });
    expect([self.status, (await row('carol')).activity]).toEqual([422, 'active']);
    const { id } = await app.db.read('bulk_operations').orderBy('id', 'desc').first();
    await undo(`/bulk-operations/${id}`);
    expect([await ownerOf('robin'), (await row('bob')).activity]).toEqual([app.people.bob, 'active']);
  });

  it('are handed over by programs and on the command line', async () => {
    const described = new Described(await programAs(app, 'alice'));
    const ask: Described['ask'] = (...words) => described.ask(...words);
    const operation = { on: 'users', action: 'deactivate', ids: [app.people.bob] };
    const wrong = await ask('post /bulk-operations', '/bulk-operations', { ...operation, values: { newOwner: 'x' } });
    expect([wrong.status, wrong.body.errors[0].field]).toEqual([422, 'values.newOwner']);
    const { body } = await ask('post /bulk-operations', '/bulk-operations', {
      ...operation,
      values: { newOwner: 'ada' },
    });
    await ask('post /bulk-operations/{id}/execution', `/bulk-operations/${body.id}/execution`);
    expect(await ownerOf('robin')).toBe(app.people.ada);
    const given = ['operate', 'deactivate', 'ada', '--value', 'newOwner=lena', '--apply'];
    expect(await rosterBeside(app, given)).toMatchObject({ code: 0 });
    expect(await ownerOf('robin')).toBe(app.people.lena);
  });
});
