import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { load } from 'cheerio';
import { changeOwnPassword } from '../../src/credentials/actions/own-password.ts';
import { ExpressSessions } from '../../src/sessions/express-sessions.ts';
import { findUsers } from '../../src/users/user-store.ts';
import { programAct } from '../../src/verbs/program-act.ts';
import { NotSignedIn } from '../../src/verbs/refusals.ts';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { opened } from '../support/links.ts';
import { pageOf } from '../support/page.ts';
import { isSignedIn, pathTo } from '../support/people.ts';
import { type Session as Browser, Session, signedIn } from '../support/session.ts';

const NEW_PASSWORD = 'nine slow tractors hum';
let app: TestApp;
let alice: Browser;

beforeEach(async () => {
  app = await startApp();
  alice = await signedIn(app, 'alice');
});
afterEach(() => app.close());

const required = () => alice.send('delete', pathTo(app, 'bob', '/password'), { channel: 'copy' });

describe('requiring a new password', () => {
  it('ends the old one and the sessions at once, and the link that comes with it leads back in (R8)', async () => {
    const bob = await signedIn(app, 'bob');
    const answer = await required();
    expect(answer.status).toBe(303);
    const record = pageOf(await alice.get(answer.headers.location));
    expect(await isSignedIn(bob)).toBe(false);
    expect((await new Session(app).signIn('bob')).status).toBe(422);
    const link = await opened(app, new URL(record.link()!).pathname);
    const set = await link.post('/passwords/acceptance', { password: NEW_PASSWORD, repeated: NEW_PASSWORD });
    expect(set.status).toBe(303);
    expect((await new Session(app).signIn('bob', PASSWORD)).status).toBe(422);
    expect((await new Session(app).signIn('bob', NEW_PASSWORD)).status).toBe(303);
  });

  it('says before that it cannot be taken back, and shows afterwards who has to choose one', async () => {
    const page = (await alice.get(pathTo(app, 'bob', '/password/delete'))).text;
    expect(page).toContain('It cannot be taken back.');
    const { location } = (await required()).headers;
    const record = (await alice.get(location)).text;
    expect(record).toContain('a new one is required');
    expect(load(record)('.message input[name=from]').length).toBe(0);
    const list = load((await alice.get('/users?state=password-due')).text);
    expect(list('tbody th').text()).toContain('bob');
    expect(load((await alice.get('/users?state=not-invited')).text)('tbody th').text()).not.toContain('bob');
  });

  it('is answered by a password reset, not by an invitation, and happens once', async () => {
    await required();
    expect((await alice.post(pathTo(app, 'bob', '/password-reset'), { channel: 'copy' })).status).toBe(303);
    expect((await alice.get(pathTo(app, 'bob', '/invitation/new'))).status).toBe(409);
    expect((await alice.get(pathTo(app, 'bob', '/password/delete'))).status).toBe(409);
  });

  it('leaves the last administrator one', async () => {
    const ids = ['ada', 'bob'].map((person) => String(app.people[person as 'ada']));
    await app.db.write((trx) =>
      trx('memberships').where('user_id', app.people.alice).update({ until_on: '2036-01-01' }),
    );
    const path = (await alice.post('/bulk-operations', { action: 'require-new-password', ids })).headers.location;
    expect((await alice.get(path)).text).toContain('is the last administrator');
    await alice.post(`${path}/execution`, { channel: 'copy' });
    const hashes = await app.db.read('users').whereIn('id', ids).orderBy('name').pluck('password_hash');
    expect(hashes.map((hash) => hash !== null)).toEqual([true, false]);
    expect(await app.db.read('audit_events').where('action', 'user.password-required')).toHaveLength(1);
  });

  it('takes those in line for administrators out of these', async () => {
    await alice.send('delete', pathTo(app, 'ada', '/password'), { channel: 'copy' });
    const list = load((await alice.get('/users?right=administrator')).text);
    expect(list('tbody th').text()).not.toContain('ada');
    expect((await alice.send('post', pathTo(app, 'alice', '/deactivation'))).status).toBe(403);
  });

  it('lets no session begin that was on its way in, and no own change of the old password end', async () => {
    const id = app.people.bob;
    const [bob] = await findUsers(app.db.read, [id]);
    await required();
    const act = programAct(app.context.actSettings, { id, name: 'bob' });
    await expect(app.db.write((trx) => changeOwnPassword(trx, act, bob, 'a hash'))).rejects.toThrow(NotSignedIn);
    const store = new ExpressSessions(app.db, app.context.clock, { idleMinutes: 60, maxHours: 24 });
    const begun = { userId: id, passwordSetAt: bob.passwordSetAt, cookie: {} };
    await new Promise((resolve) => store.set('x', begun as never, resolve));
    expect(await app.db.read('sessions').where('user_id', id)).toEqual([]);
  });
});
