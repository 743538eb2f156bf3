import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { userRow } from '../support/database.ts';
import { submit } from '../support/form.ts';
import { linkFor } from '../support/links.ts';
import { pageOf } from '../support/page.ts';
import { isSignedIn, pathTo } from '../support/people.ts';
import { Session, signedIn } from '../support/session.ts';

describe('deactivating a user', () => {
  let app: TestApp;
  let alice: Session;
  beforeEach(async () => {
    app = await startApp();
    alice = await signedIn(app, 'alice');
  });
  afterEach(() => app.close());

  it('says first what it ends and what it keeps, and can be left', async () => {
    const page = pageOf(await alice.get(pathTo(app, 'bob', '/deactivation/new')));
    expect(page.heading()).toBe('Deactivate user');
    expect(page.textOf('main ul')).toMatch(/can no longer sign in. Open sessions and links end at once/);
    expect(page.texts('main form button, main form a')).toEqual(['At another time …', 'Deactivate user', 'Cancel']);
    expect(page.$('main form a').attr('href')).toBe(pathTo(app, 'bob'));
  });

  it('offers to withdraw the open invitations of who leaves, and withdraws those that are ticked (R37)', async () => {
    const max = await signedIn(app, 'max');
    const ids: string[] = [];
    for (const name of ['nora', 'otto'])
      ids.push((await submit(max, '/users/new', { name, email: `${name}@example.com` })).headers.location.slice(7));
    const carols = await linkFor(app, 'carol', 'invitation', alice);
    const page = await alice.get(pathTo(app, 'max', '/deactivation/new'));
    expect(pageOf(page).texts('fieldset .choice')).toEqual(['nora nora@example.com', 'otto otto@example.com']);
    const audit = await watchAudit(app);
    // Carol was not invited by who leaves, whatever the form says.
    const withdraw = [ids[1], String(app.people.carol)];
    await alice.post(pathTo(app, 'max', '/deactivation'), { withdraw });
    expect(await audit.actions()).toEqual(['user.deactivated', 'invitation.withdrawn']);
    const open = await app.db.read('links').whereNull('ended_at').whereNull('used_at').pluck('user_id');
    expect(open.sort()).toEqual([app.people.carol, Number(ids[0])].sort());
    expect((await alice.get(carols)).status).toBe(303);
  });

  it('lets an administrator end sessions and open links with it, of this user alone (R51)', async () => {
    const bobs = [await signedIn(app, 'bob'), await signedIn(app, 'bob')];
    const max = await signedIn(app, 'max');
    const reset = await linkFor(app, 'bob', 'password-reset', alice);
    const others = await linkFor(app, 'carol', 'invitation', alice);
    const audit = await watchAudit(app);

    const done = await submit(alice, pathTo(app, 'bob', '/deactivation/new'));
    expect([done.status, done.headers.location]).toEqual([303, pathTo(app, 'bob')]);
    expect(pageOf(await alice.get(done.headers.location)).heading()).toBe('bob Deactivated');

    for (const bob of bobs) expect(await isSignedIn(bob)).toBe(false);
    expect((await new Session(app).signIn('bob')).status).toBe(422);
    expect((await new Session(app).get(reset)).status).toBe(410);
    expect(await isSignedIn(max)).toBe(true);
    expect((await new Session(app).get(others)).status).toBe(303);
    const [event] = await audit.since();
    expect([event.action, event.subjectName, event.before, event.after]).toEqual([
      'user.deactivated',
      'bob',
      { activity: 'active' },
      { activity: 'deactivated', sessionsEnded: 2 },
    ]);
  });

  it('stops a storm of requests at once: none that began afterwards succeeds (R51)', async () => {
    const bob = await signedIn(app, 'bob');
    let isOver = false;
    let before = 0;
    const late: number[] = [];
    const storm = Array.from({ length: 8 }, async () => {
      for (let after = 0; after < 3; ) {
        const beganAfter = isOver;
        const { status } = await bob.get('/credentials', { 'HX-Request': 'true' });
        if (beganAfter) {
          after++;
          late.push(status);
        } else before++;
        app.clock.advance(61_000);
      }
    });
    await alice.post(pathTo(app, 'bob', '/deactivation'));
    isOver = true;
    await Promise.all(storm);
    expect(before).toBeGreaterThan(0);
    expect(late).toEqual(Array(24).fill(401));
    expect(await app.db.read('sessions').where('user_id', app.people.bob)).toEqual([]);
  });

  it('keeps groups, contact, tags and password, and Activate brings them back; what was ended stays ended', async () => {
    const bob = await signedIn(app, 'bob');
    const reset = await linkFor(app, 'bob', 'password-reset', alice);
    const before = await userRow(app, app.people.bob);
    await alice.post(pathTo(app, 'bob', '/deactivation'));
    const done = await submit(alice, pathTo(app, 'bob', '/deactivation/delete'));
    expect(done.status).toBe(303);
    const after = await userRow(app, app.people.bob);
    expect(after).toEqual({ ...before, version: Number(before.version) + 2 });
    expect(await isSignedIn(bob)).toBe(false);
    expect((await new Session(app).get(reset)).status).toBe(410);
    const page = pageOf(await (await signedIn(app, 'bob')).get('/credentials'));
    expect(page.fact('Groups')).toBe('Support');
  });

  it('stays in the list, with a badge', async () => {
    await alice.post(pathTo(app, 'bob', '/deactivation'));
    const row = pageOf(await alice.get('/users')).textOf(`#user-${app.people.bob} th.name`);
    expect(row).toBe('bob Deactivated');
  });

  it('says that there is nothing to do where somebody is deactivated already', async () => {
    const page = await alice.get(pathTo(app, 'dave', '/deactivation/new'));
    expect([page.status, pageOf(page).textOf('#error p:first-child')]).toEqual([409, 'dave is already deactivated.']);
    const audit = await watchAudit(app);
    const again = await alice.post(pathTo(app, 'dave', '/deactivation'));
    expect(pageOf(await alice.get(again.headers.location)).message()).toBe(
      'Nothing changed: dave is already deactivated.',
    );
    expect(await audit.actions()).toEqual([]);
  });

  it('leaves one event where ten ask for it at once', async () => {
    const audit = await watchAudit(app);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => alice.post(pathTo(app, 'bob', '/deactivation'))),
    );
    expect(answers.map((answer) => answer.status)).toEqual(Array(10).fill(303));
    expect(await audit.actions()).toEqual(['user.deactivated']);
  });
});
