import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { routesOf, routesWith } from '../../faults/routes.ts';
import type { Person } from '../../seeds/cast.ts';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { addCrowd } from '../support/crowd.ts';
import { everything, facts } from '../support/database.ts';
import { exported } from '../support/exports.ts';
import { codeOf, giveFactor } from '../support/factor.ts';
import { send, submit } from '../support/form.ts';
import { levels } from '../support/levels.ts';
import { pageOf } from '../support/page.ts';
import { givePasskey } from '../support/passkey.ts';
import { groupId, pathTo } from '../support/people.ts';
import { EVERY_SCOPE, programAs } from '../support/program.ts';
import { type Session, signedIn } from '../support/session.ts';

const MINUTES = 60_000;
let app: TestApp;
let alice: Session;

beforeEach(async () => {
  app = await startApp();
  alice = await signedIn(app, 'alice');
});
afterEach(() => app.close());

const isAsked = (answer: { text: string }) => pageOf(answer).heading() === 'Confirm it is you';
const emailOf = async (name: string) => (await app.db.read('users').where({ name }).first('email')).email;
const waiting = () => app.db.read('sealed_requests');
/** Bob's email is changed, which is asked about. */
const changeEmail = (session = alice) => submit(session, pathTo(app, 'bob', '/edit'), { email: 'new@example.com' });

