import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { groupId } from '../support/people.ts';
import { type Provisioner, provisionerAs } from '../support/provisioner.ts';

let app: TestApp;
let idp: Provisioner;
const ids: string[] = [];
beforeAll(async () => {
  app = await startApp({ TOKEN_REQUESTS: '100000', SCIM_MEGABYTES: '1' });
  idp = await provisionerAs(app);
  for (const userName of ['ann', 'ben', 'cleo'])
    ids.push((await idp.made({ userName, emails: [{ value: `${userName}@corp.example` }] })).id);
});
afterAll(() => app.close());

const values = (members: string[]) => members.map((value) => ({ value }));
const membersOf = async (id: string) =>
  ((await idp.get(`/Groups/${id}`)).body.members ?? []).map(({ value }: { value: string }) => value);

describe('a group that is provisioned', () => {
  it('is made with its members, renamed, filled and emptied, each told in the audit', async () => {
    const audit = await watchAudit(app);
    const made = await idp.ask('post', '/Groups', {
      displayName: 'Kitchen',
      externalId: 'g1',
      members: values(ids.slice(0, 2)),
    });
    expect([made.status, made.body]).toMatchObject([201, { displayName: 'Kitchen', externalId: 'g1' }]);
    expect(made.body.members).toMatchObject([{ value: ids[0], type: 'User' }, { value: ids[1] }]);
    const { id } = made.body;
    expect((await idp.ask('post', '/Groups', { displayName: 'KITCHEN' })).status).toBe(409);
    const renamed = await idp.ask('put', `/Groups/${id}`, {
      displayName: 'Cuisine',
      members: values([ids[1], ids[2]]),
    });
    expect(renamed.body).toMatchObject({ displayName: 'Cuisine', members: [{ value: ids[1] }, { value: ids[2] }] });
    expect((await audit.since()).map(({ action }) => action)).toEqual([
      'group.created',
      'membership.granted',
      'membership.granted',
      'group.updated',
      'membership.granted',
      'membership.ended',
    ]);
    const steps: [object, string[]][] = [
      [{ op: 'add', path: 'members', value: values([ids[0], ids[1]]) }, ids],
      [{ op: 'remove', path: `members[value eq "${ids[1]}"]` }, [ids[0], ids[2]]],
      [{ op: 'Remove', path: 'members', value: values([ids[2]]) }, [ids[0]]],
      [{ op: 'replace', path: 'members', value: values(ids) }, ids],
      [{ op: 'remove', path: `members[value eq "${ids[0]}" or value eq "${ids[1]}"]` }, [ids[2]]],
      [{ op: 'replace', value: { id, displayName: 'Back of house', members: values([ids[0]]) } }, [ids[0]]],
      [{ op: 'add', value: { members: values([ids[1]]) } }, ids.slice(0, 2)],
      [{ op: 'remove', path: 'members' }, []],
    ];
    for (const [step, members] of steps) {
      expect([step, (await idp.patch(`/Groups/${id}`, step)).status]).toEqual([step, 200]);
      expect([step, await membersOf(id)]).toEqual([step, members]);
    }
    expect((await idp.get(`/Groups/${id}`)).body.displayName).toBe('Back of house');
    // A program that forgot to name them means nobody's end.
    await idp.patch(`/Groups/${id}`, { op: 'add', path: 'members', value: values([ids[0]]) });
    for (const op of ['replace', 'add'])
      expect((await idp.patch(`/Groups/${id}`, { op, path: 'members' })).body.scimType).toBe('invalidValue');
    expect(await membersOf(id)).toEqual([ids[0]]);
    await idp.patch(`/Groups/${id}`, { op: 'replace', path: 'members', value: null });
    expect(await membersOf(id)).toEqual([]);
    const both = [
      { op: 'add', path: 'members', value: values([ids[0]]) },
      { op: 'remove', path: `members[value eq "${ids[0]}"]` },
      { op: 'add', path: 'members', value: values([ids[2]]) },
    ];
    await idp.patch(`/Groups/${id}`, ...both);
    expect(await membersOf(id)).toEqual([ids[2]]);
    expect((await idp.get(`/Users/${ids[2]}`)).body.groups).toMatchObject([{ value: id, display: 'Back of house' }]);
  });

  it('is after all steps of a PATCH what the last on each member says, whoever was in it before', async () => {
    const id = await idp.group('Ordered', [ids[0]]);
    const [add, remove] = [
      { op: 'add', path: 'members', value: values([ids[0], ids[1]]) },
      { op: 'remove', path: 'members', value: values([ids[0], ids[1]]) },
    ];
    for (const [steps, members] of [
      [[add, remove], []],
      [[remove, add], ids.slice(0, 2)],
      [[remove, add, remove], []],
    ] as const) {
      await idp.patch(`/Groups/${id}`, { op: 'replace', path: 'members', value: values([ids[0]]) });
      expect((await idp.patch(`/Groups/${id}`, ...steps)).status).toBe(200);
      expect([steps, await membersOf(id)]).toEqual([steps, members]);
    }
  });

  it('loses nobody by a step on a part of a member, which never changes', async () => {
    const id = await idp.group('Parts', ids.slice(0, 2));
    for (const path of [`members[value eq "${ids[0]}"].type`, 'members.value', 'members.type'])
      for (const step of [
        { op: 'remove', path },
        { op: 'replace', path, value: 'User' },
      ]) {
        const answer = await idp.patch(`/Groups/${id}`, step);
        expect([step, answer.status, answer.body.scimType]).toEqual([step, 400, 'mutability']);
      }
    expect(await membersOf(id)).toEqual(ids.slice(0, 2));
  });

  it('lets nobody in who is only to be replaced by somebody else', async () => {
    const id = await idp.group('Replaced', [ids[0]]);
    const path = `members[value eq "${ids[1]}"]`;
    for (const op of ['add', 'replace'])
      for (const value of [{ value: ids[2] }, values([ids[1], ids[2]]), { $ref: `/Users/${ids[2]}` }, ids[2]]) {
        const { status, body } = await idp.patch(`/Groups/${id}`, { op, path, value });
        expect([value, status, body.scimType]).toEqual([value, 400, 'mutability']);
      }
    expect(await membersOf(id)).toEqual([ids[0]]);
    expect((await idp.patch(`/Groups/${id}`, { op: 'add', path, value: { value: ids[1], type: 'User' } })).status).toBe(
      200,
    );
    expect(await membersOf(id)).toEqual(ids.slice(0, 2));
  });

  it('holds only users of the program itself', async () => {
    const id = await idp.group('Own');
    for (const value of [`user-${app.people.bob}`, 'user-99999', String(app.people.bob), 'ext', id]) {
      const answer = await idp.patch(`/Groups/${id}`, { op: 'add', path: 'members', value: [{ value }] });
      expect([value, answer.status, answer.body.scimType]).toEqual([value, 400, 'invalidValue']);
    }
    const gone = await idp.patch(`/Groups/${id}`, { op: 'remove', path: 'members[value eq "user-99999"]' });
    expect(gone.status).toBe(200);
    expect((await idp.patch(`/Groups/${id}`, { op: 'remove', path: 'displayName' })).status).toBe(400);
    expect((await idp.patch(`/Groups/${id}`, { op: 'remove', path: 'members[display co "x"]' })).status).toBe(400);
  });

  it('may have very many members: then a patch is answered without them, unless they are asked for', async () => {
    const id = await idp.group('Many');
    const number = Number(id.split('-')[1]);
    const [{ id: first }] = await app.db.read('users').max('id as id');
    const rows = Array.from({ length: 1_100 }, (_, n) => first + 100_000 + n);
    await app.db.write(async (trx) => {
      for (let at = 0; at < rows.length; at += 100) {
        const some = rows.slice(at, at + 100);
        const when = '2026-11-01T00:00:00.000Z';
        const named = (n: number) => ({
          name: `m${n}`,
          name_key: `m${n}`,
          sort_name: `m${n}`,
          email: `m${n}@corp.example`,
          email_key: `m${n}@corp.example`,
        });
        await trx('users').insert(some.map((n) => ({ id: n, ...named(n), search_text: `m${n}`, created_at: when })));
        const kept = { provisioner_id: app.people.alice, activity: 'active', created_at: when, modified_at: when };
        await trx('provisioned_users').insert(
          some.map((n) => ({ user_id: n, user_name: `m${n}`, user_name_key: `m${n}`, ...kept })),
        );
        await trx('memberships').insert(some.map((n) => ({ user_id: n, group_id: number, granted_at: when })));
      }
    });
    expect((await idp.get(`/Groups/${id}`)).body.members).toHaveLength(1_100);
    const step = { op: 'add', path: 'members', value: values([ids[0]]) };
    const silent = await idp.patch(`/Groups/${id}`, step);
    expect([silent.status, silent.text, silent.headers.etag]).toEqual([204, '', expect.stringMatching(/^W/)]);
    expect((await idp.patch(`/Groups/${id}?excludedAttributes=members`, step)).body.displayName).toBe('Many');
    const out = await idp.patch(`/Groups/${id}?attributes=members`, {
      op: 'remove',
      path: `members[value eq "${ids[0]}"]`,
    });
    expect(out.body.members).toHaveLength(1_100);
    // A whole of very many is looked at for what is different about it.
    const all = values(rows.map((n) => `user-${n}`));
    const but = await idp.ask('put', `/Groups/${id}?excludedAttributes=members`, {
      displayName: 'Many',
      members: [...all.slice(1), ...Array(25_000).fill(all[1])],
    });
    expect([but.status, (await membersOf(id)).length]).toEqual([200, 1_099]);
  });

  it('takes so many at once as others can wait for, and as a request can hold, which is said in words', async () => {
    const id = await idp.group('Crowd', [ids[0]]);
    const rows = Array.from({ length: 20_001 }, (_, n) => 900_000 + n);
    const members = values(rows.map((n) => `user-${n}`));
    for (const answer of [
      await idp.ask('put', `/Groups/${id}`, { displayName: 'Crowd', members }),
      await idp.ask('post', '/Groups', { displayName: 'New crowd', members }),
      await idp.patch(`/Groups/${id}`, { op: 'add', path: 'members', value: members }),
    ]) {
      expect([answer.status, answer.body.scimType]).toEqual([400, 'tooMany']);
      expect(answer.body.detail).toMatch(/20,000.*20,001/);
    }
    expect(await membersOf(id)).toEqual([ids[0]]);
    expect((await idp.find('Groups', 'displayName eq "New crowd"')).body.totalResults).toBe(0);
    const large = await idp.ask('put', `/Groups/${id}`, { displayName: 'Crowd', members, more: 'x'.repeat(1_048_576) });
    expect([large.status, large.body.detail]).toEqual([413, expect.stringContaining('SCIM_MEGABYTES')]);
    const { bulk } = (await idp.get('/ServiceProviderConfig')).body;
    expect(bulk.maxPayloadSize).toBe(1_048_576);
  });

  it('is deleted softly', async () => {
    const id = await idp.group('Gone', [ids[0]]);
    expect((await idp.ask('delete', `/Groups/${id}`)).status).toBe(204);
    for (const method of ['get', 'delete'] as const) expect((await idp.ask(method, `/Groups/${id}`)).status).toBe(404);
    expect(await app.db.read('groups').where('id', id.split('-')[1]).first()).toMatchObject({ activity: 'deleted' });
    expect((await idp.find('Groups', 'displayName eq "Gone"')).body.totalResults).toBe(0);
    expect((await idp.ask('post', '/Groups', { displayName: 'Gone' })).status).toBe(201);
  });

  it('gives no right that the token does not open (R60 to R63)', async () => {
    const weak = await provisionerAs(app, 'alice', ['scim']);
    const { id } = await weak.made({ userName: 'weak', emails: [{ value: 'weak@corp.example' }] });
    const power = await weak.group('Power');
    const grant = (application: string) =>
      app.db.write((trx) =>
        trx('group_permissions').insert({ group_id: power.split('-')[1], application, level: 'write' }),
      );
    await grant('audit');
    const answer = await weak.patch(`/Groups/${power}`, { op: 'add', path: 'members', value: [{ value: id }] });
    expect([answer.status, answer.body.detail]).toEqual([403, expect.stringContaining('rights that you do not hold')]);
    const admins = await groupId(app, 'Administrators');
    for (const body of [{ groups: [{ value: `group-${admins}` }] }, { roles: [{ value: 'Administrators' }] }])
      expect(
        (await weak.ask('put', `/Users/${id}`, { userName: 'weak', emails: [{ value: 'weak@corp.example' }], ...body }))
          .status,
      ).toBe(200);
    expect(await app.db.read('memberships').where('user_id', id.split('-')[1])).toEqual([]);
  });
});
