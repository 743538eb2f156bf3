import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HOUR } from '../../src/clock.ts';
import { refusedShape } from '../../src/import/refused-lines.ts';
import { installationMark } from '../../src/installation/data/installation-mark.ts';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { send } from '../support/form.ts';
import { runJob } from '../support/jobs.ts';
import { pageOf } from '../support/page.ts';
import { Session, signedIn } from '../support/session.ts';

let app: TestApp;
let alice: Session;

beforeEach(async () => {
  app = await startApp({ IMPORT_MEGABYTES: '1', IMPORT_LINES: '6000' });
  alice = await signedIn(app, 'alice');
});
afterEach(() => app.close());

/** The page of the columns. */
async function uploaded(file: string | Buffer, session = alice): Promise<string> {
  await session.get('/users/import');
  const sent = await session.upload('/users/imports', {}, file);
  expect(sent.status).toBe(303);
  return sent.headers.location;
}

/** The dry run, once it is there. */
async function planned(file: string, fields: Record<string, string> = {}, session = alice): Promise<string> {
  const path = await uploaded(file, session);
  await send(session, await session.get(path), fields);
  await app.context.operations.idle();
  return path;
}

async function execute(path: string, session = alice) {
  const { seen } = pageOf(await session.get(path)).typed();
  const done = await session.post(`${path}/execution`, { seen: String(seen) });
  await app.context.operations.idle();
  return done.headers.location;
}

const counts = async (path: string, session = alice) =>
  pageOf(await session.get(path)).texts('[aria-label="What lines come to"] a:not([download])');
const user = (name: string) => app.db.read('users').where({ name }).first();
const kept = async () =>
  (await Promise.all(['imports', 'import_lines', 'import_plans'].map((table) => app.db.read(table)))).flat();

