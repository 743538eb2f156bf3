import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { addContact } from '../support/contacts.ts';
import { ACCESS, CORE, ENTERPRISE, type Provisioner, provisionerAs } from '../support/provisioner.ts';

let app: TestApp;
let idp: Provisioner;
beforeAll(async () => {
  app = await startApp({ TOKEN_REQUESTS: '100000' });
  idp = await provisionerAs(app);
});
afterAll(() => app.close());

const nora = {
  schemas: [CORE, ENTERPRISE],
  userName: 'nora@corp.example',
  externalId: 'ext-nora',
  name: { givenName: 'Nora', familyName: 'Novak' },
  displayName: 'Nora Novak',
  active: true,
  emails: [{ value: 'nora@corp.example', type: 'work', primary: true }],
  phoneNumbers: [{ value: '+1 555 1234', type: 'work' }],
  [ENTERPRISE]: { department: 'Support', manager: { value: 'somebody' } },
  password: 'never-told-1234',
};

describe('a user who is provisioned', () => {
  it('is made as a user like any other, told as it was said, and nothing of a password is', async () => {
    const audit = await watchAudit(app);
    const made = await idp.ask('post', '/Users', nora);
    expect([made.status, made.type]).toEqual([201, 'application/scim+json']);
    const { password: _password, ...said } = nora;
    expect(made.body).toMatchObject({ ...said, id: expect.stringMatching(/^user-\d+$/) });
    expect(made.body.meta.location).toMatch(new RegExp(`/scim/v2/Users/${made.body.id}$`));
    expect(made.headers.location).toBe(made.body.meta.location);
    expect(made.headers.etag).toBe(made.body.meta.version);
    expect(made.text).not.toMatch(/password/i);
    const row = await app.db.read('users').where('email', 'nora@corp.example').first();
    expect(row).toMatchObject({ name: 'nora', activity: 'active', password_hash: null });
    expect((await audit.since()).map(({ action, actorName }) => [action, actorName])).toEqual([
      ['user.created', 'alice'],
    ]);
    expect((await idp.get(`/Users/${made.body.id}`)).body).toEqual(made.body);
  });

  it('is there once: by userName in any case, by externalId and by email', async () => {
    for (const body of [
      { ...nora, userName: 'NORA@CORP.EXAMPLE', externalId: 'other' },
      { ...nora, userName: 'ｎｏｒａ@corp.example', externalId: 'other', emails: [{ value: 'nora4@corp.example' }] },
      { ...nora, userName: 'nora2@corp.example', emails: [{ value: 'nora2@corp.example' }] },
      { ...nora, userName: 'nora3', externalId: 'ext-3' },
    ]) {
      const again = await idp.ask('post', '/Users', body);
      expect([body.userName, again.status, again.body.scimType]).toEqual([body.userName, 409, 'uniqueness']);
    }
  });

  it('is replaced, where what is not said of the access stays, and nothing is made by it', async () => {
    const { id, number } = await idp.made({ userName: 'otto', emails: [{ value: 'otto@corp.example' }] });
    await app.db.write((trx) => trx('users').where({ id: number }).update({ expires_on: '2027-01-31' }));
    const replaced = await idp.ask('put', `/Users/${id}`, {
      userName: 'otto2',
      emails: [{ value: 'otto@corp.example' }],
      title: 'Chef',
    });
    expect(replaced.body).toMatchObject({
      title: 'Chef',
      [ACCESS]: { leavesAt: '2027-02-01T00:00:00.000Z' },
      userName: 'otto2',
    });
    expect(await app.db.read('users').where({ id: number }).first()).toMatchObject({ name: 'otto2' });
    expect((await idp.ask('put', '/Users/user-999999', nora)).status).toBe(404);
    expect((await idp.ask('put', '/Users/ext-nora', nora)).status).toBe(404);
  });

  it('is patched, by paths and without', async () => {
    const { id, number } = await idp.made({ userName: 'petra', emails: [{ value: 'petra@corp.example' }] });
    const patched = await idp.patch(
      `/Users/${id}`,
      { op: 'add', path: 'name.givenName', value: 'Petra' },
      { op: 'replace', value: { displayName: 'Petra P', [`${ENTERPRISE}:department`]: 'Sales', unknown: 1 } },
      { op: 'add', path: `${ACCESS}:noSharedData`, value: true },
      { op: 'add', path: 'phoneNumbers', value: [{ value: '1', type: 'work' }] },
    );
    expect(patched.status).toBe(200);
    expect(patched.body).toMatchObject({
      name: { givenName: 'Petra' },
      displayName: 'Petra P',
      [ENTERPRISE]: { department: 'Sales' },
      [ACCESS]: { noSharedData: true },
      phoneNumbers: [{ value: '1', type: 'work' }],
    });
    expect(Boolean((await app.db.read('users').where({ id: number }).first()).no_shared_data)).toBe(true);
    for (const [operation, mistake] of [
      [{ op: 'remove' }, 'noTarget'],
      [{ op: 'replace', path: 'id', value: 'x' }, 'mutability'],
      [{ op: 'replace', path: 'groups', value: [] }, 'mutability'],
      [{ op: 'replace', path: 'shoeSize', value: 42 }, 'invalidPath'],
      [{ op: 'replace', path: 'emails[type eq', value: 'x' }, 'invalidPath'],
      [{ op: 'replace', path: 'active', value: 'perhaps' }, 'invalidValue'],
      [{ op: 'shuffle', path: 'active', value: true }, 'invalidValue'],
    ] as const) {
      const answer = await idp.patch(`/Users/${id}`, operation);
      expect([operation, answer.status, answer.body.scimType]).toEqual([operation, 400, mistake]);
    }
  });

  it('is changed only as the version that was read, where one is named', async () => {
    const { id } = await idp.made({ userName: 'quirin', emails: [{ value: 'quirin@corp.example' }] });
    const { etag } = (await idp.get(`/Users/${id}`)).headers;
    expect((await idp.ask('get', `/Users/${id}`, undefined, { 'If-None-Match': etag })).status).toBe(304);
    const change = { Operations: [{ op: 'add', path: 'title', value: 'x' }] };
    expect((await idp.ask('patch', `/Users/${id}`, change, { 'If-Match': etag })).status).toBe(200);
    const stale = await idp.ask('patch', `/Users/${id}`, change, { 'If-Match': etag });
    expect([stale.status, stale.body.status]).toEqual([412, '412']);
  });

  it('is linked to the one person who has the email, of those that the program may see', async () => {
    const visible = await addContact(app, { name: 'Vera Visible', emails: ['vera@corp.example'] });
    await addContact(app, { name: 'Hugo Hidden', emails: ['hugo@corp.example'], ownerUserId: app.people.bob });
    const { id, number } = await idp.made({
      userName: 'vera',
      emails: [{ value: 'v@corp.example' }],
      [ACCESS]: { contact: 'vera@corp.example' },
    });
    const linked = async () => (await app.db.read('users').where({ id: number }).first()).contact_id;
    expect(await linked()).toBe(visible);
    const other = await idp.patch(`/Users/${id}`, {
      op: 'replace',
      path: `${ACCESS}:contact`,
      value: 'hugo@corp.example',
    });
    expect([other.status, await linked()]).toEqual([200, visible]);
    expect(other.text).not.toContain('Hugo');
    await idp.patch(`/Users/${id}`, { op: 'remove', path: `${ACCESS}:contact` });
    expect(await linked()).toBeNull();
  });

  it('is deleted softly, and is not there any more', async () => {
    const { id, number } = await idp.made({ userName: 'rosa', emails: [{ value: 'rosa@corp.example' }] });
    expect((await idp.ask('delete', `/Users/${id}`)).status).toBe(204);
    for (const method of ['get', 'delete', 'put', 'patch'] as const)
      expect([
        method,
        (
          await idp.ask(
            method,
            `/Users/${id}`,
            method === 'put' ? nora : { Operations: [{ op: 'add', path: 'title', value: 'x' }] },
          )
        ).status,
      ]).toEqual([method, 404]);
    expect((await idp.find('Users', 'userName eq "rosa"')).body.totalResults).toBe(0);
    expect(await app.db.read('users').where({ id: number }).first()).toMatchObject({ activity: 'deleted' });
  });
});
