import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { addContact } from '../support/contacts.ts';
import { Described } from '../support/described.ts';
import { groupId } from '../support/people.ts';
import { EVERY_SCOPE, programAs } from '../support/program.ts';
import { signedIn } from '../support/session.ts';

let app: TestApp;
let described: Described;
const ANY = { 'If-Match': '*' };

beforeAll(async () => {
  app = await startApp({ TOKEN_REQUESTS: '100000' });
  described = new Described(await programAs(app, 'alice'));
});
afterAll(() => app.close());

const ask: Described['ask'] = (...words) => described.ask(...words);
const fieldsOf = ({ body }: { body: { errors: { field: string }[] } }) => body.errors.map(({ field }) => field);

describe('contacts, for programs', () => {
  it('are listed and read', async () => {
    const contacts = await ask('get /contacts', '/contacts?kind=person');
    expect(contacts.body.items.length).toBeGreaterThan(0);
    expect((await ask('get /contacts/{id}', `/contacts/${contacts.body.items[0].id}`)).status).toBe(200);
    expect((await ask('get /contacts/{id}', '/contacts/999999')).status).toBe(404);
  });

  it('are made, changed by the version that was read, deleted and restored', async () => {
    const audit = await watchAudit(app);
    const company = await ask('post /contacts', '/contacts', {
      kind: 'company',
      name: 'Gears & Co',
      accounts: ['supplier'],
    });
    const made = await ask('post /contacts', '/contacts', {
      kind: 'person',
      name: 'Nora Nilsson',
      emails: ['nora@example.com'],
      phones: ['+46 8 123'],
      companyId: company.body.id,
      tags: ['vip'],
    });
    expect(made.headers.location).toBe(`/api/v1/contacts/${made.body.id}`);
    expect(made.body).toMatchObject({
      company: { name: 'Gears & Co' },
      owner: { type: 'public', id: null },
      tags: ['vip'],
    });
    const path = `/contacts/${made.body.id}`;
    const { etag } = made.headers;
    expect((await ask('patch /contacts/{id}', path, { position: 'Buyer' })).status).toBe(428);
    const changed = await ask('patch /contacts/{id}', path, { position: 'Buyer' }, { 'If-Match': etag });
    expect(changed.body).toMatchObject({ position: 'Buyer', emails: ['nora@example.com'] });
    expect((await ask('patch /contacts/{id}', path, { position: 'x' }, { 'If-Match': etag })).status).toBe(412);
    expect((await ask('post /contacts/{id}/deletion', `${path}/deletion`)).body.activity).toBe('deleted');
    expect((await ask('post /contacts/{id}/deletion', `${path}/deletion`)).status).toBe(409);
    expect((await ask('patch /contacts/{id}', path, { position: 'x' }, ANY)).status).toBe(409);
    expect((await ask('delete /contacts/{id}/deletion', `${path}/deletion`)).body.activity).toBe('active');
    expect((await audit.since()).map(({ action }) => action)).toEqual([
      'contact.created',
      'contact.created',
      'contact.updated',
      'contact.deleted',
      'contact.restored',
    ]);
    const wrong = await ask('post /contacts', '/contacts', {
      kind: 'thing',
      name: ' ',
      emails: ['x'],
      phones: ['none'],
      accounts: ['friend'],
      colour: 'red',
    });
    expect(wrong.status).toBe(422);
    expect(fieldsOf(wrong).toSorted()).toEqual(['accounts.0', 'colour', 'emails.0', 'kind', 'name', 'phones.0']);
    const nobody = await ask('patch /contacts/{id}', path, { companyId: made.body.id }, ANY);
    expect([nobody.status, fieldsOf(nobody)]).toEqual([422, ['companyId']]);
    expect(described.unseen('contacts.test.ts')).toEqual([]);
  });

  it('are whose it is said, by the rules of the page', async () => {
    const { alice, bob } = app.people;
    const make = (name: string, owner: object) => ask('post /contacts', '/contacts', { kind: 'person', name, owner });
    const own = await make('Own', { type: 'user', id: alice });
    expect(own.body.owner).toEqual({ type: 'user', id: alice, name: 'alice' });
    const given = await ask(
      'patch /contacts/{id}',
      `/contacts/${own.body.id}`,
      { owner: { type: 'user', id: bob } },
      ANY,
    );
    expect(given.body.owner).toMatchObject({ type: 'user', name: 'bob' });
    const audit = await watchAudit(app);
    for (const method of ['get', 'patch'] as const)
      expect((await described.program.ask(method, `/contacts/${own.body.id}`, ANY)).status).toBe(404);
    expect((await audit.since()).map(({ action }) => action)).toEqual(['request.refused', 'request.refused']);
    for (const owner of [
      { type: 'user', id: 999_999 },
      { type: 'group', id: 999_999 },
      { type: 'user' },
      { type: 'me' },
    ])
      expect([owner, (await make('x', owner)).status]).toEqual([owner, 422]);
  });

  it('of one’s own are changed without the right to write, and by no token that only reads', async () => {
    const { rita, bob } = app.people;
    const own = await addContact(app, { name: 'Mine', ownerUserId: rita });
    const shared = await addContact(app, { name: 'Everybody’s' });
    const reading = await programAs(app, 'rita', ['contacts:read']);
    expect((await reading.send('patch', `/contacts/${own}`, { position: 'x' }, ANY)).status).toBe(403);
    expect((await reading.ask('post', `/contacts/${own}/deletion`)).status).toBe(403);
    const program = await programAs(app, 'rita', EVERY_SCOPE);
    expect((await program.send('patch', `/contacts/${own}`, { position: 'x' }, ANY)).status).toBe(200);
    expect((await program.send('patch', `/contacts/${shared}`, { position: 'x' }, ANY)).status).toBe(403);
    expect((await program.ask('post', `/contacts/${shared}/deletion`)).status).toBe(403);
    expect((await program.send('post', '/contacts', { kind: 'person', name: 'New' })).status).toBe(403);
    const toBob = await program.send('patch', `/contacts/${own}`, { owner: { type: 'user', id: bob } }, ANY);
    expect([toBob.status, toBob.body.errors[0].field]).toEqual([403, 'owner']);
    const auditors = Number(await groupId(app, 'Auditors'));
    const toGroup = await program.send('patch', `/contacts/${own}`, { owner: { type: 'group', id: auditors } }, ANY);
    expect(toGroup.body.owner).toEqual({ type: 'group', id: auditors, name: 'Auditors' });
  });
});

