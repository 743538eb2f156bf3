import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { load } from 'cheerio';
import type { Person } from '../../seeds/cast.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addContact, letGroup } from '../support/contacts.ts';
import { submit } from '../support/form.ts';
import { groupId } from '../support/people.ts';
import { type Fields, type Session, signedIn } from '../support/session.ts';

let app: TestApp;
let alice: Session;
let support: number;
/** Acme is everybody's, Secret is Alice's, Hidden is Bob's, Shared is that of Support, in which Bob is and Alice is not. */
let acme: number;
let secret: number;
let hidden: number;
let shared: number;

beforeEach(async () => {
  app = await startApp();
  alice = await signedIn(app, 'alice');
  support = Number(await groupId(app, 'Support'));
  await letGroup(app, support, 'read');
  acme = await addContact(app, { name: 'Acme', kind: 'company', emails: ['info@acme.example'] });
  secret = await addContact(app, { name: 'Secret of Alice', ownerUserId: app.people.alice });
  hidden = await addContact(app, { name: 'Hidden of Bob', ownerUserId: app.people.bob });
  shared = await addContact(app, { name: 'Shared in Support', ownerGroupId: support });
});
afterEach(() => app.close());

async function begun(session: Session, action: string, ids: number[], more: Fields = {}): Promise<string> {
  const form = { subject: 'contact', action, ids: ids.map(String), ...more };
  return (await session.post('/bulk-operations', form)).headers.location;
}

async function done(session: Session, action: string, ids: number[], choices: Fields = {}): Promise<string> {
  const path = await begun(session, action, ids);
  if (Object.keys(choices).length > 0) expect((await session.post(`${path}/choices`, choices)).status).toBe(303);
  expect((await session.post(`${path}/execution`)).status).toBe(303);
  return path;
}

async function undone(session: Session, report: string): Promise<string> {
  const from = report.split('/')[2];
  const sheet = (await session.post('/bulk-operations', { action: 'undo', from })).headers.location;
  await session.post(`${sheet}/execution`);
  return sheet;
}

const textOf = async (session: Session, path: string) => load((await session.get(path)).text)('main').text();

/** All that operations may write of a contact. */
async function stateOf(id: number) {
  const { activity, owner_user_id, owner_group_id, name, description } = await app.db
    .read('contacts')
    .where({ id })
    .first();
  const tags = await app.db
    .read('contact_tags')
    .join('tags', 'tags.id', 'tag_id')
    .where('contact_id', id)
    .pluck('name');
  const accounts = await app.db.read('accounts').where('contact_id', id).orderBy('type').pluck('type');
  return { activity, owner_user_id, owner_group_id, name, description, tags, accounts };
}

const ofNobody = { owner_user_id: null, owner_group_id: null };

/** Each action with what it makes of Acme, and of whom it is left out where that stands already. */
const ACTIONS: [action: string, choices: Fields, becomes: (app: TestApp) => object, again: string][] = [
  ['delete', {}, () => ({ activity: 'deleted' }), 'is deleted already'],
  ['add-tag', { tag: 'partner' }, () => ({ tags: ['partner'] }), 'has the tag already'],
  ['set-account', { account: 'supplier', deed: 'add' }, () => ({ accounts: ['supplier'] }), 'is a supplier already'],
  [
    'set-owner',
    { owner: 'private', ownerUser: '', ownerGroup: '' },
    ({ people }) => ({ ...ofNobody, owner_user_id: people.alice }),
    'is private to alice already',
  ],
];

