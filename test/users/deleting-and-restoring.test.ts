import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findEvents } from '../../src/audit/event-list.ts';
import { violatedUnique } from '../../src/db/database.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { factsBesideAudit, userRow } from '../support/database.ts';
import { submit } from '../support/form.ts';
import { linkFor } from '../support/links.ts';
import { pageOf } from '../support/page.ts';
import { isSignedIn, newcomer, pathTo } from '../support/people.ts';
import { type Fields, Session, signedIn } from '../support/session.ts';

describe('deleting a user', () => {
  let app: TestApp;
  let alice: Session;
  beforeEach(async () => {
    app = await startApp();
    alice = await signedIn(app, 'alice');
  });
  afterEach(() => app.close());

  const remove = () => submit(alice, pathTo(app, 'bob', '/deletion/new'));
  const restore = () => alice.send('delete', pathTo(app, 'bob', '/deactivation'));
  const create = (fields: Fields) =>
    submit(alice, '/users/new', { name: 'nora', email: 'nora@example.com', ...fields });

  it('says what deactivation keeps, and offers it instead', async () => {
    const page = pageOf(await alice.get(pathTo(app, 'bob', '/deletion/new')));
    expect(page.texts('main form button, main form a')).toEqual(['Delete user', 'Cancel']);
    expect(page.textOf('main .message')).toMatch(
      /^Deactivation ends access just the same, and keeps the user in the list/,
    );
    expect(page.$('main .message a').attr('href')).toBe(pathTo(app, 'bob', '/deactivation/new'));
    // Somebody deactivated is offered nothing that was done already.
    expect(pageOf(await alice.get(pathTo(app, 'dave', '/deletion/new'))).$('main .message').length).toBe(0);
  });

  it('frees the name as well where it was done by hand in the database', async () => {
    const set = (activity: string) => app.db.write((trx) => trx('users').where('name', 'bob').update({ activity }));
    await set('deleted');
    expect((await create({ name: 'bob' })).status).toBe(303);
    expect(violatedUnique(await set('active').catch((error) => error))).toBe('users.name_key');
  });

  it('ends sessions and links, and hides the user from the list, but for the filter Deleted', async () => {
    const bob = await signedIn(app, 'bob');
    const link = await linkFor(app, 'bob', 'password-reset', alice);
    const audit = await watchAudit(app);
    const done = await remove();
    expect([done.status, done.headers.location]).toEqual([303, pathTo(app, 'bob')]);
    expect(pageOf(await alice.get(done.headers.location)).heading()).toBe('bob Deleted');
    expect(await audit.actions()).toEqual(['user.deleted']);
    expect(await isSignedIn(bob)).toBe(false);
    expect((await new Session(app).signIn('bob')).status).toBe(422);
    expect((await new Session(app).get(link)).status).toBe(410);
    expect(pageOf(await alice.get('/users')).texts('th.name a')).not.toContain('bob');
    expect(pageOf(await alice.get('/users?q=bob')).texts('th.name a')).toEqual([]);
    expect(pageOf(await alice.get('/users?activity=deleted')).texts('th.name a')).toEqual(['bob']);
    expect(pageOf(await alice.get('/users?activity=deleted&q=schmidt')).texts('th.name a')).toEqual(['bob']);
  });

  it('keeps the row and all that belongs to it, and Activate restores it whole', async () => {
    const before = await userRow(app, app.people.bob);
    await remove();
    const audit = await watchAudit(app);
    const done = await submit(alice, pathTo(app, 'bob', '/deactivation/delete'));
    expect(done.status).toBe(303);
    expect(await userRow(app, app.people.bob)).toEqual({ ...before, version: Number(before.version) + 2 });
    const [event] = await audit.since();
    expect([event.action, event.before, event.after]).toEqual([
      'user.activated',
      { activity: 'deleted' },
      { activity: 'active' },
    ]);
    const page = pageOf(await (await signedIn(app, 'bob')).get('/credentials'));
    expect(page.fact('Groups')).toBe('Support');
  });

  it('is open for somebody deactivated as well, who comes back deactivated', async () => {
    const activity = async () => (await userRow(app, app.people.dave)).activity;
    const done = await submit(alice, pathTo(app, 'dave', '/deletion/new'));
    expect(done.status).toBe(303);
    expect(await activity()).toBe('deleted');
    const page = pageOf(await alice.get(pathTo(app, 'dave', '/deactivation/delete')));
    expect(page.heading()).toBe('Restore user');
    expect(page.textOf('main')).toContain('dave comes back as before the deletion: deactivated, and may not sign in.');
    const audit = await watchAudit(app);
    await submit(alice, pathTo(app, 'dave', '/deactivation/delete'));
    expect(await activity()).toBe('deactivated');
    const message = pageOf(await alice.get(pathTo(app, 'dave'))).message();
    expect(message).toContain('dave is restored, and deactivated as before.');
    expect((await audit.since()).map((event) => event.after)).toEqual([{ activity: 'deactivated' }]);
    await submit(alice, pathTo(app, 'dave', '/deactivation/delete'));
    expect(await activity()).toBe('active');
  });

  describe.each<[string, Fields, string]>([
    ['the name', { name: 'BOB' }, 'the name'],
    ['the system email', { email: 'Bob@example.com' }, 'the system email'],
    ['the linked contact', { contactId: 'of bob' }, 'the linked contact'],
  ])('frees %s', (_, fields, reason) => {
    it('for a new user, and then says why the old one cannot be restored', async () => {
      const before = await userRow(app, app.people.bob);
      const wanted = fields.contactId ? { contactId: String(before.contact_id) } : fields;
      expect((await create(wanted)).status).toBe(422);
      await remove();
      const created = await create(wanted);
      expect(created.status).toBe(303);

      const deleted = await factsBesideAudit(app);
      const audit = await watchAudit(app);
      const refused = await restore();
      const says =
        refused.status === 303
          ? pageOf(await alice.get(refused.headers.location)).message()
          : pageOf(refused).textOf('#error p:first-child');
      expect(says).toMatch(new RegExp(`bob cannot be restored: ${reason} belongs to another user by now`));
      expect(await factsBesideAudit(app)).toEqual(deleted);
      expect(await audit.actions()).toEqual([]);
      const page = await alice.get(pathTo(app, 'bob', '/deactivation/delete'));
      expect([page.status, pageOf(page).textOf('#error p:first-child')]).toEqual([409, expect.stringMatching(reason)]);

      // Once the new one is gone, the old one can come back.
      await submit(alice, `${created.headers.location}/deletion/new`);
      expect((await restore()).status).toBe(303);
      expect((await userRow(app, app.people.bob)).activity).toBe('active');
    });
  });

  it('passes nothing of the old user to a new one with the same name and address', async () => {
    // The old Bob leaves behind whatever he can: a session, links, failed attempts, a lock, a confirmation.
    const oldBob = await signedIn(app, 'bob');
    const reset = await linkFor(app, 'bob', 'password-reset', alice);
    await alice.post(pathTo(app, 'bob', '/access-confirmation'));
    for (let n = 0; n < 5; n++) await new Session(app).signIn('bob', 'not the password');
    await remove();

    const created = await create({ name: 'bob', email: 'bob@example.com', access: 'later' });
    const id = Number(created.headers.location.split('/').at(-1));
    const page = pageOf(await alice.get(created.headers.location));
    expect(page.heading()).toBe('bob Not invited');
    expect(page.textOf('section:has(#memberships)')).toMatch(/In no group/);
    expect([
      page.fact('Tags'),
      page.fact('Last login'),
      page.fact('Last activity'),
      page.fact('Access confirmed'),
    ]).toEqual(['none', 'never', 'never', 'never']);
    expect([page.fact('Failed attempts'), page.fact('Sessions'), page.fact('Password')]).toEqual([
      '0',
      'none',
      'none yet',
    ]);
    expect(actionsOn(page)).toEqual(['user.created']);
    expect(await userRow(app, id)).toMatchObject({ contact_id: null, password_hash: null, group_count: 0 });

    expect(await isSignedIn(oldBob)).toBe(false);
    expect((await new Session(app).signIn('bob')).status).toBe(422);
    expect((await new Session(app).get(reset)).status).toBe(410);
    // Nor does the new one's password open the old one, or the other way round.
    const search = pageOf(await alice.get('/users?q=bob'));
    expect(search.$('th.name a').attr('href')).toBe(created.headers.location);
  });

  it('keeps two people apart who had one name, also in the audit', async () => {
    await remove();
    const { id, session } = await newcomer(app, 'bob');
    const own = pageOf(await session.get('/credentials'));
    expect(own.fact('Groups')).toBe('none');
    const ofBobs = (await findEvents(app.db.read, {}, 1_000)).filter(({ actorName }) => actorName === 'bob');
    expect(ofBobs.map(({ actorId }) => actorId)).toEqual([id]);
    const old = actionsOn(pageOf(await alice.get(pathTo(app, 'bob'))));
    expect(old).toContain('user.deleted');
  });
});

function actionsOn({ $ }: ReturnType<typeof pageOf>): string[] {
  return $('.timeline .event')
    .toArray()
    .map((event) => event.attribs['data-action']);
}
