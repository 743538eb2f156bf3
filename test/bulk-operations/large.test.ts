import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { load } from 'cheerio';
import { verifyChain } from '../../src/audit/chain.ts';
import { findPieces } from '../../src/bulk-operations/bulk-piece-store.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addCrowd } from '../support/crowd.ts';
import { groupId } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

const CROWD = 5_200;

let app: TestApp;
let alice: Session;

beforeEach(async () => {
  app = await startApp();
  await addCrowd(app, CROWD);
  alice = await signedIn(app, 'alice');
});
afterEach(() => app.close());

const everybody = { scope: 'all', view: '/users', shown: '0', change: '0' };
const idOf = (path: string) => Number(path.split('/')[2]);
const settled = () => app.context.operations.idle();
const operation = (path: string) => app.db.read('bulk_operations').where('id', idOf(path)).first();
const active = async () =>
  (await app.db.read('users').where('activity', 'active').orderBy('id').pluck('name')) as string[];

async function draft(session: Session, fields: Record<string, string>): Promise<string> {
  // All that match are not known before they are counted.
  await app.context.index.refreshWholly();
  const answer = await session.post('/bulk-operations', { ...everybody, ...fields });
  expect([fields.action, answer.status]).toEqual([fields.action, 303]);
  return answer.headers.location;
}

/** The sheet, once it is known what it would come to. */
async function sheet(path: string) {
  await alice.get(path);
  await settled();
  return load((await alice.get(path)).text);
}

/** Begins it in a program that ends before anything of it is done. */
async function begunAndStopped(path: string): Promise<void> {
  await app.context.operations.stop();
  await alice.post(`${path}/execution`);
}