describe('an action on contacts', () => {
  it.each(ACTIONS)('%s says so in its sheet, does it, and is taken back', async (action, choices, becomes, again) => {
    const before = await stateOf(acme);
    const path = await done(alice, action, [acme, secret], choices);
    expect(await stateOf(acme)).toEqual({ ...before, ...becomes(app) });
    expect(await textOf(alice, path)).toContain('Acme');
    const events = await app.db.read('audit_events').where('operation_id', path.split('/')[2]);
    expect(events.every((event) => event.subject_type === 'contact')).toBe(true);
    const second = await begun(alice, action, [acme]);
    if (Object.keys(choices).length > 0) await alice.post(`${second}/choices`, choices);
    expect(await textOf(alice, second)).toContain(again);
    await undone(alice, path);
    expect(await stateOf(acme)).toEqual(before);
  });

  it('clears what it set, and restores what it deleted', async () => {
    await done(alice, 'add-tag', [acme], { tag: 'partner' });
    await done(alice, 'set-account', [acme], { account: 'customer', deed: 'add' });
    await done(alice, 'remove-tag', [acme], { tag: 'Partner' });
    await done(alice, 'set-account', [acme], { account: 'customer', deed: 'remove' });
    await done(alice, 'delete', [acme]);
    const path = await done(alice, 'restore', [acme, secret]);
    expect(await textOf(alice, path)).toContain('is not deleted already');
    expect(await stateOf(acme)).toMatchObject({ activity: 'active', tags: [], accounts: [] });
  });

  it('acts on all that the view shows, but for those unticked', async () => {
    const list = load((await alice.get('/contacts?kind=company')).text);
    const view = String(list('#bulk-form input[name=view]').val());
    const form = { subject: 'contact', action: 'add-tag', scope: 'all', view, shown: '2' };
    const path = (await alice.post('/bulk-operations', form)).headers.location;
    await alice.post(`${path}/choices`, { tag: 'firm' });
    await alice.post(`${path}/execution`);
    expect((await stateOf(acme)).tags).toEqual(['firm']);
    expect((await stateOf(secret)).tags).toEqual([]);
  });

  it.each<[string, Fields, string]>([
    ['set-owner', { owner: 'nobody' }, 'owner'],
    ['set-owner', { owner: 'group', ownerGroup: '' }, 'ownerGroup'],
    ['set-owner', { owner: 'group', ownerGroup: 'Nowhere' }, 'ownerGroup'],
    ['set-owner', { owner: 'private', ownerUser: 'nobody' }, 'ownerUser'],
    ['set-account', { account: 'friend', deed: 'add' }, 'account'],
    ['add-tag', { tag: '' }, 'tag'],
  ])('%s asks again where it is told %o', async (action, choices, field) => {
    const path = await begun(alice, action, [acme]);
    const answer = await alice.post(`${path}/choices`, choices);
    expect(answer.status).toBe(422);
    expect(load(answer.text)(`#${field}-error`).length).toBe(1);
  });

  it('refuses what no form of ours sends', async () => {
    for (const [form, status] of [
      [{ subject: 'contact', action: 'deactivate', ids: String(acme) }, 400],
      [{ subject: 'contacts', action: 'delete', ids: String(acme) }, 400],
      [{ subject: ['contact', 'user'], action: 'delete', ids: String(acme) }, 400],
      [{ subject: 'contact', action: 'delete', ids: ['x', '999999'] }, 422],
      [{ subject: 'contact', action: 'delete', scope: 'all', view: '/users' }, 400],
    ] as [Fields, number][])
      expect((await alice.post('/bulk-operations', form)).status).toBe(status);
    const max = await signedIn(app, 'max');
    expect(
      (await max.post('/bulk-operations', { subject: 'contact', action: 'delete', ids: String(acme) })).status,
    ).toBe(404);
  });
});