describe('a file that is imported on the page', () => {
  it('is told what its columns mean, shown what it comes to, and then done as an operation', async () => {
    const file =
      'Login,Mail,Team,Room\nnina,nina@example.com,Support,12\nbob,bob@example.com,Nowhere,13\nlena,lena@example.com,,\n';
    const path = await uploaded(file);
    const columns = await alice.get(path);
    expect(pageOf(columns).typed()).toMatchObject({
      by: 'email',
      'column-0': 'name',
      'column-2': 'groups',
      'column-3': '',
    });
    await send(alice, columns);
    expect(await counts(path)).toEqual(['New 1', 'Changed 0', 'Unchanged 1', 'Refused 1']);
    const page = pageOf(await alice.get(path));
    expect(page.textOf('.rows')).toContain('There is no group “Nowhere”.');
    expect(page.textOf('main')).toContain('Not imported: Room');
    const fresh = pageOf(await alice.get(`${path}?kind=new`));
    expect(fresh.textOf('.rows')).toBe('line 2 nina nina@example.com groups Support');
    expect(fresh.textOf('main')).toContain('Nothing is done yet.');
    expect(await user('nina')).toBeUndefined();
    const report = await execute(path);
    expect(pageOf(await alice.get(report)).heading()).toBe('1 user was created by an import.');
    expect((await user('nina'))?.activity).toBe('active');
    expect(await execute(path)).toBe(report);
    expect(pageOf(await alice.get(report)).$(`main a[href="${path}"]`).length).toBe(1);
    expect(await counts(await planned(file))).toEqual(['New 0', 'Changed 0', 'Unchanged 2', 'Refused 1']);
    const same = await planned('Login,Mail\nnina,nina@example.com\n');
    expect(pageOf(await alice.get(same)).textOf('main')).toContain('Nothing would change');
  });

  it('is found again by whoever gave it, wherever it was left, and by nobody else', async () => {
    const files = async (session: Session) => pageOf(await session.get('/users/import')).texts('#before li');
    expect(await files(alice)).toEqual([]);
    const read = await uploaded('Name,Email\nnora,nora@example.com\n');
    const path = await planned('Name,Email\nnina,nina@example.com\nbob,bob@example.com\nnils,\n');
    const left = 'people.csv 1 line, not looked through yet 22 Nov 2026, 12:00 UTC';
    expect(await files(alice)).toEqual([
      'people.csv 3 lines, not imported yet: 1 new, 0 changed, 1 refused 22 Nov 2026, 12:00 UTC',
      left,
    ]);
    await execute(path);
    expect((await files(alice))[0]).toContain('imported: 1 new, 0 changed, 1 refused');
    expect(pageOf(await alice.get('/users/import')).$(`#before a[href="${read}"]`).length).toBe(1);
    expect(await files(await signedIn(app, 'ada'))).toEqual([]);
    expect(pageOf(await alice.get('/contacts/import')).texts('#before li')).toEqual([]);
    app.clock.advance(25 * HOUR);
    await runJob(app, 'Forget files that were imported');
    expect((await files(await signedIn(app, 'alice'))).length).toBe(1);
  });

  it('says of whom it makes which groups until when, tags and days they get', async () => {
    const path = await planned(
      'Name,Email,Groups,Groups until,Tags,Leaves on,No shared data\nnina,nina@example.com,Support; Auditors,31.12.2030,"night, Berlin",31.12.2031,yes\nnora,nora@example.com,,,,,no\n',
    );
    expect(pageOf(await alice.get(path)).texts('.rows li')).toEqual([
      'line 2 nina nina@example.com groups Auditors, Support member until 31 Dec 2030 (UTC) tags night, Berlin leaves on 31 Dec 2031 (UTC) no shared data yes',
      'line 3 nora nora@example.com',
    ]);
  });

  it('leaves what is answered by yes or no as it is where a cell is empty', async () => {
    const file = (noSharedData: string) =>
      `Name,Email,No shared data,API-only\nrobin,robin@example.com,${noSharedData},\nnina,nina@example.com,,\n`;
    await execute(await planned(file('yes')));
    expect(await user('robin')).toMatchObject({ no_shared_data: 1, api_only: 1 });
    expect(await user('nina')).toMatchObject({ no_shared_data: 0, api_only: 0 });
    expect(await counts(await planned(file('')))).toEqual(['New 0', 'Changed 0', 'Unchanged 2', 'Refused 0']);
    expect(await counts(await planned(file('no')))).toEqual(['New 0', 'Changed 1', 'Unchanged 1', 'Refused 0']);
  });

  it('says in its report what was changed, as its pages call it', async () => {
    const path = await planned(
      'Name,Email,Leaves on,No shared data,Tags,Groups\nbob,bob@example.com,2030-01-31,yes,late,Auditors\n',
    );
    expect(pageOf(await alice.get(await execute(path))).textOf('ul.rows')).toContain(
      'changed: leaves on, no shared data, membership, tag late',
    );
  });

  it('is done once by presses at the same moment, and each of them leads to it', async () => {
    const path = await planned('Name,Email\nnina,nina@example.com\n');
    const { seen } = pageOf(await alice.get(path)).typed();
    const presses = Array.from({ length: 3 }, () => alice.post(`${path}/execution`, { seen: String(seen) }));
    const ledTo = (await Promise.all(presses)).map(({ headers }) => headers.location);
    const operations: { id: number }[] = await app.db.read('bulk_operations').where('action', 'import').select('id');
    expect(ledTo).toEqual(Array(3).fill(`/bulk-operations/${operations[0].id}`));
    expect(operations.length).toBe(1);
  });

  it('is done as it was shown: columns told otherwise, or an email ticked in another tab, and nothing is done', async () => {
    const path = await planned('Name,Email,Groups\nbob,new@example.com,Support\nnina,nina@example.com,\n', {
      by: 'name',
    });
    const press = async (opened: { text: string }, fields = {}) => {
      const { seen } = pageOf(opened).typed();
      const { headers } = await alice.post(`${path}/execution`, { seen: String(seen), ...fields });
      return [headers.location, pageOf(await alice.get(path)).message()];
    };
    const otherwise = [path, expect.stringMatching('^It is not what it was')];
    const untold = await alice.get(path);
    await send(alice, await alice.get(`${path}/columns`), { 'column-2': '' });
    await app.context.operations.idle();
    expect(await press(untold)).toEqual(otherwise);
    const [unticked, emails] = [await alice.get(path), await alice.get(`${path}?kind=emails`)];
    await alice.post(`${path}/emails`, { shown: '2', ticked: '2', step: 'save' });
    expect(await press(unticked)).toEqual(otherwise);
    expect(await press(emails, { shown: '2' })).toEqual(otherwise);
    expect([(await user('bob')).email, await user('nina')]).toEqual(['bob@example.com', undefined]);
    expect((await press(await alice.get(`${path}?kind=emails`), { shown: '2', ticked: '2' }))[0]).toMatch(
      '/bulk-operations/',
    );
    expect((await user('bob')).email).toBe('new@example.com');
  });

  it('is not done where as many other emails are ticked, whose lines come to as much', async () => {
    const people = ['ada', 'bob', 'lena', 'rita'];
    const path = await planned(`Name,Email\n${people.map((name) => `${name},new-${name}@example.com\n`).join('')}`, {
      by: 'name',
    });
    const tick = (...ticked: string[]) => alice.post(`${path}/emails`, { shown: '2,3,4,5', ticked, step: 'save' });
    await tick('2', '5');
    const { seen } = pageOf(await alice.get(path)).typed();
    await tick('3', '4');
    await alice.post(`${path}/execution`, { seen: String(seen) });
    expect(pageOf(await alice.get(path)).message()).toMatch('It is not what it was');
    expect((await user('bob')).email).toBe('bob@example.com');
  });

  it('of two tabs is done once, and the other tells that those are there already', async () => {
    const file = 'Name,Email\nnina,nina@example.com\n';
    const [one, other] = [await planned(file), await planned(file)];
    await execute(one);
    const report = pageOf(await alice.get(await execute(other)));
    expect(report.textOf('#report')).toMatch(
      /could not be created: their lines say why 1 None of them has a record here\./,
    );
    const lines = pageOf(await alice.get(report.$('#report > p a[href^="/users/imports/"]').attr('href')!));
    expect(lines.textOf('.rows')).toContain('line 2 nina Another user has this name already.');
  });

  it('is remembered by what its columns meant, by each person', async () => {
    const path = await uploaded('Handle,Mail\nnina,nina@example.com\n');
    await send(alice, await alice.get(path), { 'column-0': 'name' });
    const next = await uploaded('handle,Mail\nnora,nora@example.com\n');
    expect(pageOf(await alice.get(next)).typed()).toMatchObject({ 'column-0': 'name' });
    const ada = await signedIn(app, 'ada');
    expect(pageOf(await ada.get(await uploaded('handle,Mail\na,b\n', ada))).typed()).toMatchObject({ 'column-0': '' });
  });

  it('with two columns of one meaning forgets none of them for the next file', async () => {
    await planned('Email,Email,Mail\nnina,nina@example.com,\n');
    const next = await uploaded('Mail,Name\nnora@example.com,nora\n');
    expect(pageOf(await alice.get(next)).typed()).toMatchObject({ 'column-0': 'email', 'column-1': 'name' });
  });

  it('has its emails imported, whatever was said of those of another file', async () => {
    const path = await uploaded('Mail,Name,Room\nbob@example.com,bob,1\n');
    await send(alice, await alice.get(path), { by: 'name', 'column-0': '', 'column-2': 'description' });
    const next = await uploaded('Mail,Name,Room\nnora@example.com,nora,2\n');
    expect(pageOf(await alice.get(next)).typed()).toMatchObject({ 'column-0': 'email', 'column-2': 'description' });
  });

  it('has its days as people write them, and says of each column what is wrong with its day', async () => {
    const path = await planned(
      'Name,Email,Starts on,Leaves on\nnina,nina@example.com,1.12.2030,31.12.30\nnora,nora@example.com,,2030-12-31 00:00:00\nnils,nils@example.com,,12/31/2030\n',
    );
    expect(await counts(path)).toEqual(['New 2', 'Changed 0', 'Unchanged 0', 'Refused 1']);
    expect((await alice.get(`${path}?kind=refused`)).text).toContain(
      'Leaves on “12/31/2030”: Enter a date that exists',
    );
    await execute(path);
    expect(await user('nina')).toMatchObject({
      starts_at: '2030-12-01T00:00:00.000Z',
      leaves_at: '2031-01-01T00:00:00.000Z',
    });
    expect((await user('nora')).leaves_at).toBe('2031-01-01T00:00:00.000Z');
  });

  it('says which columns will not do', async () => {
    const path = await uploaded('Name,Email,Other\nnina,nina@example.com,x\n');
    for (const [fields, words] of [
      [{ 'column-0': '', 'column-1': '' }, 'No column is known'],
      [{ 'column-2': 'email' }, 'Two columns mean the same: System email.'],
      [{ by: 'name', 'column-0': '' }, 'no column means that: say which does, or have them found by email.'],
      [{ 'column-1': '' }, 'no column means that: say which does, or have them found by name.'],
    ] as const) {
      const answer = await send(alice, await alice.get(path), fields);
      expect([answer.status, pageOf(answer).errors().columns]).toEqual([422, expect.stringContaining(words)]);
      expect(pageOf(answer).typed()).toMatchObject(fields);
    }
  });

  it('keeps what was said of its columns where the session ended meanwhile', async () => {
    const path = await uploaded('Name,Email,Other\nnina,nina@example.com,x\n');
    const said = { by: 'name', 'column-2': 'description' };
    const form = await alice.get(path);
    await app.db.write((trx) => trx('sessions').delete());
    const late = await send(alice, form, said);
    expect(late.status).toBe(401);
    const back = await send(alice, late, { identifier: 'alice', password: PASSWORD });
    expect(back.headers.location).toBe(path);
    const shown = await alice.get(path);
    expect([shown.status, pageOf(shown).typed()]).toEqual([200, expect.objectContaining(said)]);
    await send(alice, shown);
    expect(await counts(path)).toEqual(['New 1', 'Changed 0', 'Unchanged 0', 'Refused 0']);
  });

  it('is refused as a whole where it is none, or too much, and nothing is kept of it (R76)', async () => {
    for (const [file, words] of [
      ['', 'The file is empty.'],
      ['Name,Email\n', 'no lines but its head'],
      [`Name,Email\n${'a,a@x.example\n'.repeat(6_001)}`, 'more than 6,000 lines'],
      [`Name,Email\n${'a'.repeat(1_100_000)},a@x.example\n`, 'larger than 1 MB'],
    ]) {
      const answer = await alice.upload('/users/imports', {}, file);
      expect([answer.status, pageOf(answer).errors().file]).toEqual([422, expect.stringContaining(words)]);
    }
    expect((await alice.post('/users/imports')).status).toBe(422);
    expect((await alice.upload('/users/imports', {}, ['Name\na\n', 'Name\nb\n'])).status).toBe(400);
    expect(await kept()).toEqual([]);
    expect(readdirSync(join(app.folder, 'uploads'))).toEqual([]);
  });

  it('that broke off while it was taken in is forgotten within the hour, and no other is', async () => {
    const path = await uploaded('Name,Email\na,a@x.example\n');
    await app.db.write((trx) => trx('imports').update({ state: 'reading' }));
    const other = await uploaded('Name,Email\nb,b@x.example\n');
    const forget = () => runJob(app, 'Forget files that were imported');
    app.clock.advance(HOUR);
    await forget();
    expect((await kept()).length).toBe(4);
    app.clock.advance(1);
    await forget();
    alice = await signedIn(app, 'alice');
    expect((await alice.get(path)).status).toBe(404);
    expect((await alice.get(other)).status).toBe(200);
    expect((await kept()).length).toBe(2);
  });

  it('of lines that hold thousands of values is told in few words', async () => {
    const cell = Array.from({ length: 3_000 }, (_, n) => `g${n}`).join(';');
    const some = Array.from({ length: 150 }, (_, n) => `h${n}`).join(';');
    const path = await planned(`Name,Email,Groups\na,a@x.example,"${cell}"\nb,b@x.example,"${some}"\n`);
    const reasons: string[] = await app.db.read('import_plans').orderBy('line').pluck('reason');
    expect(reasons[0]).toBe('A cell holds more than 200 values.');
    expect(reasons[1].length).toBeLessThan(500);
    expect((await alice.get(path)).status).toBe(200);
  });

  it('is not taken from strangers, from those who may not, or from another site', async () => {
    const file = `Name,Email\n${'a,a@x.example\n'.repeat(50_000)}`;
    const stranger = new Session(app);
    await stranger.formToken();
    expect((await stranger.upload('/users/imports', {}, file)).status).toBe(303);
    expect((await (await signedIn(app, 'rita')).upload('/users/imports', {}, file)).status).toBe(403);
    expect((await alice.upload('/users/imports', { _csrf: 'no' }, file)).status).toBe(403);
    expect([await kept(), existsSync(join(app.folder, 'uploads'))]).toEqual([[], false]);
  });

  it('gives its refused lines back to be mended', async () => {
    const lines = Array.from(
      { length: 700 },
      (_, n) => `user${n},user${n}@example.com,${n % 100 === 7 ? 'Nowhere' : ''}`,
    );
    const path = await planned(`Name,Email,Groups\n${lines.join('\n')}\n`);
    await execute(path);
    expect(await counts(path)).toEqual(['New 693', 'Changed 0', 'Unchanged 0', 'Refused 7']);
    const refused = (await alice.get(`${path}/refused.csv`)).text;
    expect(refused.split('\r\n')[1]).toBe('9,There is no group “Nowhere”.,user7,user7@example.com,Nowhere');
    const again = (await alice.get(`${await planned(refused)}/refused.csv`)).text;
    expect(again.split('\r\n')[0]).toBe(refused.split('\r\n')[0]);
    expect(again.split('\r\n')[1]).toBe('2,There is no group “Nowhere”.,user7,user7@example.com,Nowhere');
    expect(await counts(await planned(refused.replaceAll(/Nowhere(?=\r)/g, 'Support')))).toEqual([
      'New 7',
      'Changed 0',
      'Unchanged 0',
      'Refused 0',
    ]);
  });

  it.each([';', '\t', '|'])(
    'with %j between its cells gets its refused lines back with the same',
    async (separator) => {
      const line = (...cells: string[]) => `${cells.join(separator)}\n`;
      const note = `"one${separator} two"`;
      const file = line('Name', 'Email', 'Groups', 'Note') + line('a', 'a@x.example', 'Nowhere', note);
      const path = await planned(file);
      const refused = (await alice.get(`${path}/refused.csv`)).text;
      const cells = ['2', 'There is no group “Nowhere”.', 'a', 'a@x.example', 'Nowhere', note];
      expect(refused.split('\r\n').slice(0, 2)).toEqual([
        `\uFEFF${['line', 'reason', 'Name', 'Email', 'Groups', 'Note'].join(separator)}`,
        cells.join(separator),
      ]);
      await execute(await planned(refused.replaceAll(/Nowhere(?=[^”])/g, 'Support')));
      expect((await user('a')).description).toBe(`one${separator} two`);
    },
  );

  it('gives cells back that have come out of their columns, until they are mended', async () => {
    const path = await planned('Name,Email,Note\nb,b@x.example,one, two,three\nshort,nothing\n');
    const refused = (await alice.get(`${path}/refused.csv`)).text;
    expect(refused.split('\r\n').slice(1, 3)).toEqual([
      '2,"It has 5 cells, and the file 3 columns.",b,b@x.example,one,two,three',
      '3,"“nothing”: Enter one email address, such as maria@example.com.",short,nothing,',
    ]);
    expect(await counts(await planned(refused))).toContain('Refused 2');
    await execute(await planned(refused.replace('one,two,three', '"one, two, three"')));
    expect((await user('b')).description).toBe('one, two, three');
  });

  it('gives its refused lines a name that ends as its own did', () => {
    const endingOf = (fileName: string) => refusedShape({ fileName, separator: ';' }).ending;
    expect(['Personal.TXT', 'staff.csv', 'staff.tsv', 'staff.jsonl', 'staff'].map(endingOf)).toEqual([
      ...['txt', 'csv', 'tsv', undefined, undefined],
    ]);
  });

  it('gives refused texts back as they were meant, those that look like formulas too', async () => {
    const refused = (await alice.get(`${await planned("Name,Email,Groups\n'=1+1,f@x.example,Nowhere\n")}/refused.csv`))
      .text;
    expect(refused.split('\r\n')[1]).toBe(`2,There is no group “Nowhere”.,"'=1+1",f@x.example,Nowhere`);
    await execute(await planned(refused.replaceAll(/Nowhere(?=\r)/g, 'Support')));
    expect((await app.db.read('users').where('email', 'f@x.example').first('name')).name).toBe('=1+1');
  });

  it('of this installation gives its refused lines back as a file that is whole', async () => {
    const mark = await app.db.write(installationMark);
    const { bob, carol } = app.people;
    const file = `Roster id,Groups\n${mark}:user:${bob},Nowhere\n${mark}:user:${carol}:last of 2,Support\n`;
    const path = await planned(file);
    expect(await counts(path)).toEqual(['New 0', 'Changed 0', 'Unchanged 1', 'Refused 1']);
    const refused = (await alice.get(`${path}/refused.csv`)).text.replaceAll('Nowhere', 'Administrators');
    expect(await counts(await planned(refused))).toEqual(['New 0', 'Changed 1', 'Unchanged 0', 'Refused 0']);
  });

  it('is found to name somebody twice, however far apart', async () => {
    const lines = Array.from({ length: 1_200 }, (_, n) => `user${n},user${n}@example.com`);
    const file = ['Name,Email', 'user1100,other@example.com', ...lines, 'anna,USER3@example.com'].join('\n');
    const page = pageOf(await alice.get(await planned(`${file}\n`)));
    expect(page.texts('.rows li')).toEqual([
      'line 2 user1100 The same name stands in the lines 2, 1103.',
      'line 6 user3 The same email stands in the lines 6, 1203.',
      'line 1103 user1100 The same name stands in the lines 2, 1103.',
      'line 1203 anna The same email stands in the lines 6, 1203.',
    ]);
  });

  it('finds in the dry run what keeps somebody from being made, and lines that have come out of their columns', async () => {
    const path = await planned(
      'Name,Email,Starts on,Leaves on\nover,over@example.com,,2020-01-01\nturned,turned@example.com,2031-01-01,2030-01-01\nout,out@example.com,,,Support\nnina,nina@example.com,,,\n',
    );
    expect(pageOf(await alice.get(path)).texts('.rows li')).toEqual([
      'line 2 over This end is over already. Choose a later one; Deactivate ends access at once.',
      'line 3 turned The end is not after the start.',
      'line 4 out It has 5 cells, and the file 4 columns.',
    ]);
    await execute(path);
    expect(await counts(path)).toEqual(['New 1', 'Changed 0', 'Unchanged 0', 'Refused 3']);
  });

  it('changes an email only where it is ticked, and tells the old address', async () => {
    await app.close();
    app = await startApp({ SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'roster@example.com' });
    alice = await signedIn(app, 'alice');
    const file = 'Name,Email,Tags\nbob,robert@example.com,night\nlena,helena@example.com,\n';
    const path = await planned(file, { by: 'name' });
    expect(await counts(path)).toEqual(['New 0', 'Changed 2', 'Unchanged 0', 'Refused 0', 'New emails 2']);
    expect(pageOf(await alice.get(path)).texts('button.main')).toEqual(['Import 1 user']);
    await send(alice, await alice.get(`${path}?kind=emails`), { ticked: '3' });
    expect(pageOf(await alice.get(path)).texts('button.main')).toEqual(['Import 2 users']);
    await execute(path);
    expect([(await user('bob')).email, (await user('lena')).email]).toEqual(['bob@example.com', 'helena@example.com']);
    const told = await app.db.read('outbox').where('kind', 'email-changed').pluck('address');
    expect(told).toEqual(['lena@example.com', 'helena@example.com']);
  });

  it('changes nobody whose rights exceed those of its owner, nor who was changed since', async () => {
    const max = await signedIn(app, 'max');
    const file =
      'Name,Email,Tags\nalice,alice@example.com,night\nbob,bob@example.com,night\nerin,erin@example.com,night\n';
    const path = await planned(file, {}, max);
    expect(await counts(path, max)).toEqual(['New 0', 'Changed 2', 'Unchanged 0', 'Refused 1']);
    expect((await alice.get(path)).status).toBe(404);
    await app.db.write((trx) => trx('users').where('name', 'erin').increment('version'));
    const report = await execute(path, max);
    expect(pageOf(await alice.get(report)).$(`a[href="${path}"]`).length).toBe(0);
    expect((await alice.get(path)).status).toBe(404);
    const tagged = await app.db.read('user_tags').join('tags', 'tags.id', 'tag_id').where('tags.name', 'night');
    expect(tagged.map(({ user_id }) => user_id)).toEqual([app.people.bob]);
    const refused = (await max.get(`${path}/refused.csv`)).text;
    expect(refused).toContain('alice has rights that you do not hold.');
    expect(refused).toContain('erin was changed since.');
  });

  it('that is all of a view shows who is missing, and proposes no more than their deactivation', async () => {
    const { bob } = app.people;
    await app.db.write((trx) => trx('users').where('id', bob).update({ activity: 'deactivated' }));
    const max = await signedIn(app, 'max');
    const file = 'Email\ncarol@example.com\n';
    const path = await planned(file, { view: 'active' }, max);
    const page = pageOf(await max.get(`${path}/missing`));
    // Who may do more, Max himself, integrations, and who is not in the view are none of them.
    expect(page.texts('.sheet a[href^="/users/"]:not(.button)')).toEqual(['lena', 'erin']);
    const refused = await send(max, await max.get(`${path}/missing`), { number: '3' });
    expect([refused.status, pageOf(refused).errors().number]).toEqual([422, expect.stringContaining('missing: 2')]);
    const proposed = await send(max, await max.get(`${path}/missing`), { number: '2' });
    expect(pageOf(await max.get(proposed.headers.location)).texts('button.main')).toEqual(['Deactivate 2 users']);
    expect((await user('lena')).activity).toBe('active');
    await max.post(`${proposed.headers.location}/execution`);
    const gone = await app.db.read('users').where('activity', 'deactivated').orderBy('id').pluck('name');
    expect(gone).toEqual(['lena', 'bob', 'dave', 'erin']);
    const none = await planned('Email\nnew@example.com\n', { view: 'active' }, max);
    expect((await max.get(`${none}/missing`)).status).toBe(409);
  });

  it('is all of no view that asks for what is gone, neither when it is said nor afterwards', async () => {
    await app.db.write(async (trx) => {
      const [{ id }] = await trx('tags').insert({ name: 'Night', name_key: 'night' }).returning('id');
      await trx('user_tags').insert({ user_id: app.people.bob, tag_id: id });
      const view = { owner_id: app.people.ada, name: 'Night', name_key: 'night', is_shared: true };
      await trx('saved_views').insert({ ...view, address: `/users?tag=${id}` });
    });
    const { id } = await app.db.read('saved_views').first();
    const file = 'Email\ncarol@example.com\n';
    const path = await planned(file, { view: String(id) });
    expect(pageOf(await alice.get(`${path}/missing`)).texts('.sheet a[href^="/users/"]:not(.button)')).toEqual(['bob']);
    await app.db.write(async (trx) => {
      await trx('user_tags').delete();
      await trx('tags').where('name', 'Night').delete();
    });
    const told = /The view Night asks for something that there is not. There is no tag "\d+"\./;
    for (const answer of [await alice.get(`${path}/missing`), await alice.post(`${path}/missing`, { number: '1' })])
      expect([answer.status, pageOf(answer).textOf('main')]).toEqual([409, expect.stringMatching(told)]);
    const again = await uploaded(file);
    const refused = await send(alice, await alice.get(again), { view: String(id) });
    expect([refused.status, pageOf(refused).textOf('main')]).toEqual([422, expect.stringMatching(told)]);
  });

  it('changes nothing when it is imported again by somebody whose days begin at another time', async () => {
    const inZone = (zone: string) =>
      app.db.write((trx) => trx('users').where('name', 'alice').update({ time_zone: zone }));
    const file =
      'Name,Email,Starts on,Leaves on\nnina,nina@example.com,2026-12-01,2026-12-31\nnoah,noah@example.com,1.2.2020,\n';
    await inZone('Europe/Berlin');
    await execute(await planned(file));
    expect((await user('nina')).leaves_at).toBe('2026-12-31T23:00:00.000Z');
    for (const zone of ['America/New_York', 'Pacific/Auckland', 'Asia/Kathmandu', 'UTC', 'Europe/Berlin']) {
      await inZone(zone);
      expect([zone, await counts(await planned(file))]).toEqual([
        zone,
        ['New 0', 'Changed 0', 'Unchanged 2', 'Refused 0'],
      ]);
    }
    for (const other of ['2026-12-30', '2027-01-01', '2026-12-31 18:00'])
      expect([other, await counts(await planned(file.replace('2026-12-31', other)))]).toEqual([
        other,
        ['New 0', 'Changed 1', 'Unchanged 1', 'Refused 0'],
      ]);
  });

  it('that is all of a view takes nobody for missing whose name or email stands in it, whatever becomes of the line', async () => {
    const file =
      'Login,Email,Expires\nalice,alice@example.com,\nBob,robert@example.com,\nlena,,never\nnina,nina@example.com,\n';
    const missing = async (path: string) =>
      pageOf(await alice.get(`${path}/missing`)).texts('.sheet a[href^="/users/"]:not(.button)');
    const [first, second] = [await planned(file, { view: 'active' }), await planned(file, { view: 'active' })];
    // Bob has another email here, and that of Lena is left out.
    expect(await counts(first)).toEqual(['New 1', 'Changed 0', 'Unchanged 1', 'Refused 2']);
    const others = await missing(first);
    expect(others).not.toEqual(expect.arrayContaining(['bob']));
    expect(others).not.toEqual(expect.arrayContaining(['lena']));
    await execute(first);
    // The same file in another tab: Nina was new when it was looked at.
    expect(await missing(second)).toEqual(others);
    expect(others).toContain('carol');
  });

  it('leaves out alone what only the database can tell in the end', async () => {
    const file =
      'Email,Linked contact email\nerin@example.com,maria@example.com\nlena@example.com,maria@example.com\nada@example.com,\n';
    const path = await planned(file);
    expect(await counts(path)).toEqual(['New 0', 'Changed 2', 'Unchanged 1', 'Refused 0']);
    const report = await execute(path);
    expect(pageOf(await alice.get(report)).heading()).toBe('1 user was changed by an import.');
    expect([(await user('erin')).contact_name, (await user('lena')).contact_name]).toEqual(['María Müller', null]);
    expect((await alice.get(`${path}/refused.csv`)).text).toContain('María Müller is linked to the user erin already.');
  });

  it('of more than is done while one waits goes on after the program ended, in the dry run as in the deed', async () => {
    const lines = Array.from({ length: 5_200 }, (_, n) => `user${n},user${n}@example.com`);
    await app.context.operations.stop();
    const path = await planned(`Name,Email\n${lines.join('\n')}\n`);
    const progress = pageOf(await alice.get(path));
    expect(progress.textOf('#progress')).toContain('Nothing is done yet');
    app = await app.restart();
    app.context.operations.wake();
    await app.context.operations.idle();
    alice = await signedIn(app, 'alice');
    expect(await counts(path)).toEqual(['New 5,200', 'Changed 0', 'Unchanged 0', 'Refused 0']);
    await app.context.operations.stop();
    const report = await execute(path);
    expect(await user('user5199')).toBeUndefined();
    app = await app.restart();
    app.context.operations.wake();
    await app.context.operations.idle();
    alice = await signedIn(app, 'alice');
    expect(pageOf(await alice.get(report)).heading()).toBe('5,200 users were created by an import.');
    expect(await user('user5199')).toBeDefined();
  });
});
