import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ProgramWords } from '../../src/command-line/command.ts';
import { COMMANDS } from '../../src/command-line/commands/commands.ts';
import { serverSettings } from '../../src/installation/server-settings.ts';
import { isSecret } from '../../src/tokens/token-secret.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { rosterBeside } from '../support/command-line.ts';

describe('programs, at the command line', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  it('are made with who answers for them, and given a token, which is shown once', async () => {
    const audit = await watchAudit(app);
    const typed = ['--reason', 'Reads stock', '--owner', 'alice', '--review', '2027-05-31', '--group', 'support'];
    const made = await rosterBeside(app, ['create-api-user', 'stock', ...typed, '--json']);
    expect([made.code, JSON.parse(made.output).user]).toEqual([0, 'stock']);
    const given = await rosterBeside(app, ['create-token', 'stock', '--scope', 'users:read', '--days', '30', '--json']);
    const { token, scopes } = JSON.parse(given.output);
    expect([given.code, isSecret(token), scopes]).toEqual([0, true, ['users:read']]);
    expect((await audit.since()).map(({ action, actorName }) => [action, actorName])).toEqual([
      ['user.created', 'command line'],
      ['token.made', 'command line'],
    ]);
    const user = await app.db.read('users').where('name', 'stock').first();
    expect([user.email, user.api_only_owner_id]).toEqual([null, app.people.alice]);
  });

  it('are refused with the reason, and nothing is changed', async () => {
    const before = await app.db.read('users').count('* as users');
    const known = { owner: 'alice', review: '2027-05-31' };
    const attempts: [command: string, who: string, programs: ProgramWords, said: RegExp][] = [
      ['create-api-user', 'other', known, /Say what the integration is for/],
      ['create-api-user', 'other', { ...known, reason: 'x', owner: 'nobody' }, /no active user/],
      ['create-api-user', 'other', { groups: ['nowhere'] }, /no active group nowhere/],
      ['create-token', 'robin', { scopes: ['everything'] }, /--scope: Choose from the list/],
      ['create-token', 'robin', { scopes: ['users:read'], days: '9999' }, /--days: Enter a whole number/],
      ['create-token', 'bob', { scopes: ['users:read'] }, /is a person/],
      ['create-token', 'nobody', { scopes: ['users:read'] }, /no user nobody/],
    ];
    const { db, config } = app;
    const server = serverSettings(config, config.baseUrl);
    for (const [command, who, programs, said] of attempts) {
      const { exitCode, lines } = await COMMANDS[command].run({ db, config, server, channel: 'copy', programs }, [who]);
      expect([command, programs, exitCode, lines]).toEqual([command, programs, 2, [expect.stringMatching(said)]]);
    }
    expect(await app.db.read('users').count('* as users')).toEqual(before);
    expect(await app.db.read('tokens').where('user_id', app.people.robin)).toEqual([]);
  });
});
