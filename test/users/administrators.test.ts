import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Person } from '../../seeds/cast.ts';
import { findAdministratorIds, isAnyAdministrator } from '../../src/access/administrators.ts';
import { ALL_RIGHTS } from '../../src/access/rights.ts';
import { DAY, instant, MINUTE } from '../../src/clock.ts';
import { DEACTIVATION } from '../../src/users/actions/deactivation.ts';
import { DELETION } from '../../src/users/actions/deletion.ts';
import { performOnUsers } from '../../src/users/actions/user-actions.ts';
import { findUsers } from '../../src/users/user-store.ts';
import { actSettings } from '../../src/verbs/act.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { factsBesideAudit, userRow } from '../support/database.ts';
import { send, submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { groupId, newcomer, pathTo } from '../support/people.ts';
import { type Fields, Session, signedIn } from '../support/session.ts';

const INTEGRATION = { apiOnly: 'yes', apiOnlyReason: 'x', apiOnlyOwner: 'bob', apiOnlyReviewOn: '2027-01-31' };

type Answer = Awaited<ReturnType<Session['get']>>;

/** Every way in which a page takes an administrator away. */
const WAYS: [string, (session: Session, app: TestApp, person: Person) => Promise<Answer>][] = [
  ['deactivation', (session, app, person) => session.post(pathTo(app, person, '/deactivation'))],
  ['deletion', (session, app, person) => session.post(pathTo(app, person, '/deletion'))],
  ['an end of their access', edits({ leavesAt: '2030-12-31' })],
  ['a start that is still to come', edits({ startsAt: '2030-12-31' })],
  ['becoming API-only', edits(INTEGRATION)],
  ['leaving all groups', edits({ groups: [] })],
  [
    'another group instead',
    async (session, app, person) => edits({ groups: await groupId(app, 'Helpdesk') })(session, app, person),
  ],
];

/** Where the answer leads to the sign-in, nothing was done. */
function isSaved({ status, headers }: Answer): boolean {
  return status === 303 && headers.location.startsWith('/users');
}

function edits(fields: Fields) {
  return (session: Session, app: TestApp, person: Person) => submit(session, pathTo(app, person, '/edit'), fields);
}

/** May do all that Alice may, but only until a date: no administrator in the sense of the promise. Ada is gone. */
async function withTess(): Promise<{ app: TestApp; tess: Session }> {
  const app = await startApp();
  const group = await groupId(app, 'Administrators');
  const made = await newcomer(app, 'tess', { groups: group, leavesAt: '2027-12-31' });
  await made.alice.post(pathTo(app, 'ada', '/deactivation'));
  expect((await userRow(app, app.people.ada)).activity).toBe('deactivated');
  return { app, tess: made.session };
}

describe('the last administrator', () => {
  let app: TestApp;
  let tess: Session;
  beforeAll(async () => {
    ({ app, tess } = await withTess());
  });
  afterAll(() => app.close());

  it.each(WAYS)('is not removed by %s', async (_, attempt) => {
    const before = await factsBesideAudit(app);
    const audit = await watchAudit(app);
    const refused = await attempt(tess, app, 'alice');
    expect(refused.status).toBe(403);
    expect(pageOf(refused).textOf('#error p:first-child')).toMatch(/last administrator|last one|must always be/i);
    expect(await factsBesideAudit(app)).toEqual(before);
    expect((await audit.since()).map((event) => [event.action, event.actorName])).toEqual([
      ['request.refused', 'tess'],
    ]);
  });

  it.each(['deactivation', 'deletion'])('has no page of their %s: it says why', async (action) => {
    const page = await tess.get(pathTo(app, 'alice', `/${action}/new`));
    expect([page.status, pageOf(page).$('main form').length]).toEqual([403, 0]);
    expect(pageOf(page).textOf('#error p:first-child')).toContain('alice is the last administrator');
  });
});

describe('an administrator who is the last', () => {
  let app: TestApp;
  let tess: Session;
  beforeEach(async () => {
    ({ app, tess } = await withTess());
  });
  afterEach(() => app.close());

  it.each(WAYS)('can be removed by %s as soon as there is another one', async (way, attempt) => {
    const alice = await signedIn(app, 'alice');
    await alice.send('delete', pathTo(app, 'ada', '/deactivation'));
    expect([way, (await attempt(tess, app, 'alice')).status]).toEqual([way, 303]);
    expect(await isAnyAdministrator(app.db.read, instant(app.clock.now()))).toBe(true);
  });

  it.each<[string, (alice: Session) => Promise<unknown>]>([
    [
      'was invited and has no password',
      async (alice) => {
        const groups = await groupId(app, 'Administrators');
        await submit(alice, '/users/new', { name: 'ines', email: 'ines@example.com', groups });
      },
    ],
    [
      'is API-only',
      async (alice) => {
        await alice.send('delete', pathTo(app, 'ada', '/deactivation'));
        await submit(alice, pathTo(app, 'ada', '/edit'), INTEGRATION);
      },
    ],
    [
      'has an expiry date, however far',
      async (alice) => {
        await alice.send('delete', pathTo(app, 'ada', '/deactivation'));
        await submit(alice, pathTo(app, 'ada', '/edit'), { leavesAt: '2999-12-31' });
      },
    ],
    [
      'has the rights through a group that is deactivated',
      async (alice) => {
        await alice.send('delete', pathTo(app, 'ada', '/deactivation'));
        const groups = await app.db.write(async (trx) => {
          const [{ id }] = await trx('groups')
            .insert({ name: 'Old', name_key: 'old', activity: 'deactivated', created_at: 'x' })
            .returning('id');
          for (const application of ['users', 'groups'])
            await trx('group_permissions').insert({ group_id: id, application, level: 'write' });
          return String(id);
        });
        await submit(alice, pathTo(app, 'ada', '/edit'), { groups });
      },
    ],
    [
      'may write users, but not groups',
      async (alice) => {
        await alice.send('delete', pathTo(app, 'ada', '/deactivation'));
        await submit(alice, pathTo(app, 'ada', '/edit'), { groups: await groupId(app, 'Helpdesk') });
      },
    ],
  ])('is not replaced by somebody who %s', async (_, prepare) => {
    await prepare(await signedIn(app, 'alice'));
    expect((await tess.post(pathTo(app, 'alice', '/deactivation'))).status).toBe(403);
    expect((await userRow(app, app.people.alice)).activity).toBe('active');
  });

  it('may be locked: a lock ends by itself, so a locked administrator counts', async () => {
    const alice = await signedIn(app, 'alice');
    await alice.send('delete', pathTo(app, 'ada', '/deactivation'));
    for (let n = 0; n < 5; n++) await new Session(app).signIn('ada', 'not the password');
    expect((await new Session(app).signIn('ada')).status).toBe(422);
    expect((await tess.post(pathTo(app, 'alice', '/deactivation'))).status).toBe(303);
    app.clock.advance(15 * MINUTE);
    expect((await new Session(app).signIn('ada')).status).toBe(303);
  });

  it('may share rights over several groups', async () => {
    const alice = await signedIn(app, 'alice');
    await submit(alice, pathTo(app, 'lena', '/edit'), { groups: await groupId(app, 'Helpdesk'), newGroup: 'Groupies' });
    const groupies = await groupId(app, 'Groupies');
    await app.db.write((trx) =>
      trx('group_permissions').insert({ group_id: groupies, application: 'groups', level: 'write' }),
    );
    expect((await tess.post(pathTo(app, 'alice', '/deactivation'))).status).toBe(303);
    const refused = await tess.post(pathTo(app, 'lena', '/deactivation'));
    expect(refused.status).toBe(403);
  });
});

describe('an administrator', () => {
  let app: TestApp;
  let alice: Session;
  beforeEach(async () => {
    app = await startApp();
    alice = await signedIn(app, 'alice');
  });
  afterEach(() => app.close());

  it.each(WAYS)('does not remove themself by %s, although another one would remain', async (way, attempt) => {
    const before = await factsBesideAudit(app);
    const audit = await watchAudit(app);
    const refused = await attempt(alice, app, 'alice');
    const isEdit = !['deactivation', 'deletion'].includes(way);
    expect(refused.status).toBe(isEdit ? 422 : 403);
    const words = isEdit
      ? Object.values(pageOf(refused).errors()).join()
      : pageOf(refused).textOf('#error p:first-child');
    expect(words).toMatch(/yourself: nobody/);
    expect(await factsBesideAudit(app)).toEqual(before);
    expect(await audit.actions()).toEqual(['request.refused']);
  });

  it('may change everything else of themself', async () => {
    const saved = await submit(alice, pathTo(app, 'alice', '/edit'), {
      description: 'me',
      tags: 'x',
      newGroup: 'Choir',
    });
    expect(saved.status).toBe(303);
    const left = await submit(alice, pathTo(app, 'alice', '/edit'), { groups: await groupId(app, 'Administrators') });
    expect(left.status).toBe(303);
  });

  it('keeps the end that somebody else set, and may change all else', async () => {
    const ada = await signedIn(app, 'ada');
    await submit(ada, pathTo(app, 'alice', '/edit'), { leavesAt: '2030-12-31' });
    expect((await submit(alice, pathTo(app, 'alice', '/edit'), { description: 'x' })).status).toBe(303);
    expect((await submit(alice, pathTo(app, 'alice', '/edit'), { leavesAt: '' })).status).toBe(422);
    expect((await submit(ada, pathTo(app, 'alice', '/edit'), { leavesAt: '' })).status).toBe(303);
  });
});

describe('two administrators who remove each other at once', () => {
  let app: TestApp;
  /** Whoever becomes API-only has none any more. */
  let passwords: { id: number; password_hash: string; password_set_at: string }[];
  beforeEach(async () => {
    app = await startApp();
    const both = [app.people.alice, app.people.ada];
    passwords = await app.db.read('users').whereIn('id', both).select('id', 'password_hash', 'password_set_at');
  });
  afterEach(() => app.close());

  async function bringBack() {
    await app.db.write(async (trx) => {
      const both = [app.people.alice, app.people.ada];
      await trx('users')
        .whereIn('id', both)
        .update({ activity: 'active', expires_on: null, starts_at: null, api_only: false });
      for (const { id, ...password } of passwords) await trx('users').where({ id }).update(password);
      const { id } = await trx('groups').where('name', 'Administrators').first('id');
      for (const user_id of both)
        await trx('memberships')
          .insert({ user_id, group_id: id, granted_at: 'x' })
          .onConflict(['user_id', 'group_id'])
          .ignore();
    });
  }

  it.each(WAYS)('leave one, by %s on either side (R63)', async (_, attempt) => {
    for (let round = 0; round < 2; round++) {
      const [alice, ada] = await Promise.all([signedIn(app, 'alice'), signedIn(app, 'ada')]);
      const attempts = await Promise.allSettled([attempt(alice, app, 'ada'), attempt(ada, app, 'alice')]);
      const left = (
        await findUsers(app.db.read, await findAdministratorIds(app.db.read, instant(app.clock.now())))
      ).map(({ name }) => name);
      // Whoever is left did what they meant to. The other one was refused, signed out, or shown no form any more.
      const isDone = attempts.map((one) => one.status === 'fulfilled' && isSaved(one.value));
      expect([left, isDone]).toEqual(isDone[0] ? [['alice'], [true, false]] : [['ada'], [false, true]]);
      await bringBack();
    }
  });

  it('leave one, in 150 rounds of all that a verb can do (R63)', async () => {
    const act = (person: Person) => ({
      by: { id: app.people[person], name: person, rights: ALL_RIGHTS },
      at: instant(app.clock.now()),
      address: '',
      requestId: 'test',
      ...actSettings(app.config),
    });
    const tally = { done: 0, refused: 0 };
    for (let round = 0; round < 150; round++) {
      const [first, second] = round % 2 ? [DEACTIVATION, DELETION] : [DELETION, DEACTIVATION];
      const attempts = [
        app.db.write((trx) => performOnUsers(trx, act('alice'), first, [app.people.ada])),
        app.db.write((trx) => performOnUsers(trx, act('ada'), second, [app.people.alice])),
      ];
      for (const attempt of await Promise.allSettled(attempts)) {
        const isDone = attempt.status === 'fulfilled' && !attempt.value[0].refusal;
        tally[isDone ? 'done' : 'refused']++;
      }
      if (!(await isAnyAdministrator(app.db.read, instant(app.clock.now()))))
        throw new Error(`nobody is left in round ${round}`);
      await bringBack();
    }
    expect(tally).toEqual({ done: 150, refused: 150 });
  });

  it('have forms that were opened before, and still leave one', async () => {
    const [alice, ada] = await Promise.all([signedIn(app, 'alice'), signedIn(app, 'ada')]);
    const forms = await Promise.all([alice.get(pathTo(app, 'ada', '/edit')), ada.get(pathTo(app, 'alice', '/edit'))]);
    app.clock.advance(DAY / 48);
    const answers = await Promise.all([
      send(alice, forms[0], { groups: [] }),
      send(ada, forms[1], { leavesAt: '2027-01-01' }),
    ]);
    expect(answers.map((answer) => answer.status)).toContain(303);
    expect(answers.map((answer) => answer.status)).not.toEqual([303, 303]);
    expect(await isAnyAdministrator(app.db.read, instant(app.clock.now()))).toBe(true);
  });
});
