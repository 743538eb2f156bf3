import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { CORE, ENTERPRISE, type Provisioner, provisionerAs } from '../support/provisioner.ts';

// What these send, in their order, by their public documentation: the reference of SCIM 2.0 of Okta, and "Develop and plan provisioning
// for a SCIM endpoint" of Microsoft. Google prints no requests: its help on automated provisioning says what is mapped, that users alone are kept
// in step, and that who leaves the scope is suspended and deleted after a while; said here in the words of RFC 7644, either way that these can be.

let app: TestApp;
let idp: Provisioner;
beforeAll(async () => {
  app = await startApp({ TOKEN_REQUESTS: '100000' });
});
afterAll(() => app.close());

describe('Okta', () => {
  beforeAll(async () => {
    idp = await provisionerAs(app, 'alice');
  });
  const EMPTY = { schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'], totalResults: 0, startIndex: 1 };
  const okta = {
    schemas: [CORE],
    userName: 'isaac.brock@corp.example',
    name: { givenName: 'Isaac', familyName: 'Brock' },
    emails: [{ primary: true, value: 'isaac.brock@corp.example', type: 'work' }],
    displayName: 'Isaac Brock',
    locale: 'en-US',
    externalId: '00ujl29u0le5T6Aj10h7',
    groups: [],
    password: '1mz050nq',
    active: true,
  };
  let id: string;
  let group: string;

  it('looks whether it is there, and assigns', async () => {
    expect((await idp.get('/Users?startIndex=1&count=100')).body).toMatchObject({ ...EMPTY, Resources: [] });
    const none = await idp.find('Users', 'userName eq "isaac.brock@corp.example"', '&startIndex=1&count=100');
    expect(none.body).toMatchObject({ ...EMPTY, itemsPerPage: 0, Resources: [] });
    const made = await idp.ask('post', '/Users', okta, { 'Content-Type': 'application/scim+json; charset=utf-8' });
    const { password: _password, groups: _groups, ...told } = okta;
    expect([made.status, made.body]).toMatchObject([201, told]);
    id = made.body.id;
    expect((await idp.get('/Users?startIndex=1&count=100')).body).toMatchObject({ totalResults: 1, itemsPerPage: 1 });
  });

  it('reads, and updates by replacing all', async () => {
    const { body } = await idp.get(`/Users/${id}`);
    const replaced = await idp.ask('put', `/Users/${id}`, {
      ...body,
      name: { ...body.name, middleName: 'Quincy' },
      title: 'Lead',
    });
    expect([replaced.status, replaced.body.name.middleName, replaced.body.title]).toEqual([200, 'Quincy', 'Lead']);
    expect(replaced.body.meta.version).not.toBe(body.meta.version);
  });

  it('pushes a group: makes it, renames it, and says who comes and who goes', async () => {
    const made = await idp.ask('post', '/Groups', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
      displayName: 'Test SCIMv2',
      members: [],
    });
    expect(made.status).toBe(201);
    group = made.body.id;
    const renamed = await idp.patch(`/Groups/${group}`, {
      op: 'replace',
      value: { id: group, displayName: 'Test SCIMv2 0' },
    });
    expect([renamed.status, renamed.body.displayName]).toEqual([200, 'Test SCIMv2 0']);
    const member = { value: id, display: 'isaac.brock@corp.example' };
    expect(
      (await idp.patch(`/Groups/${group}`, { op: 'add', path: 'members', value: [member] })).body.members,
    ).toHaveLength(1);
    const pushed = await idp.ask('put', `/Groups/${group}`, {
      schemas: [],
      id: group,
      displayName: 'Test SCIMv2 0',
      members: [member],
    });
    expect(pushed.body.members).toMatchObject([{ value: id }]);
    const out = await idp.patch(`/Groups/${group}`, { op: 'remove', path: `members[value eq "${id}"]` });
    expect([out.status, out.body.members]).toEqual([200, undefined]);
  });

  it('imports groups by pages, lets one go and one come at once, and pushes all of a group', async () => {
    const other = await idp.made({ userName: 'eric.judy@corp.example', emails: [{ value: 'eric.judy@corp.example' }] });
    const page = await idp.get('/Groups?startIndex=1&count=100');
    expect(page.body).toMatchObject({ totalResults: 1, startIndex: 1, itemsPerPage: 1, Resources: [{ id: group }] });
    const member = (value: string) => ({ value, display: 'somebody@corp.example' });
    const members = async () =>
      (await idp.get(`/Groups/${group}`)).body.members.map((one: { value: string }) => one.value);
    const both = await idp.patch(
      `/Groups/${group}`,
      { op: 'remove', path: `members[value eq "${other.id}"]` },
      { op: 'add', path: 'members', value: [member(id)] },
    );
    expect([both.status, both.body.displayName, await members()]).toEqual([200, 'Test SCIMv2 0', [id]]);
    const whole = { op: 'replace', path: 'members', value: [member(id), member(other.id)] };
    expect((await idp.patch(`/Groups/${group}`, whole)).status).toBe(200);
    expect(await members()).toEqual([id, other.id]);
    await idp.patch(`/Groups/${group}`, { op: 'remove', path: `members[value eq "${other.id}"]` });
    await idp.patch(`/Groups/${group}`, { op: 'add', path: `members[value eq "${other.id}"]`, value: {} });
    expect(await members()).toEqual([id, other.id]);
  });

  it('sends texts that are empty, what is only read, and passwords, of which nothing is kept', async () => {
    const { body } = await idp.get(`/Users/${id}`);
    const emails = [{ ...body.emails[0], display: 'isaac.brock@corp.example' }];
    const whole = {
      ...body,
      name: { ...body.name, middleName: '' },
      emails,
      groups: [],
      meta: { resourceType: 'User' },
    };
    const replaced = await idp.ask('put', `/Users/${id}`, whole);
    expect([replaced.status, replaced.body.name]).toEqual([200, { givenName: 'Isaac', familyName: 'Brock' }]);
    expect(replaced.body.groups).toMatchObject([{ value: group }]);
    const synced = await idp.patch(`/Users/${id}`, { op: 'replace', value: { password: 'another-0815' } });
    expect([synced.status, synced.text.includes('0815')]).toEqual([200, false]);
    expect(await app.db.read('users').where('id', id.split('-')[1]).first()).toMatchObject({ password_hash: null });
  });

  it('unassigns by active alone, and assigns again by it', async () => {
    for (const active of [false, true]) {
      const whole = (await idp.get(`/Users/${id}`)).body;
      expect((await idp.ask('put', `/Users/${id}`, { ...whole, active })).body.active).toBe(active);
    }
    const off = await idp.patch(`/Users/${id}`, { op: 'replace', value: { active: false } });
    expect([off.status, off.body.active]).toEqual([200, false]);
    const found = await idp.find('Users', 'userName eq "isaac.brock@corp.example"', '&startIndex=1&count=100');
    expect(found.body.Resources).toMatchObject([{ id, active: false }]);
    const back = await idp.ask('put', `/Users/${id}`, { ...found.body.Resources[0], active: true });
    expect([back.status, back.body.active]).toEqual([200, true]);
    expect((await idp.ask('delete', `/Groups/${group}`)).status).toBe(204);
  });
});

