import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ALL_RIGHTS, type Rights } from '../../src/access/rights.ts';
import { instant } from '../../src/clock.ts';
import type { NewUser } from '../../src/users/actions/changing/user-change.ts';
import { createUsers } from '../../src/users/actions/changing/user-creation.ts';
import { type Act, actSettings } from '../../src/verbs/act.ts';
import { Forbidden } from '../../src/verbs/refusals.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { groupId } from '../support/people.ts';

let app: TestApp;
beforeEach(async () => {
  app = await startApp();
});
afterEach(() => app.close());

function act(rights: Rights = ALL_RIGHTS): Act {
  const by = { id: app.people.alice, name: 'alice', rights };
  return { ...actSettings(app.config), by, at: instant(app.clock.now()), address: '', requestId: 'test' };
}

const create = (users: NewUser[], by = act()) => app.db.write((trx) => createUsers(trx, by, users));
const called = (...names: string[]): NewUser[] => names.map((name) => ({ name, email: `${name}@new.example` }));
const events = () =>
  app.db
    .read('audit_events')
    .join('users', 'users.id', 'subject_id')
    .where('request_id', 'test')
    .orderBy('audit_events.id')
    .pluck('users.name');
const users = async () => (await app.db.read('users').where('email', 'like', '%@new.example')).length;

describe('creating many users at once', () => {
  it('makes them in their order, each with what it is given and one event', async () => {
    const [support, auditors] = [Number(await groupId(app, 'Support')), Number(await groupId(app, 'Auditors'))];
    const [nora, otto, paul] = called('nora', 'otto', 'paul');
    const made = await create([
      { ...nora, groups: [support], tags: ['Berlin', 'BERLIN'] },
      { ...otto, groups: [support, auditors], leavesAt: '2027-03-31T18:00:00.000Z', noSharedData: true },
      paul,
    ]);
    const ids = made.map(({ id }) => id!);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    const rows = await app.db.read('users').whereIn('id', ids).orderBy('id');
    expect(rows.map((row) => [row.name, row.expires_on, Boolean(row.no_shared_data)])).toEqual([
      ['nora', null, false],
      ['otto', '2027-03-31', true],
      ['paul', null, false],
    ]);
    const memberships = await app.db.read('memberships').whereIn('user_id', ids).orderBy(['user_id', 'group_id']);
    expect(memberships.map((row) => row.user_id)).toEqual([ids[0], ids[1], ids[1]]);
    expect(await app.db.read('user_tags').whereIn('user_id', ids)).toHaveLength(1);
    expect(await events()).toEqual(['nora', 'otto', 'paul']);
  });

  it('leaves out those of whom something is taken, by others or in the set, with all that is', async () => {
    const [nora, otto, paul] = called('nora', 'otto', 'paul');
    const contactId = (
      await app.db
        .read('contacts')
        .where({ kind: 'person' })
        .whereNotIn('id', app.db.read('users').whereNotNull('contact_id').select('contact_id'))
        .first('id')
    ).id;
    const made = await create([
      { ...nora, contactId, acceptsAccounts: true },
      { name: 'BOB', email: 'bob@example.com' },
      { ...otto, name: 'Nora' },
      otto,
      { ...paul, contactId, acceptsAccounts: true },
      nora,
    ]);
    expect(made.map(({ id, refusal }) => (id === undefined ? refusal.fields : 'made'))).toEqual([
      'made',
      { name: 'Another user has this name already.', email: 'Another user has this email already.' },
      { name: 'Another user has this name already.', email: 'Another user has this email already.' },
      'made',
      { contactId: 'Another user is linked to this contact already.' },
      { name: 'Another user has this name already.', email: 'Another user has this email already.' },
    ]);
    expect(await events()).toEqual(['nora', 'otto']);
  });

  it('gives nobody a group whose rights the actor does not hold, and knows no group that is gone', async () => {
    const administrators = Number(await groupId(app, 'Administrators'));
    const [nora, otto, paul] = called('nora', 'otto', 'paul');
    const made = await create(
      [{ ...nora, groups: [administrators] }, { ...otto, groups: [4_711] }, paul],
      act({ users: 'write' }),
    );
    expect(made.map(({ refusal }) => [refusal?.kind, Object.keys(refusal?.fields ?? {})])).toEqual([
      ['forbidden', ['groups']],
      ['inapplicable', ['groups']],
      [undefined, []],
    ]);
    expect(await events()).toEqual(['paul']);
  });

  it('makes nobody for who may create nobody', async () => {
    await expect(create(called('nora'), act({ users: 'read' }))).rejects.toThrow(Forbidden);
    expect(await users()).toBe(0);
  });

  it('asks the database as often for a thousand as for two', async () => {
    const support = Number(await groupId(app, 'Support'));
    const statements = async (from: number, to: number) => {
      let number = 0;
      // The log is moved now and then, whoever writes.
      const note = ({ sql }: { sql: string }) => {
        if (!sql.startsWith('pragma')) number++;
      };
      app.db.writer.on('query', note);
      const names = Array.from({ length: to - from }, (_, n) => `user-${from + n}`);
      await create(called(...names).map((one) => ({ ...one, groups: [support], tags: ['many'] })));
      app.db.writer.off('query', note);
      return number;
    };
    await create(called('first').map((one) => ({ ...one, groups: [support], tags: ['many'] })));
    expect(await statements(100, 1_100)).toBe(await statements(2_000, 2_002));
    expect(await users()).toBe(1_003);
  });
});
