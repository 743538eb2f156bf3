import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createContact, createPerson } from '../../src/contacts/actions/contact-creation.ts';
import { installationMark } from '../../src/installation/data/installation-mark.ts';
import { actSettings } from '../../src/verbs/act.ts';
import { programAct } from '../../src/verbs/program-act.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { rosterBeside } from '../support/command-line.ts';
import { send } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { type Session, signedIn } from '../support/session.ts';

let app: TestApp;
let alice: Session;

beforeEach(async () => {
  app = await startApp();
  alice = await signedIn(app, 'alice');
});
afterEach(() => app.close());

async function planned(file: string, fields: Record<string, string> = {}, session = alice): Promise<string> {
  await session.get('/contacts/import');
  const sent = await session.upload('/contacts/imports', {}, file);
  await send(session, await session.get(sent.headers.location), fields);
  return sent.headers.location;
}

async function execute(path: string, session = alice): Promise<string> {
  const { seen } = pageOf(await session.get(path)).typed();
  return (await session.post(`${path}/execution`, { seen: String(seen) })).headers.location;
}

const counts = async (path: string, session = alice) =>
  pageOf(await session.get(path)).texts('[aria-label="What lines come to"] a:not([download])');
const contact = (name: string) => app.db.read('contacts').where({ name }).first();
/** All that an import could change. */
async function everything() {
  const contacts = await app.db.read('contacts').orderBy('id');
  return {
    contacts: contacts.map(({ version, offer, ...rest }) => rest),
    accounts: await app.db.read('accounts').orderBy(['contact_id', 'type']),
    tags: await app.db.read('contact_tags').orderBy(['contact_id', 'tag_id']),
  };
}

