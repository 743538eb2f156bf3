import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { factsBesideAudit } from '../support/database.ts';
import { type Provisioner, provisionerAs } from '../support/provisioner.ts';

const ACCESS = 'urn:roster:params:scim:schemas:extension:access:1.0:User';

let app: TestApp;
let idp: Provisioner;
beforeAll(async () => {
  app = await startApp();
  idp = await provisionerAs(app);
});
afterAll(() => app.close());

const program = {
  kind: 'api-only',
  apiOnlyReason: 'Reads stock',
  apiOnlyOwner: 'alice',
  apiOnlyReviewOn: '2036-05-31',
};
/** Beside the list of calls, which tells of refused ones. */
const facts = async () => ({ ...(await factsBesideAudit(app)), provisioning_calls: undefined });
const rowOf = (name: string) => app.db.read('users').where({ name }).first();
const post = (userName: string, access: object, more: object = {}) =>
  idp.ask('post', '/Users', { userName, [ACCESS]: access, ...more });

describe('an identity for a program', () => {
  it('is made with its reason, owner and review, without an email, and told as that', async () => {
    const made = await post('stock', program);
    expect([made.status, made.body[ACCESS]]).toEqual([201, { ...program, apiOnly: true }]);
    expect(await rowOf('stock')).toMatchObject({
      email: null,
      api_only_reason: 'Reads stock',
      api_only_owner_id: app.people.alice,
      api_only_review_on: '2036-05-31',
    });
  });

  it('is refused with what is missing of it, or will not do, and nothing is made', async () => {
    const { kind } = program;
    const before = await facts();
    const tries: [object, RegExp][] = [
      [{ kind }, /apiOnlyReason .*apiOnlyOwner .*apiOnlyReviewOn/],
      [{ ...program, apiOnlyOwner: '' }, /apiOnlyOwner/],
      [{ ...program, apiOnlyOwner: 'nobody' }, /apiOnlyOwner: there is no active user/],
      [{ ...program, apiOnlyOwner: 'dave' }, /active user/],
      [{ ...program, apiOnlyOwner: 'robin' }, /API-only/],
      [{ ...program, apiOnlyReviewOn: '31.5.2036' }, /apiOnlyReviewOn/],
      [{ ...program, apiOnlyReason: 'x'.repeat(501) }, /500/],
      [{ kind: 'robot' }, /person or api-only/],
      [{ startsAt: 'soon' }, /startsAt/],
      [{ startsAt: '2036-02-01', leavesAt: '2036-01-01' }, /not after the start/],
    ];
    for (const [access, why] of tries) {
      const answer = await post('till', access, { emails: [{ value: 'till@corp.example' }] });
      expect([access, answer.status, answer.body.scimType, answer.body.detail]).toEqual([
        access,
        400,
        'invalidValue',
        expect.stringMatching(why),
      ]);
    }
    expect(await facts()).toEqual(before);
  });

  it('is handed over and reviewed by a patch, or by a whole replacement that says nothing else of it', async () => {
    const { body } = await post('scanner', program);
    const path = `/Users/${body.id}`;
    const patched = await idp.patch(path, { op: 'replace', path: `${ACCESS}:apiOnlyOwner`, value: 'ada@example.com' });
    expect(patched.body[ACCESS]).toMatchObject({ ...program, apiOnlyOwner: 'ada' });
    expect((await idp.ask('put', path, { userName: 'scanner', title: 'Scans' })).body[ACCESS]).toMatchObject({
      ...program,
      apiOnlyOwner: 'ada',
    });
    const removed = await idp.patch(path, { op: 'remove', path: `${ACCESS}:apiOnlyReason` });
    expect([removed.status, removed.body.scimType]).toEqual([400, 'invalidValue']);
    expect(await rowOf('scanner')).toMatchObject({ api_only_reason: 'Reads stock', api_only_owner_id: app.people.ada });
  });

  it('is made of no person, and no person of it', async () => {
    const { body: person } = await post('greta', {}, { emails: [{ value: 'greta@corp.example' }] });
    const { body: robot } = await post('mover', program);
    const before = await facts();
    for (const [id, op] of [
      [person.id, { op: 'add', path: ACCESS, value: program }],
      [robot.id, { op: 'replace', path: `${ACCESS}:kind`, value: 'person' }],
      [robot.id, { op: 'remove', path: ACCESS }],
    ] as const) {
      const answer = await idp.patch(`/Users/${id}`, op);
      expect([op.op, answer.status, answer.body.scimType]).toEqual([op.op, 400, 'mutability']);
    }
    expect(await facts()).toEqual(before);
  });
});

describe('somebody who starts later', () => {
  it('is made, told and changed with the moment, and what is not said of it stays', async () => {
    const email = { emails: [{ value: 'stella@corp.example' }] };
    const { body } = await post('stella', { startsAt: '2036-01-01T09:00:00+01:00' }, email);
    expect(body[ACCESS]).toEqual({ startsAt: '2036-01-01T08:00:00.000Z' });
    const path = `/Users/${body.id}`;
    await idp.ask('put', path, { userName: 'stella', ...email });
    expect((await rowOf('stella')).starts_at).toBe('2036-01-01T08:00:00.000Z');
    await idp.patch(path, { op: 'replace', path: `${ACCESS}:startsAt`, value: '2036-03-01' });
    expect((await rowOf('stella')).starts_at).toBe('2036-03-01T00:00:00.000Z');
    const gone = await idp.patch(path, { op: 'remove', path: `${ACCESS}:startsAt` });
    expect([gone.body[ACCESS], (await rowOf('stella')).starts_at]).toEqual([undefined, null]);
  });
});
