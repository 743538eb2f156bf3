import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Person } from '../../seeds/cast.ts';
import { findRights } from '../../src/access/granted-rights.ts';
import { findEvents } from '../../src/audit/event-list.ts';
import { BULK_SUBJECTS } from '../../src/bulk-operations/actions/bulk-subjects.ts';
import { type SubjectType, UNDO } from '../../src/bulk-operations/bulk-operation.ts';
import { findOperation } from '../../src/bulk-operations/bulk-operation-store.ts';
import { findKept, saidToEnd, type Wanted } from '../../src/bulk-operations/others-operations.ts';
import { instant } from '../../src/clock.ts';
import { keepPlanned } from '../../src/import/import-plan-store.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { begun, done, pausedAtOnce } from '../support/begun.ts';
import { addContact, letGroup } from '../support/contacts.ts';
import { pageOf } from '../support/page.ts';
import { groupId, pathTo } from '../support/people.ts';
import { EVERY_SCOPE, programAs } from '../support/program.ts';
import { type Session, signedIn } from '../support/session.ts';

let app: TestApp;

beforeEach(async () => {
  app = await startApp();
  // Nothing is done but what a test lets go on.
  await app.context.operations.stop();
});
afterEach(() => app.close());

const row = (id: number) => app.db.read('bulk_operations').where({ id }).first();

async function phaseOf(id: number) {
  const { paused_at, cancelled_at } = await row(id);
  return cancelled_at ? 'cancelled' : paused_at ? 'paused' : 'running';
}

/** What is answered where somebody presses it, with what became of the operation. */
async function pressed(by: Session, id: number, deed: 'pause' | 'resume' | 'cancel') {
  const path = `/bulk-operations/${id}`;
  const { status, text } = await (deed === 'cancel'
    ? by.post(`${path}/cancellation`)
    : by.send(deed === 'pause' ? 'post' : 'delete', `${path}/pause`));
  return { status, said: status === 403 ? pageOf({ text }).textOf('main') : '', is: await phaseOf(id) };
}

async function shown(by: Session, id: number) {
  const page = pageOf(await by.get(`/bulk-operations/${id}`));
  return { buttons: page.texts('#progress form button'), whyNot: page.textOf('#why-not') };
}

async function kept(person: Person, id: number, wanted: Wanted) {
  const at = instant(app.clock.now());
  const rights = await findRights(app.db.read, app.people[person], at);
  const judge = { by: { id: app.people[person], name: person, rights }, at };
  return findKept(app.db.read, judge, await findOperation(app.db.read, id), { wanted });
}

const BLUE = { choices: { tag: 'blue' } };
const NOT_YOURS = 'Somebody else began this: rita has rights that you do not hold.';