describe('confirming that it is oneself (R54)', () => {
  it('is asked of nobody for five minutes after the sign-in', async () => {
    app.clock.advance(5 * MINUTES - 1);
    expect((await changeEmail()).status).toBe(303);
  });

  it('keeps what was sent, and does it after the password as it was sent', async () => {
    app.clock.advance(5 * MINUTES);
    const asked = await changeEmail();
    expect([asked.status, isAsked(asked), await emailOf('bob')]).toEqual([422, true, 'bob@example.com']);
    const done = await send(alice, asked, { password: PASSWORD });
    expect([done.status, done.headers.location]).toEqual([303, pathTo(app, 'bob')]);
    expect([await emailOf('bob'), await waiting()]).toEqual(['new@example.com', []]);
    app.clock.advance(4 * MINUTES);
    expect((await submit(alice, pathTo(app, 'bob', '/edit'), { email: 'newer@example.com' })).status).toBe(303);
  });

  it('gives the session a new id, under which it goes on, with the forms of other tabs (R47)', async () => {
    app.clock.advance(5 * MINUTES);
    const otherTab = await alice.get(pathTo(app, 'carol', '/edit'));
    const second = await changeEmail();
    const before = alice.cookie('roster');
    const asked = await submit(alice, pathTo(app, 'erin', '/edit'), { email: 'e@example.com' });
    await send(alice, asked, { password: PASSWORD });
    expect(alice.cookie('roster')).not.toBe(before);
    expect(await app.db.read('sessions').whereNotNull('user_id')).toHaveLength(1);
    expect((await send(alice, otherTab, { description: 'typed before' })).status).toBe(303);
    expect((await send(alice, second, { password: PASSWORD })).status).toBe(303);
    expect(await emailOf('bob')).toBe('new@example.com');
  });

  it('loses nothing by a wrong password, and counts it with failed sign-ins (R19)', async () => {
    app.clock.advance(5 * MINUTES);
    let page = await changeEmail();
    for (let n = 0; n < 2; n++) {
      page = await send(alice, page, { password: 'not the password' });
      expect([page.status, pageOf(page).textOf('[role=alert]')]).toEqual([
        422,
        expect.stringContaining('did not work'),
      ]);
      expect(page.text).not.toContain('not the password');
    }
    expect((await app.db.read('login_attempts').where('user_id', app.people.alice)).map((one) => one.outcome)).toEqual(
      expect.arrayContaining(['wrong password', 'wrong password']),
    );
    expect((await send(alice, page, {})).status).toBe(422);
    expect((await send(alice, page, { password: PASSWORD })).status).toBe(303);
    expect(await emailOf('bob')).toBe('new@example.com');
  });

  it('lets nobody guess on while the account is locked', async () => {
    app.clock.advance(5 * MINUTES);
    const asked = await changeEmail();
    for (let n = 0; n < 5; n++) await send(alice, asked, { password: 'not the password' });
    expect((await send(alice, asked, { password: PASSWORD })).status).toBe(422);
    expect(await emailOf('bob')).toBe('bob@example.com');
  });

  it('takes a code of the second factor as well, once', async () => {
    await giveFactor(app, 'alice');
    app.clock.advance(5 * MINUTES);
    const asked = await changeEmail();
    const code = await codeOf(app, 'alice');
    expect((await send(alice, asked, { password: '', code: '000000' })).status).toBe(422);
    expect((await send(alice, asked, { password: '', code })).status).toBe(303);
    app.clock.advance(5 * MINUTES);
    const again = await submit(alice, pathTo(app, 'bob', '/edit'), { email: 'newer@example.com' });
    expect((await send(alice, again, { password: '', code })).status).toBe(422);
  });

  it('takes a passkey as well, once, and no other person’s', async () => {
    const [device, foreign] = [await givePasskey(app, 'alice'), await givePasskey(app, 'bob')];
    app.clock.advance(5 * MINUTES);
    const asked = await changeEmail();
    expect(pageOf(asked).$('form[data-passkeys] input[name=_sealed]').length).toBe(1);
    const challenge = async () => JSON.parse((await alice.post('/credentials/confirmation/challenge')).text).challenge;
    const theirs = foreign.show(await challenge());
    expect((await send(alice, asked, { password: '', credential: theirs })).status).toBe(422);
    const signed = await challenge();
    expect((await send(alice, asked, { password: '', credential: device.show(signed) })).status).toBe(303);
    expect(await emailOf('bob')).toBe('new@example.com');
    app.clock.advance(5 * MINUTES);
    const again = await submit(alice, pathTo(app, 'bob', '/edit'), { email: 'newer@example.com' });
    expect((await send(alice, again, { password: '', credential: device.show(signed) })).status).toBe(422);
  });

  it('is done once, and within five minutes', async () => {
    app.clock.advance(5 * MINUTES);
    const asked = await changeEmail();
    await send(alice, asked, { password: PASSWORD });
    const before = await facts(app);
    const twice = await send(alice, asked, { password: PASSWORD });
    expect([twice.status, pageOf(twice).textOf('main')]).toEqual([409, expect.stringContaining('done already')]);
    app.clock.advance(5 * MINUTES);
    const late = await submit(alice, pathTo(app, 'bob', '/edit'), { email: 'late@example.com' });
    app.clock.advance(5 * MINUTES);
    expect((await send(alice, late, { password: PASSWORD })).status).toBe(409);
    expect((await facts(app)).users).toEqual(before.users);
  });

  it('is nothing to another session, another person or another address', async () => {
    const elsewhere = await signedIn(app, 'alice');
    const ada = await signedIn(app, 'ada');
    app.clock.advance(5 * MINUTES);
    const { _sealed } = pageOf(await changeEmail()).typed();
    for (const session of [elsewhere, ada]) {
      const answer = await session.send('patch', pathTo(app, 'bob'), { _sealed, password: PASSWORD });
      expect(answer.status).toBe(409);
    }
    const answer = await alice.send('patch', pathTo(app, 'erin'), { _sealed, password: PASSWORD });
    expect(answer.status).toBe(409);
    const twice = { _sealed: [String(_sealed), 'x'], password: PASSWORD };
    expect((await alice.send('patch', pathTo(app, 'bob'), twice)).status).toBe(400);
    expect((await alice.post('/credentials/password', { _sealed, password: PASSWORD })).status).toBe(422);
    expect(await emailOf('bob')).toBe('bob@example.com');
    alice.reopen();
    await alice.signIn('ada');
    const changed = await alice.send('patch', pathTo(app, 'bob'), { _sealed, password: PASSWORD });
    expect([changed.status, await emailOf('bob')]).toEqual([409, 'bob@example.com']);
  });

  it('obeys the rights of the moment', async () => {
    app.clock.advance(5 * MINUTES);
    const asked = await changeEmail();
    await app.db.write(async (trx) => trx('memberships').where('user_id', app.people.alice).delete());
    expect((await send(alice, asked, { password: PASSWORD })).status).toBe(404);
    expect(await emailOf('bob')).toBe('bob@example.com');
  });

  it('keeps what is no password by its name alone: an application of a matrix may be called so', async () => {
    const at = '2026-11-01T12:00:00.000Z';
    for (const key of ['pass-office', 'code', 'password', 'current', 'next'])
      await app.db.write((trx) => trx('applications').insert({ key, name: key, created_at: at }));
    const edit = `/groups/${await groupId(app, 'Support')}/permissions/edit`;
    const sheet = await submit(alice, edit, levels({ contacts: 'read' }));
    app.clock.advance(5 * MINUTES);
    const asked = await send(alice, sheet);
    expect(pageOf(asked).heading()).toBe('Confirm it is you');
    expect((await send(alice, asked, { password: PASSWORD })).status).toBe(303);
  });

  it('keeps no password, and a few of each person', async () => {
    app.clock.advance(5 * MINUTES);
    const secrets = { password: 'a secret of mine', current: 'another secret', code: '987654' };
    for (let n = 0; n < 12; n++) {
      app.clock.advance(1);
      await alice.post(pathTo(app, 'bob', '/password-reset'), { channel: 'copy', ...secrets });
    }
    expect(await waiting()).toHaveLength(10);
    expect(JSON.parse((await waiting())[0].body)).toEqual({ channel: 'copy' });
    const kept = JSON.stringify(await everything(app));
    for (const secret of Object.values(secrets)) expect(kept).not.toContain(secret);
    await app.db.write(async (trx) => {
      const { SESSIONS } = await import('../../src/sessions/pages/sessions-feature.ts');
      await SESSIONS.prune?.(trx, app.clock.now() + 6 * MINUTES, app.config);
    });
    expect(await waiting()).toEqual([]);
  });

  it('asks in the dialog where htmx sent it, and goes on there', async () => {
    app.clock.advance(5 * MINUTES);
    const headers = { 'HX-Request': 'true', 'HX-Target': 'div#dialog-body' };
    const asked = await alice.post(pathTo(app, 'bob', '/password-reset'), { channel: 'copy' }, headers);
    expect([asked.status, asked.text]).toEqual([422, expect.not.stringContaining('<html')]);
    const { _sealed } = pageOf({ text: `<main>${asked.text}</main>` }).typed();
    const done = await alice.post(pathTo(app, 'bob', '/password-reset'), { _sealed, password: PASSWORD }, headers);
    expect(done.status).toBe(303);
    app.clock.advance(5 * MINUTES);
    const elsewhere = await alice.post(pathTo(app, 'bob', '/securing'), {}, { ...headers, 'HX-Target': 'div#rows' });
    expect(elsewhere.headers['hx-retarget']).toBe('#dialog-body');
  });

  it('asks before a file is sent, and the file comes', async () => {
    app.clock.advance(5 * MINUTES);
    const asked = await submit(alice, '/users/export');
    expect(isAsked(asked)).toBe(true);
    const file = await send(alice, asked, { password: PASSWORD });
    expect(file.headers['content-disposition']).toContain('attachment');
    expect(await exported(alice, '/users/export')).toHaveLength(10);
    app.clock.advance(5 * MINUTES);
    const led = await alice.get('/applications/users/holders.csv');
    expect([led.status, (await alice.agent.head('/applications/users/holders.csv')).status]).toEqual([303, 303]);
    expect(await waiting()).toEqual([]);
    const sheet = await alice.get(led.headers.location);
    expect(isAsked(sheet)).toBe(true);
    const wrong = await send(alice, sheet, { password: 'not the password' });
    expect(isAsked(wrong)).toBe(true);
    const right = await send(alice, wrong, { password: PASSWORD });
    expect([right.status, right.headers.location]).toEqual([303, '/applications/users/holders.csv']);
    expect((await alice.get('/applications/users/holders.csv')).headers['content-type']).toContain('text/csv');
  });
});

