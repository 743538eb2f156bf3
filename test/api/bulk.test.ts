import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { authorOf } from '../../src/bulk-operations/actions/author.ts';
import { findOperation } from '../../src/bulk-operations/bulk-operation-store.ts';
import { instant } from '../../src/clock.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { addContact } from '../support/contacts.ts';
import { addCrowd } from '../support/crowd.ts';
import { Described } from '../support/described.ts';
import { submit } from '../support/form.ts';
import { groupId, pathTo } from '../support/people.ts';
import { EVERY_SCOPE, programAs } from '../support/program.ts';
import { signedIn } from '../support/session.ts';

let app: TestApp;
let described: Described;

beforeAll(async () => {
  app = await startApp({ TOKEN_REQUESTS: '100000' });
  described = new Described(await programAs(app, 'alice'));
});
afterAll(() => app.close());

const ask: Described['ask'] = (...words) => described.ask(...words);
const begin = (body: object, headers: Record<string, string> = {}) =>
  ask('post /bulk-operations', '/bulk-operations', body, headers);
const execute = (id: number) => ask('post /bulk-operations/{id}/execution', `/bulk-operations/${id}/execution`);
const activityOf = async (person: 'bob' | 'carol' | 'dave') =>
  (await app.db.read('users').where('id', app.people[person]).first()).activity;
const fieldsOf = ({ body }: { body: { errors: { field: string }[] } }) => body.errors.map(({ field }) => field);

