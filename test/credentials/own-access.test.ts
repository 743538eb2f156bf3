import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { linkFor, opened } from '../support/links.ts';
import { pageOf } from '../support/page.ts';
import { signedIn } from '../support/session.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

it('tells an invited person what they can do here, not a form for passwords', async () => {
  const carol = await opened(app, await linkFor(app, 'carol', 'invitation'));
  const password = 'nine slow tractors hum';
  const { location } = (await carol.post('/invitations/acceptance', { password, repeated: password })).headers;
  const page = pageOf(await carol.get(location));
  expect(page.heading()).toBe('My access');
  expect(page.message()).toContain('Your password is set');
  expect(page.$('main input[type="password"]').length).toBe(0);
  expect(page.textOf('main')).toMatch(
    /Support.*Gives you no right.*lena leads it.*nothing here that you have to look after/,
  );
});

it.each([
  ['alice', ['Users', 'Groups', 'Contacts', 'Audit', 'This installation']],
  ['max', ['Users']],
  ['rita', ['Users', 'Groups', 'Contacts', 'Audit']],
  ['lena', ['Support']],
  ['bob', []],
] as const)('names to %s the pages that they may open', async (person, labels) => {
  const session = await signedIn(app, person);
  const links = pageOf(await session.get('/me')).$('main .rows strong');
  expect(links.toArray().map((one) => pageOf({ text: '' }).$(one).text())).toEqual([...labels]);
  for (const path of links
    .closest('li')
    .find('a')
    .toArray()
    .map(({ attribs }) => attribs.href))
    expect((await session.get(path)).status).toBe(200);
});

it('names what other applications grant, by their own names', async () => {
  const at = '2026-11-01T12:00:00.000Z';
  await app.db.write(async (trx) => {
    await trx('applications').insert({ key: 'time-sheets', name: 'Time <sheets>', created_at: at });
    const [{ id }] = await trx('groups').insert({ name: 'T', name_key: 't', created_at: at }).returning('id');
    await trx('group_permissions').insert({ group_id: id, application: 'time-sheets', level: 'read' });
    await trx('memberships').insert({ user_id: app.people.bob, group_id: id, granted_at: at });
  });
  const page = pageOf(await (await signedIn(app, 'bob')).get('/me'));
  expect(page.textOf('main')).toContain('Time <sheets> read');
});