/** The routes at which the question stands, as the program has them. */
const ASKING = [
  'delete /bulk-operations/:id/pause',
  'delete /groups/:id/members',
  'delete /led-groups/:id/members',
  'delete /users/:id/deactivation',
  'delete /users/:id/password',
  'delete /users/:id/second-factor',
  'get /applications/:key/holders.csv',
  'get /bulk-operations/:id/items.csv',
  'get /contacts/imports/:id/refused.csv',
  'get /reviews/:id/evidence/file',
  'get /users/imports/:id/refused.csv',
  'patch /groups/:id',
  'patch /groups/:id/members',
  'patch /groups/:id/permissions',
  'patch /idle-accounts',
  'patch /led-groups/:id/members',
  'patch /users/:id',
  'patch /webhooks/:id',
  'post /access-requests/:id/decision',
  'post /audit/export',
  'post /bulk-operations/:id/execution',
  'post /bulk-operations/:id/schedule',
  'post /bulk-operations/:id/schedule/cancellation',
  'post /contacts/export',
  'post /contacts/imports/:id/execution',
  'post /credentials/email-confirmation',
  'post /credentials/tokens',
  'post /credentials/tokens/:handle/rotation',
  'post /groups/:id/members',
  'post /groups/export',
  'post /idle-accounts/activation',
  'post /invitations/export',
  'post /led-operations/:id/undo',
  'post /reviews/:id/answers',
  'post /users',
  'post /users/:id/email-confirmation',
  'post /users/:id/erasure',
  'post /users/:id/extension',
  'post /users/:id/invitation',
  'post /users/:id/leaving',
  'post /users/:id/password-reset',
  'post /users/:id/provisioning/:handle/confirmation',
  'post /users/:id/securing',
  'post /users/:id/tokens',
  'post /users/:id/tokens/:handle/rotation',
  'post /users/export',
  'post /users/imports/:id/execution',
  'post /users/new/list/:id/invitations',
  'post /webhooks',
  'post /webhooks/:id/rotation',
];
/** Exported or changed with a question of their own, which asks every time. */
const WITH_PASSWORD = /^(post|put|delete) \/credentials\//;
/** What they are about: whoever adds a route of this kind has to say here that it asks. */
const OF_THIS_KIND =
  /\.csv$|\/file$|^(post|put|patch|delete) .*(export|imports\/:id\/execution|permissions|tokens|rotation|password-reset|:id\/password|second-factor|securing)$/;