describe('contacts that are imported', () => {
  it('are made and changed as an operation that can be taken back, and the same file again changes nothing', async () => {
    const before = await everything();
    const file = [
      'Kind,Name,Email,Phone,Company,Account,Tags',
      'person,Nora Nilsson,nora@example.com,+49 30 123,Acme,,vip',
      'company,Beta,,,,supplier; prospect,',
      'person,María Müller,maria@example.com,+49 30 456,Acme,,north',
      'person,Cleo Customer,cleo@acme.example,,,,',
    ].join('\n');
    const path = await planned(`${file}\n`);
    expect(await counts(path)).toEqual(['New 2', 'Changed 1', 'Unchanged 1', 'Refused 0']);
    const report = await execute(path);
    expect(pageOf(await alice.get(report)).heading()).toBe('2 contacts were created and 1 was changed by an import.');
    expect(JSON.parse((await contact('María Müller')).phones)).toEqual(['+49 30 456']);
    const acme = await contact('Acme');
    expect((await contact('Nora Nilsson')).company_id).toBe(acme.id);
    const accounts = await app.db
      .read('accounts')
      .where('contact_id', (await contact('Beta')).id)
      .pluck('type');
    expect(accounts.toSorted()).toEqual(['prospect', 'supplier']);
    expect(await counts(await planned(`${file}\n`))).toEqual(['New 0', 'Changed 0', 'Unchanged 4', 'Refused 0']);
    const from = report.split('/').at(-1)!;
    const sheet = (await alice.post('/bulk-operations', { action: 'undo', from })).headers.location;
    await alice.post(`${sheet}/execution`);
    expect((await contact('Nora Nilsson')).activity).toBe('deleted');
    const after = await everything();
    expect(after.contacts.slice(0, before.contacts.length)).toEqual(before.contacts);
    expect(after.tags.filter(({ contact_id }) => contact_id <= 4)).toEqual(before.tags);
  });

  it('may have their companies in the same file, in whatever order', async () => {
    const before = await everything();
    const file = [
      'Kind,Name,Email,Company',
      'person,Nora Nilsson,nora@example.com,Gamma',
      'person,María Müller,maria@example.com,gamma',
      'person,Otto,otto@example.com,Delta',
      'person,Ida,ida@example.com,Twins',
      'company,Gamma,,',
      'company,Delta,delta,',
      'company,Twins,one@example.com,',
      'company,Twins,two@example.com,',
    ].join('\n');
    const path = await planned(`${file}\n`);
    expect(await counts(path)).toEqual(['New 4', 'Changed 1', 'Unchanged 0', 'Refused 3']);
    const changed = pageOf(await alice.get(`${path}?kind=changed`)).textOf('.rows');
    expect(changed).toMatch(/company .*→ ?gamma.*comes with the same file/i);
    const report = await execute(path);
    const gamma = await contact('Gamma');
    const working = await app.db.read('contacts').where('company_id', gamma.id).orderBy('name').pluck('name');
    expect(working).toEqual(['María Müller', 'Nora Nilsson']);
    expect(await counts(await planned(`${file}\n`))).toEqual(['New 0', 'Changed 0', 'Unchanged 5', 'Refused 3']);
    const from = report.split('/').at(-1)!;
    const sheet = (await alice.post('/bulk-operations', { action: 'undo', from })).headers.location;
    await alice.post(`${sheet}/execution`);
    expect((await everything()).contacts.slice(0, before.contacts.length)).toEqual(before.contacts);
  });

  it('are refused where their companies are in the same file, and will not be made', async () => {
    await app.db.write((trx) => trx('contacts').where('name', 'Acme').update({ owner_user_id: app.people.ada }));
    const { id } = await contact('Acme');
    const mark = await app.db.write(installationMark);
    const path = await planned(
      [
        'Roster id,Kind,Name,Email,Company,Activity',
        ',person,María Müller,maria@example.com,Acme,',
        `${mark}:contact:${id}:last of 1,company,Acme,,,`,
        ',person,Nora Nilsson,nora@example.com,Omega,',
        ',company,Omega,,,deleted',
      ].join('\n'),
    );
    expect(await counts(path)).toEqual(['New 0', 'Changed 0', 'Unchanged 0', 'Refused 4']);
    const reasons = pageOf(await alice.get(path)).textOf('.rows');
    for (const company of ['Acme', 'Omega'])
      expect(reasons).toContain(`There is no company ${company} that you may see.`);
  });

  it('are refused with the reason where they will not do', async () => {
    await app.db.write(async (trx) => {
      const act = programAct(actSettings(app.config), { name: 'test', rights: { contacts: 'write' } });
      for (const email of ['a@x.example', 'b@x.example']) await createPerson(trx, act, { name: 'Twin', email });
    });
    const path = await planned(
      [
        'Kind,Name,Emails,Company,Accounts',
        'animal,Rex,rex@example.com,,',
        'person,,nobody,,',
        'person,Otto,otto@example.com,Nowhere,',
        'person,Ida,ida@example.com,,friend',
        'person,Twin,,,',
        'person,Uma,uma@example.com,,',
        'person,Uwe,UMA@example.com,,',
        'person,,vera@example.com,,',
      ].join('\n'),
    );
    const page = pageOf(await alice.get(path));
    const reasons = page.textOf('.rows');
    for (const words of [
      'The kind “animal” is neither person nor company',
      '“nobody” is no email address',
      'There is no company Nowhere',
      'There is no account “friend”',
      'Several contacts have the name Twin',
      'The same email stands in the lines 7, 8',
      'A new contact has a name',
    ])
      expect(reasons).toContain(words);
    expect(await counts(path)).toEqual(['New 0', 'Changed 0', 'Unchanged 0', 'Refused 8']);
  });

  it('of others are neither found nor changed', async () => {
    const { ada } = app.people;
    await app.db.write((trx) => trx('contacts').where('name', 'María Müller').update({ owner_user_id: ada }));
    const { id } = await contact('María Müller');
    const { mark } = (await app.db.read('installation_mark').first()) ?? { mark: 'bcdfghjklmnpqrst' };
    await app.db.write((trx) => trx('installation_mark').insert({ only: 1, mark }).onConflict().ignore());
    const path = await planned(`Roster id,Name,Phone\n${mark}:contact:${id}:last of 1,Mine now,1\n`);
    expect(pageOf(await alice.get(path)).textOf('.rows')).toContain('that you may not see');
    expect(await counts(await planned('Name,Email\nMaría Müller,maria@example.com\n'))).toContain('New 1');
    expect((await (await signedIn(app, 'max')).get('/contacts/import')).status).toBe(404);
    expect((await (await signedIn(app, 'rita')).get('/contacts/import')).status).toBe(403);
    expect((await alice.get(path.replace('contacts', 'users'))).status).toBe(404);
  });

  it('change nothing when they were exported here, at the command line as well', async () => {
    const roster = (...words: string[]) => rosterBeside(app, words);
    const out = join(app.folder, 'out.csv');
    // Cleo works for one of two that are called so.
    await app.db.write((trx) =>
      createContact(trx, programAct(actSettings(app.config), { name: 'test', rights: { contacts: 'write' } }), {
        kind: 'company',
        name: 'Acme',
      }),
    );
    await app.db.write((trx) => trx('contacts').where('name', 'María Müller').update({ activity: 'deleted' }));
    expect((await roster('export', 'contacts', '--view', 'activity=active&activity=deleted', '--to', out)).code).toBe(
      0,
    );
    const before = await everything();
    const { code, output } = await roster('import', 'contacts', out, '--apply', '--json');
    expect([code, JSON.parse(output)]).toEqual([0, expect.objectContaining({ new: 0, changed: 0, unchanged: 5 })]);
    expect(await everything()).toEqual(before);
    writeFileSync(out, readFileSync(out, 'utf8').replace('Cleo Customer', 'Clea Customer'));
    expect(JSON.parse((await roster('import', 'contacts', out, '--apply', '--json')).output).changed).toBe(1);
    expect(await contact('Clea Customer')).toBeDefined();
  });
});
