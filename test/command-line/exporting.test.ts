import {
  closeSync,
  existsSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { rosterApart, rosterBeside } from '../support/command-line.ts';
import { addContact } from '../support/contacts.ts';
import { rowsOf } from '../support/exports.ts';
import { FULL, itOnAFullDisk } from '../support/full-device.ts';

let app: TestApp;

beforeEach(async () => {
  app = await startApp();
});
afterEach(() => app.close());

/** Runs it over the data of the running server; `rows` are what it wrote besides what it told. */
function exported(...words: string[]) {
  return roster('export', ...words);
}

const roster = (...words: string[]) => rosterBeside(app, words);

/** The same into a file. */
async function written(...words: string[]) {
  const file = join(app.folder, 'out');
  const outcome = await exported(...words, '--to', file);
  expect(outcome.code).toBe(0);
  return readFileSync(file, 'utf8');
}

const events = async () =>
  (await app.db.read('audit_events').where('action', 'records.exported')).map(({ actor_name, after }) => ({
    by: actor_name,
    ...JSON.parse(after),
  }));

describe('the command export', () => {
  it('writes a view to the output while the server runs, and has one event', async () => {
    const address = `${app.url}/users?activity=deactivated&activity=deleted&sort=-name&per=25`;
    const { code, output } = await exported('users', '--view', address);
    expect(code).toBe(0);
    expect(output).toMatch(/^\uFEFFRoster id,Name,/);
    expect(output).toMatch(/\r\n[b-z]{16}:user:\d+:last of 1,dave,/);
    expect(output).toMatch(/\r\n1 line\.\n$/);
    expect(await events()).toMatchObject([{ by: 'command line', rows: 1, fileFormat: 'csv' }]);
  });

  it.each([
    ['users', 'Schmidt, Bob <bob@example.com>', 1],
    ['users', 'bob@example.com erin@example.com', 2],
    ['contacts', 'mailto:bob.schmidt@example.com', 1],
  ])('writes of %s whom a mailbox names that is looked for: %s', async (list, q, number) => {
    const view = `/${list}?${new URLSearchParams({ q })}`;
    expect(await exported(list, '--view', view, '--to', join(app.folder, 'out'))).toEqual({
      code: 0,
      output: expect.stringContaining(`: ${number} line`),
    });
    const endless = await exported(list, '--view', `q=${'x'.repeat(500)}`);
    expect([endless.code, endless.output]).toEqual([1, expect.stringContaining('The search is too long')]);
  });

  itOnAFullDisk('says that there is no more room for it, as its event does', async () => {
    const output = openSync(FULL, 'w');
    try {
      expect(await rosterApart(app, ['export', 'users'], {}, output)).toEqual({
        code: 2,
        output: 'The export was broken off: the disk is full.\n',
      });
    } finally {
      closeSync(output);
    }
    expect(await events()).toMatchObject([{ brokenOff: 'the disk is full' }]);
  });

  it('writes a file for its user alone, whole or not at all', async () => {
    const file = join(app.folder, 'users.jsonl');
    expect(await exported('users', '--format', 'jsonl', '--to', file)).toEqual({
      code: 0,
      output: `${file}: 10 lines.\n`,
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(file, 'utf8').trim().split('\n').at(-1)!)).toEqual({ complete: true, lines: 10 });
    const elsewhere = join(app.folder, 'nowhere', 'users.csv');
    expect((await exported('users', '--to', elsewhere)).code).toBe(1);
    await app.db.writer.raw('alter table device_lockouts rename to hidden');
    const other = join(app.folder, 'other.csv');
    expect((await exported('users', '--to', other)).code).toBe(1);
    expect(existsSync(other)).toBe(false);
    expect(readdirSync(app.folder).filter((name) => name.endsWith('.new'))).toEqual([]);
    expect((await events()).at(-1)).toMatchObject({ brokenOff: 'something went wrong' });
  });

  it.each([
    ['users', 'activity=activ', 'There is no activity "activ".'],
    ['users', 'activty=active', 'There is no filter activty.'],
    ['users', 'tag=99999', 'There is no tag "99999".'],
    ['users', 'group=Support', 'There is no group "Support".'],
    ['users', 'state=lockd', 'There is no state "lockd".'],
    ['users', 'right=users.own', 'There is no right "users.own".'],
    ['users', 'sort=nme', 'There is no order nme.'],
    ['users', `q=${'x'.repeat(401)}`, 'The search is too long'],
    ['groups', 'leader=maybe', 'There is no leader "maybe".'],
    ['contacts', 'kind=robot', 'There is no kind "robot".'],
    ['audit', 'actor=a&actor=b', 'Of actor only one can be given.'],
    ['audit', 'from=2026-02-30', 'Enter a date that exists'],
    ['audit', 'action=user.vanished', 'There is no action user.vanished.'],
    ['invitations', 'status=lost', 'There is no status "lost".'],
    ['users', '/contacts?kind=person', 'this takes a view of /users, not of /contacts'],
  ])('refuses the view %s %s, and never takes it for everybody', async (list, view, problem) => {
    const { code, output } = await exported(list, '--view', view);
    expect(code).toBe(1);
    expect(output).toContain(problem);
    expect(output).not.toContain('Roster id');
    expect(await events()).toEqual([]);
  });

  it('writes through a link, which stays one', async () => {
    const [file, link] = ['kept.csv', 'link.csv'].map((name) => join(app.folder, name));
    writeFileSync(file, '');
    symlinkSync(file, link);
    await roster('export', 'users', '--to', link);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readFileSync(file, 'utf8')).toContain('bob');
    expect(readdirSync(app.folder).filter((name) => name.endsWith('.new'))).toEqual([]);
  });

  it('refuses what it does not know, and leaves its options to itself', async () => {
    expect(await exported('everything')).toMatchObject({
      code: 1,
      output: expect.stringContaining('there is no list everything'),
    });
    expect(await exported('users', '--format', 'xml')).toMatchObject({
      code: 1,
      output: expect.stringContaining('--format takes csv or jsonl'),
    });
    const unlock = await roster('unlock', 'bob', '--private');
    expect(unlock.code).toBe(1);
  });

  it("writes everybody's contacts, and those of users and groups only where it is told to", async () => {
    await addContact(app, { name: 'Everybody Knows' });
    const secret = await addContact(app, { name: 'Hush Person', ownerUserId: app.people.rita });
    const { id } = await app.db.read('groups').where('name', 'Support').first('id');
    await addContact(app, { name: 'Hush Group', ownerGroupId: id });
    await app.db.write((trx) =>
      trx('users').where('name', 'bob').update({ contact_id: secret, contact_name: 'Hush Person' }),
    );
    const names = (text: string) => rowsOf(text).flatMap(({ Name }) => (/Hush|Everybody/.test(Name) ? Name : []));
    expect(names(await written('contacts'))).toEqual(['Everybody Knows']);
    expect(names(await written('contacts', '--private'))).toEqual(['Everybody Knows', 'Hush Group', 'Hush Person']);
    expect(await written('users', '--view', 'q=hush')).not.toMatch(/bob/);
    expect(rowsOf(await written('users', '--view', 'q=hush', '--private'))).toMatchObject([
      { Name: 'bob', 'Linked contact': 'Hush Person' },
    ]);
    for (const list of ['users', 'groups', 'audit', 'invitations'] as const)
      expect(await written(list)).not.toMatch(/Hush (Person|Group)/);
    expect((await events()).filter((one) => one.withPrivate)).toHaveLength(2);
  });
});
