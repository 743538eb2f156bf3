import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { send } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { programAs } from '../support/program.ts';
import { type Session, signedIn } from '../support/session.ts';

let app: TestApp;
let alice: Session;
beforeEach(async () => {
  app = await startApp();
  alice = await signedIn(app, 'alice');
});
afterEach(() => app.close());

/** Imports all of the file that can be. Returns what its plan says of the rest. */
async function imported(kind: 'users' | 'contacts', lines: string[]): Promise<string> {
  await alice.get(`/${kind}/import`);
  const { location: path } = (await alice.upload(`/${kind}/imports`, {}, lines.join('\n'))).headers;
  await send(alice, await alice.get(path));
  await app.context.operations.idle();
  const plan = pageOf(await alice.get(path));
  const { seen } = plan.typed();
  expect((await alice.post(`${path}/execution`, { seen: String(seen) })).status).toBe(303);
  return plan.textOf('main');
}

it('are those of the form for what a program is for: so long, in one line, and in one spelling', async () => {
  const rest = 'alice,2030-01-01';
  const said = await imported('users', [
    'Name,API-only,API-only reason,API-only owner,Review date',
    `long,yes,${'x'.repeat(501)},${rest}`,
    `longest,yes,${'x'.repeat(500)},${rest}`,
    `lines,yes,"Sends\r\ninvoices",${rest}`,
    `spelled,yes,Cafe\u0301,${rest}`,
  ]);
  expect(said).toContain('A reason has at most 500 characters.');
  const reasonOf = async (name: string) => (await app.db.read('users').where({ name }).first())?.api_only_reason;
  expect(await reasonOf('long')).toBeUndefined();
  expect((await reasonOf('longest'))!.length).toBe(500);
  expect([await reasonOf('lines'), await reasonOf('spelled')]).toEqual(['Sends invoices', 'Caf\u00e9']);
  const program = await programAs(app, 'alice');
  const apiOnly = { reason: 'Reads\ninvoices', ownerId: app.people.alice, reviewOn: '2030-01-01' };
  expect((await program.send('post', '/users', { name: 'reader', apiOnly })).status).toBe(201);
  expect(await reasonOf('reader')).toBe('Reads invoices');
});

it('are those of the form for what a contact is called', async () => {
  await imported('contacts', ['Name,Emails', 'Zoe\u0301 Kern,zoe@example.com']);
  expect(await app.db.read('contacts').orderBy('id', 'desc').first('name')).toEqual({ name: 'Zo\u00e9 Kern' });
});