describe('Microsoft Entra', () => {
  beforeAll(async () => {
    idp = await provisionerAs(app, 'ada');
  });
  const entra = {
    schemas: [CORE, ENTERPRISE],
    externalId: '0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef',
    userName: 'Test_User_ab6490ee@testuser.com',
    active: true,
    emails: [{ primary: true, type: 'work', value: 'Test_User_fd0ea19b@testuser.com' }],
    meta: { resourceType: 'User' },
    name: { formatted: 'givenName familyName', familyName: 'familyName', givenName: 'givenName' },
    roles: [],
  };
  let id: string;
  let manager: string;
  let group: string;

  it('tries the connection by somebody who is not there, and assigns', async () => {
    expect((await idp.find('Users', 'userName eq "5e9b51b8-1a1a-4c1a-9d0b-000000000000"')).body.totalResults).toBe(0);
    const made = await idp.ask('post', '/Users', entra);
    expect([made.status, made.body.externalId, made.body.active]).toEqual([201, entra.externalId, true]);
    id = made.body.id;
    manager = (await idp.made({ userName: 'boss@testuser.com', externalId: 'boss' })).id;
    const found = await idp.find('Users', 'userName eq "test_user_AB6490EE@testuser.com"');
    expect(found.body.Resources).toMatchObject([{ id }]);
    expect((await idp.find('Users', 'externalId eq "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef"')).body.totalResults).toBe(1);
    expect(
      (await idp.find('Users', 'emails[type eq "work"].value eq "test_user_fd0ea19b@testuser.com"')).body.totalResults,
    ).toBe(1);
  });

  it('updates by paths with filters, names with dots, and values as texts', async () => {
    const patched = await idp.patch(
      `/Users/${id}`,
      { op: 'Replace', path: 'emails[type eq "work"].value', value: 'updated@testuser.com' },
      { op: 'Replace', path: 'name.familyName', value: 'updatedFamilyName' },
      { op: 'Add', path: 'phoneNumbers[type eq "mobile"].value', value: '+1 555' },
      { op: 'Add', path: 'addresses[type eq "work"].country', value: 'US' },
      { op: 'Add', path: `${ENTERPRISE}:manager`, value: manager },
      {
        op: 'Add',
        path: 'roles',
        value: [{ primary: 'False', type: 'WindowsAzureActiveDirectoryRole', value: 'Reader' }],
      },
      { op: 'Add', value: { displayName: 'Bjfe', [`${ENTERPRISE}:employeeNumber`]: 42, 'name.givenName': 'Given' } },
    );
    expect([patched.status, patched.body]).toMatchObject([
      200,
      {
        emails: [{ type: 'work', value: 'updated@testuser.com', primary: true }],
        name: { familyName: 'updatedFamilyName', givenName: 'Given' },
        phoneNumbers: [{ type: 'mobile', value: '+1 555' }],
        addresses: [{ type: 'work', country: 'US' }],
        roles: [{ primary: false, value: 'Reader' }],
        displayName: 'Bjfe',
        [ENTERPRISE]: { manager: { value: manager }, employeeNumber: '42' },
      },
    ]);
    const again = await idp.patch(
      `/Users/${id}`,
      { op: 'Replace', path: 'roles[primary eq "False"].value', value: 'Writer' },
      { op: 'Remove', path: 'phoneNumbers[type eq "mobile"].value' },
      { op: 'Replace', path: 'userName', value: 'renamed@testuser.com' },
    );
    expect(again.body).toMatchObject({ roles: [{ value: 'Writer' }], userName: 'renamed@testuser.com' });
    const row = await app.db.read('users').where('id', id.split('-')[1]).first();
    expect(row).toMatchObject({ name: 'test_user_ab6490ee', email: 'updated@testuser.com' });
  });

  it('updates without a path, and what was not there yet', async () => {
    const bare = await idp.made({ userName: 'bare@testuser.com', externalId: 'bare' });
    const replaced = await idp.patch(
      `/Users/${bare.id}`,
      { op: 'replace', path: 'emails[type eq "work"].value', value: 'bare@testuser.com' },
      {
        op: 'replace',
        value: {
          displayName: 'Bjfe',
          'name.givenName': 'Kkom',
          'name.familyName': 'Unua',
          [`${ENTERPRISE}:employeeNumber`]: 'Aklq',
        },
      },
    );
    expect([replaced.status, replaced.body]).toMatchObject([
      200,
      {
        displayName: 'Bjfe',
        emails: [{ type: 'work', value: 'bare@testuser.com' }],
        name: { givenName: 'Kkom', familyName: 'Unua' },
        [ENTERPRISE]: { employeeNumber: 'Aklq' },
      },
    ]);
    const one = await idp.patch(
      `/Users/${bare.id}`,
      { op: 'Add', path: 'nickName', value: 'Babs' },
      { op: 'Replace', path: 'externalId', value: 'Eqpj' },
      { op: 'Replace', path: `${ENTERPRISE}:employeeNumber`, value: 'Eqpj' },
    );
    expect(one.body).toMatchObject({ nickName: 'Babs', externalId: 'Eqpj', [ENTERPRISE]: { employeeNumber: 'Eqpj' } });
    expect((await idp.find('Users', 'userName eq "non-existent user"')).body).toMatchObject({
      totalResults: 0,
      Resources: [],
    });
    expect((await idp.get('/Schemas')).body.totalResults).toBeGreaterThan(2);
  });

  it('makes a group, fills it page by page, and asks whether somebody is in it', async () => {
    const made = await idp.ask('post', '/Groups', {
      schemas: [
        'urn:ietf:params:scim:schemas:core:2.0:Group',
        'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group',
      ],
      externalId: '8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159',
      displayName: 'Entra group',
      meta: { resourceType: 'Group' },
    });
    expect(made.status).toBe(201);
    group = made.body.id;
    for (const value of [id, manager])
      expect(
        (await idp.patch(`/Groups/${group}`, { op: 'Add', path: 'members', value: [{ $ref: null, value }] })).status,
      ).toBe(200);
    const bare = await idp.get(`/Groups/${group}?excludedAttributes=members`);
    expect([bare.body.displayName, bare.body.members]).toEqual(['Entra group', undefined]);
    const byName = await idp.find('Groups', 'displayName eq "Entra group"', '&excludedAttributes=members');
    expect(byName.body.Resources).toMatchObject([{ id: group }]);
    const isIn = (value: string) => idp.find('Groups', `id eq "${group}" and members eq "${value}"`, '&attributes=id');
    expect((await isIn(id)).body).toMatchObject({ totalResults: 1, Resources: [{ id: group }] });
    const out = await idp.patch(`/Groups/${group}`, {
      op: 'Remove',
      path: 'members',
      value: [{ $ref: null, value: id }],
    });
    expect(out.body.members).toMatchObject([{ value: manager }]);
    expect((await isIn(id)).body.totalResults).toBe(0);
    const last = await idp.patch(`/Groups/${group}`, { op: 'remove', path: `members[value eq "${manager}"]` });
    expect([last.status, last.body.members]).toEqual([200, undefined]);
    const renamed = await idp.patch(`/Groups/${group}`, { op: 'Replace', path: 'displayName', value: 'Entra group 2' });
    expect(renamed.body.displayName).toBe('Entra group 2');
  });

  it('unassigns by active as a text, in whichever shape, assigns again, and deletes later', async () => {
    for (const [operation, isActive] of [
      [{ op: 'Replace', path: 'active', value: 'False' }, false],
      [{ op: 'Replace', path: 'active', value: 'True' }, true],
      [{ op: 'replace', value: { active: 'False' } }, false],
      [{ op: 'Add', path: 'active', value: [{ $ref: null, value: 'True' }] }, true],
      [{ op: 'Replace', path: 'active', value: false }, false],
    ] as [object, boolean][]) {
      await idp.patch(`/Users/${id}`, operation);
      expect([operation, (await idp.get(`/Users/${id}`)).body.active]).toEqual([operation, isActive]);
    }
    expect((await idp.ask('delete', `/Users/${id}`)).status).toBe(204);
    expect((await idp.get(`/Users/${id}`)).status).toBe(404);
    const back = await idp.ask('post', '/Users', entra);
    expect([back.status, back.body.id, back.body.active]).toEqual([201, id, true]);
  });
});

