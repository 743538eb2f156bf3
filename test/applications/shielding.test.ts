import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { rosterBeside } from '../support/command-line.ts';
import { submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { groupId, pathTo } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

const MAIL = { SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'roster@example.com' };

let app: TestApp;
let alice: Session;
/** Ada and Bob alone hold a right on a registered application, by a group of their own. */
beforeEach(async () => {
  app = await startApp(MAIL);
  await app.db.write(async (trx) => {
    const at = new Date(app.clock.now()).toISOString();
    await trx('applications').insert({ key: 'time-sheets', name: 'Time sheets', description: '', created_at: at });
    const [group] = await trx('groups').insert({ name: 'Own', name_key: 'own', created_at: at }).returning('id');
    await trx('group_permissions').insert({ group_id: group.id, application: 'time-sheets', level: 'write' });
    for (const person of ['ada', 'bob'] as const)
      await trx('memberships').insert({ user_id: app.people[person], group_id: group.id, granted_at: at });
  });
  alice = await signedIn(app, 'alice');
});
afterEach(() => app.close());

describe('rights on a registered application', () => {
  it('shield nobody from being deactivated, changed, unlocked or reset by mail (R82)', async () => {
    await alice.get('/users');
    expect((await submit(alice, pathTo(app, 'ada', '/edit'), { description: 'changed' })).status).toBe(303);
    expect((await alice.post(pathTo(app, 'bob', '/password-reset'), { channel: 'mail' })).status).toBe(303);
    expect((await app.db.read('outbox').where('kind', 'password-reset')).map((mail) => mail.address)).toEqual([
      'bob@example.com',
    ]);
    expect((await alice.post(pathTo(app, 'ada', '/deactivation'), {})).status).toBe(303);
    expect((await app.db.read('users').where('name', 'ada').first()).activity).toBe('deactivated');
  });

  it('keep a link from being shown to who lacks them', async () => {
    await alice.get('/users');
    const refused = await alice.post(pathTo(app, 'bob', '/password-reset'), { channel: 'copy' });
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('can only be sent by mail')]);
    expect(await app.db.read('links').where({ user_id: app.people.bob, purpose: 'password-reset' })).toEqual([]);
    const mailed = await alice.post(pathTo(app, 'bob', '/password-reset'), { channel: 'mail' });
    expect(pageOf(await alice.get(mailed.headers.location)).link()).toBeUndefined();
  });

  it.each([
    ['with mail', MAIL],
    ['without', {}],
  ])('are told before a link is made, %s', async (how, settings) => {
    app = await app.restart({ settings });
    alice = await signedIn(app, 'alice');
    await app.db.write(async (trx) => {
      const { id } = await trx('groups').where('name', 'Own').first('id');
      const at = new Date(app.clock.now()).toISOString();
      await trx('memberships').insert({ user_id: app.people.carol, group_id: id, granted_at: at });
    });
    const draft = await alice.post('/bulk-operations', { action: 'reinvite', ids: String(app.people.carol) });
    const sheet = pageOf(await alice.get(draft.headers.location));
    const one = await alice.get(pathTo(app, 'carol', '/invitation/new'));
    if (how === 'without') {
      expect(sheet.textOf('h2 + ul li')).toMatch(/^carol has rights on an application .* only be sent by mail$/);
      expect([one.status, one.text]).toEqual([403, expect.stringContaining('can only be sent by mail')]);
      return;
    }
    expect(sheet.textOf('.message')).toMatch(/^Links of carol go by mail only/);
    expect(pageOf(one).textOf('main .message')).toMatch(/^The link goes by mail to carol@example.com and is not shown/);
    expect(pageOf(one).$('[name="channel"]').length).toBe(0);
  });
});

describe('the command line', () => {
  it('is never refused for rights, whatever was granted to whom (R83)', async () => {
    await app.db.write(async (trx) => {
      const group_id = await groupId(app, 'Administrators');
      await trx('group_permissions').insert({ group_id, application: 'time-sheets', level: 'write' });
      await trx('groups').where('name', 'Own').update({ activity: 'deleted' });
    });
    app.clock.advance(Date.now() - app.clock.now());
    const roster = (...words: string[]) => rosterBeside(app, words);
    for (const words of [
      ['reset-password-link', 'alice'],
      ['reset-password-link', 'bob'],
      ['unlock', 'erin'],
      ['create-administrator', 'grace', 'grace@example.com'],
    ])
      expect([words, (await roster(...words)).code]).toEqual([words, 0]);
  });
});
