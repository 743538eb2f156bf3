import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { askedOf, findBulkAction } from '../../src/bulk-operations/actions/bulk-subjects.ts';
import { doWhatIsDue } from '../../src/bulk-operations/actions/due-operations.ts';
import { SUBJECT_TYPES } from '../../src/bulk-operations/bulk-operation.ts';
import type { OperateWords } from '../../src/command-line/command.ts';
import { COMMANDS } from '../../src/command-line/commands/commands.ts';
import { ConfigError } from '../../src/config.ts';
import { serverSettings } from '../../src/installation/server-settings.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { begun } from '../support/begun.ts';
import { rosterBeside } from '../support/command-line.ts';
import { addContact } from '../support/contacts.ts';
import { groupId } from '../support/people.ts';

let app: TestApp;

beforeEach(async () => {
  app = await startApp();
});
afterEach(() => app.close());

const roster = (...words: string[]) => rosterBeside(app, words);

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
    const again = await roster('undo', String(operation), '--apply');
    expect([again.code, again.output]).toEqual([
      2,
      expect.stringMatching(new RegExp(`Operation ${operation} was taken back already, by operation \\d+\\.`)),
    ]);
    expect(await activityOf('lena')).toBe('active');
  });

  it('decide what becomes of one that is under way, whoever began it', async () => {
    await app.context.operations.stop();
    const id = await begun(app, 'ada', 'deactivate', [app.people.lena, app.people.bob]);
    const outcome = async (...words: string[]) => {
      const { code, output } = await roster(...words, String(id));
      return [code, output.trim()];
    };
    expect(await outcome('pause')).toEqual([0, `Operation ${id} is paused, after 0 of 2 users.`]);
    expect(await outcome('pause')).toEqual([2, `Operation ${id} is paused: nothing was changed.`]);
    await app.db.write((trx) => trx('users').where('name', 'ada').update({ activity: 'deactivated' }));
    expect(await outcome('resume')).toEqual([0, `Operation ${id} is running, after 0 of 2 users.`]);
    expect((await roster('operations')).output).toContain('command line, begun by ada');
    expect(await outcome('cancel')).toEqual([0, `Operation ${id} is cancelled, after 0 of 2 users.`]);
    expect(await outcome('resume')).toEqual([2, `Operation ${id} is cancelled: nothing was changed.`]);
    expect((await roster('cancel', '7')).output).toContain('There is no operation 7.');
    const events = await app.db.read('audit_events').where('action', 'like', 'operation.%').orderBy('id');
    expect(events.map(({ action, actor_id }) => [action, actor_id])).toEqual(
      ['paused', 'taken-over', 'cancelled'].map((did) => [`operation.${did}`, null]),
    );
  });

  /** The same without a process of its own: what it came to, or what was thrown of a wrong use. */
  async function run(command: string, words: string[], operating: OperateWords) {
    const { db, config } = app;
    const context = { db, config, server: serverSettings(config, app.url), channel: 'copy' as const, operating };
    return COMMANDS[command].run(context, words).then(
      ({ exitCode, lines }): unknown[] => [exitCode, lines.join('\n')],
      (error) => [error instanceof ConfigError ? 1 : undefined, error.message],
    );
  }

  it('take what an action has to be told, and keep its rules', async () => {
    const apply = true;
    const support = Number(await groupId(app, 'Support'));
    const values = ['group=Support', 'untilAt=2036-01-31'];
    expect(await run('operate', ['add-to-group', 'max'], { values, apply })).toEqual([
      0,
      expect.stringContaining('Operation'),
    ]);
    const membership = { user_id: app.people.max, group_id: support };
    expect((await app.db.read('memberships').where(membership).first()).until_on).toBe('2036-01-31');
    expect(await run('operate', ['add-tag', 'Support'], { on: 'groups', values: ['night'], apply })).toEqual([
      0,
      expect.stringContaining('Operation'),
    ]);
    expect(await tagsOf('group', 'group_id', support)).toEqual(['night']);
    const acme = await addContact(app, { name: 'Acme' });
    const hidden = await addContact(app, { name: 'Hidden', ownerUserId: app.people.bob });
    const tagging = { on: 'contacts', values: ['seen'], apply };
    expect(await run('operate', ['add-tag', String(acme)], tagging)).toEqual([0, expect.stringContaining('Operation')]);
    expect(await tagsOf('contact', 'contact_id', acme)).toEqual(['seen']);
    expect(await run('operate', ['add-tag', String(hidden)], tagging)).toEqual([2, `There is no contact ${hidden}.`]);
    const all = await run('operate', ['delete', 'alice', 'ada'], { apply });
    expect(all).toEqual([3, expect.stringContaining('is the last administrator')]);
  });

  it.each<[string, string[], OperateWords, number, string]>([
    ['an unknown action', ['promote', 'bob'], {}, 1, 'there is no action promote on users'],
    ['nobody said', ['deactivate'], {}, 1, 'say whom'],
    ['two said', ['deactivate', 'bob'], { view: 'q=bob' }, 1, 'say whom'],
    ['somebody unknown', ['deactivate', 'bob', 'nobody'], {}, 2, 'There is no user nobody'],
    ['a view that nobody knows', ['deactivate'], { view: 'colour=red' }, 1, 'There is no filter colour'],
    ['a view that says nothing', ['deactivate'], { view: 'q=' }, 1, 'says nothing of whom'],
    ['a view of nobody', ['deactivate'], { view: 'q=zzzz' }, 2, 'The view shows no user'],
    ['nothing told', ['set-leaving', 'bob'], {}, 1, 'needs --value leavesAt='],
    ['an end left empty', ['set-leaving', 'bob'], { values: ['leavesAt='] }, 1, 'for none, write leavesAt=none'],
    ['a leader left empty', ['set-leader', 'Support'], { on: 'groups', values: ['leader='] }, 1, 'write leader=none'],
    ['half of it told', ['set-permission', 'Support'], { on: 'groups', values: ['level=read'] }, 1, 'application='],
    ['a wrong day', ['set-leaving', 'bob'], { values: ['31.12.'] }, 2, 'leavesAt: Enter a date'],
    ['too much told', ['activate', 'dave'], { values: ['x'] }, 1, 'asks nothing'],
    ['the same told twice', ['add-tag', 'bob'], { values: ['a', 'tag=b'] }, 1, 'once only'],
    ['what it does not ask', ['add-to-group', 'bob'], { values: ['until=2036-01-01'] }, 1, 'takes group=…, untilAt=…'],
    [
      'an unknown group',
      ['add-to-group', 'bob'],
      { values: ['group=Nowhere'] },
      2,
      'group: There is no group Nowhere.',
    ],
    ['an unknown kind', ['delete', 'x'], { on: 'tags' }, 1, '--on takes users, groups or contacts'],
  ])('refuse %s', async (_, words, operating, code, said) => {
    const outcome = await run('operate', words, { ...operating, apply: true });
    expect(outcome).toEqual([code, expect.stringContaining(said)]);
    expect(await app.db.read('bulk_operations')).toEqual([]);
  });

  it.each(['docs/guide/many.md', 'docs/guide/programs.md', 'docs/guide/leaving.md'])(
    'ask what %s says that they ask',
    (file) => {
      const examples = readFileSync(file, 'utf8').matchAll(/(?:operate|bulk) ([a-z-]+) .*--value.*/g);
      const said = [...examples].map(([example, name]) => {
        const on = /--on (\w+)/.exec(example)?.[1] ?? 'users';
        const action = findBulkAction(SUBJECT_TYPES.find((type) => `${type}s` === on)!, name);
        const fields = action && askedOf(action)?.asks.map(({ field }) => field);
        return { name, fields, given: [...example.matchAll(/--value (\w+)=/g)].map(([, field]) => field) };
      });
      expect(said.length).toBeGreaterThan(0);
      for (const { name, fields, given } of said) expect([name, fields]).toEqual([name, expect.arrayContaining(given)]);
    },
  );

  it('have the server do it at a moment, and do nothing before', async () => {
    const later = { at: '2036-12-01 18:00' };
    const would = await run('operate', ['deactivate', 'bob'], later);
    expect(would).toEqual([
      0,
      expect.stringMatching(/^On 1 Dec 2036, 18:00.*\nIt would be: Deactivate, 1 user changed/s),
    ]);
    expect(await app.db.read('bulk_operations')).toEqual([]);
    const done = await run('operate', ['deactivate', 'bob'], { ...later, apply: true });
    expect(done).toEqual([0, expect.stringMatching(/^Deactivate: 1 user, on 1 Dec 2036, 18:00/)]);
    expect(await app.db.read('scheduled_operations').pluck('due_at')).toEqual(['2036-12-01T18:00:00.000Z']);
    expect(await activityOf('bob')).toBe('active');
    app.clock.advance(Date.parse('2036-12-01T18:00:00Z') - app.clock.now());
    await doWhatIsDue({ ...app.context, settings: app.context.actSettings, wake: () => {} });
    expect(await activityOf('bob')).toBe('deactivated');
  });

  it.each<[string, string[], OperateWords, number, string]>([
    ['a moment that is over', ['deactivate', 'bob'], { at: '2020-01-01' }, 2, 'This moment is over'],
    ['what is no moment', ['deactivate', 'bob'], { at: 'soon' }, 1, '--at soon: Enter a date'],
    ['none', ['deactivate', 'bob'], { at: '' }, 1, '--at'],
    ['what is not done later', ['delete', 'bob'], { at: '2036-12-01' }, 2, 'cannot be done later'],
    ['groups', ['deactivate', 'Support'], { on: 'groups', at: '2036-12-01' }, 2, 'cannot be done later'],
    ['invitations without mail', ['reinvite', 'carol'], { at: '2036-12-01' }, 2, 'no mail goes out here'],
  ])('refuse to schedule %s', async (_, words, operating, code, said) => {
    expect(await run('operate', words, { ...operating, apply: true })).toEqual([code, expect.stringContaining(said)]);
    expect(await app.db.read('scheduled_operations')).toEqual([]);
  });

  it('know an action by the name that it had', async () => {
    expect(await run('operate', ['set-expiry', 'bob'], { values: ['2036-12-31'], apply: true })).toEqual([
      0,
      expect.stringContaining('leaves on 31 Dec 2036'),
    ]);
    expect(await app.db.read('bulk_operations').pluck('action')).toEqual(['set-leaving']);
  });

  it('take nobody for somebody else who is called like their number', async () => {
    await app.db.write((trx) =>
      trx('users')
        .where('id', app.people.max)
        .update({ name: String(app.people.bob), name_key: String(app.people.bob) }),
    );
    expect(await run('operate', ['deactivate', String(app.people.bob)], { apply: true })).toEqual([
      2,
      `${app.people.bob} is the name of one user, and the id of another: name it otherwise.`,
    ]);
    expect(await activityOf('bob')).toBe('active');
    const [support, helpdesk] = [await groupId(app, 'Support'), await groupId(app, 'Helpdesk')];
    await app.db.write((trx) => trx('groups').where('name', 'Support').update({ name: helpdesk, name_key: helpdesk }));
    const into = (group: string) =>
      run('operate', ['add-to-group', 'rita'], { values: [`group=${group}`, 'untilAt=none'] });
    expect(await into(helpdesk)).toEqual([
      2,
      `group: ${helpdesk} is the name of one group, and the id of another: name it otherwise.`,
    ]);
    expect((await into(support))[1]).toContain(`Add to ${helpdesk}`);
  });

  it('refuse to take back what is not there, or cannot be', async () => {
    expect(await run('undo', ['7'], { apply: true })).toEqual([2, 'There is no operation 7.']);
    await run('operate', ['send-password-reset', 'bob'], { apply: true });
    const [{ id }] = await app.db.read('bulk_operations');
    expect(await run('undo', [String(id)], { apply: true })).toEqual([2, `Operation ${id} cannot be taken back.`]);
    expect((await roster('operate', 'delete', 'bob', '--format', 'csv')).output).toContain('--format is for export');
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
