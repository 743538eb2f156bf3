import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from '../../src/command-line/remote/connection.ts';
import type { RemoteWords } from '../../src/command-line/remote/remote-command.ts';
import { REMOTE } from '../../src/command-line/remote/remote-commands.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { begun } from '../support/begun.ts';
import { rosterWith } from '../support/command-line.ts';
import { programAs } from '../support/program.ts';

let app: TestApp;
let file: string;

beforeAll(async () => {
  app = await startApp({ TOKEN_REQUESTS: '100000' });
  file = join(app.folder, 'token');
  writeFileSync(file, `${(await programAs(app, 'alice')).secret}\n`);
});
afterAll(() => app.close());

const roster = (line: string, options: RemoteWords = {}) => {
  const [noun, ...words] = line.split(' ');
  return REMOTE[noun].run({ addresses: [app.url], tokenFile: file }, words, options);
};

describe('the command line of a Roster somewhere else', () => {
  it('lists, makes, changes and deactivates users', async () => {
    const made = await roster('users create nora', { email: 'nora@example.com', groups: ['Support'] });
    expect([made.exitCode, made.data.user]).toMatchObject([0, { name: 'nora', groups: [{ name: 'Support' }] }]);
    const changed = await roster('users change nora', { leaves: '2036-01-31', tags: ['night'] });
    expect(changed.lines).toContain('leaves    31 Jan 2036 (UTC)');
    expect((await roster('users join nora Helpdesk', { until: '2036-01-31' })).lines).toContain(
      'groups    Helpdesk (until the end of 31 Jan 2036 (UTC)), Support',
    );
    expect((await roster('users leave nora Helpdesk')).lines).toContain('groups    Support');
    expect((await roster('users deactivate NORA@example.com')).lines).toEqual(['nora: deactivated.']);
    const listed = await roster('users list', { view: 'activity=deactivated&sort=-name' });
    expect(listed.lines.slice(0, 2)).toEqual([
      expect.stringMatching(/^id +name +email +activity +states +groups$/),
      expect.stringMatching(/^\d+ +nora +nora@example.com +deactivated +Support$/),
    ]);
  });

  it('takes a number for an id only where nobody else is called so', async () => {
    const { bob } = app.people;
    expect((await roster(`users show ${bob}`)).data.user).toMatchObject({ name: 'bob' });
    const { user } = (await roster(`users create ${bob}`, { email: 'number@example.com' })).data as {
      user: { id: number };
    };
    expect(await roster(`users deactivate ${bob}`)).toMatchObject({
      exitCode: 2,
      lines: [`More than one user is called ${bob}: name it otherwise.`],
    });
    expect((await roster(`users show ${user.id}`)).data.user).toMatchObject({ name: String(bob) });
    expect(await roster(`bulk deactivate ${bob}`, { apply: true })).toMatchObject({
      exitCode: 2,
      lines: [`More than one user is called ${bob}: name it otherwise.`],
    });
    expect((await app.db.read('users').where('id', bob).first()).activity).toBe('active');
    expect((await roster(`bulk confirm-access ${app.people.carol}`)).lines[0]).toContain('1 users changed');
    expect(await roster('bulk confirm-access 999')).toMatchObject({ exitCode: 2, lines: ['There is no user 999.'] });
  });

  it('asks for no more where very many are found by what somebody is called', async () => {
    await app.db.write(async (trx) => {
      const created_at = '2026-01-01T00:00:00.000Z';
      for (const name of [...Array.from({ length: 450 }, (_, n) => `a-9999-${n}`), '9999'])
        await trx('users').insert({ name, name_key: name, sort_name: name, search_text: name, created_at });
    });
    let requests = 0;
    app.server.on('request', () => requests++);
    expect((await roster('users show 9999')).data.user).toMatchObject({ name: '9999' });
    expect(requests).toBe(2);
  });

  it('makes groups and grants rights to them', async () => {
    expect((await roster('groups create Robots', { tags: ['machines'] })).lines).toContain('tags      machines');
    expect((await roster('groups grant Robots contacts read')).lines).toContain('grants    contacts:read');
    expect((await roster('groups change Robots', { name: 'Machines' })).lines).toContain('name      Machines');
    expect((await roster('groups list', { view: 'q=Mach' })).lines).toHaveLength(2);
    expect((await roster('groups delete Machines')).lines).toEqual(['Machines: deleted.']);
  });

  it('lets one that is under way wait, go on and be', async () => {
    await app.context.operations.stop();
    const id = await begun(app, 'alice', 'deactivate', [app.people.bob]);
    const phases = [];
    for (const verb of ['pause', 'resume', 'cancel']) phases.push((await roster(`bulk ${verb} ${id}`)).lines.at(-1));
    expect(phases).toEqual(['paused', 'running', 'cancelled'].map((phase) => `Operation ${id}, ${phase}.`));
  });

  it('says what an action on many would do, does it, and takes it back', async () => {
    const values = ['tag=blue'];
    const sheet = await roster('bulk add-tag bob carol', { values });
    expect(sheet.lines).toContain('It would be: Add the tag blue, 2 users changed, 0 left out.');
    const tags = () => app.db.read('user_tags').join('tags', 'tags.id', 'tag_id').where('tags.name', 'blue');
    expect(await tags()).toHaveLength(0);
    const done = await roster('bulk add-tag bob carol', { values, apply: true });
    const { id, phase } = done.data.operation as { id: number; phase: string };
    expect([done.exitCode, phase, (await tags()).length]).toEqual([0, 'done', 2]);
    expect((await roster(`bulk items ${id}`)).lines[1]).toMatch(/bob +changed$/);
    expect((await roster('bulk list')).lines[1]).toContain('Add the tag blue');
    const undone = await roster(`bulk undo ${id}`, { apply: true });
    expect([undone.exitCode, (await tags()).length]).toEqual([0, 0]);
    const left = await roster('bulk deactivate dave', { apply: true });
    expect([left.exitCode, left.lines]).toEqual([2, expect.arrayContaining([expect.stringMatching(/^left out: 1/)])]);
  });

  it('takes nothing for everybody, or for ever, that was left empty', async () => {
    await expect(roster('bulk confirm-access', { view: 'q=' })).rejects.toThrow('says nothing of whom');
    const all = await roster('bulk confirm-access', { view: '/users' });
    expect(all.lines[0]).toMatch(/^It would be: Confirm access, \d+ users changed/);
    const values = (leavesAt: string) => ({ values: [`leavesAt=${leavesAt}`], apply: true });
    const leaves = async () => (await app.db.read('users').where('id', app.people.bob).first()).leaves_at;
    await roster('bulk set-leaving bob', values('2036-01-31'));
    await expect(roster('bulk set-leaving bob', values(''))).rejects.toThrow('for none, write leavesAt=none');
    expect((await roster('users change bob', { leaves: '' })).lines).toEqual([
      'leavesAt: Say a moment, or null for none.',
    ]);
    expect(await leaves()).toBe('2036-02-01T00:00:00.000Z');
    await roster('bulk set-leaving bob', values('none'));
    expect(await leaves()).toBeNull();
    await roster('users join bob Helpdesk', { until: '2036-01-31' });
    expect((await roster('users join bob Helpdesk')).lines.join()).toContain('Helpdesk (until the end of 31 Jan 2036');
    expect((await roster('users join bob Helpdesk', { until: 'none' })).lines.join()).not.toContain('until the end');
  });

  it('says in words what was refused, and what is wrong with the command', async () => {
    expect(await roster('users show nobody')).toMatchObject({ exitCode: 2, lines: ['There is no user nobody.'] });
    const taken = await roster('users create bob', { email: 'other@example.com' });
    expect([taken.exitCode, taken.lines[0]]).toEqual([2, expect.stringMatching(/^name: /)]);
    await expect(roster('users dance')).rejects.toThrow('users takes list, show');
    await expect(roster('users list', { email: 'x' })).rejects.toThrow('users list takes no --email');
    await expect(roster('users show')).rejects.toThrow('users show takes: name or id');
    expect(() => connect({ addresses: [app.url] }, {})).toThrow('--token-file');
    expect(() => connect({ addresses: ['roster.lan'], tokenFile: file })).toThrow('no address of a server');
    expect(() => connect({ addresses: [app.url], tokenFile: '/nowhere' })).toThrow('cannot be read');
    const away = REMOTE.users.run(
      { addresses: [`${app.url}0`.replace(/:\d+$/, ':9')], tokenFile: file },
      ['show', '1'],
      {},
    );
    await expect(away).resolves.toMatchObject({ exitCode: 2, lines: [expect.stringContaining('does not answer')] });
  });

  it('takes the token from a file or the environment, and never from the command', async () => {
    const words = ['users', 'show', 'bob', '--json'];
    const given = { ROSTER_ADDRESS: app.url, ROSTER_TOKEN: (await programAs(app, 'alice')).secret };
    const [shown, argv] = await Promise.all([
      rosterWith(given, ...words),
      rosterWith({ ROSTER_ADDRESS: app.url }, ...words, '--token', 'roster_x'),
    ]);
    expect([shown.code, JSON.parse(shown.output).user.name]).toEqual([0, 'bob']);
    expect([argv.code, argv.output]).toEqual([1, expect.stringContaining("'--token'")]);
  });
});