describe('what is asked about', () => {
  beforeEach(() => app.clock.advance(5 * MINUTES));

  it('is said at the routes', () => {
    const asking = routesWith(app.express, 'confirmation');
    expect(asking.toSorted()).toEqual(ASKING);
    const others = routesOf(app.express).filter((route) => !asking.includes(route) && !WITH_PASSWORD.test(route));
    expect(others.filter((route) => OF_THIS_KIND.test(route))).toEqual([]);
  });

  it('is an edit of oneself, and who becomes an administrator, and no other edit', async () => {
    const admins = await groupId(app, 'Administrators');
    expect(isAsked(await submit(alice, pathTo(app, 'alice', '/edit'), { description: 'me' }))).toBe(true);
    expect(isAsked(await submit(alice, pathTo(app, 'bob', '/edit'), { groups: [admins] }))).toBe(true);
    const created = { name: 'nora', email: 'nora@example.com' };
    expect(isAsked(await submit(alice, '/users/new', { ...created, groups: [admins] }))).toBe(true);
    expect((await submit(alice, pathTo(app, 'bob', '/edit'), { description: 'him' })).status).toBe(303);
    expect((await submit(alice, '/users/new', created)).status).toBe(303);
  });

  it('is a change of members where they administer, or of oneself', async () => {
    const admins = await groupId(app, 'Administrators');
    const support = await groupId(app, 'Support');
    const bob = String(app.people.bob);
    expect(isAsked(await alice.post(`/groups/${admins}/members`, { ids: bob, confirmed: 'yes' }))).toBe(true);
    expect(isAsked(await alice.send('delete', `/groups/${admins}/members`, { ids: bob }))).toBe(true);
    expect(isAsked(await alice.send('delete', `/groups/${support}/members`, { ids: bob }))).toBe(false);
    expect(isAsked(await alice.send('patch', `/groups/${support}/permissions`, {}))).toBe(true);
  });

  it('is a bulk operation on more than a hundred, or on what weighs much', async () => {
    await addCrowd(app, 101);
    const execute = async (fields: Record<string, string | string[]>) => {
      const { headers } = await alice.post('/bulk-operations', fields);
      return alice.post(`${headers.location}/execution`);
    };
    const bob = { ids: [String(app.people.bob)], action: 'deactivate' };
    expect((await execute(bob)).status).toBe(303);
    expect(isAsked(await execute({ ...bob, ids: [String(app.people.erin)], action: 'secure-account' }))).toBe(true);
    const ids = (await app.db.read('users').limit(101).pluck('id')).map(String);
    expect(isAsked(await execute({ ids, action: 'confirm-access' }))).toBe(true);
    expect(isAsked(await execute({ ids: ids.slice(1), action: 'confirm-access' }))).toBe(false);
  });
});

