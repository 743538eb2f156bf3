import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { closeBrowser, enter, visit } from '../support/browser.ts';
import { send, submit } from '../support/form.ts';
import { pathTo } from '../support/people.ts';
import { programAs } from '../support/program.ts';
import { Session, signedIn } from '../support/session.ts';

/** Each would say so if it ran, or make htmx ask for something that nobody asks for. */
const CORPUS = [
  '<script>window.ran = 1</script>',
  '"><img src=x onerror="window.ran = 2">',
  "'><svg onload='window.ran = 3'>",
  '<a hx-get="/ran" hx-trigger="load">x</a>',
  '" hx-get="/ran" hx-trigger="load" autofocus onfocus="window.ran = 4',
  '</title></textarea></script><script>window.ran = 5</script>',
  'javascript:window.ran = 6',
  '<%= 7 * 7 %>{{7*7}}',
];
const ALL = CORPUS.join(' ');

/** Where somebody else than the program chose the text; none of them is checked by the database. */
const TEXTS: [table: string, column: string][] = [
  ['users', 'name'],
  ['users', 'description'],
  ['users', 'contact_name'],
  ['users', 'api_only_reason'],
  ['users', 'email'],
  ['groups', 'name'],
  ['groups', 'description'],
  ['contacts', 'name'],
  ['contacts', 'position'],
  ['applications', 'name'],
  ['tags', 'name'],
  ['tokens', 'name'],
  ['sessions', 'agent'],
  ['login_attempts', 'agent'],
  ['known_devices', 'agent'],
  ['saved_views', 'name'],
];

let app: TestApp;
/** A file of users, read and looked at in a dry run. */
let imported: string;
beforeAll(async () => {
  app = await startApp();
  const alice = await signedIn(app, 'alice');
  await programAs(app, 'alice');
  await new Session(app).signIn('bob');
  await submit(alice, pathTo(app, 'bob', '/edit'), { description: ALL });
  await submit(alice, '/saved-views/new', { name: 'view', path: '/users' });
  await submit(alice, '/applications/new', { key: 'odd', name: 'odd' });
  await alice.get('/users/import');
  const cell = `"${ALL.replaceAll('"', '""')}"`;
  const file = `name,email,groups,${cell}\n${cell},${cell},${cell},x\nodd,odd@example.com,,${cell}\n`;
  imported = (await alice.upload('/users/imports', {}, file)).headers.location;
  await send(alice, await alice.get(imported));
  await app.context.operations.idle();
});
afterAll(async () => {
  await closeBrowser();
  await app.close();
});

it('no text that anybody typed runs as a script, wherever it is shown (R70)', async () => {
  const { page, complaints } = await visit({ baseURL: app.url });
  await enter(app, page, 'alice', '/');
  await page.waitForURL('**/users');
  await app.db.write(async (trx) => {
    for (const [table, column] of TEXTS) {
      const key = table === 'sessions' ? 'id_hash' : 'id';
      for (const id of await trx(table).pluck(key))
        await trx(table)
          .where(key, id)
          .update({ [column]: `${ALL} ${id}` });
    }
  });
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  const own = pathTo(app, 'bob');
  const paths = [
    '/users?column=name&column=tags&column=description&column=contact&column=groups',
    `/users?q=${encodeURIComponent(ALL)}&state=${encodeURIComponent(ALL)}&address=${encodeURIComponent(ALL)}`,
    ...['', '/edit', '/sign-ins', '/permissions', '/deactivation/new', '/tokens'].map((part) => `${own}${part}`),
    ...[
      '/groups',
      '/groups/1',
      '/groups/1/edit',
      '/contacts',
      '/contacts/4',
      '/audit',
      '/security',
      '/invitations',
      '/overview',
      '/idle-accounts',
      `${own}/leaving`,
    ],
    ...[
      '/credentials',
      '/credentials/tokens',
      '/saved-views',
      '/search?q=script',
      '/users/groups',
      '/users/tags',
      '/applications',
    ],
    ...[imported, `${imported}/columns`],
    `/session/new?next=${encodeURIComponent('javascript:window.ran = 7')}`,
  ];
  let shown = 0;
  for (const path of paths) {
    await page.goto(path, { waitUntil: 'load' });
    expect([path, await page.evaluate('window.ran')]).toEqual([path, undefined]);
    if ((await page.content()).includes('window.ran = 1')) shown++;
  }
  // It is there to be read.
  expect(shown).toBeGreaterThan(12);
  expect(asked.filter((path) => path === '/ran')).toEqual([]);
  expect(complaints).toEqual([]);
});
