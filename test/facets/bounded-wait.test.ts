import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { noteFigures } from '../../src/overview/actions/figures-noting.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addContact } from '../support/contacts.ts';
import { holdReading } from '../support/held-reading.ts';
import { pageOf } from '../support/page.ts';
import { groupId } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

describe('while what changed is being read', () => {
  let app: TestApp;
  let alice: Session;
  let goOn: () => void;
  beforeEach(async () => {
    goOn = () => {};
    app = await startApp();
    const { index, groupIndex, invitationIndex, contactIndex } = app.context;
    for (const one of [index, groupIndex, invitationIndex, contactIndex]) await one.refreshWholly();
    alice = await signedIn(app, 'alice');
  });
  afterEach(async () => {
    goOn();
    await app.close();
  });

  it('the list of users shows rows of now without a number, and its numbers as soon as they are there', async () => {
    expect(pageOf(await alice.get('/users?activity=deactivated')).texts('tbody th a')).toEqual(['dave']);
    goOn = holdReading(app.context.index);
    await app.db.write((trx) => trx('users').where('id', app.people.bob).update({ activity: 'deactivated' }));
    const early = pageOf(await alice.get('/users?activity=deactivated'));
    expect(early.textOf('#total')).toBe('Counting …');
    expect(early.texts('tbody th a')).toEqual(['bob', 'dave']);
    expect(new Set(early.texts('#filters li small'))).toEqual(new Set(['…']));
    goOn();
    const late = pageOf(await alice.get('/users?activity=deactivated'));
    expect(late.textOf('#total')).toBe('2 users');
    expect(late.texts('tbody th a')).toEqual(['bob', 'dave']);
  });

  it('whoever may not read groups is told of none that nobody is in by now', async () => {
    const max = await signedIn(app, 'max');
    const support = await groupId(app, 'Support');
    const path = `/users?group=${support}`;
    expect(pageOf(await max.get(path)).texts('.chip.dead')).toEqual([]);
    goOn = holdReading(app.context.index);
    await app.db.write((trx) => trx('memberships').where('group_id', support).delete());
    const early = await max.get(path);
    expect(pageOf(early).textOf('#total')).toBe('Counting …');
    expect(early.text).not.toContain('Support');
  });

  it('the list of contacts shows rows of now without a number', async () => {
    expect(pageOf(await alice.get('/contacts?q=newcomer')).texts('th.name > a')).toEqual([]);
    goOn = holdReading(app.context.contactIndex);
    await addContact(app, { name: 'Newcomer' });
    const early = pageOf(await alice.get('/contacts?q=newcomer'));
    expect(early.textOf('#total')).toBe('Counting …');
    expect(early.texts('th.name > a')).toEqual(['Newcomer']);
    goOn();
    expect(pageOf(await alice.get('/contacts?q=newcomer')).textOf('#total')).toBe('1 contact');
  });

  it('what nobody waits for is done once it can be, and not given up', async () => {
    goOn = holdReading(app.context.index);
    await app.db.write((trx) => trx('users').where('id', app.people.bob).update({ activity: 'deactivated' }));
    const noted = noteFigures(app.context);
    noted.catch(() => {});
    expect((await alice.get('/overview')).status).toBe(503);
    goOn();
    await noted;
    expect(await app.db.read('daily_figures').pluck('deactivated')).toEqual([2]);
  });

  it('what can only be shown with its numbers says so, and comes by itself', async () => {
    const { index, groupIndex, invitationIndex, contactIndex } = app.context;
    const all = [index.groups, index, groupIndex, invitationIndex, contactIndex].map(holdReading);
    goOn = () => {
      for (const one of all) one();
    };
    const { bob, carol } = app.people;
    await app.db.write(async (trx) => {
      await trx('users').where('id', bob).update({ activity: 'deactivated' });
      await trx('links').where('user_id', carol).update({ opened_at: '2026-01-01T00:00:00.000Z' });
    });
    await addContact(app, { name: 'Newcomer' });
    const paths = ['/groups', '/invitations', '/overview', '/users/groups', '/contacts/tags'];
    const early = await Promise.all(paths.map((path) => alice.get(path)));
    for (const answer of early) {
      expect([answer.status, answer.headers.refresh, answer.headers['retry-after']]).toEqual([503, '3', '5']);
      expect(answer.text).toContain('Roster is still reading');
    }
    goOn();
    for (const path of paths) expect((await alice.get(path)).status).toBe(200);
  });
});