describe('whatever lets an administrator in again, sooner or for longer', () => {
  const LATER = '2027-06-30';
  let admins: number;
  const change = (person: Person, columns: object) =>
    app.db.write((trx) => trx('users').where('id', app.people[person]).update(columns));
  const join = (person: Person) =>
    app.db.write((trx) =>
      trx('memberships').insert({
        user_id: app.people[person],
        group_id: admins,
        granted_at: new Date(app.clock.now()).toISOString(),
      }),
    );
  const draft = async (fields: Record<string, string | string[]>, choices?: Record<string, string>) => {
    const path = (await alice.post('/bulk-operations', fields)).headers.location;
    if (choices) await alice.post(`${path}/choices`, choices);
    return path;
  };
  const execute = async (...words: Parameters<typeof draft>) => alice.post(`${await draft(...words)}/execution`);
  const ids = (person: Person) => [String(app.people[person])];

  beforeEach(async () => {
    admins = Number(await groupId(app, 'Administrators'));
    await join('dave');
    await join('carol');
    app.clock.advance(5 * MINUTES);
  });

  it('is asked about where one is activated: alone, among many, and taken back', async () => {
    expect(isAsked(await alice.send('delete', pathTo(app, 'dave', '/deactivation')))).toBe(true);
    expect(isAsked(await execute({ ids: ids('dave'), action: 'activate' }))).toBe(true);
    await change('bob', { activity: 'deactivated' });
    expect((await alice.send('delete', pathTo(app, 'bob', '/deactivation'))).status).toBe(303);
    expect((await alice.post(pathTo(app, 'ada', '/deactivation'))).status).toBe(303);
    const { id } = await app.db.read('bulk_operations').orderBy('id', 'desc').first('id');
    expect(isAsked(await execute({ from: String(id), action: 'undo' }))).toBe(true);
    expect((await app.db.read('users').where('id', app.people.dave).first()).activity).toBe('deactivated');
  });

  it('is asked about where a group that administers is activated, and its undo', async () => {
    const [{ id }] = await app.db.write((trx) =>
      trx('groups')
        .insert({ name: 'Night', name_key: 'night', activity: 'deactivated', created_at: new Date(0).toISOString() })
        .returning('id'),
    );
    await app.db.write((trx) =>
      trx('group_permissions').insert({ group_id: id, application: 'users', level: 'write' }),
    );
    const activate = { subject: 'group', ids: [String(id)], action: 'activate' };
    expect(isAsked(await execute(activate))).toBe(true);
    await app.db.write((trx) => trx('groups').where({ id }).update({ activity: 'active' }));
    const path = await draft({ ...activate, action: 'deactivate' });
    expect((await alice.post(`${path}/execution`)).status).toBe(303);
    expect(isAsked(await execute({ subject: 'group', from: path.split('/')[2], action: 'undo' }))).toBe(true);
  });

  it('is asked about where a group demands a second factor no longer: by its form, its end, and what is taken back', async () => {
    await giveFactor(app, 'alice');
    const support = await groupId(app, 'Support');
    const edit = `/groups/${support}/edit`;
    expect((await submit(alice, edit, { requiresSecondFactor: 'yes' })).status).toBe(303);
    const { id } = await app.db.read('bulk_operations').orderBy('id', 'desc').first('id');
    expect(isAsked(await execute({ subject: 'group', from: id, action: 'undo' }))).toBe(true);
    for (const action of ['deactivate', 'delete'])
      expect(isAsked(await execute({ subject: 'group', ids: [support], action }))).toBe(true);
    expect((await submit(alice, edit, { description: 'Help' })).status).toBe(303);
    expect(isAsked(await submit(alice, edit, { requiresSecondFactor: [] }))).toBe(true);
    const group = () => app.db.read('groups').where({ id: support }).first();
    expect([(await group()).requires_factor, (await group()).activity]).toEqual([1, 'active']);
    expect(await app.db.read('group_permissions').where({ group_id: support })).toEqual([]);
    await app.db.write((trx) => trx('groups').where({ id: support }).update({ requires_factor: false }));
    expect(
      (await alice.post(`${await draft({ subject: 'group', ids: [support], action: 'deactivate' })}/execution`)).status,
    ).toBe(303);
  });

  it('is asked about where one stays for longer or starts sooner: on the form, among many, and by an extension', async () => {
    // The beginning of a day, which needs no time on the form.
    const at = (days: number) =>
      `${new Date(app.clock.now() + days * 24 * 60 * MINUTES).toISOString().slice(0, 10)}T00:00:00.000Z`;
    await change('ada', { leaves_at: at(5), starts_at: at(2) });
    await change('bob', { leaves_at: at(5) });
    const edit = (person: Person, fields: Record<string, string>) =>
      submit(alice, pathTo(app, person, '/edit'), fields);
    expect(isAsked(await edit('ada', { leavesAt: '' }))).toBe(true);
    expect(isAsked(await edit('ada', { startsAt: '' }))).toBe(true);
    expect(isAsked(await edit('bob', { leavesAt: LATER }))).toBe(false);
    expect(isAsked(await execute({ ids: ids('ada'), action: 'set-leaving' }, { leavesAt: LATER }))).toBe(true);
    expect(isAsked(await execute({ ids: ids('ada'), action: 'set-start' }, { startsAt: '' }))).toBe(true);
    expect(isAsked(await alice.post(pathTo(app, 'ada', '/extension')))).toBe(true);
    const [before] = await app.db.read('users').where('id', app.people.ada).select('leaves_at', 'starts_at');
    expect(before).toEqual({ leaves_at: at(5), starts_at: at(2) });
    // Sooner gone is nothing that anybody gains.
    expect(isAsked(await edit('ada', { leavesAt: at(3).slice(0, 10) }))).toBe(false);
  });

  it('is asked about where one is invited, or no longer to be let go', async () => {
    expect(isAsked(await alice.post(pathTo(app, 'carol', '/invitation'), { channel: 'copy' }))).toBe(true);
    expect(isAsked(await execute({ ids: ids('carol'), action: 'reinvite' }))).toBe(true);
    const path = await draft({ ids: ids('ada'), action: 'deactivate' });
    expect((await alice.post(`${path}/schedule`, { dueAt: '2026-12-24 18:00' })).status).toBe(303);
    expect(isAsked(await alice.post(`${path}/schedule`, { dueAt: '2027-12-24 18:00' }))).toBe(true);
    expect(isAsked(await alice.post(`${path}/schedule/cancellation`))).toBe(true);
    expect(await app.db.read('scheduled_users')).toHaveLength(1);
  });

  it('is asked about where an email is changed back, or an end of a membership taken away again', async () => {
    const undo = async () => {
      const { id } = await app.db.read('bulk_operations').whereNotNull('executed_at').orderBy('id', 'desc').first('id');
      return execute({ from: String(id), action: 'undo' });
    };
    const asked = await changeEmail();
    await send(alice, asked, { password: PASSWORD });
    const until = { ids: ids('ada'), untilAt: LATER };
    expect((await alice.send('patch', `/groups/${admins}/members`, until)).status).toBe(303);
    app.clock.advance(5 * MINUTES);
    expect(isAsked(await undo())).toBe(true);
    const [changed] = await app.db.read('bulk_operations').where('action', 'edit').select('id');
    expect(isAsked(await execute({ from: String(changed.id), action: 'undo' }))).toBe(true);
    expect(await emailOf('bob')).toBe('new@example.com');
  });

  it('is asked about where Leaving lets one stay for longer, takes over what is scheduled, or is taken back', async () => {
    const leave = (person: Person, fields: Record<string, string>) =>
      submit(alice, pathTo(app, person, '/leaving'), fields);
    const soon = `${new Date(app.clock.now() + 5 * 24 * 60 * MINUTES).toISOString().slice(0, 10)}T00:00:00.000Z`;
    await change('ada', { leaves_at: soon });
    expect(isAsked(await leave('ada', { leavesAt: LATER }))).toBe(true);
    const ada = await signedIn(app, 'ada');
    const { location } = (await ada.post('/bulk-operations', { ids: ids('bob'), action: 'add-to-group' })).headers;
    await ada.post(`${location}/choices`, { group: String(admins) });
    expect((await ada.post(`${location}/schedule`, { dueAt: '2026-12-24 18:00' })).status).toBe(303);
    const takenOver = { scheduled: 'hand-over', scheduledIds: location.split('/')[2] };
    expect(isAsked(await leave('ada', takenOver))).toBe(true);
    await change('robin', { api_only_owner_id: app.people.bob });
    await join('robin');
    expect((await leave('bob', { programs: 'end' })).status).toBe(303);
    const { id } = await app.db.read('bulk_operations').where('action', 'leave').orderBy('id', 'desc').first('id');
    expect(isAsked(await execute({ from: String(id), action: 'undo' }))).toBe(true);
    expect((await app.db.read('users').where('id', app.people.robin).first()).activity).toBe('deactivated');
  });

  it('needs the scope confirm of a program', async () => {
    const without = await programAs(
      app,
      'alice',
      EVERY_SCOPE.filter((scope) => scope !== 'confirm'),
    );
    const at = new Date(app.clock.now() + 24 * 60 * MINUTES).toISOString();
    await change('ada', { leaves_at: at });
    const demanding = await groupId(app, 'Support');
    await app.db.write((trx) => trx('groups').where({ id: demanding }).update({ requires_factor: true }));
    const before = await facts(app);
    for (const [method, path, body] of [
      ['delete', `/users/${app.people.dave}/deactivation`, {}],
      ['patch', `/users/${app.people.ada}`, { leavesAt: null }],
      ['post', `/users/${app.people.carol}/invitation`, {}],
      ['patch', `/groups/${demanding}`, { requiresSecondFactor: false }],
      ['post', `/groups/${demanding}/deletion`, {}],
    ] as const) {
      const answer = await without.send(method, path, body, { 'If-Match': '*' });
      expect([path, answer.status, answer.text]).toEqual([path, 403, expect.stringContaining('scope confirm')]);
    }
    expect((await facts(app)).users).toEqual(before.users);
    const ending = { on: 'users', action: 'deactivate', ids: [app.people.ada] };
    const { id } = (await without.send('post', '/bulk-operations', ending)).body;
    const schedule = `/bulk-operations/${id}/schedule`;
    expect((await without.send('put', schedule, { dueAt: '2026-12-24T18:00:00Z' })).status).toBe(200);
    for (const method of ['put', 'delete'] as const)
      expect((await without.send(method, schedule, { dueAt: '2027-12-24T18:00:00Z' })).status).toBe(403);
    const whole = await programAs(app, 'alice');
    expect((await whole.send('delete', `/users/${app.people.dave}/deactivation`, {})).status).toBe(200);
    await change('bob', { activity: 'deactivated' });
    expect((await without.send('delete', `/users/${app.people.bob}/deactivation`, {})).status).toBe(200);
  });
});
