import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isAnyAdministrator } from '../../src/access/administrators.ts';
import { instant } from '../../src/clock.ts';
import { startApp, startEmptyApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { everything } from '../support/database.ts';
import { submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { type Fields, Session } from '../support/session.ts';

const CHOSEN = 'nine slow tractors hum';
const WANTED = { name: 'maria', email: 'maria@example.com', password: CHOSEN, repeated: CHOSEN };

describe('the first administrator', () => {
  let app: TestApp;
  beforeEach(async () => {
    app = await startEmptyApp();
  });
  afterEach(() => app.close());

  const open = async (session = new Session(app)) => {
    const first = await session.get(`/setup/${app.context.setupToken}`);
    expect([first.status, first.headers.location]).toEqual([303, '/setup']);
    return session;
  };
  const setUp = (session: Session, fields: Fields = {}) => submit(session, '/setup', { ...WANTED, ...fields });

  it('is made by the link that the start printed, in a group with all rights, and is signed in (R14)', async () => {
    const audit = await watchAudit(app);
    expect((await app.db.read('users')).length).toBe(0);
    const maria = await open();
    expect(pageOf(await maria.get('/setup')).heading()).toBe('Set up Roster');
    const done = await setUp(maria);
    expect([done.status, done.headers.location]).toEqual([303, '/users']);
    const page = pageOf(await maria.get('/users'));
    expect(page.message()).toMatch(/^Roster is yours/);
    expect(page.texts('header nav a')).toEqual(['Users', 'Groups', 'Contacts', 'Audit']);
    expect(await isAnyAdministrator(app.db.read, instant(app.clock.now()))).toBe(true);
    const rights = await app.db.read('group_permissions').orderBy('application').select('application', 'level');
    expect(rights).toEqual(
      ['audit', 'contacts', 'groups', 'settings', 'users'].map((application) => ({ application, level: 'write' })),
    );
    expect((await audit.since()).map((event) => [event.action, event.actorName, event.subjectName])).toEqual([
      ['group.created', 'setup', 'Administrators'],
      ['user.created', 'setup', 'maria'],
      ['password.chosen', 'setup', 'maria'],
    ]);
    expect((await new Session(app).signIn('maria@example.com', CHOSEN)).status).toBe(303);
  });

  it('is nobody who was there before: there is no account and no password by default (R14)', async () => {
    for (const [name, password] of [
      ['admin', 'admin'],
      ['admin', 'password'],
      ['root', ''],
      ['roster', 'roster'],
      ['administrator', 'changeme'],
    ])
      expect([name, (await new Session(app).signIn(name, password)).status]).toEqual([name, 422]);
    expect(pageOf(await new Session(app).get('/session/new')).textOf('main .message')).toMatch(/Open the setup link/);
  });

  it('needs the link: without it the page is closed, and every other link as well (R14, R41)', async () => {
    const stranger = new Session(app);
    expect((await stranger.get('/setup')).status).toBe(410);
    await stranger.get('/session/new');
    expect((await stranger.post('/setup', WANTED)).status).toBe(410);
    const token = app.context.setupToken;
    for (const wrong of [
      'x',
      token.slice(1),
      `${token}x`,
      `x${token.slice(1)}`,
      token.toUpperCase(),
      '%00',
      'é'.repeat(token.length),
    ])
      expect([wrong, (await stranger.get(`/setup/${encodeURIComponent(wrong)}`)).status]).toEqual([wrong, 410]);
    expect((await app.db.read('users')).length).toBe(0);
  });

  it('has a link that is new at every start and stands nowhere but on the console (R14, R45)', async () => {
    const before = app.context.setupToken;
    expect(before).toMatch(/^[\w-]{32}$/);
    await open();
    expect(JSON.stringify(await everything(app))).not.toContain(before);
    expect(app.log.filter((line) => line.includes(before)).length).toBe(0);
    app = await app.restart();
    expect(app.context.setupToken).not.toBe(before);
    expect((await new Session(app).get(`/setup/${before}`)).status).toBe(410);
  });

  it('is told what will not do, with what was typed', async () => {
    const session = await open();
    const refused = await setUp(session, { name: 'ma@ria', email: 'maria', password: 'short', repeated: 'short' });
    expect(refused.status).toBe(422);
    expect(Object.keys(pageOf(refused).errors()).sort()).toEqual(['email', 'name', 'password']);
    expect(pageOf(refused).typed()).toMatchObject({ name: 'ma@ria', email: 'maria', password: '' });
    expect(
      pageOf(await setUp(session, { password: 'maria-maria-maria', repeated: 'maria-maria-maria' })).errors().password,
    ).toMatch(/little more than a name/);
    expect((await app.db.read('users')).length).toBe(0);
    expect((await setUp(session)).status).toBe(303);
  });

  it('is one: of ten at once, each with the link, one becomes it (R32)', async () => {
    const sessions = await Promise.all(Array.from({ length: 10 }, () => open()));
    await Promise.all(sessions.map((session) => session.get('/setup')));
    const answers = await Promise.all(
      sessions.map((session, n) =>
        session.post('/setup', { ...WANTED, name: `maria${n}`, email: `m${n}@example.com` }),
      ),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([303, ...Array(9).fill(404)]);
    expect((await app.db.read('users')).length).toBe(1);
    expect((await app.db.read('groups')).length).toBe(1);
  });

  it('closes the page behind them, for who had it open as well', async () => {
    const [first, second] = [await open(), await open()];
    await setUp(first);
    expect((await second.get('/setup')).status).toBe(404);
    await second.get('/session/new');
    expect((await second.post('/setup', { ...WANTED, name: 'eve', email: 'eve@example.com' })).status).toBe(404);
    const late = new Session(app);
    await late.get(`/setup/${app.context.setupToken}`);
    expect((await late.get('/setup')).status).toBe(404);
    expect((await app.db.read('users')).length).toBe(1);
  });

  it('gets no more from the form than it shows (R60)', async () => {
    const session = await open();
    const hostile = {
      id: '77',
      groups: '1',
      apiOnly: 'yes',
      leavesAt: '2020-01-01',
      activity: 'deleted',
      role: 'x',
      no_shared_data: '1',
    };
    expect((await setUp(session, hostile)).status).toBe(303);
    expect(await app.db.read('users').first()).toMatchObject({
      id: 1,
      api_only: 0,
      expires_on: null,
      activity: 'active',
      no_shared_data: 0,
    });
  });
});

describe('a Roster that has an administrator', () => {
  it('has no setup page', async () => {
    await using app = await startApp();
    const stranger = new Session(app);
    expect((await stranger.get('/setup')).status).toBe(404);
    await stranger.get(`/setup/${app.context.setupToken}`);
    expect((await stranger.get('/setup')).status).toBe(404);
    expect(pageOf(await stranger.get('/session/new')).$('main .message').length).toBe(0);
  });
});