describe('Google Workspace', () => {
  beforeAll(async () => {
    idp = await provisionerAs(app, 'alice');
  });
  const google = {
    schemas: [CORE, ENTERPRISE],
    externalId: '104938475610293847561',
    userName: 'grace.hopper@workspace.example',
    name: { givenName: 'Grace', familyName: 'Hopper' },
    emails: [{ primary: true, type: 'work', value: 'grace.hopper@workspace.example' }],
    phoneNumbers: [{ type: 'work', value: '+1 555 0100' }],
    title: 'Rear admiral',
    active: true,
    [ENTERPRISE]: { department: 'Compilers', employeeNumber: '1906' },
  };
  let id: string;
  const rowOf = () => app.db.read('users').where('id', id.split('-')[1]).first();

  it('tries the connection by one user, looks whether somebody is there, and makes them', async () => {
    expect((await idp.get('/Users?count=1')).status).toBe(200);
    expect((await idp.find('Users', 'userName eq "grace.hopper@workspace.example"')).body.totalResults).toBe(0);
    const made = await idp.ask('post', '/Users', google);
    expect([made.status, made.body]).toMatchObject([201, google]);
    id = made.body.id;
    // It may be sent again before the answer was read.
    expect((await idp.ask('post', '/Users', google)).status).toBe(409);
    const found = await idp.find('Users', 'userName eq "Grace.Hopper@workspace.example"');
    expect(found.body.Resources).toMatchObject([{ id, externalId: google.externalId }]);
  });

  it('updates what is mapped: a whole, or what is different', async () => {
    const whole = { ...google, id, name: { ...google.name, familyName: 'Murray Hopper' } };
    const replaced = await idp.ask('put', `/Users/${id}`, whole);
    expect([replaced.status, replaced.body.name.familyName]).toEqual([200, 'Murray Hopper']);
    const patched = await idp.patch(
      `/Users/${id}`,
      { op: 'replace', path: 'name.familyName', value: 'Hopper' },
      { op: 'replace', path: `${ENTERPRISE}:department`, value: 'Navy' },
      { op: 'replace', value: { emails: [{ primary: true, type: 'work', value: 'amazing@workspace.example' }] } },
    );
    expect(patched.body).toMatchObject({ name: { familyName: 'Hopper' }, [ENTERPRISE]: { department: 'Navy' } });
    expect((await rowOf()).email).toBe('amazing@workspace.example');
  });

  it('suspends who leaves the scope, lets them in again, and deletes them after a while', async () => {
    for (const isActive of [false, true, false]) {
      const whole = (await idp.get(`/Users/${id}`)).body;
      expect((await idp.ask('put', `/Users/${id}`, { ...whole, active: isActive })).body.active).toBe(isActive);
      expect((await rowOf()).activity).toBe(isActive ? 'active' : 'deactivated');
    }
    expect((await idp.patch(`/Users/${id}`, { op: 'replace', path: 'active', value: true })).body.active).toBe(true);
    expect((await idp.ask('delete', `/Users/${id}`)).status).toBe(204);
    expect((await idp.ask('delete', `/Users/${id}`)).status).toBe(404);
    const back = await idp.ask('post', '/Users', google);
    expect([back.status, back.body.id, back.body.active]).toEqual([201, id, true]);
  });
});
