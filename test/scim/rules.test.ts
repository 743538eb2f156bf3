import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import supertest from 'supertest';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { factsBesideAudit } from '../support/database.ts';
import { programAs } from '../support/program.ts';
import { type Provisioner, provisionerAs } from '../support/provisioner.ts';
import { signedIn } from '../support/session.ts';

let app: TestApp;
let idp: Provisioner;
beforeAll(async () => {
  app = await startApp({ TOKEN_REQUESTS: '100000' });
  idp = await provisionerAs(app);
});
afterAll(() => app.close());

/** As if an administrator had confirmed that the program keeps them. */
async function kept(person: 'alice' | 'ada' | 'bob', by: 'alice' | 'max' = 'alice'): Promise<string> {
  const user_id = app.people[person];
  await app.db.write((trx) =>
    trx('provisioned_users').insert({
      user_id,
      provisioner_id: app.people[by],
      user_name: person,
      user_name_key: person,
      activity: 'active',
      created_at: '2026-11-01T00:00:00.000Z',
      modified_at: '2026-11-01T00:00:00.000Z',
    }),
  );
  return `user-${user_id}`;
}

describe('a program that provisions', () => {
  it('needs a scope of its own, and a user who may write users and groups now (R80)', async () => {
    const all = await programAs(app, 'alice', ['users:write', 'groups:write', 'contacts:write', 'audit:write']);
    const ask = (secret: string, path = '/scim/v2/Users') =>
      supertest(app.url).get(path).set('Authorization', `Bearer ${secret}`);
    expect((await ask(all.secret)).status).toBe(403);
    for (const person of ['bob', 'rita', 'max'] as const) {
      const answer = await (await provisionerAs(app, person, ['scim', 'users:write'])).get('/Users');
      expect([person, answer.status, answer.body.schemas]).toEqual([
        person,
        403,
        ['urn:ietf:params:scim:api:messages:2.0:Error'],
      ]);
    }
    // And it opens nothing else.
    const scim = await programAs(app, 'alice', ['scim']);
    expect((await ask(scim.secret, '/api/v1/users')).status).toBe(403);
    expect((await ask(scim.secret)).status).toBe(200);
    const none = await supertest(app.url).get('/scim/v2/Users');
    expect([none.status, none.headers['www-authenticate'], none.type]).toEqual([
      401,
      'Bearer realm="Roster"',
      'application/scim+json',
    ]);
    const session = await signedIn(app, 'alice');
    expect((await session.get('/scim/v2/Users')).status).toBe(401);
  });

  it('sees and changes only what it made itself (R80)', async () => {
    const { id } = await idp.made({ userName: 'mine', externalId: 'same', emails: [{ value: 'mine@corp.example' }] });
    const group = await idp.group('Mine', [id]);
    const other = await provisionerAs(app, 'ada');
    const before = await factsBesideAudit(app);
    for (const path of [`/Users/${id}`, `/Groups/${group}`])
      for (const method of ['get', 'put', 'patch', 'delete'] as const) {
        const body = {
          userName: 'x',
          displayName: 'x',
          Operations: [{ op: 'replace', path: 'externalId', value: 'x' }],
        };
        const answer = await other.ask(method, path, method === 'get' ? undefined : body);
        expect([method, path, answer.status]).toEqual([method, path, 404]);
      }
    expect((await other.get('/Users')).body.totalResults).toBe(0);
    expect((await other.find('Users', 'userName eq "mine"')).body.totalResults).toBe(0);
    const after = await factsBesideAudit(app);
    for (const table of ['users', 'groups', 'memberships', 'provisioned_users'])
      expect(after[table]).toEqual(before[table]);
  });

  it('never takes the last administrator, and nobody by it takes themself (R63, R80)', async () => {
    const ada = await kept('ada');
    const alice = await kept('alice');
    // She may do all that an administrator may, and is none who stays.
    await app.db.write((trx) => trx('users').where('id', app.people.alice).update({ expires_on: '2036-01-01' }));
    const off = { op: 'replace', path: 'active', value: false };
    const tries = [
      () => idp.patch(`/Users/${ada}`, off),
      () => idp.patch(`/Users/${ada}`, { op: 'replace', value: { active: 'False' } }),
      () => idp.ask('put', `/Users/${ada}`, { userName: 'ada', active: false }),
      () => idp.ask('delete', `/Users/${ada}`),
      () =>
        idp.patch(`/Users/${ada}`, {
          op: 'add',
          path: 'urn:roster:params:scim:schemas:extension:access:1.0:User:leavesAt',
          value: '2036-01-01',
        }),
    ];
    const audit = await watchAudit(app);
    for (const attempt of tries) {
      const answer = await attempt();
      expect([answer.status, answer.body.detail]).toEqual([
        403,
        expect.stringMatching(/last administrator|must always be an/),
      ]);
    }
    for (const self of [await idp.patch(`/Users/${alice}`, off), await idp.ask('delete', `/Users/${alice}`)])
      expect([self.status, self.body.detail]).toEqual([403, expect.stringContaining('yourself')]);
    expect(new Set((await audit.since()).map(({ action }) => action))).toEqual(new Set(['request.refused']));
    const rows = await app.db.read('users').whereIn('id', [app.people.ada, app.people.alice]).pluck('activity');
    expect(rows).toEqual(['active', 'active']);
    await app.db.write((trx) => trx('users').where('id', app.people.alice).update({ expires_on: null }));
    await app.db.write((trx) =>
      trx('provisioned_users').whereIn('user_id', [app.people.ada, app.people.alice]).delete(),
    );
  });

  it('changes nobody who may do more than it may (R61, R80)', async () => {
    const ada = await kept('ada');
    const weak = await provisionerAs(app, 'alice', ['scim']);
    for (const answer of [
      await weak.patch(`/Users/${ada}`, { op: 'replace', path: 'active', value: false }),
      await weak.ask('put', `/Users/${ada}`, { userName: 'ada', emails: [{ value: 'mine@evil.example' }] }),
      await weak.ask('delete', `/Users/${ada}`),
    ])
      expect([answer.status, answer.body.detail]).toEqual([
        403,
        expect.stringContaining('rights that you do not hold'),
      ]);
    await app.db.write((trx) => trx('provisioned_users').where('user_id', app.people.ada).delete());
    expect(await app.db.read('users').where('id', app.people.ada).first()).toMatchObject({
      activity: 'active',
      email: 'ada@example.com',
    });
  });

  it('ends sessions, links and tokens of whom it deactivates, and activates them again without those (R80)', async () => {
    const id = await kept('bob');
    const bob = await signedIn(app, 'bob');
    const token = await programAs(app, 'bob');
    expect((await idp.patch(`/Users/${id}`, { op: 'Replace', path: 'active', value: 'False' })).body.active).toBe(
      false,
    );
    expect((await bob.get('/credentials')).status).toBe(303);
    expect((await token.get('/users')).status).toBe(401);
    expect((await idp.get(`/Users/${id}`)).body.active).toBe(false);
    expect((await idp.patch(`/Users/${id}`, { op: 'replace', path: 'active', value: true })).body.active).toBe(true);
    expect((await bob.get('/credentials')).status).toBe(303);
    expect((await token.get('/users')).status).toBe(401);
  });

  it('sets no password, and is told of none (R80)', async () => {
    const { id, number } = await idp.made({
      userName: 'pia',
      emails: [{ value: 'pia@corp.example' }],
      password: 'Secret-1234-Secret',
    });
    const path = await idp.patch(`/Users/${id}`, { op: 'replace', path: 'password', value: 'Secret-1234-Secret' });
    expect([path.status, path.body.scimType]).toEqual([400, 'invalidPath']);
    expect((await idp.patch(`/Users/${id}`, { op: 'replace', value: { password: 'Secret-1234-Secret' } })).status).toBe(
      200,
    );
    expect((await idp.get(`/Users/${id}?attributes=password`)).text).not.toMatch(/password|Secret/);
    const rows = [
      await app.db.read('users').where({ id: number }).first(),
      await app.db.read('provisioned_users').where({ user_id: number }).first(),
    ];
    expect(rows[0].password_hash).toBeNull();
    expect(JSON.stringify(rows[1])).not.toContain('Secret');
    expect(app.log.join('\n')).not.toContain('Secret-1234');
  });

  it('is told in plain words what it did and why not, on a page of its own', async () => {
    await idp.ask('post', '/Users', { userName: 'nobody' });
    const alice = await signedIn(app, 'alice');
    const { text } = await alice.get(`/users/${app.people.alice}/provisioning`);
    expect(text).toContain('Made the user pia.');
    expect(text).toContain('Deactivated the user bob.');
    expect(text).toContain('nobody: A user has an email');
    expect(text).toContain('pia: There is no attribute password.');
    expect((await (await signedIn(app, 'bob')).get('/provisioning')).status).toBe(404);
  });
});