describe('what somebody else began', () => {
  it('is paused by whoever may write them, and decided by whoever might do it to all who are left (R61)', async () => {
    const { rita, bob } = app.people;
    const [max, alice] = [await signedIn(app, 'max'), await signedIn(app, 'alice')];
    const id = await begun(app, 'ada', 'add-tag', [bob, rita], BLUE);
    expect(await shown(max, id)).toEqual({ buttons: ['Pause'], whyNot: NOT_YOURS });
    expect(await pressed(max, id, 'cancel')).toMatchObject({ status: 403, said: expect.stringContaining(NOT_YOURS) });
    expect(await pressed(max, id, 'pause')).toMatchObject({ status: 303, is: 'paused' });
    expect(await shown(max, id)).toEqual({ buttons: [], whyNot: NOT_YOURS });
    for (const deed of ['resume', 'cancel'] as const)
      expect(await pressed(max, id, deed)).toMatchObject({ status: 403, is: 'paused' });
    expect(await shown(alice, id)).toEqual({ buttons: ['Go on', 'Cancel the rest'], whyNot: '' });
    expect(await pressed(alice, id, 'resume')).toMatchObject({ status: 303, is: 'running' });
    await done(app, id, rita);
    expect(await shown(max, id)).toEqual({ buttons: ['Pause', 'Cancel the rest'], whyNot: '' });
    expect(await pressed(max, id, 'cancel')).toMatchObject({ status: 303, is: 'cancelled' });
  });

  it('is no more for programs to decide', async () => {
    const id = await begun(app, 'ada', 'add-tag', [app.people.rita], BLUE);
    const program = await programAs(app, 'max');
    expect((await program.ask('post', `/bulk-operations/${id}/pause`)).body).toMatchObject({ phase: 'paused' });
    for (const [method, noun] of [
      ['delete', 'pause'],
      ['post', 'cancellation'],
    ] as const) {
      const { status, text } = await program.ask(method, `/bulk-operations/${id}/${noun}`);
      expect([status, text]).toEqual([403, expect.stringContaining(NOT_YOURS)]);
    }
    const { body } = await (await programAs(app, 'alice')).ask('post', `/bulk-operations/${id}/cancellation`);
    expect(body).toMatchObject({ phase: 'cancelled' });
  });

  it('is moved, cancelled and done by the same rule while it is scheduled, by programs too', async () => {
    const [strong, weak] = [await programAs(app, 'ada'), await programAs(app, 'max')];
    for (const [person, status] of [
      ['rita', 403],
      ['bob', 200],
    ] as const) {
      const ids = [app.people[person]];
      const { body } = await strong.send('post', '/bulk-operations', { on: 'users', action: 'deactivate', ids });
      const path = `/bulk-operations/${body.id}`;
      const schedule = (by: typeof weak, dueAt: string) => by.send('put', `${path}/schedule`, { dueAt });
      expect((await schedule(strong, '2036-01-01')).status).toBe(200);
      if (status === 403) {
        const answers = [await weak.ask('post', `${path}/execution`), await weak.ask('delete', `${path}/schedule`)];
        for (const answer of [await schedule(weak, '2036-02-01'), ...answers])
          expect([answer.status, answer.text]).toEqual([
            403,
            expect.stringContaining('scheduled this: rita has rights'),
          ]);
      }
      expect((await weak.ask('delete', `${path}/schedule`)).status).toBe(status);
    }
  });

  it('on groups takes that one may change them and those in them', async () => {
    await app.db.write((trx) =>
      trx('group_permissions').where('application', 'users').where('level', 'write').update({ level: 'read' }),
    );
    const [helpdesk, support, auditors] = await Promise.all(
      ['Helpdesk', 'Support', 'Auditors'].map(async (name) => Number(await groupId(app, name))),
    );
    await app.db.write((trx) =>
      trx('group_permissions').insert({ group_id: helpdesk, application: 'groups', level: 'write' }),
    );
    const on = (...ids: number[]) => begun(app, 'ada', 'add-tag', ids, { ...BLUE, subjectType: 'group' });
    expect(await kept('max', await on(support), 'cancel')).toBeUndefined();
    expect(await kept('max', await on(support, auditors), 'cancel')).toMatch(/a group among them grants rights/);
    expect(await kept('max', await on(support, auditors), 'pause')).toBeUndefined();
    await app.db.write((trx) =>
      trx('memberships').insert({ user_id: app.people.rita, group_id: support, granted_at: '2026' }),
    );
    expect(await kept('max', await on(support), 'resume')).toMatch(/has a member who has some/);
    // What would end one's own rights.
    const ending = await begun(app, 'ada', 'deactivate', [helpdesk], { subjectType: 'group' });
    expect(await kept('max', ending, 'pause')).toMatch(/gives rights to yourself/);
    expect(await kept('alice', ending, 'pause')).toBeUndefined();
  });

  it('on contacts takes that one sees all of them', async () => {
    await letGroup(app, Number(await groupId(app, 'Helpdesk')), 'write');
    const own = await addContact(app, { name: 'Public' });
    const hidden = await addContact(app, { name: 'Hidden', ownerUserId: app.people.ada });
    const on = (...ids: number[]) => begun(app, 'ada', 'add-tag', ids, { ...BLUE, subjectType: 'contact' });
    expect(await kept('max', await on(own), 'cancel')).toBeUndefined();
    const unseen = 'a contact among them is one that you may not see';
    expect(await kept('max', await on(own, hidden), 'cancel')).toBe(unseen);
    const ofGroup = await addContact(app, { name: 'Theirs', ownerGroupId: Number(await groupId(app, 'Support')) });
    expect(await kept('max', await on(own, ofGroup), 'cancel')).toBe(unseen);
    await app.db.write((trx) => trx('users').where('name', 'max').update({ no_shared_data: true }));
    expect(await kept('max', await on(own), 'cancel')).toBe(unseen);
    const private_ = await addContact(app, { name: 'Private', ownerUserId: app.people.max });
    expect(await kept('max', await on(private_), 'cancel')).toBeUndefined();
  });

  it('on more contacts that one may not see than are looked for one by one takes the same', async () => {
    await letGroup(app, Number(await groupId(app, 'Helpdesk')), 'write');
    const seen: number[] = [];
    for (let n = 0; n < 3; n++) seen.push(await addContact(app, { name: `Public ${n}` }));
    const hidden = await addContact(app, { name: 'Hidden', ownerUserId: app.people.ada });
    await app.db.write(async (trx) => {
      const { id: _, ...row } = await trx('contacts').where({ id: hidden }).first();
      await trx.batchInsert('contacts', Array(5_010).fill(row), 100);
    });
    const on = (...ids: number[]) => begun(app, 'ada', 'add-tag', ids, { ...BLUE, subjectType: 'contact' });
    const id = await on(...seen);
    let hadOthersTurn = false;
    setImmediate(() => {
      hadOthersTurn = true;
    });
    expect([await kept('max', id, 'cancel'), hadOthersTurn]).toEqual([undefined, true]);
    expect(await kept('max', await on(...seen, hidden), 'cancel')).toMatch(/you may not see/);
  });

  it('of a file takes that one might change all whom it changes', async () => {
    const file = {
      kind: 'users' as const,
      file_name: 'people.csv',
      state: 'applied' as const,
      heads: '[]',
      counts: '{}',
    };
    const line = {
      line: 1,
      piece: 0,
      kind: 'changed' as const,
      name: '',
      version: 1,
      change: {},
      told: {},
      reason: '',
    };
    const importing = (subjectId: number) =>
      app.db.write(async (trx) => {
        const made = { ...file, created_by: app.people.ada, created_at: instant(app.clock.now()) };
        const [{ id }] = await trx('imports').insert(made).returning('id');
        await keepPlanned(trx, id, [{ ...line, subjectId, newEmail: null, isTicked: false, others: 1 }]);
        return id;
      });
    const begunFile = async (subjectId: number) =>
      begun(app, 'ada', 'import', [], { lines: [1], choices: { import: await importing(subjectId) } });
    expect(await kept('max', await begunFile(app.people.bob), 'cancel')).toBeUndefined();
    expect(await kept('max', await begunFile(app.people.rita), 'cancel')).toBe('rita has rights that you do not hold');
  });

  it.each(['delete', 'end-sessions', 'undo', 'set-leaving'])(
    'is not put off by whose access it ends, whatever it is: %s',
    async (action) => {
      const id = await begun(app, 'alice', action, [app.people.ada, app.people.bob]);
      for (const wanted of ['pause', 'cancel', 'move', 'execute'] as const)
        expect(await kept('ada', id, wanted)).toMatch(/^ada is yourself/);
      expect(await kept('ada', id, 'resume')).toBeUndefined();
      await done(app, id, app.people.ada);
      expect(await kept('ada', id, 'cancel')).toBeUndefined();
    },
  );
});

