import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { verifyChain } from '../../src/audit/chain.ts';
import { DAY } from '../../src/clock.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { rosterBeside } from '../support/command-line.ts';
import { everything, userRow } from '../support/database.ts';
import { deletedLongAgo, FINISH, RETENTION, runJob } from '../support/erasure.ts';
import { submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { pathTo } from '../support/people.ts';
import { Session, signedIn } from '../support/session.ts';

let app: TestApp;
let alice: Session;
beforeEach(async () => {
  app = await startApp({ SESSION_IDLE: '1440', SESSION_MAX: '240' });
  alice = await signedIn(app, 'alice');
});
afterEach(() => app.close());

const SHEET = '/erasure/new';
const erase = (name = 'bob') => submit(alice, pathTo(app, 'bob', SHEET), { name });
const left = () => `erased user ${app.people.bob}`;

/** What others keep as theirs, and what is gone within a day. */
const NOT_LOOKED_AT = ['contacts', 'sessions', 'tags'];

/** The tables in which any of these words still stands. */
async function tracesOf(words: RegExp): Promise<string[]> {
  const rows = Object.entries(await everything(app)).filter(([table]) => !NOT_LOOKED_AT.includes(table));
  return rows
    .filter(([, some]) => words.test(JSON.stringify(some)))
    .map(([table]) => table)
    .toSorted();
}

describe('erasing a user', () => {
  it('leaves no trace of their names but where others keep them', async () => {
    await new Session(app).signIn('bob', 'not the password');
    await signedIn(app, 'bob');
    await submit(alice, pathTo(app, 'bob', '/edit'), {
      name: 'robert',
      email: 'robert@example.org',
      tags: 'Night owl',
      description: 'Sings in the choir.',
    });
    const ids = [String(app.people.bob), String(app.people.lena)];
    const draft = await alice.post('/bulk-operations', { action: 'deactivate', ids, view: '/users?q=robert' });
    await alice.post(`${draft.headers.location}/execution`);
    const pasted = { text: 'robert <robert@example.org>\nnora <nora@example.com>', step: 'read' };
    await submit(alice, '/users/new/list', pasted);
    await alice.get('/users/import');
    const file = 'name,email\nrobert,robert@example.org\nnina,nina@example.com\n';
    const path = (await alice.upload('/users/imports', {}, file)).headers.location;
    await submit(alice, path);
    await app.context.operations.idle();
    await submit(alice, '/saved-views/new?view=%2Fusers%3Fq%3Drobert%2540example.org', { name: 'mine' }).catch(
      () => {},
    );
    await deletedLongAgo(app, 'bob');
    // His contact has a name of its own.
    const words = /\bbob\b(?!.schmidt)|robert|Night owl|choir/i;
    expect(await tracesOf(words)).toEqual([
      'audit_texts',
      'bulk_operation_items',
      'bulk_operations',
      'import_keys',
      'import_lines',
      'import_plans',
      'saved_views',
      'users',
    ]);

    const audit = await watchAudit(app);
    expect((await erase('Robert')).status).toBe(303);
    const [event] = await audit.since();
    expect(event).toMatchObject({ action: 'user.erased', subjectId: app.people.bob, subjectName: left(), after: {} });
    await runJob(app, FINISH);
    expect(await tracesOf(words)).toEqual([]);
    expect(await app.db.read('erasures')).toEqual([]);
    expect(await verifyChain(app.db.read, app.config.secrets.audit)).toMatchObject({ intact: true });
    expect(pageOf(await alice.get(pathTo(app, 'bob'))).heading()).toBe(`${left()} Deleted`);
    for (const page of [draft.headers.location, path, '/bulk-operations'])
      expect([page, (await alice.get(page)).status]).toEqual([page, 200]);
    expect(pageOf(await alice.get(draft.headers.location)).textOf('main')).toContain('erased since');
    // The other line of the file, and of the draft, are there still.
    expect(JSON.stringify(await app.db.read('import_lines'))).toContain('nina@example.com');
    expect(JSON.stringify(await app.db.read('bulk_operations').pluck('choices'))).toContain('nora@example.com');
  });

  it('asks for the name, and confirms who asks', async () => {
    await deletedLongAgo(app, 'bob');
    const mistaken = await erase('carol');
    expect([mistaken.status, pageOf(mistaken).errors()]).toEqual([422, { name: 'Type the name of the user: bob.' }]);
    expect((await userRow(app, app.people.bob)).erased_at).toBeNull();
    app.clock.advance(6 * 60_000);
    const asked = await erase();
    expect(pageOf(asked).heading()).toBe('Confirm it is you');
    expect((await userRow(app, app.people.bob)).erased_at).toBeNull();
  });

  it.each([
    ['who is not deleted', async () => {}, /is active: only who is deleted can be erased/],
    ['who was deleted lately', () => deletedLongAgo(app, 'bob', 29), /was deleted less than 30 days ago/],
  ])('is refused of those %s', async (_who, prepare: () => Promise<void>, said) => {
    await prepare();
    const sheet = await alice.get(pathTo(app, 'bob', SHEET));
    expect([sheet.status, pageOf(sheet).textOf('main')]).toEqual([409, expect.stringMatching(said)]);
    const sent = await alice.post(pathTo(app, 'bob', '/erasure'), { name: 'bob' });
    expect(pageOf(await alice.get(sent.headers.location)).message()).toMatch(said);
    expect((await userRow(app, app.people.bob)).erased_at).toBeNull();
  });

  it('cannot be taken back: no Activate, no Undo, no form brings them back', async () => {
    await submit(alice, pathTo(app, 'bob', '/deletion/new'));
    const operation = await app.db.read('bulk_operations').orderBy('id', 'desc').first('id');
    app.clock.advance(31 * DAY);
    alice = await signedIn(app, 'alice');
    const sheet = pageOf(await alice.get(pathTo(app, 'bob', SHEET)));
    expect(sheet.textOf('main .message')).toMatch(/neither Activate nor Undo/);
    await erase();
    const refused = await alice.send('delete', pathTo(app, 'bob', '/deactivation'));
    expect((await userRow(app, app.people.bob)).activity).toBe('deleted');
    expect(refused.status).toBe(303);
    const undo = await alice.post('/bulk-operations', { action: 'undo', from: String(operation.id) });
    if (undo.status === 303) await alice.post(`${undo.headers.location}/execution`);
    expect((await userRow(app, app.people.bob)).activity).toBe('deleted');
    expect((await alice.get(pathTo(app, 'bob', '/edit'))).status).toBe(409);
    expect((await alice.get(pathTo(app, 'bob', SHEET))).status).toBe(409);
    const list = pageOf(await alice.get('/users?activity=deleted'));
    expect(list.texts('th.name a')).toEqual([left()]);
  });

  it.each(['bob', 'robin'] as const)('leaves pages of %s that can be opened', async (person) => {
    await deletedLongAgo(app, person);
    await submit(alice, pathTo(app, person, SHEET), { name: person });
    await runJob(app, FINISH);
    const rests = ['', '/actions', '/permissions', '/sign-ins', '/tokens', '/timeline'];
    const pages = [...rests.map((rest) => pathTo(app, person, rest)), '/users?activity=deleted', '/audit', '/security'];
    for (const path of pages) expect([path, (await alice.get(path)).status]).toEqual([path, 200]);
  });

  it('spares a name that somebody else has by now', async () => {
    await deletedLongAgo(app, 'bob');
    await submit(alice, '/users/new', { name: 'bob', email: 'bob@example.com', access: 'later' });
    await erase();
    await runJob(app, FINISH);
    const another = await app.db.read('users').where('name', 'bob').first('id');
    const texts = await app.db
      .read('audit_texts')
      .where({ subject_type: 'user', subject_id: another.id })
      .pluck('text');
    expect(texts).toEqual(expect.arrayContaining(['bob', 'bob@example.com']));
    expect((await userRow(app, app.people.bob)).name).toBe(left());
  });

  it('is done at the command line by name, and only where it is meant', async () => {
    const early = await rosterBeside(app, ['erase', String(app.people.bob), '--yes']);
    expect([early.code, early.output]).toEqual([2, expect.stringContaining('is active: only who is deleted')]);
    await deletedLongAgo(app, 'bob');
    const asked = await rosterBeside(app, ['erase', 'bob']);
    expect([asked.code, asked.output]).toEqual([2, expect.stringContaining('Nothing was done. With --yes it is.')]);
    const done = await rosterBeside(app, ['erase', 'BOB', '--yes']);
    expect([done.code, done.output]).toEqual([0, expect.stringContaining('cannot be brought back')]);
    expect((await userRow(app, app.people.bob)).name).toBe(left());
  });
});

describe('by themselves', () => {
  it('nobody is erased, unless DELETED_DAYS says so, and then when they are over', async () => {
    await deletedLongAgo(app, 'bob', 400);
    await runJob(app, RETENTION);
    expect((await userRow(app, app.people.bob)).erased_at).toBeNull();
    app.context.config.deletedDays = 401;
    await runJob(app, RETENTION);
    expect((await userRow(app, app.people.bob)).erased_at).toBeNull();
    app.context.config.deletedDays = 399;
    const audit = await watchAudit(app);
    await runJob(app, RETENTION);
    expect((await userRow(app, app.people.bob)).name).toBe(left());
    expect((await audit.since()).map(({ action, actorName }) => [action, actorName])).toEqual([
      ['user.erased', 'retention'],
    ]);
  });

  it('nobody is erased for a day after the clock jumped, as nothing would bring them back', async () => {
    await deletedLongAgo(app, 'bob', 400);
    app.context.config.deletedDays = 401;
    app.clock.advance(2 * DAY);
    await runJob(app, RETENTION);
    expect((await userRow(app, app.people.bob)).erased_at).toBeNull();
    const steady = performance.now();
    const later = jest.spyOn(performance, 'now').mockReturnValue(steady + DAY);
    app.clock.advance(DAY);
    await runJob(app, RETENTION);
    later.mockRestore();
    expect((await userRow(app, app.people.bob)).name).toBe(left());
  });

  it('old sign-ins and mails go when their days are over', async () => {
    await new Session(app).signIn('bob', 'not the password');
    await new Session(app).signIn('nobody', 'not the password');
    const attempts = async () => (await app.db.read('login_attempts').whereNot('outcome', 'signed in')).length;
    const before = await attempts();
    app.clock.advance(400 * DAY);
    await runJob(app, 'Remove what has ended');
    expect(await attempts()).toBe(before);
    app.clock.advance(1);
    await runJob(app, 'Remove what has ended');
    expect(await attempts()).toBe(0);
  });
});
