import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readImportFile, UnreadableFile } from '../../src/import/import-file.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { rosterWith } from '../support/command-line.ts';
import { signedIn } from '../support/session.ts';

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

const path = (name: string) => join(app.folder, name);

async function imported(text: string | Uint8Array, ...words: string[]) {
  writeFileSync(path('in'), text);
  const { code, output } = await roster('import', 'users', path('in'), '--json', ...words);
  return { code, data: JSON.parse(output) };
}

/** All that an import could change. */
async function everything() {
  const users = await app.db
    .read('users')
    .orderBy('id')
    .select('id', 'name', 'email', 'expires_on', 'no_shared_data', 'version', 'activity');
  const memberships = await app.db.read('memberships').orderBy(['user_id', 'group_id']);
  const tags = await app.db.read('user_tags').orderBy(['user_id', 'tag_id']);
  return { users, memberships, tags };
}

const bob = () => app.db.read('users').where('id', app.people.bob).first();

describe('a file', () => {
  const names = (bytes: Uint8Array | string) =>
    readImportFile(typeof bytes === 'string' ? Buffer.from(bytes) : bytes).rows.map(({ values }) => values.name);
  const text = 'Name;E-Mail\r\nMüller;m@example.com\r\n';

  it.each<[string, Uint8Array]>([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with a mark', Buffer.from(`\uFEFF${text}`)],
    ['UTF-16', Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['UTF-16 without a mark', Buffer.from(text, 'utf16le')],
    ['UTF-16, the other way round', Buffer.from(`\uFEFF${text}`, 'utf16le').swap16()],
    ['Windows-1252', Buffer.from(text, 'latin1')],
  ])('is read in %s', (_, bytes) => {
    expect(names(bytes)).toEqual(['Müller']);
  });

  it('is read with commas, semicolons and tabs, with quotes and line ends in cells', () => {
    expect(names('Name,Email\n"a, b",a@x.example\n')).toEqual(['a, b']);
    expect(names('Benutzername\tMail\na\ta@x.example\n')).toEqual(['a']);
    const { rows } = readImportFile(Buffer.from('Name;Email;Note\na;a@x.example;"one\ntwo; three"\n'));
    expect(rows[0].values.description).toBe('one\ntwo; three');
  });

  it('gives back what stood before a mark that keeps formulas away', () => {
    expect(names('Name,Email\n"\'=1+1",a@x.example\n')).toEqual(['=1+1']);
  });

  it.each([
    ['', 'empty'],
    ['\uFEFF\n', 'empty'],
    ['one,two\na,b\n', 'names no column'],
    ['Name,Email\n', 'no lines but its head'],
    ['Name,Mail,Email\na,b,c\n', 'Two columns mean the same'],
    ['Name,Email\na,"b\n', 'no CSV'],
    ['{"name":"a"}\nnonsense\n', 'Line 2 is no JSON object'],
    ['{"roster":"bdfhjklmnpqrstvw"}\n{"name":"a"}\n', 'unfinished'],
    ['Roster id,Name\nbdfhjklmnpqrstvw:user:1,a\nTHIS FILE IS INCOMPLETE\n', 'unfinished'],
    ['Roster id,Name\nbdfhjklmnpqrstvw:user:1,a\n', 'unfinished'],
  ])('%j is refused as a whole: %s', (content, reason) => {
    expect(() => readImportFile(Buffer.from(content))).toThrow(UnreadableFile);
    expect(() => readImportFile(Buffer.from(content))).toThrow(reason);
  });

  it('with too many lines is refused, and one of a single line of a megabyte takes no time', () => {
    const many = `Name,Email\n${'a,a@x.example\n'.repeat(100_001)}`;
    expect(() => readImportFile(Buffer.from(many))).toThrow('more than 100,000 lines');
    expect(() => readImportFile(Buffer.from(`Name,Email\n${'x'.repeat(1_000_000)},a@x.example\n`))).toThrow(
      UnreadableFile,
    );
  });
});

describe('the command import', () => {
  it('only says what it would do', async () => {
    const before = await everything();
    const { code, data } = await imported(
      'Name,Email,Groups,Expiry date\nnina,nina@example.com,Support,\nbob,bob@example.com,Support,2027-05-01\nlena,lena@example.com,,\n',
    );
    expect([code, data]).toEqual([0, { new: 1, changed: 1, unchanged: 1, refused: 0, applied: false, refusals: [] }]);
    expect(await everything()).toEqual(before);
    expect(await app.db.read('bulk_operations')).toEqual([]);
  });

  it('does exactly that, once, as an operation that can be taken back', async () => {
    const before = await everything();
    const file =
      'Name,Email,Groups,Tags,Expiry date\nnina,nina@example.com,Support,night,\nbob,bob@example.com,,remote,2027-05-01\n';
    const { code, data } = await imported(file, '--apply');
    expect([code, data.new, data.changed]).toEqual([0, 1, 1]);
    expect((await bob()).expires_on).toBe('2027-05-01');
    expect((await imported(file, '--apply')).data).toMatchObject({ new: 0, changed: 0, unchanged: 2 });
    const alice = await signedIn(app, 'alice');
    expect((await alice.get(`/bulk-operations/${data.operation}`)).text).toContain(
      '2 users were created or changed by an import.',
    );
    const sheet = (await alice.post('/bulk-operations', { action: 'undo', from: String(data.operation) })).headers
      .location;
    await alice.post(`${sheet}/execution`);
    const after = await everything();
    expect(after.users.filter(({ name }) => name !== 'nina').map(({ version, ...rest }) => rest)).toEqual(
      before.users.map(({ version, ...rest }) => rest),
    );
    expect(after.users.find(({ name }) => name === 'nina')?.activity).toBe('deleted');
    const events = await app.db.read('audit_events').where('operation_id', data.operation);
    expect(events.map(({ action }) => action).toSorted()).toEqual(['user.created', 'user.updated']);
  });

  it.each(['csv', 'jsonl'])('changes nothing with what was exported as %s', async (format) => {
    expect((await roster('export', 'users', '--format', format, '--to', path('out'), '--private')).code).toBe(0);
    const before = await everything();
    const { code, data } = await imported(readFileSync(path('out')), '--apply');
    expect([code, data.new, data.changed, data.refused, data.refusals]).toEqual([0, 0, 0, 0, []]);
    expect(await everything()).toEqual(before);
  });

  it('refuses lines with the reason, does the others, and gives the refused back to be mended', async () => {
    const { code, data } = await imported(
      [
        'Name,Email,Groups,Expiry date,Activity',
        'n1,n1@example.com,Support,,',
        'n2,not an email,,,',
        'n3,n3@example.com,No such group,,',
        'n4,n4@example.com,,31.12.2027,',
        'bob,other@example.com,,,',
        'n5,n5@example.com,,,deactivated',
        'n6,n6@example.com,,,',
        'n7,n6@example.com,,,',
        ',,,,',
      ].join('\n'),
      ...['--apply', '--report', path('refused.csv')],
    );
    expect([code, data.new, data.refused]).toEqual([3, 1, 7]);
    const reasons = data.refusals
      .map(({ line, reason }: { line: number; reason: string }) => `${line} ${reason}`)
      .join('\n');
    for (const words of [
      'There is no group No such group',
      'Enter a date that exists',
      'Another user has this name',
      'is active, and not',
      'stands in the lines 8, 9',
    ])
      expect(reasons).toContain(words);
    const mended = readFileSync(path('refused.csv'), 'utf8')
      .replaceAll('No such group', 'Support')
      .replaceAll('31.12.2027', '2027-12-31')
      .replaceAll('not an email', 'n2@example.com');
    const again = await imported(mended, '--apply');
    expect([again.data.new, again.data.refused]).toEqual([3, 4]);
  });

  it('finds users of this installation by their ids, and keeps an email unless it is told to change it', async () => {
    await roster('export', 'users', '--view', 'q=bob', '--to', path('out'));
    const moved = readFileSync(path('out'), 'utf8').replace('bob@example.com', 'robert@example.com');
    expect((await imported(moved, '--apply')).data).toMatchObject({ changed: 0, unchanged: 1 });
    expect((await imported(moved, '--apply', '--change-emails')).data).toMatchObject({ changed: 1 });
    expect((await bob()).email).toBe('robert@example.com');
    const foreign = moved.replace(/[a-z]{16}:user:\d+/, 'bdfhjklmnpqrstvw:user:1').replace('robert', 'nobody');
    expect((await imported(foreign)).data).toMatchObject({ refused: 1 });
  });

  it('is used as it is meant, or says what is wrong', async () => {
    writeFileSync(path('in'), 'Name,Email\na,a@example.com\n');
    expect((await roster('import', 'groups', path('in'))).code).toBe(1);
    expect((await roster('import', 'users', path('in'), '--by', 'id')).code).toBe(1);
    expect((await roster('import', 'users', path('nowhere'))).code).toBe(2);
    expect((await roster('unlock', 'bob', '--apply')).code).toBe(1);
  });
});
