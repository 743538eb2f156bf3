import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { rosterWith } from '../support/command-line.ts';
import { addContact } from '../support/contacts.ts';
import { groupId } from '../support/people.ts';

let app: TestApp;

beforeEach(async () => {
  app = await startApp();
});
afterEach(() => app.close());

function roster(...words: string[]) {
  const { session, pepper, link, audit } = app.config.secrets;
  const secrets = { SESSION_SECRET: session, PASSWORD_PEPPER: pepper, LINK_SECRET: link, AUDIT_SECRET: audit };
  return rosterWith({ DATA_DIR: app.folder, BASE_URL: app.url, ...secrets }, ...words);
}

const activityOf = async (person: 'bob' | 'lena' | 'alice' | 'ada') =>
  (await app.db.read('users').where('id', app.people[person]).first()).activity;
const tagsOf = (table: string, column: string, id: number) =>
  app.db.read(`${table}_tags`).join('tags', 'tags.id', 'tag_id').where(column, id).orderBy('name').pluck('name');

describe('the commands operate, operations and undo', () => {
  it('say first whom it would change, then do it beside the server, list it and take it back', async () => {
    const would = await roster('operate', 'deactivate', 'bob', 'dave', String(app.people.lena));
    expect(would.code).toBe(3);
    expect(would.output).toContain('It would be: Deactivate, 2 users changed, 1 left out.');
    expect(would.output).toContain('left out: 1 is already deactivated (dave)');
    expect(await activityOf('bob')).toBe('active');
    const done = await roster('operate', 'deactivate', '--view', 'q=lena', '--apply', '--json');
    const { operation, changed } = JSON.parse(done.output);
    expect([done.code, changed, await activityOf('lena')]).toEqual([0, 1, 'deactivated']);
    expect((await roster('operations')).output).toMatch(
      new RegExp(`^${operation}\t.*command line\t1 user was deactivated`),
    );
    expect((await roster('undo', String(operation))).output).toContain('Nothing was done. With --apply it is.');
    expect((await roster('undo', String(operation), '--apply')).code).toBe(0);
    expect(await activityOf('lena')).toBe('active');
  });

  it('take what an action has to be told, and keep its rules', async () => {
    const support = Number(await groupId(app, 'Support'));
    const words = ['operate', 'add-to-group', 'max', '--value', 'group=Support', '--value', 'untilOn=2036-01-31'];
    expect((await roster(...words, '--apply')).code).toBe(0);
    const membership = { user_id: app.people.max, group_id: support };
    expect((await app.db.read('memberships').where(membership).first()).until_on).toBe('2036-01-31');
    expect((await roster('operate', 'add-tag', '--on', 'groups', 'Support', '--value', 'night', '--apply')).code).toBe(
      0,
    );
    expect(await tagsOf('group', 'group_id', support)).toEqual(['night']);
    const acme = await addContact(app, { name: 'Acme' });
    const hidden = await addContact(app, { name: 'Hidden', ownerUserId: app.people.bob });
    const tagging = ['operate', 'add-tag', '--on', 'contacts', '--value', 'seen', '--apply'];
    expect((await roster(...tagging, String(acme))).code).toBe(0);
    expect(await roster(...tagging, String(hidden))).toEqual({ code: 2, output: `There is no contact ${hidden}.\n` });
    const all = await roster('operate', 'delete', 'alice', 'ada', '--apply');
    expect([all.code, all.output]).toEqual([3, expect.stringContaining('is the last administrator')]);
  });

  const REFUSED: [what: string, words: string[], code: number, said: string][] = [
    ['an unknown action', ['operate', 'promote', 'bob'], 1, 'there is no action promote on users'],
    ['nobody said', ['operate', 'deactivate'], 1, 'say whom'],
    ['somebody unknown', ['operate', 'deactivate', 'bob', 'nobody'], 2, 'There is no user nobody'],
    ['a view that nobody knows', ['operate', 'deactivate', '--view', 'colour=red'], 1, 'There is no filter colour'],
    ['nothing told', ['operate', 'set-expiry', 'bob'], 1, 'needs --value expiresOn='],
    ['a wrong day', ['operate', 'set-expiry', 'bob', '--value', '31.12.'], 2, 'expiresOn: Enter a date'],
    ['too much told', ['operate', 'deactivate', 'bob', '--value', 'x'], 1, 'asks nothing'],
    ['an unknown group', ['operate', 'add-to-group', 'bob', '--value', 'group=Nowhere'], 2, 'group: Choose one'],
    ['an unknown kind', ['operate', 'delete', '--on', 'tags', 'x'], 1, '--on takes users, groups or contacts'],
    ['an option of others', ['operate', 'delete', 'bob', '--format', 'csv'], 1, '--format is for export'],
    ['an unknown operation', ['undo', '7'], 2, 'There is no operation 7.'],
  ];

  it('refuse what makes no sense, and change nothing', async () => {
    await Promise.all(
      REFUSED.map(async ([what, words, code, said]) => {
        const outcome = await roster(...words, ...(words.includes('undo') ? [] : ['--apply']));
        expect([what, outcome.code, outcome.output]).toEqual([what, code, expect.stringContaining(said)]);
      }),
    );
    expect(await app.db.read('bulk_operations')).toEqual([]);
  });

  it('go on behind one that was begun before, where no server does', async () => {
    const at = '2026-01-01T00:00:00.000Z';
    const ids = JSON.stringify([app.people.bob]);
    await app.db.write(async (trx) => {
      const operation = { action: 'deactivate', created_at: at, executed_at: at, size: 1 };
      const [{ id: operation_id }] = await trx('bulk_operations').insert(operation).returning('id');
      const piece = { operation_id, number: 0, ids, first_id: app.people.bob, last_id: app.people.bob };
      await trx('bulk_operation_pieces').insert(piece);
    });
    const { code, output } = await roster('operate', 'activate', 'bob', '--apply');
    expect([code, output]).toEqual([0, expect.stringContaining('1 user was activated.')]);
    expect(await app.db.read('bulk_operations').whereNull('finished_at')).toEqual([]);
  });
});
