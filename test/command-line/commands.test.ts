import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { recordChanges } from '../../src/audit/audit-store.ts';
import { findEvents } from '../../src/audit/event-list.ts';
import { actSettings } from '../../src/verbs/act.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { rosterBeside } from '../support/command-line.ts';
import { giveFactor } from '../support/factor.ts';
import { Session, signedIn } from '../support/session.ts';
import { unguardAudit } from '../support/triggers.ts';

let app: TestApp;

beforeEach(async () => {
  app = await startApp();
  app.clock.advance(Date.now() - app.clock.now());
});
afterEach(() => app.close());

/** Runs the command over the data of the running server. */
const roster = (...words: string[]) => rosterBeside(app, words);

const events = (action: string) => app.db.read('audit_events').where({ action, actor_name: 'command line' });

it('unlocks the last administrator while the server runs (R21)', async () => {
  const alice = new Session(app);
  for (let n = 0; n < 5; n++) await alice.signIn('alice', 'a wrong password indeed');
  expect((await alice.signIn('alice')).status).toBe(422);
  expect(await roster('unlock', 'alice@example.com')).toEqual({ code: 0, output: 'alice: unlocked.\n' });
  expect((await alice.signIn('alice')).status).toBe(303);
  expect(await events('user.login-attempts-reset')).toHaveLength(1);
});

it('resets a second factor, and never refuses', async () => {
  await giveFactor(app, 'alice');
  expect(await roster('reset-second-factor', 'alice')).toEqual({ code: 0, output: 'alice: second factor reset.\n' });
  expect((await new Session(app).signIn('alice')).headers.location).toBe('/');
  expect(await roster('reset-second-factor', 'alice')).toEqual({ code: 0, output: 'alice: has no second factor.\n' });
  expect(await events('second-factor.reset')).toHaveLength(1);
});

it('deactivates somebody who is signed in, and keeps the last administrator', async () => {
  const bob = await signedIn(app, 'bob');
  expect((await roster('deactivate', 'bob')).code).toBe(0);
  expect((await bob.get('/credentials')).status).toBe(303);
  expect((await roster('deactivate', 'alice')).code).toBe(0);
  const last = await roster('deactivate', 'ada');
  expect(last).toEqual({ code: 2, output: expect.stringContaining('is the last administrator') });
  expect((await app.db.read('users').where('name', 'ada').first()).activity).toBe('active');
});

it('tells a rule that speaks up in the middle as a refusal, also to programs', async () => {
  await app.db.write((trx) => trx('users').whereNot('name', 'bob').update({ activity: 'deactivated' }));
  const words = /^There must always be an administrator, .* Nothing was changed\.$/;
  const { code, output } = await roster('deactivate', 'bob');
  expect([code, output.trim()]).toEqual([2, expect.stringMatching(words)]);
  const toProgram = await roster('deactivate', 'bob', '--json');
  expect([toProgram.code, JSON.parse(toProgram.output)]).toEqual([2, { error: expect.stringMatching(words) }]);
  expect((await app.db.read('users').where('name', 'bob').first()).activity).toBe('active');
});

it.each([
  ['import', 'users', '/nowhere', 'there is no such file'],
  ['apply', '/', 'it is a folder'],
  ['users', 'list', '--address', 'http://127.0.0.1:1', '--token-file', '/', 'it is a folder'],
])('says in words why a file cannot be read: %s', async (...said) => {
  const reason = said.pop()!;
  const { code, output } = await roster(...said);
  expect(code).not.toBe(0);
  expect(output).toMatch(new RegExp(`cannot be read.*\\(${reason}\\)`));
});

it('says it where nobody is an administrator', async () => {
  await app.db.write((trx) => trx('users').update({ activity: 'deactivated' }));
  expect(await roster('list-administrators')).toEqual({ code: 2, output: expect.stringMatching(/^Nobody maintains /) });
});

it('makes an administrator who chooses a password by the printed link', async () => {
  const made = JSON.parse((await roster('create-administrator', 'grace', 'grace@example.com', '--json')).output);
  const grace = new Session(app);
  await grace.get(new URL(made.link).pathname);
  await grace.get('/invitations/acceptance/new');
  await grace.post('/invitations/acceptance', {
    password: 'nine violins in a wet garden',
    repeated: 'nine violins in a wet garden',
  });
  expect((await grace.get('/users')).status).toBe(200);
  const { administrators } = JSON.parse((await roster('list-administrators', '--json')).output);
  expect(administrators.map((one: { name: string }) => one.name)).toEqual(['ada', 'alice', 'grace']);
  expect(await roster('create-administrator', 'grace', 'other@example.com')).toEqual({
    code: 1,
    output: expect.stringContaining('this name already'),
  });
});