describe('whose a contact is', () => {
  /** Whom of Acme, Secret, Hidden and Shared each one changes: `+` changed, `x` left out, `-` not even meant. */
  it.each<[Person, string]>([
    ['alice', '++--'],
    ['bob', 'x-++'],
    ['rita', 'x---'],
  ])('decides what %s can do', async (person, expected) => {
    const session = await signedIn(app, person);
    const all = [acme, secret, hidden, shared];
    const path = await done(session, 'add-tag', all, { tag: 'seen' });
    const id = path.split('/')[2];
    const items = new Map(
      (await app.db.read('bulk_operation_items').where('operation_id', id)).map((one) => [one.subject_id, one.outcome]),
    );
    const signs = all.map((one) => ({ changed: '+', 'left out': 'x' })[String(items.get(one))] ?? '-').join('');
    expect(signs).toBe(expected);
    for (const one of all) expect((await stateOf(one)).tags).toEqual(items.get(one) === 'changed' ? ['seen'] : []);
  });

  it('holds where a contact has become somebody else’s since it was meant', async () => {
    const draft = await begun(alice, 'delete', [acme, secret]);
    await app.db.write((trx) => trx('contacts').where('id', acme).update({ owner_user_id: app.people.bob }));
    const sheet = await textOf(alice, draft);
    expect(sheet).toContain('belongs to somebody else by now');
    await alice.post(`${draft}/execution`);
    expect((await stateOf(acme)).activity).toBe('active');
    const report = await textOf(alice, draft);
    const csv = (await alice.get(`${draft}/items.csv`)).text;
    expect(report).toContain('not named here');
    for (const text of [sheet, report, csv, await textOf(alice, `${draft}?q=acme`)]) expect(text).not.toContain('Acme');
    expect(csv).toContain('Secret of Alice');
  });

  it('holds for the report, its search, its file and its undo', async () => {
    const path = await done(alice, 'add-tag', [acme, secret], { tag: 'seen' });
    await app.db.write((trx) => trx('contacts').where('id', acme).update({ owner_user_id: app.people.bob }));
    const undo = await undone(alice, path);
    for (const page of [path, `${path}?q=acme`, `${path}?outcome=changed`, undo])
      expect(await textOf(alice, page)).not.toContain('Acme');
    for (const page of [path, undo]) expect((await alice.get(`${page}/items.csv`)).text).not.toContain('Acme');
    expect([(await stateOf(acme)).tags, (await stateOf(secret)).tags]).toEqual([['seen'], []]);
    const { tally } = await app.db.read('bulk_operations').where('id', undo.split('/')[2]).first();
    expect(tally).not.toContain('Acme');
  });

  it('names nobody of a set that was too large to be judged while one waits', async () => {
    const names = ['Acme'];
    const tally = {
      judged: 6000,
      changed: 5999,
      names,
      reasons: [{ reason: 'is deleted', isForbidden: false, number: 1, names }],
    };
    const [{ id }] = await app.db.write((trx) =>
      trx('bulk_operations')
        .insert({
          subject_type: 'contact',
          action: 'delete',
          created_by: app.people.alice,
          created_at: '2026-11-22T11:00:00.000Z',
          size: 6000,
          tally: JSON.stringify(tally),
        })
        .returning('id'),
    );
    const sheet = await textOf(alice, `/bulk-operations/${id}`);
    expect(sheet).toContain('5,999 contacts');
    expect(sheet).not.toContain('Acme');
  });

  it('shows a report to whoever made it, and to who may read the audit', async () => {
    const bob = await signedIn(app, 'bob');
    const path = await done(alice, 'add-tag', [acme, secret], { tag: 'seen' });
    expect((await bob.get(path)).status).toBe(404);
    expect((await bob.get(`${path}/items.csv`)).status).toBe(404);
    expect((await bob.post('/bulk-operations', { action: 'undo', from: path.split('/')[2] })).status).toBe(404);
    expect((await bob.get('/bulk-operations')).text).not.toContain('seen');
    const rita = await signedIn(app, 'rita');
    const report = await textOf(rita, path);
    expect(report).toContain('Acme');
    expect(report).not.toContain('Secret of Alice');
    expect((await rita.get(`${path}/items.csv`)).text).not.toContain('Secret of Alice');
  });

  it('lets nobody give to others without write, and says what is lost by giving', async () => {
    const bob = await signedIn(app, 'bob');
    const draft = await begun(bob, 'set-owner', [hidden]);
    const refused = await bob.post(`${draft}/choices`, { owner: 'public' });
    expect([refused.status, load(refused.text)('#owner-error').text()]).toEqual([
      422,
      expect.stringContaining('keep it for yourself'),
    ]);
    expect(await app.db.read('audit_events').where('action', 'request.refused')).toHaveLength(1);
    // Who may not look at users is told nothing of them.
    const named = await bob.post(`${draft}/choices`, { owner: 'private', ownerUser: 'alice' });
    expect(load(named.text)('#owner-error').length).toBe(1);
    const given = await begun(alice, 'set-owner', [secret]);
    await alice.post(`${given}/choices`, { owner: 'private', ownerUser: 'bob' });
    expect(await textOf(alice, given)).toContain('only bob can');
    await alice.post(`${given}/execution`);
    expect((await stateOf(secret)).owner_user_id).toBe(app.people.bob);
    expect(await textOf(alice, given)).not.toContain('Secret of Alice');
    expect(load((await alice.get(given)).text)('input[value=undo]').length).toBe(0);
  });
});

describe('the pages of one contact', () => {
  const undoOf = async (page: string) => String(load((await alice.get(page)).text)('.message input[name=from]').val());

  it('save as an operation that is taken back field by field', async () => {
    const before = await stateOf(acme);
    const fields = { name: 'Acme Ltd', tags: 'partner', accounts: ['customer'], description: 'x' };
    const saved = await submit(alice, `/contacts/${acme}/edit`, fields);
    const from = await undoOf(saved.headers.location);
    await submit(alice, `/contacts/${acme}/edit`, { description: 'said by somebody else' });
    await undone(alice, `/bulk-operations/${from}`);
    expect(await stateOf(acme)).toEqual({ ...before, description: 'said by somebody else' });
  });

  it('delete and restore as operations, and what was made is deleted by its undo', async () => {
    const gone = await alice.post(`/contacts/${acme}/deletion`);
    await undone(alice, `/bulk-operations/${await undoOf(gone.headers.location)}`);
    expect((await stateOf(acme)).activity).toBe('active');
    await submit(alice, '/contacts/new?kind=person', { name: 'Nina' });
    const [made] = await app.db.read('bulk_operations').where('action', 'create');
    await undone(alice, `/bulk-operations/${made.id}`);
    expect((await app.db.read('contacts').where('name', 'Nina').first()).activity).toBe('deleted');
  });

  it('leave no operation where nothing differs', async () => {
    await submit(alice, `/contacts/${acme}/edit`, {});
    expect(await app.db.read('bulk_operations')).toEqual([]);
  });
});
