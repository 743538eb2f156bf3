import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { submit } from '../support/form.ts';
import { groupId, pathTo } from '../support/people.ts';
import { programAs } from '../support/program.ts';
import { type Session, signedIn } from '../support/session.ts';

/** As a program says it, and as a browser sends the same. */
const [PLAIN, SENT] = ['Nights\n\nand weekends', 'Nights\r\n\r\nand weekends'];

let app: TestApp;
let alice: Session;
beforeAll(async () => {
  app = await startApp();
  alice = await signedIn(app, 'alice');
  await submit(alice, '/applications/new', { key: 'time-sheets', name: 'Time sheets', groupId: '1' });
});
afterAll(() => app.close());

const RECORDS: [table: string, field: string, where: () => Promise<object>, path: () => Promise<string>][] = [
  ['users', 'description', async () => ({ id: app.people.bob }), async () => pathTo(app, 'bob')],
  ['groups', 'description', async () => ({ name: 'Support' }), async () => `/groups/${await groupId(app, 'Support')}`],
  ['contacts', 'description', async () => ({ id: 3 }), async () => '/contacts/3'],
  ['contacts', 'address', async () => ({ id: 3 }), async () => '/contacts/3'],
  ['applications', 'description', async () => ({ key: 'time-sheets' }), async () => '/applications/time-sheets'],
];

it.each(RECORDS)('of %s, %s are no change: browsers send others than programs', async (table, field, where, path) => {
  const one = await where();
  const edit = `${await path()}/edit`;
  for (const stored of [PLAIN, SENT]) {
    await app.db.write((trx) =>
      trx(table as 'users')
        .where(one)
        .update({ [field]: stored }),
    );
    const audit = await watchAudit(app);
    expect((await submit(alice, edit, { [field]: SENT })).status).toBe(303);
    expect([stored, await audit.actions()]).toEqual([stored, []]);
  }
  await submit(alice, edit, { [field]: `${SENT}\r\nby turns` });
  expect(
    (await app.db
      .read(table as 'users')
      .where(one)
      .first(field as 'description'))![field as 'description'],
  ).toBe(`${PLAIN}\nby turns`);
});

it('are told to a program as it said them', async () => {
  const program = await programAs(app, 'alice');
  const path = pathTo(app, 'carol');
  const patch = (description: string) => program.send('patch', path, { description }, { 'If-Match': '*' });
  const before = (await patch(PLAIN)).body;
  expect(before.description).toBe(PLAIN);
  await submit(alice, `${path}/edit`, { description: SENT });
  expect((await program.get(path)).body.version).toBe(before.version);
});

it('are those of what was done before they were kept in one way, and that can be taken back', async () => {
  const edit = `${pathTo(app, 'erin')}/edit`;
  await submit(alice, edit, { description: PLAIN });
  await submit(alice, edit, { description: 'Days' });
  await submit(alice, edit, { description: SENT });
  const newest = app.db.read('bulk_operation_items').max('operation_id');
  await app.db.write(async (trx) => {
    const [after, description] = [JSON.stringify({ description: SENT }), SENT];
    await trx('bulk_operation_items').where('operation_id', newest).update({ after });
    await trx('users').where('id', app.people.erin).update({ description });
  });
  const { id } = await app.db.read('bulk_operations').orderBy('id', 'desc').first('id');
  const sheet = await alice.post('/bulk-operations', { action: 'undo', from: String(id) });
  await alice.post(`${sheet.headers.location}/execution`);
  expect((await app.db.read('users').where('id', app.people.erin).first('description'))!.description).toBe('Days');
});
