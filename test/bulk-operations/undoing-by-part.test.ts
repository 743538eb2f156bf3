import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Person } from '../../seeds/cast.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { rosterBeside } from '../support/command-line.ts';
import { pageOf } from '../support/page.ts';
import { groupId } from '../support/people.ts';
import { type Fields, type Session, signedIn } from '../support/session.ts';

let app: TestApp;
let alice: Session;

beforeEach(async () => {
  app = await startApp();
  alice = await signedIn(app, 'alice');
  await app.db.write((trx) =>
    trx('users').where('id', app.people.robin).update({ api_only_owner_id: app.people.lena }),
  );
});
afterEach(() => app.close());

async function done(action: string, people: readonly Person[], choices: Fields = {}): Promise<string> {
  const ids = people.map((person) => String(app.people[person]));
  const path = (await alice.post('/bulk-operations', { action, ids })).headers.location;
  if (Object.keys(choices).length > 0) expect((await alice.post(`${path}/choices`, choices)).status).toBe(303);
  expect((await alice.post(`${path}/execution`)).status).toBe(303);
  return path.split('/')[2];
}

async function undone(from: string): Promise<string> {
  const { location } = (await alice.post('/bulk-operations', { action: 'undo', from })).headers;
  const sheet = pageOf(await alice.get(location)).textOf('#sheet');
  await alice.post(`${location}/execution`);
  return sheet;
}

const program = () =>
  app.db.read('users').where('id', app.people.robin).first('api_only_owner_id', 'api_only_review_on');

describe('what is said of a program is put back part by part', () => {
  const NEXT = { reviewOn: '2031-05-31' };
  it('its review date, though nobody answers for it by now', async () => {
    const before = await program();
    const report = await done('keep-program', ['robin'], NEXT);
    await done('deactivate', ['lena']);
    expect(await undone(report)).toContain('1 user will change: robin');
    expect(await program()).toEqual(before);
  });

  it('its review date and not its owner, who is another one since', async () => {
    const before = await program();
    const [kept, handed] = [
      await done('keep-program', ['robin'], NEXT),
      await done('hand-over-program', ['robin'], { apiOnlyOwner: 'ada' }),
    ];
    await undone(kept);
    expect(await program()).toEqual({ ...before, api_only_owner_id: app.people.ada });
    await undone(handed);
    expect(await program()).toEqual(before);
  });

  it('not its owner, who was changed to another one and back since', async () => {
    const report = await done('hand-over-program', ['robin'], { apiOnlyOwner: 'ada' });
    for (const apiOnlyOwner of ['bob', 'ada']) await done('hand-over-program', ['robin'], { apiOnlyOwner });
    expect(await undone(report)).toContain('robin was changed since');
  });
});

describe('the last administrator', () => {
  it('is nobody who stays one without the group that is taken away', async () => {
    const into = ['add-to-group', 'alice', 'ada', '--value', 'group=Helpdesk', '--value', 'untilAt=none', '--apply'];
    const { output } = await rosterBeside(app, ['operate', ...into]);
    const operation = /Operation (\d+)/.exec(output)![1];
    const taken = await rosterBeside(app, ['undo', operation, '--apply']);
    expect([taken.code, taken.output]).toEqual([0, expect.stringContaining('2 users were put back as before.')]);
    const last = await rosterBeside(app, [
      'operate',
      'remove-from-group',
      'alice',
      'ada',
      '--value',
      'group=Administrators',
    ]);
    expect([last.code, last.output]).toEqual([3, expect.stringContaining('1 is the last administrator')]);
  });

  it('is left out where the end would come back that their membership had', async () => {
    const administrators = await groupId(app, 'Administrators');
    const membership = { user_id: app.people.ada, group_id: Number(administrators) };
    const until_at = '2036-01-01T00:00:00.000Z';
    await app.db.write((trx) => trx('memberships').where(membership).update({ until_at }));
    const hers = { ids: String(app.people.ada), untilAt: '' };
    expect((await alice.send('patch', `/groups/${administrators}/members`, hers)).status).toBe(303);
    const { id } = await app.db.read('bulk_operations').first('id');
    await app.db.write((trx) => trx('users').where('id', app.people.alice).update({ leaves_at: until_at }));
    const { code, output } = await rosterBeside(app, ['undo', String(id), '--apply']);
    expect([code, output]).toEqual([2, expect.stringContaining('left out: 1 is the last administrator')]);
  });
});

describe('the sheet says what does not come back', () => {
  it('where links are withdrawn', async () => {
    const sheet = await undone(await done('reinvite', ['carol']));
    const said = 'The links that were made are withdrawn, and earlier ones do not come back';
    expect(sheet).toContain(`${said}; a mail that was sent cannot be unsent: carol.`);
  });

  it('where somebody is let in again', async () => {
    const said = 'Sessions, links and tokens that ended with it do not come back';
    const [deactivated, tagged] = [
      await done('deactivate', ['bob', 'carol']),
      await done('add-tag', ['rita'], { tag: 'x' }),
    ];
    expect(await undone(deactivated)).toContain(`${said}: bob, carol.`);
    expect(await undone(tagged)).not.toContain('do not come back');
  });
});