describe('an operation on many, for programs', () => {
  it('is done at a moment, moved to another, or cancelled', async () => {
    const { body } = await begin({ on: 'users', action: 'deactivate', ids: [app.people.carol] });
    expect(body).toMatchObject({ dueAt: null, waitsFor: '' });
    const path = `/bulk-operations/${body.id}/schedule`;
    const schedule = (dueAt: unknown) => ask('put /bulk-operations/{id}/schedule', path, { dueAt });
    expect(fieldsOf(await schedule('soon'))).toEqual(['dueAt']);
    expect(fieldsOf(await schedule(''))).toEqual(['dueAt']);
    expect(fieldsOf(await schedule('2020-01-01'))).toEqual(['dueAt']);
    const audit = await watchAudit(app);
    expect((await schedule('2027-03-01T18:00:00+01:00')).body).toMatchObject({
      dueAt: '2027-03-01T17:00:00.000Z',
      phase: 'draft',
    });
    expect((await schedule('2027-03-02')).body.dueAt).toBe('2027-03-02T00:00:00.000Z');
    expect((await ask('delete /bulk-operations/{id}/schedule', path)).body).toMatchObject({ dueAt: null });
    expect(await audit.actions()).toEqual([
      'user.change-scheduled',
      'user.change-rescheduled',
      'user.change-unscheduled',
    ]);
    expect((await ask('delete /bulk-operations/{id}/schedule', path)).status).toBe(404);
    const deletion = await begin({ on: 'users', action: 'delete', ids: [app.people.carol] });
    const never = `/bulk-operations/${deletion.body.id}/schedule`;
    expect((await ask('put /bulk-operations/{id}/schedule', never, { dueAt: '2027-03-01' })).status).toBe(409);
    expect((await ask('delete /bulk-operations/{id}/schedule', never)).status).toBe(409);
  });

  it('says what it would come to, is done once, tells of each, and is taken back', async () => {
    const { bob, carol, dave, alice } = app.people;
    const draft = await begin({ on: 'users', action: 'deactivate', ids: [bob, carol, dave, alice] });
    expect(draft.body).toMatchObject({ phase: 'draft', size: 4, changed: 2, leftOut: 2, confirms: false });
    expect(draft.body.names.toSorted()).toEqual(['bob', 'carol']);
    const path = `/bulk-operations/${draft.body.id}`;
    expect(draft.headers.location).toBe(`/api/v1${path}`);
    expect((await ask('get /bulk-operations/{id}', path)).body).toMatchObject({ changed: 2, effects: [] });
    expect(await activityOf('bob')).toBe('active');
    const audit = await watchAudit(app);
    const done = await execute(draft.body.id);
    expect(done.body).toMatchObject({ phase: 'done', changed: 2, leftOut: 2, mayUndo: true });
    expect((await execute(draft.body.id)).body).toMatchObject({ phase: 'done', changed: 2 });
    // The refusal is that nobody deactivates themself.
    expect((await audit.since()).map(({ action }) => action).toSorted()).toEqual([
      'request.refused',
      'user.deactivated',
      'user.deactivated',
    ]);
    const items = await ask('get /bulk-operations/{id}/items', `${path}/items?outcome=left-out`);
    expect(items.body.items.map((one: { name: string }) => one.name)).toEqual(['alice', 'dave']);
    const rest = await ask('get /bulk-operations/{id}/items', `${path}/items?after=${items.body.items[0].id}`);
    expect(rest.body.items.map((one: { name: string }) => one.name)).toEqual(['bob', 'carol', 'dave']);
    expect((await ask('get /bulk-operations/{id}/items', `${path}/items?outcome=lost`)).status).toBe(422);
    const listed = await ask('get /bulk-operations', '/bulk-operations');
    expect(listed.body.items[0]).toMatchObject({ id: draft.body.id, on: 'users', action: 'deactivate' });
    const undoing = await ask('post /bulk-operations/{id}/undoing', `${path}/undoing`);
    expect(undoing.body).toMatchObject({ phase: 'draft', undoes: draft.body.id, changed: 2 });
    expect((await execute(undoing.body.id)).body).toMatchObject({ phase: 'done', changed: 2 });
    expect(await activityOf('bob')).toBe('active');
    const after = await ask('get /bulk-operations/{id}', path);
    expect(after.body).toMatchObject({ mayUndo: false, takenBackBy: undoing.body.id });
    const again = await ask('post /bulk-operations/{id}/undoing', `${path}/undoing`);
    expect([again.status, again.body.detail]).toEqual([
      409,
      `It was taken back already, by operation ${undoing.body.id}.`,
    ]);
    expect((await ask('post /bulk-operations/{id}/undoing', '/bulk-operations/999999/undoing')).status).toBe(404);
  });

  it('means a view, asks what is asked on the page, and is on groups and contacts as well', async () => {
    const support = Number(await groupId(app, 'Support'));
    const values = { group: support, untilAt: '2027-01-31' };
    const draft = await begin({ on: 'users', action: 'add-to-group', view: 'q=max', values });
    expect(draft.body).toMatchObject({ size: 1, changed: 1 });
    expect((await execute(draft.body.id)).body.changed).toBe(1);
    const tagged = await begin({ on: 'groups', action: 'add-tag', ids: [support], values: { tag: 'front' } });
    expect((await execute(tagged.body.id)).body).toMatchObject({ on: 'groups', changed: 1 });
    const contact = await addContact(app, { name: 'Jo' });
    const gone = await begin({ on: 'contacts', action: 'delete', ids: [contact] });
    expect((await execute(gone.body.id)).body).toMatchObject({ on: 'contacts', changed: 1 });
    const start = await begin({
      on: 'users',
      action: 'set-start',
      ids: [app.people.carol],
      values: { startsAt: '2036-01-07T08:00:00Z' },
    });
    expect((await execute(start.body.id)).body).toMatchObject({ changed: 1 });
    await app.db.write((trx) =>
      trx('users').where('id', app.people.bob).update({ leaves_at: '2026-12-01T00:00:00.000Z' }),
    );
    const longer = await begin({ on: 'users', action: 'extend', ids: [app.people.bob] });
    expect((await execute(longer.body.id)).body).toMatchObject({ changed: 1 });
    const wrong: [object, string[]][] = [
      [{ on: 'users', action: 'add-to-group', ids: [1], values: { group: support } }, ['values.untilAt']],
      [{ on: 'users', action: 'add-tag', ids: [1], values: { tag: 'x', colour: 'red' } }, ['values.colour']],
      [{ on: 'users', action: 'add-tag', ids: [1], values: { tag: '' } }, ['values.tag']],
      [{ on: 'users', action: 'dance', ids: [1] }, ['action']],
      [{ on: 'users', action: 'deactivate', ids: [999_999] }, ['ids']],
      [{ on: 'users', action: 'deactivate', view: 'state=lost' }, ['view']],
      [{ on: 'users', action: 'deactivate', view: 'q=nobodyiscalledthis' }, ['view']],
      [{ on: 'users', action: 'deactivate' }, ['ids']],
      [{ on: 'users', action: 'deactivate', ids: [1], view: '' }, ['ids']],
      [{ on: 'audit', action: 'deactivate', ids: [1] }, ['on']],
      // What was left empty by mistake is neither everybody nor for ever.
      ...['', 'q=', 'q=%20', '&', 'sort=name', '/users?'].map((view): [object, string[]] => [
        { on: 'users', action: 'deactivate', view },
        ['view'],
      ]),
      [{ on: 'groups', action: 'deactivate', view: '/users' }, ['view']],
      [{ on: 'users', action: 'set-leaving', ids: [1], values: { leavesAt: ' ' } }, ['values.leavesAt']],
    ];
    for (const [body, fields] of wrong) {
      const answer = await begin(body);
      expect([body, answer.status, fieldsOf(answer)]).toEqual([body, 422, fields]);
    }
  });

  it('is on all that a list shows where the bare address of the list says so', async () => {
    const active = await begin({ on: 'users', action: 'confirm-access', view: '/users?activity=active' });
    const all = await begin({ on: 'users', action: 'confirm-access', view: '/users' });
    expect(all.body.size).toBeGreaterThan(active.body.size);
  });

  it('is begun once by one Idempotency-Key', async () => {
    const body = { on: 'users', action: 'confirm-access', ids: [app.people.bob] };
    const key = { 'Idempotency-Key': 'bulk-1' };
    const [first, second] = [await begin(body, key), await begin(body, key)];
    expect(second.body).toEqual(first.body);
  });

  it('is paused, goes on and is cancelled', async () => {
    const { body } = await begin({ on: 'users', action: 'confirm-access', ids: [app.people.bob] });
    const path = `/bulk-operations/${body.id}`;
    const steer = (method: 'post' | 'delete', noun: string) =>
      ask(`${method} /bulk-operations/{id}/${noun}`, `${path}/${noun}`);
    expect((await steer('post', 'pause')).status).toBe(409);
    // As if it were too large to be done while one waits.
    await app.context.operations.stop();
    await app.db.write((trx) =>
      trx('bulk_operations')
        .where('id', body.id)
        .update({ executed_at: instant(app.clock.now()), token_id: described.program.tokenId }),
    );
    expect((await steer('post', 'pause')).body).toMatchObject({ phase: 'paused', pausedFor: 'alice paused it' });
    expect((await steer('delete', 'pause')).body.phase).toBe('running');
    expect((await steer('post', 'cancellation')).body.phase).toBe('cancelled');
    expect(described.unseen('bulk.test.ts')).toEqual([]);
  });
});