it('are not told by reports of users whom they are linked to, where one may not see them (R86)', async () => {
  const program = await programAs(app, 'alice');
  const path = `/users/${app.people.carol}`;
  const open = await addContact(app, { name: 'Open Person' });
  const own = await addContact(app, { name: 'Own Person', ownerUserId: app.people.alice });
  for (const contactId of [open, own]) {
    const linked = await program.send('patch', path, { contactId, description: String(contactId) }, ANY);
    expect(linked.status).toBe(200);
  }
  const { items: done } = (await program.get('/bulk-operations')).body;
  const itemOf = async (by: typeof program, n: number) =>
    (await by.get(`/bulk-operations/${done[n].id}/items`)).body.items[0];
  expect((await itemOf(program, 0)).after).toMatchObject({ contactId: own });
  const { before, after } = await itemOf(await programAs(app, 'ada'), 0);
  expect([before, after]).toEqual([{ description: String(open) }, { description: String(own) }]);
  expect((await itemOf(await programAs(app, 'ada'), 1)).after).toMatchObject({ contactId: open });
  const blind = await itemOf(await programAs(app, 'alice', ['users:read']), 1);
  expect(blind.after).toEqual({ description: String(open) });
  const file = await (await signedIn(app, 'ada')).get(`/bulk-operations/${done[0].id}/items.csv`);
  expect([file.status, file.text.includes('description'), file.text.includes('contactId')]).toEqual([200, true, false]);
});

it('are not told by reports of persons whose company they are, where one may not see it (R86)', async () => {
  const program = await programAs(app, 'alice');
  const company = await addContact(app, { name: 'Own Company', kind: 'company', ownerUserId: app.people.alice });
  const person = await addContact(app, { name: 'Open Worker' });
  const placed = await program.send('patch', `/contacts/${person}`, { companyId: company, description: 'x' }, ANY);
  expect(placed.status).toBe(200);
  const [{ id }] = (await program.get('/bulk-operations')).body.items;
  const afterFor = async (by: typeof program) => (await by.get(`/bulk-operations/${id}/items`)).body.items[0].after;
  expect(await afterFor(program)).toMatchObject({ companyId: company, description: 'x' });
  const seen = await afterFor(await programAs(app, 'ada'));
  expect([seen.description, 'companyId' in seen]).toEqual(['x', false]);
});