it('prints links to invite and to choose a new password, and says why not', async () => {
  expect((await roster('invite', 'carol')).output).toMatch(/\/invitations\/\S{40,}\n$/);
  expect((await roster('reset-password-link', 'bob')).output).toMatch(/\/passwords\/\S{40,}\n$/);
  expect(await roster('invite', 'bob')).toEqual({
    code: 2,
    output: 'bob has a password already. Nothing was changed.\n',
  });
  expect(await roster('invite', 'nobody')).toEqual({ code: 2, output: 'There is no user nobody.\n' });
});

it('verifies the audit', async () => {
  expect((await roster('verify-audit')).output).toMatch(/^The audit is intact: \d+ events\.\n$/);
  await unguardAudit(app.db.writer);
  await app.db.write((trx) => trx('audit_events').where('id', 3).update({ actor_name: 'mallory' }));
  expect(await roster('verify-audit')).toEqual({
    code: 2,
    output: 'The audit was tampered with: event 3 was altered.\n',
  });
});

it('finds by a head that was written down whether the audit was set back or made anew since', async () => {
  const { head } = JSON.parse((await roster('verify-audit', '--json')).output);
  expect(head).toMatch(/^\d+:[\w-]{43}$/);
  const id = Number(head.split(':')[0]);
  const verify = () => roster('verify-audit', '--head', head);
  await roster('unlock', 'erin');
  const intact = await verify();
  expect(intact).toEqual({
    code: 0,
    output: expect.stringContaining(`, among them number ${id} as it was written down.`),
  });

  // Whoever has the file and the secret makes a chain that is sound in itself.
  const all = (await findEvents(app.db.read, {}, 10_000)).reverse();
  const remake = async (kept: typeof all) => {
    await unguardAudit(app.db.writer);
    await app.db.write(async (trx) => {
      for (const table of ['group_events', 'contact_events', 'user_events', 'audit_events', 'audit_head'])
        await trx(table).delete();
      for (const { actorId, actorName, at, address, requestId, ...change } of kept) {
        const by = { id: actorId, name: actorName, rights: {} };
        await recordChanges(trx, { by, at, address, requestId, ...actSettings(app.config) }, [change]);
      }
    });
    expect((await roster('verify-audit')).code).toBe(0);
  };
  await remake(all.slice(0, id - 1));
  expect(await verify()).toEqual({ code: 2, output: expect.stringContaining(`event ${id} was there and is missing`) });
  await remake(all.map((event) => (event.id === 3 ? { ...event, actorName: 'mallory' } : event)));
  expect(await verify()).toEqual({ code: 2, output: expect.stringContaining(`event ${id} is another than it was`) });
  for (const words of [
    ['verify-audit', '--head', '12'],
    ['unlock', 'erin', '--head', head],
  ])
    expect((await roster(...words)).code).toBe(1);
});

it('explains itself', async () => {
  expect(await roster('--help')).toEqual({ code: 0, output: expect.stringContaining('unlock <user>') });
  expect(await roster('promote')).toEqual({ code: 1, output: expect.stringContaining('there is no command promote') });
  expect(await roster('unlock')).toEqual({ code: 1, output: expect.stringContaining('unlock takes: user') });
  expect(await roster('constructor')).toMatchObject({ code: 1 });
});

it('leaves a link to be mailed by the running server, where it is asked to, and prints none', async () => {
  const mail = { SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'roster@example.com' };
  expect(await rosterBeside(app, ['invite', 'carol', '--mail'], mail)).toEqual({
    code: 0,
    output: 'carol is invited. The server sends the link to carol@example.com.\n',
  });
  const [row] = await app.db.read('outbox');
  expect([row.kind, row.address, row.attempts]).toEqual(['invitation', 'carol@example.com', 0]);
  const reset = JSON.parse((await rosterBeside(app, ['reset-password-link', 'bob', '--mail', '--json'], mail)).output);
  expect(reset).toEqual({ user: 'bob', mailedTo: 'bob@example.com' });
});

it('does not promise a mail where none goes out', async () => {
  const refused = await roster('invite', 'carol', '--mail');
  expect(refused).toEqual({ code: 1, output: 'roster: --mail needs SMTP_URL and MAIL_FROM at the server\n' });
  expect((await app.db.read('links').where('user_id', app.people.carol)).length).toBe(1);
});
