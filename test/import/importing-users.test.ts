import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createGroup } from '../../src/groups/actions/group-creation.ts';
import { COLUMNS } from '../../src/import/columns.ts';
import { UnreadableFile } from '../../src/import/encoding.ts';
import { FileReader } from '../../src/import/file-reader.ts';
import { type ImportedRow, importedRow } from '../../src/import/imported-row.ts';
import { actSettings } from '../../src/verbs/act.ts';
import { commandLineAct } from '../../src/verbs/program-act.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { rosterBeside } from '../support/command-line.ts';
import { FULL, itOnAFullDisk } from '../support/full-device.ts';
import { signedIn } from '../support/session.ts';

let app: TestApp;

beforeEach(async () => {
  app = await startApp();
});
afterEach(() => app.close());

const roster = (...words: string[]) => rosterBeside(app, words);

const act = (one: TestApp) => commandLineAct(actSettings(one.config));
const path = (name: string) => join(app.folder, name);

async function imported(text: string | Uint8Array, ...words: string[]) {
  writeFileSync(path('in'), text);
  const { code, output } = await roster('import', 'users', path('in'), '--json', ...words);
  return { code, data: output.startsWith('{') ? JSON.parse(output) : {} };
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

/** Deleted ones as well. */
const ALL = 'activity=active&activity=deactivated&activity=deleted';

const bob = () => app.db.read('users').where('id', app.people.bob).first();

describe('a file', () => {
  /** What the lines of a file say, by what its columns are called. */
  async function read(bytes: Uint8Array | string, mostLines = 1_000): Promise<ImportedRow[]> {
    writeFileSync(path('in'), bytes);
    const reader = new FileReader(path('in'), mostLines, COLUMNS.users);
    const lines = [];
    for await (const piece of reader.pieces()) lines.push(...piece);
    const meanings = COLUMNS.users.meaningsOf(reader.heads);
    const mistake = COLUMNS.users.mistakeIn(meanings);
    if (mistake) throw new UnreadableFile(mistake);
    return lines.map((line) => importedRow(line, meanings, COLUMNS.users));
  }
  const names = async (bytes: Uint8Array | string) => (await read(bytes)).map(({ values }) => values.name);
  const text = 'Name;E-Mail\r\nMüller;m@example.com\r\n';

  it.each<[string, Uint8Array]>([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with a mark', Buffer.from(`\uFEFF${text}`)],
    ['UTF-16', Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['UTF-16 without a mark', Buffer.from(text, 'utf16le')],
    ['UTF-16, the other way round', Buffer.from(`\uFEFF${text}`, 'utf16le').swap16()],
    ['Windows-1252', Buffer.from(text, 'latin1')],
  ])('is read in %s', async (_, bytes) => {
    expect(await names(bytes)).toEqual(['Müller']);
  });

  it('is read with commas, semicolons and tabs, with quotes and line ends in cells', async () => {
    expect(await names('Name,Email\n"a, b",a@x.example\n')).toEqual(['a, b']);
    expect(await names('Benutzername\tMail\na\ta@x.example\n')).toEqual(['a']);
    const [row] = await read('Name;Email;Note\na;a@x.example;"one\ntwo; three"\n');
    expect(row.values.description).toBe('one\ntwo; three');
  });

  it.each([
    ['lines that end in different ways', 'Name,Email\r\na,a@x.example\nb,b@x.example\r'],
    ['what spreadsheet programs say of the separator', 'sep=;\nName;Email\na;a@x.example\nb;b@x.example\n'],
    ['a title above', 'Colleagues, December;;\n;;\nName;Email;Room\na;a@x.example;1\nb;b@x.example;2\n'],
    ['the other separators within quotes', '"Name";"Email";"Seat, floor, house"\na;a@x.example;1\nb;b@x.example;2\n'],
    ['strokes between cells', 'Name|Email\na|a@x.example\nb|b@x.example\n'],
    ['two files behind each other', 'Name,Email\na,a@x.example\n\uFEFFName,Email\nb,b@x.example\n'],
    ['remarks in its heads', 'Benutzername:,E-Mail (dienstlich)\na,a@x.example\nb,b@x.example\n'],
    ['a quote within a cell', 'Name,Email,Note\na,a@x.example,a 5" screen\nb,b@x.example,\n'],
  ])('is read with %s', async (_, text) => {
    expect((await read(text)).map(({ values: { name, email } }) => [name, email])).toEqual([
      ['a', 'a@x.example'],
      ['b', 'b@x.example'],
    ]);
  });

  it('has no family names for names to sign in with', () => {
    expect(COLUMNS.users.meaningsOf(['Name', 'Vorname', 'E-Mail'])).toEqual([null, null, 'email']);
    expect(COLUMNS.users.meaningsOf(['Name', 'E-Mail'])).toEqual(['name', 'email']);
    expect(COLUMNS.contacts.meaningsOf(['Name', 'Vorname'])).toEqual(['name', null]);
  });

  it('gives back what stood before a mark that keeps formulas away', async () => {
    expect(await names('Name,Email\n"\'=1+1",a@x.example\n')).toEqual(['=1+1']);
    expect(await names('Email, Name\na@x.example, "\'=1+1, more"\n')).toEqual(['=1+1, more']);
    // JSON knows no such mark: there it is a letter.
    expect(await names('{"name":"\'=1+1","email":"a@x.example"}\n')).toEqual(["'=1+1"]);
  });

  it('in JSON Lines has its names as they are written, and nobody is passed over', async () => {
    const lines = [
      '{"name":12345678901234567890,"email":"a@x.example"}',
      '{"email":"b@x.example","name":1e400,"complete":true}',
      '{"email":"c@x.example","name":1.50,"roster":"A","more":{"name":"d","tags":[1]}}',
      '{"email":"d@x.example","name":"x\\":y","complete":true,"tags":["e",7]}',
    ];
    expect(await names(lines.join('\n'))).toEqual(['12345678901234567890', '1e400', '1.50', 'x":y']);
    const [first] = await read('{"email":"c@x.example","roster":"A"}\n{"email":"d@x.example","complete":false}\n');
    expect(first.values.email).toBe('c@x.example');
  });

  it('is known by its letters to its end', async () => {
    const lines = `Name,Email\n${'a,a@x.example\n'.repeat(20_000)}`;
    writeFileSync(path('in'), Buffer.concat([Buffer.from(lines), Buffer.from('Müller,m@x.example\n', 'latin1')]));
    const reader = new FileReader(path('in'), 30_000, COLUMNS.users);
    let last: unknown;
    for await (const piece of reader.pieces()) last = piece.at(-1)?.cells[0];
    expect(last).toBe('Müller');
  });

  it.each([
    ['by its mark', Buffer.concat([Buffer.from('\uFEFFName,Email\n'), Buffer.from([0xfc])])],
    [
      'by most of its letters',
      Buffer.concat([Buffer.from('Name,Email\nMüller-Jäger,m@x.example\n'), Buffer.from('ü').subarray(1)]),
    ],
  ])('in UTF-8, known %s, that is damaged is not read as another one', async (_, bytes) => {
    await expect(read(bytes)).rejects.toThrow('its encoding is damaged');
  });

  it.each([
    ['', 'empty'],
    ['\uFEFF\n', 'empty'],
    ['one,two\na,b\n', 'No column is known'],
    ['Name,Email\n', 'no lines but its head'],
    ['Name,Mail,Email\na,b,c\n', 'Two columns mean the same'],
    ['Name,Email\nc,c@x.example\na,"b\nd,d@x.example\n', 'a quote that opens behind line 2 is never closed'],
    [`Name,Email\n"a,b\n${'c,c@x.example\n'.repeat(80_000)}`, 'Is a quote there that is never closed?'],
    ['[\n{"name":"a"}]', 'one JSON list'],
    ['{"name":"a","email":"a@x.example","name":"b"}\n', 'Line 1 says “name” twice'],
    ['{"name":"a","email":"a@x.example"}\n{"email":"a@x.example","n\\u0061me":"b","name":"c"}', 'Line 2 says “name”'],
    ['{"name":{"first":"a"},"email":"a@x.example"}\n', 'In line 1 “name” holds more than a text'],
    ['{"name":["a","b"],"email":"a@x.example"}\n', '“name” holds more than a text'],
    ['{"name":"a","email":"a@x.example","tags":[{"label":"b"}]}\n', '“tags” holds more than a text'],
    ['Roster id,Name,Emails\nbdfhjklmnpqrstvw:contact:1:last of 1,a,a@x.example\n', 'an export of contacts'],
    ['{"roster":"bdfhjklmnpqrstvw","kind":"contacts"}\n{"name":"a"}\n{"complete":true}\n', 'an export of contacts'],
    ['a,a@x.example\nb,b@x.example\n', 'The first line names somebody already'],
    ['\u0089PNG\r\n\u0000\u0000', 'no text'],
    ['PK\u0003\u0004', 'of a spreadsheet program'],
    [`${'a,'.repeat(300)}\nb\n`, 'more than 200 columns'],
    ['{"name":"a"}\nnonsense\n', 'Line 2 is no JSON object'],
    ['{"roster":"bdfhjklmnpqrstvw"}\n{"name":"a"}\n', 'unfinished'],
    ['Roster id,Name\nbdfhjklmnpqrstvw:user:1,a\nTHIS FILE IS INCOMPLETE\n', 'unfinished'],
    ['Roster id,Name\nbdfhjklmnpqrstvw:user:1,a\n', 'unfinished'],
  ])('%j is refused as a whole: %s', async (content, reason) => {
    await expect(read(content)).rejects.toThrow(UnreadableFile);
    await expect(read(content)).rejects.toThrow(reason);
  });

  it('of endless lines is read in pieces that take no more room than others (R76)', async () => {
    const line = `a,a@x.example,${'x'.repeat(15_000)}\n`;
    writeFileSync(path('in'), `Name,Email,Note\n${line.repeat(400)}`);
    const sizes = [];
    for await (const piece of new FileReader(path('in'), 1_000, COLUMNS.users).pieces())
      sizes.push(JSON.stringify(piece).length);
    expect(Math.max(...sizes)).toBeLessThan(1_100_000);
  });

  it('with too many lines, or one of more than a megabyte, is refused (R76)', async () => {
    await expect(read('Name,Email\na,a@x.example\nb,b@x.example\n', 1)).rejects.toThrow('more than 1 line.');
    for (const begin of ['Name,Email\n', '{"name":"a","email":"'])
      await expect(read(`${begin}${'x'.repeat(1_100_000)}`)).rejects.toThrow(UnreadableFile);
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
      '1 user was created and 1 was changed by an import.',
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

  it('gives memberships their ends, to each group its own, and keeps those that are there', async () => {
    const file =
      'Name,Email,Groups,Groups until\nnina,nina@example.com,Support;Night,2027-01-31;2027-02-28\nerin,erin@example.com,Support,2027-03-31\nbob,bob@example.com,Support,2027-03-31\n';
    await app.db.write((trx) => createGroup(trx, act(app), { name: 'Night' }));
    expect((await imported(file, '--apply')).data).toMatchObject({ new: 1, changed: 1, unchanged: 1 });
    const ends = await app.db
      .read('memberships')
      .join('users', 'users.id', 'user_id')
      .whereIn('users.name', ['nina', 'erin', 'bob'])
      .orderBy(['users.name', 'until_on'])
      .select('users.name', 'until_on');
    expect(ends.map((one) => `${one.name} ${one.until_on}`)).toEqual([
      'bob null',
      'erin 2027-03-31',
      'nina 2027-01-31',
      'nina 2027-02-28',
    ]);
  });

  it.each(['csv', 'jsonl'])(
    'changes nothing with what was exported as %s: people in several groups, with ends, and deleted ones',
    async (format) => {
      const { bob, erin, dave, robin, lena } = app.people;
      await app.db.write(async (trx) => {
        for (const name of ['Night', 'Day', 'Gone; or not', 'Fourth']) {
          const group = await createGroup(trx, act(app), { name });
          const rows = [bob, erin, dave].map((user_id) => ({
            user_id,
            group_id: group,
            granted_at: '2026-01-01T00:00:00.000Z',
            until_on: name === 'Day' ? '2026-03-31' : name === 'Fourth' ? '2099-12-31' : null,
          }));
          await trx('memberships').insert(rows);
          if (name.startsWith('Gone')) await trx('groups').where('id', group).update({ activity: 'deleted' });
        }
        await trx('users').where('id', robin).update({ api_only_owner_id: dave });
        await trx('users').where('id', lena).update({ activity: 'deleted' });
      });
      await roster('export', 'users', '--format', format, '--view', ALL, '--to', path('out'), '--private');
      const before = await everything();
      const { code, data } = await imported(readFileSync(path('out')), '--apply');
      expect([code, data.new, data.changed, data.refusals]).toEqual([0, 0, 0, []]);
      expect(await everything()).toEqual(before);
    },
  );

  it('refuses lines with the reason, does the others, and gives the refused back to be mended', async () => {
    const { code, data } = await imported(
      [
        'Name,Email,Groups,Expiry date,Activity',
        'n1,n1@example.com,Support,,',
        'n2,not an email,,,',
        'n3,n3@example.com,No such group,,',
        'n4,n4@example.com,,31/12/2027,',
        'bob,other@example.com,,,',
        'n5,n5@example.com,,,deactivated',
        'n6,n6@example.com,,,',
        'n7,n6@example.com,,,',
        ',,,,',
      ]
        .join('\n')
        .replaceAll(',', ';'),
      ...['--apply', '--report', path('refused.csv')],
    );
    expect([code, data.new, data.refused]).toEqual([3, 1, 7]);
    const reasons = data.refusals
      .map(({ line, reason }: { line: number; reason: string }) => `${line} ${reason}`)
      .join('\n');
    for (const words of [
      'There is no group “No such group”',
      '“not an email”: Enter one email address',
      'Leaves on “31/12/2027”: Enter a date that exists',
      'Another user has this name',
      'is active, and not',
      'stands in the lines 8, 9',
    ])
      expect(reasons).toContain(words);
    const refused = readFileSync(path('refused.csv'), 'utf8');
    expect(refused).toContain('\uFEFFline;reason;Name;Email;Groups;Expiry date;Activity\r\n3;');
    const mended = refused
      .replaceAll('No such group', 'Support')
      .replaceAll('31/12/2027', '2027-12-31')
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

  it('that is all of a view names who is missing, and deactivates them where their number is said', async () => {
    const all = ['--these-are-all', 'activity=active'];
    const actives = () => app.db.read('users').where('activity', 'active').orderBy('id').pluck('name');
    const before = await actives();
    // Who stands in a line that is refused is not missing.
    const file =
      'Email,Expires\nalice@example.com,\nada@example.com,\nmax@example.com,\nrita@example.com,never\nnew@example.com,\n';
    const dry = await imported(file, ...all);
    expect([dry.code, dry.data.missing]).toEqual([3, { number: 4, of: 9 }]);
    const unsaid = await imported(file, ...all, '--missing', '5', '--apply');
    expect([unsaid.code, unsaid.data.error]).toEqual([2, expect.stringContaining('--missing 4')]);
    expect(await actives()).toEqual(before);
    const done = await imported(file, ...all, '--missing', '4', '--apply');
    expect([done.code, done.data.new, done.data.missing.number]).toEqual([3, 1, 4]);
    expect(await actives()).toEqual(['alice', 'ada', 'max', 'rita', 'robin', 'new']);
    const again = await imported(file, ...all, '--apply');
    expect(again.data.missing).toEqual({ number: 0, of: 6 });
    expect((await imported('Email\nnobody@example.com\n', ...all, '--apply')).data.error).toContain('nobody is taken');
    expect((await roster('import', 'contacts', path('in'), ...all)).code).toBe(1);
  });

  it('is used as it is meant, or says what is wrong', async () => {
    writeFileSync(path('in'), 'Name,Email\na,a@example.com\n');
    expect((await roster('import', 'groups', path('in'))).code).toBe(1);
    expect((await roster('import', 'users', path('in'), '--by', 'id')).code).toBe(1);
    expect((await roster('import', 'users', path('nowhere'))).code).toBe(2);
    expect((await roster('unlock', 'bob', '--apply')).code).toBe(1);
  });

  const applied = async (report: string) => {
    writeFileSync(path('in'), 'Name,Email\nnina,nina@example.com\nbad,no email\n');
    const { code, output } = await roster('import', 'users', path('in'), '--apply', '--report', report);
    const made = await app.db.read('users').where({ name: 'nina' });
    expect(readdirSync(app.folder).filter((name) => name.endsWith('.new'))).toEqual([]);
    return { code, output, made: made.length };
  };

  it('does nothing where its report has no place', async () => {
    for (const place of [path('nowhere/refused.csv'), app.folder]) {
      const output = expect.stringContaining(`${place} cannot be written: `);
      expect(await applied(place)).toEqual({ code: 1, output, made: 0 });
    }
  });

  it('does nothing where its report would take the place of the file itself', async () => {
    symlinkSync(path('in'), path('same'));
    for (const place of [path('in'), path('same')])
      expect(await applied(place)).toMatchObject({ code: 1, output: expect.stringContaining('is the file'), made: 0 });
    expect(readFileSync(path('in'), 'utf8')).toContain('nina');
  });

  itOnAFullDisk('says what it did where its report takes no more', async () => {
    const { code, output, made } = await applied(FULL);
    expect([code, made]).toEqual([3, 1]);
    expect(output).toContain('Imported: 1 new, 0 changed, 0 unchanged, 1 line refused.');
    expect(output).toContain(`${FULL} could not be written: the disk is full.`);
  });

  it('names the other way to find people where no column says the one', async () => {
    const told = async (file: string, ...more: string[]) => {
      const { code, data } = await imported(file, ...more);
      return [code, data.error];
    };
    const unfound = 'They are to be found by email, and no column means that: --by name finds them by name.';
    expect(await told('Name,Tags\nbob,late\n')).toEqual([2, unfound]);
    expect(await told('Name,Tags\nbob,late\n', '--by', 'name')).toEqual([0, undefined]);
    expect(await told('Email,Tags\nbob@example.com,late\n', '--by', 'name')).toEqual([
      2,
      expect.stringMatching(/--by email/),
    ]);
  });
});