describe('an operation on more than can be done while one waits', () => {
  it('says in its sheet what was found when the set was gone through', async () => {
    const path = await draft(alice, { action: 'deactivate' });
    const first = load((await alice.get(path)).text);
    expect(first('#progress').text()).toContain('Nothing is done yet');
    await settled();
    const page = load((await alice.get(path)).text);
    const number = (await active()).length - 1;
    expect(page('button.main').text()).toBe(`Deactivate ${number.toLocaleString('en')} users`);
    expect(page('#sheet').text()).toContain('is yourself: nobody deactivates themself');
    expect(page('#sheet').text()).toContain('is already deactivated');
    // All of them came after the list was shown.
    expect(page('#sheet').text()).toContain('Changed in between');
  });

  it('says of all of them what it means: groups that nobody leads, programs that nobody answers for, rights that come', async () => {
    const { people } = app;
    const support = await groupId(app, 'Support');
    const [last] = await app.db.read('users').where('activity', 'active').orderBy('id', 'desc').pluck('id');
    await app.db.write(async (trx) => {
      await trx('groups').where('name', 'Support').update({ leader_id: last });
      // One goes with its owner, who stands in another piece; the other one stays.
      await trx('users').where('id', people.robin).update({ api_only_owner_id: last });
      await trx('users').where('id', people.max).update({ api_only: true, api_only_owner_id: last });
      await trx('group_permissions').insert({ group_id: support, application: 'contacts', level: 'write' });
    });
    const leaving = await sheet(await draft(alice, { action: 'deactivate', except: String(people.robin) }));
    const said = leaving('#sheet .plain-list').last().text();
    expect(said).toContain('They answer for 1 program, for which nobody will: robin.');
    expect(said).toMatch(/They lead \d+ groups, which nobody will: .*Support/);
    const coming = await draft(alice, { action: 'add-to-group' });
    await alice.post(`${coming}/choices`, { group: support, untilOn: '' });
    const page = await sheet(coming);
    const number = page('button.main').text().replace(/\D/g, '');
    const [, gaining, having] = /([\d,]+) people gain write on contacts; (\d+) ha/.exec(page('#sheet').text())!;
    expect(Number(gaining.replace(',', '')) + Number(having)).toBe(Number(number));
  });

  it('is done piece by piece, and its report says what it came to', async () => {
    const path = await draft(alice, { action: 'deactivate' });
    await sheet(path);
    await alice.post(`${path}/execution`);
    await settled();
    // The lists have followed by themselves: nobody has to wait for it.
    expect(app.context.index.change).toBe((await app.db.read('user_changes').max('id as last').first())?.last);
    expect(await active()).toEqual(['alice']);
    const report = load((await alice.get(path)).text);
    expect(report('h1').text()).toMatch(/^4,\d{3} users were deactivated\.$/);
    expect(await findPieces(app.db.read, idOf(path))).toEqual([]);
    const events = await app.db.read('audit_events').where('operation_id', idOf(path));
    expect(new Set(events.map((event) => event.subject_id)).size).toBe(events.length);
    expect(await verifyChain(app.db.read, app.config.secrets.audit)).toMatchObject({ intact: true });
    expect((await app.db.read('bulk_operation_items').where('operation_id', idOf(path))).length).toBe(
      (await operation(path)).size,
    );
  });

  it('is taken back as a whole', async () => {
    const before = (await active()).toSorted();
    const path = await draft(alice, { action: 'deactivate' });
    await alice.post(`${path}/execution`);
    await settled();
    const back = (await alice.post('/bulk-operations', { action: 'undo', from: String(idOf(path)) })).headers.location;
    await sheet(back);
    await alice.post(`${back}/execution`);
    await settled();
    expect((await active()).toSorted()).toEqual(before);
  });

  it('goes on exactly where it was after the program ended in the middle', async () => {
    const path = await draft(alice, { action: 'deactivate' });
    await begunAndStopped(path);
    expect((await active()).length).toBeGreaterThan(4_000);
    expect(load((await alice.get(path)).text)('#progress').text()).toContain('It goes on by itself');
    app = await app.restart();
    app.context.operations.wake();
    await app.context.operations.idle();
    expect(await active()).toEqual(['alice']);
  });

  it('waits while it is paused, goes on, and is left at what is done when it is cancelled', async () => {
    const path = await draft(alice, { action: 'deactivate' });
    await begunAndStopped(path);
    expect((await alice.post(`${path}/pause`)).status).toBe(303);
    app = await app.restart();
    alice = await signedIn(app, 'alice');
    app.context.operations.wake();
    await settled();
    expect((await active()).length).toBeGreaterThan(4_000);
    expect(load((await alice.get(path)).text)('#progress').text()).toContain('Paused: alice paused it');
    const max = await signedIn(app, 'bob');
    expect((await max.post(`${path}/cancellation`)).status).toBe(404);
    await alice.post(`${path}/cancellation`);
    const report = load((await alice.get(path)).text);
    expect(report('.warn').text()).toContain('Cancelled after 0 of 5,');
    expect((await alice.post(`${path}/pause`, { _method: 'delete' })).status).toBe(303);
    await settled();
    expect((await active()).length).toBeGreaterThan(4_000);
  });

  it('pauses where its author may not do it any more, and is taken over', async () => {
    const max = await signedIn(app, 'max');
    const path = await draft(max, { action: 'deactivate' });
    await app.context.operations.stop();
    await max.post(`${path}/execution`);
    await app.db.write((trx) => trx('users').where('name', 'max').update({ activity: 'deactivated' }));
    app = await app.restart();
    app.context.operations.wake();
    await settled();
    alice = await signedIn(app, 'alice');
    expect(load((await alice.get(path)).text)('#progress').text()).toContain('may not do it any more');
    expect((await active()).length).toBeGreaterThan(4_000);
    await alice.post(`${path}/pause`, { _method: 'delete' });
    app.context.operations.wake();
    await settled();
    expect((await active()).length).toBeLessThan(4_000);
    expect(await operation(path)).toMatchObject({ created_by: app.people.alice, begun_by: app.people.max });
    expect(await app.db.read('users').where('name', 'alice').first()).toMatchObject({ activity: 'active' });
  });

  it('is not for somebody to cancel who may do less than one of very many among them (R61)', async () => {
    const path = await draft(alice, { action: 'add-tag' });
    await alice.post(`${path}/choices`, { tag: 'blue' });
    await begunAndStopped(path);
    const max = await signedIn(app, 'max');
    const whyNot = async () => load((await max.get(path)).text)('#why-not').text();
    const auditors = Number(await groupId(app, 'Auditors'));
    await app.db.write((trx) => trx('memberships').whereNot('user_id', app.people.max).delete());
    expect(await whyNot()).toBe('');
    // More than are looked for one by one.
    await app.db.write((trx) =>
      trx.raw(
        `insert into memberships (user_id, group_id, granted_at) select id, ${auditors}, created_at from users where name <> 'max'`,
      ),
    );
    expect(await whyNot()).toMatch(/^Somebody else began this: \S+ has rights that you do not hold\.$/);
    expect((await max.post(`${path}/cancellation`)).status).toBe(403);
    // None of them is left.
    const [piece] = await findPieces(app.db.read, idOf(path));
    await app.db.write((trx) =>
      trx('memberships').whereIn('user_id', piece.ids).whereNot('user_id', app.people.max).delete(),
    );
    await app.db.write((trx) =>
      trx('bulk_operation_pieces')
        .where('operation_id', idOf(path))
        .where('number', '>', 0)
        .update({ done_at: '2026' }),
    );
    expect(await whyNot()).toBe('');
  });

  it('is looked through when what kept it from that is over: its author’s lost right, or a group that is gone', async () => {
    const path = await draft(alice, { action: 'add-to-group' });
    const choose = (group: string) => alice.post(`${path}/choices`, { group, untilAt: '' });
    const looked = async () => {
      app.context.operations.look();
      await settled();
      return JSON.parse((await operation(path)).tally).judged;
    };
    await choose(await groupId(app, 'Support'));
    const membership = { user_id: app.people.alice };
    const memberships = await app.db.read('memberships').where(membership);
    await app.db.write((trx) => trx('memberships').where(membership).delete());
    expect(await looked()).toBeUndefined();
    await app.db.write((trx) => trx('memberships').insert(memberships));
    expect(await looked()).toBe((await operation(path)).size);
    const choices = JSON.stringify({ group: 999_999, untilAt: null });
    await app.db.write((trx) => trx('bulk_operations').where('id', idOf(path)).update({ choices, tally: '{}' }));
    expect(await looked()).toBeUndefined();
    await choose(await groupId(app, 'Helpdesk'));
    expect((await sheet(path))('button.main').text()).toMatch(/^Add \d,\d{3} users to Helpdesk$/);
  });

  it('lets one on some of the same wait behind it', async () => {
    const first = await draft(alice, { action: 'deactivate' });
    await begunAndStopped(first);
    const second = (await alice.post('/bulk-operations', { action: 'activate', ids: String(app.people.dave) })).headers
      .location;
    await alice.post(`${second}/execution`);
    expect(load((await alice.get(second)).text)('#progress').text()).toContain('It waits for one');
    app = await app.restart();
    app.context.operations.wake();
    await settled();
    expect(await active()).toEqual(['alice', 'dave']);
  });

  it('is not kept waiting by a draft of which it is not said yet what is to be done', async () => {
    const [choosing, asking] = [await draft(alice, { action: 'choose' }), await draft(alice, { action: 'add-tag' })];
    for (const path of [choosing, asking]) expect((await alice.get(path)).status).toBe(200);
    const path = await draft(alice, { action: 'deactivate' });
    await sheet(path);
    await alice.post(`${path}/execution`);
    await settled();
    expect(await active()).toEqual(['alice']);
    await alice.post(`${asking}/choices`, { tag: 'remote' });
    expect((await sheet(asking))('button.main').text()).toMatch(/^Add remote to \d,\d{3} users$/);
  });

  it('is paused where it fails, and lets the others go on', async () => {
    const broken = await draft(alice, { action: 'deactivate' });
    await begunAndStopped(broken);
    await app.db.write((trx) => trx('bulk_operations').where('id', idOf(broken)).update({ action: 'nonsense' }));
    app = await app.restart();
    alice = await signedIn(app, 'alice');
    const path = await draft(alice, { action: 'add-tag' });
    await alice.post(`${path}/choices`, { tag: 'remote' });
    await alice.post(`${path}/execution`);
    app.context.operations.wake();
    await settled();
    expect((await operation(broken)).paused_for).toContain('something went wrong');
    expect((await operation(path)).finished_at).not.toBeNull();
  });

  it('does not send so many links to be copied', async () => {
    const path = await draft(alice, { action: 'reinvite' });
    await sheet(path);
    expect((await alice.post(`${path}/execution`, { channel: 'copy' })).status).toBe(422);
    expect((await operation(path)).executed_at).toBeNull();
  });
});