it('is said of every action that there is whether somebody may lose access by it', () => {
  for (const [type, { operations, reported }] of Object.entries(BULK_SUBJECTS))
    for (const { name } of [...operations, ...reported, { name: UNDO }])
      expect([type, name, saidToEnd(type as SubjectType, name)]).toEqual([type, name, expect.any(Boolean)]);
});

describe('what nobody answers for any more', () => {
  /** It is taken over, and goes on. */
  async function goneOn(by: Session, id: number) {
    const answer = await pressed(by, id, 'resume');
    app = await app.restart();
    app.context.operations.wake();
    await app.context.operations.idle();
    return answer;
  }

  const people = (columns: object, ...persons: Person[]) =>
    app.db.write((trx) =>
      trx('users')
        .whereIn(
          'id',
          persons.map((person) => app.people[person]),
        )
        .update(columns),
    );

  it('is taken over: the rest is done by whoever does, and report, list, audit and undo name both', async () => {
    const { bob, lena, rita, max } = app.people;
    const id = await begun(app, 'max', 'deactivate', [bob, lena, rita]);
    await done(app, id, bob);
    await people({ activity: 'deactivated' }, 'max');
    await pausedAtOnce(app, id);
    const alice = await signedIn(app, 'alice');
    const page = pageOf(await alice.get(`/bulk-operations/${id}`));
    expect(page.texts('#progress form button')).toEqual(['Take over and go on', 'Cancel the rest']);
    expect(page.textOf('#abandoned')).toContain('the rest is done in your name');
    expect(await goneOn(alice, id)).toMatchObject({ status: 303 });
    const events = (await findEvents(app.db.read, {}, 3)).reverse();
    expect(events.map(({ action, actorName, before }) => [action, actorName, before])).toEqual([
      ['operation.taken-over', 'alice', { begunBy: { type: 'user', id: max, name: 'max' } }],
      // Whom max could not have changed, too.
      ...['lena', 'rita'].map(() => ['user.deactivated', 'alice', { activity: 'active' }]),
    ]);
    const again = await signedIn(app, 'alice');
    const both = /by alice, who took it over 22 Nov 2026, 12:\d\d UTC from max/;
    expect(pageOf(await again.get(`/bulk-operations/${id}`)).textOf('#report')).toMatch(both);
    expect(pageOf(await again.get('/bulk-operations')).textOf('main')).toMatch(both);
    const told = (await (await programAs(app, 'alice')).get(`/bulk-operations/${id}`)).body;
    expect(told).toMatchObject({
      createdBy: { name: 'alice' },
      begunBy: { name: 'max' },
      takenOverAt: expect.any(String),
    });
    const undo = await again.post('/bulk-operations', { from: String(id), action: 'undo' });
    await again.post(`${undo.headers.location}/execution`);
    expect(await app.db.read('users').whereIn('id', [lena, rita]).pluck('activity')).toEqual(['active', 'active']);
  });

  it('is done with the rights of whoever takes it over, not with those of who began it', async () => {
    const administrators = Number(await groupId(app, 'Administrators'));
    const choices = { group: administrators, untilAt: null };
    const id = await begun(app, 'ada', 'add-to-group', [app.people.bob], { choices });
    await people({ activity: 'deactivated' }, 'ada');
    await pausedAtOnce(app, id);
    const max = await signedIn(app, 'max');
    expect(await pressed(max, id, 'resume')).toMatchObject({
      status: 403,
      said: expect.stringContaining('Administrators grants rights that you do not hold'),
      is: 'paused',
    });
    expect((await row(id)).created_by).toBe(app.people.ada);
  });

  it('is not taken over by whoever might not do it to all who are left', async () => {
    const id = await begun(app, 'ada', 'deactivate', [app.people.bob, app.people.rita]);
    await people({ activity: 'deactivated' }, 'ada');
    await pausedAtOnce(app, id);
    const max = await signedIn(app, 'max');
    expect(await pressed(max, id, 'resume')).toMatchObject({ status: 403, said: expect.stringContaining(NOT_YOURS) });
  });

  it('leaves out whoever takes it over, who cannot cancel it afterwards to keep their own access', async () => {
    const id = await begun(app, 'ada', 'deactivate', [app.people.alice, app.people.bob]);
    await people({ activity: 'deactivated' }, 'ada');
    await pausedAtOnce(app, id);
    const alice = await signedIn(app, 'alice');
    expect(await pressed(alice, id, 'cancel')).toMatchObject({ status: 403, is: 'paused' });
    expect(await pressed(alice, id, 'resume')).toMatchObject({ status: 303, is: 'running' });
    for (const deed of ['pause', 'cancel'] as const)
      expect(await pressed(alice, id, deed)).toMatchObject({ status: 403, is: 'running' });
  });

  it('asks whoever takes it over whether it is they, and a program for the scope (R54)', async () => {
    const id = await begun(app, 'max', 'deactivate', [app.people.bob]);
    await pausedAtOnce(app, id);
    const alice = await signedIn(app, 'alice');
    app.clock.advance(6 * 60_000);
    const goOn = () => alice.send('delete', `/bulk-operations/${id}/pause`);
    const sealed = await begun(app, 'max', 'deactivate', [app.people.lena]);
    await pausedAtOnce(app, sealed);
    expect((await alice.send('delete', `/bulk-operations/${sealed}/pause`)).status).toBe(303);
    await people({ activity: 'deactivated' }, 'max');
    expect(pageOf(await goOn()).heading()).toBe('Confirm it is you');
    const weak = await programAs(
      app,
      'alice',
      EVERY_SCOPE.filter((scope) => scope !== 'confirm'),
    );
    expect((await weak.ask('delete', `/bulk-operations/${id}/pause`)).status).toBe(403);
    expect(await phaseOf(id)).toBe('paused');
    const strong = await programAs(app, 'alice');
    expect((await strong.ask('delete', `/bulk-operations/${id}/pause`)).body).toMatchObject({ phase: 'running' });
  });

  it('is not taken over by a program where no program does such a thing', async () => {
    const id = await begun(app, 'ada', 'reset-second-factor', [app.people.bob]);
    await people({ activity: 'deactivated' }, 'ada');
    await pausedAtOnce(app, id);
    const program = await programAs(app, 'alice');
    expect((await program.ask('delete', `/bulk-operations/${id}/pause`)).status).toBe(403);
    expect(await phaseOf(id)).toBe('paused');
  });

  it('is whatever a token began that has ended, by the same person as well', async () => {
    const program = await programAs(app, 'alice');
    const id = await begun(app, 'alice', 'deactivate', [app.people.bob]);
    await app.db.write((trx) => trx('bulk_operations').where({ id }).update({ token_id: program.tokenId }));
    await app.db.write((trx) => trx('tokens').update({ expires_at: '2026-01-01T00:00:00.000Z' }));
    await pausedAtOnce(app, id);
    await goneOn(await signedIn(app, 'alice'), id);
    expect((await app.db.read('users').where('id', app.people.bob).first()).activity).toBe('deactivated');
    expect(await row(id)).toMatchObject({ token_id: null, begun_by: null });
  });

  it('is what was scheduled: whoever does it now answers for it', async () => {
    const { bob } = app.people;
    const max = await signedIn(app, 'max');
    const draft = (await max.post('/bulk-operations', { action: 'deactivate', ids: String(bob) })).headers.location;
    await max.post(`${draft}/schedule`, { dueAt: '2027-01-01' });
    await people({ activity: 'deactivated' }, 'max');
    const alice = await signedIn(app, 'alice');
    await alice.post(`${draft}/execution`, { channel: 'mail' });
    expect(pageOf(await alice.get(draft)).textOf('#report')).toMatch(/by alice, who took it over .* from max/);
    expect(pageOf(await alice.get(pathTo(app, 'bob'))).textOf('main')).toContain('alice');
  });
});