describe('what a program may not', () => {
  it('is what concerns passwords, factors and ways in, also where a person began it', async () => {
    const { bob } = app.people;
    for (const action of ['send-password-reset', 'secure-account', 'reset-second-factor', 'convert-to-person'])
      expect([action, (await begin({ on: 'users', action, ids: [bob] })).status]).toEqual([action, 422]);
    const alice = await signedIn(app, 'alice');
    const drafted = await alice.post('/bulk-operations', { action: 'secure-account', ids: [String(bob)] });
    const id = Number(drafted.headers.location.split('/')[2]);
    expect((await execute(id)).status).toBe(403);
    expect((await app.db.read('bulk_operations').where({ id }).first()).executed_at).toBeNull();
  });

  it('is to take back what made a program of a person, nor what took that back', async () => {
    const alice = await signedIn(app, 'alice');
    const program = { apiOnly: 'yes', apiOnlyReason: 'x', apiOnlyOwner: 'alice', apiOnlyReviewOn: '2036-01-31' };
    const edited = await submit(alice, pathTo(app, 'erin', '/edit'), program);
    expect(edited.status).toBe(303);
    const [{ id }] = await app.db.read('bulk_operations').where('action', 'edit').orderBy('id', 'desc').limit(1);
    const before = await app.db.read('bulk_operations').max('id');
    expect((await ask('post /bulk-operations/{id}/undoing', `/bulk-operations/${id}/undoing`)).status).toBe(403);
    expect(await app.db.read('bulk_operations').max('id')).toEqual(before);
    const described = { description: 'changed' };
    expect((await submit(alice, pathTo(app, 'max', '/edit'), described)).status).toBe(303);
    const [plain] = await app.db.read('bulk_operations').where('action', 'edit').orderBy('id', 'desc').limit(1);
    expect((await ask('post /bulk-operations/{id}/undoing', `/bulk-operations/${plain.id}/undoing`)).status).toBe(201);
  });

  it('is to execute without the scope what a page would ask about (R54)', async () => {
    await addCrowd(app, 101);
    const hasty = await programAs(
      app,
      'alice',
      EVERY_SCOPE.filter((scope) => scope !== 'confirm'),
    );
    const admins = Number(await groupId(app, 'Administrators'));
    const ids: number[] = await app.db.read('users').limit(101).pluck('id');
    const grand = {
      on: 'users',
      action: 'add-to-group',
      ids: [app.people.bob],
      values: { group: admins, untilAt: null },
    };
    for (const body of [{ on: 'users', action: 'confirm-access', ids }, grand]) {
      const draft = await hasty.send('post', '/bulk-operations', body);
      expect([draft.status, draft.body.confirms]).toEqual([201, true]);
      const answer = await hasty.ask('post', `/bulk-operations/${draft.body.id}/execution`);
      expect([answer.status, answer.body.detail]).toEqual([403, expect.stringContaining('scope confirm')]);
      expect((await execute(draft.body.id)).body.phase).toBe('done');
    }
    // Alone as well: whoever came into a group while it gave nothing is made one by its activation.
    await app.db.write((trx) =>
      trx('groups').insert({ name: 'Asleep', name_key: 'asleep', activity: 'deactivated', created_at: instant(0) }),
    );
    const asleep = Number(await groupId(app, 'Asleep'));
    await app.db.write((trx) =>
      trx('group_permissions').insert(
        ['users', 'groups'].map((application) => ({ group_id: asleep, application, level: 'write' })),
      ),
    );
    expect((await hasty.send('put', `/users/${app.people.max}/groups/${asleep}`, {})).status).toBe(200);
    const woken = () => hasty.ask('delete', `/groups/${asleep}/deactivation`);
    expect([(await woken()).status, (await woken()).body.detail]).toEqual([403, expect.stringContaining('confirm')]);
    expect((await ask('delete /groups/{id}/deactivation', `/groups/${asleep}/deactivation`)).body.activity).toBe(
      'active',
    );
  });

  it('is nobody else’s draft, what it has no scope for, and what its user may not', async () => {
    const draft = await begin({ on: 'users', action: 'deactivate', ids: [app.people.bob] });
    const path = `/bulk-operations/${draft.body.id}`;
    const ada = await programAs(app, 'ada');
    expect((await ada.get(path)).status).toBe(404);
    expect((await ada.ask('post', `${path}/execution`)).status).toBe(404);
    const reading = await programAs(app, 'alice', ['users:read', 'contacts:read']);
    expect((await reading.get(path)).status).toBe(200);
    expect((await reading.ask('post', `${path}/execution`)).status).toBe(403);
    const own = { on: 'contacts', action: 'delete', ids: [1] };
    expect((await reading.send('post', '/bulk-operations', own)).status).toBe(403);
    const rita = await programAs(app, 'rita');
    expect((await rita.send('post', '/bulk-operations', { ...own, on: 'users' })).status).toBe(403);
    const lena = await programAs(app, 'lena');
    expect((await lena.get('/bulk-operations')).status).toBe(403);
    const hidden = await addContact(app, { name: 'Bob’s own', ownerUserId: app.people.bob });
    expect((await begin({ on: 'contacts', action: 'delete', ids: [hidden] })).status).toBe(422);
    expect(await activityOf('bob')).toBe('active');
  });

  it('is more, in what is done later, than its token opens by then (R89)', async () => {
    const narrow = await programAs(app, 'alice', ['users:write']);
    const draft = await narrow.send('post', '/bulk-operations', {
      on: 'users',
      action: 'confirm-access',
      ids: [app.people.bob],
    });
    const operation = await findOperation(app.db.read, draft.body.id);
    const author = () =>
      authorOf(app.db.read, operation, { application: 'users', level: 'write', at: instant(app.clock.now()) });
    expect((await author())?.rights).toEqual({ users: 'write' });
    const robin = { ...operation, createdBy: app.people.robin };
    expect(await authorOf(app.db.read, robin, { application: 'users', level: 'read', at: '' })).toBeUndefined();
    await app.db.write((trx) =>
      trx('tokens')
        .where('id', narrow.tokenId)
        .update({ ended_at: instant(0) }),
    );
    expect(await author()).toBeUndefined();
  });
});
