import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { userRow } from '../support/database.ts';
import { send } from '../support/form.ts';
import { lockAsked, startWriting } from '../support/line.ts';
import { pageOf } from '../support/page.ts';
import { pathTo } from '../support/people.ts';
import { isOnPostgres } from '../support/postgres.ts';
import { type Headers, Session, signedIn } from '../support/session.ts';

/** What only a programmer should ever see. */
const INNARDS = /\bat .+:\d+:\d+|node_modules|\.ts\b|SQLITE|select |insert |knex|\/(src|views)\//i;

describe('a page about what went wrong', () => {
  let app: TestApp;
  let alice: Session;
  beforeAll(async () => {
    app = await startApp();
    alice = await signedIn(app, 'alice');
  });
  afterAll(() => app.close());

  it.each<[number, string, string, () => Promise<{ status: number; text: string }>]>([
    [400, 'That request made no sense', 'The request is malformed.', () => alice.get('/users/%zz')],
    [
      403,
      'You may not do this',
      'alice is yourself: nobody deactivates themself.',
      () => alice.get(pathTo(app, 'alice', '/deactivation/new')),
    ],
    [404, 'Not found', 'There is nothing at this address.', () => alice.get('/nowhere')],
    [404, 'Not found', 'There is no such user.', () => alice.get('/users/999999')],
    [
      409,
      'This no longer fits',
      'dave is already deactivated.',
      () => alice.get(pathTo(app, 'dave', '/deactivation/new')),
    ],
    [
      413,
      'That is too much at once',
      'The request is larger than this form can be.',
      () => alice.post('/users', { name: 'x'.repeat(300_000) }),
    ],
  ])('says in plain words what it is, %i: %s, %s', async (status, heading, message, get) => {
    const answer = await get();
    expect(answer.status).toBe(status);
    const page = pageOf(answer);
    expect([page.heading(), page.textOf('#error p:first-child')]).toEqual([heading, message]);
    expect(page.textOf('title')).toBe(`${heading} · Roster`);
    const record = { 403: pathTo(app, 'alice'), 409: pathTo(app, 'dave') }[status];
    expect(page.$('main a').attr('href')).toBe(record ?? '/');
    expect(page.$('main').text()).not.toMatch(INNARDS);
  });

  it('says of a form with too many fields that it is too much', async () => {
    const fields = Object.fromEntries(Array.from({ length: 1_100 }, (_, n) => [`field${n}`, 'x']));
    expect((await alice.post('/users', fields)).status).toBe(413);
  });

  it('is the message alone for htmx, put where messages stand, and leaves the address as it is', async () => {
    const answer = await alice.get('/users/999999', { 'HX-Request': 'true', 'HX-Target': 'div#users-list' });
    expect(answer.status).toBe(404);
    expect(answer.headers).toMatchObject({
      'hx-retarget': '#messages',
      'hx-reswap': 'innerHTML',
      'hx-push-url': 'false',
    });
    expect(
      pageOf(answer)
        .$('body')
        .children()
        .toArray()
        .map((one) => one.attribs.id),
    ).toEqual(['error']);
  });

  it('about our own mistake carries the id of the request and no word of the reason; the log has both, once', async () => {
    await using broken = await startApp();
    const session = await signedIn(broken, 'alice');
    await broken.db.write((trx) => trx.raw('alter table tags rename to tags_gone'));
    for (const headers of [{}, { 'HX-Request': 'true', 'HX-Target': 'main#main' }] as Headers[]) {
      const answer = await session.get('/users/new', headers);
      expect(answer.status).toBe(500);
      const page = pageOf(answer);
      expect(page.$('#error').text()).toMatch(/The mistake is ours, and it was written down/);
      const id = page.textOf('#error code');
      expect(id).toMatch(/^[\w-]{12}$/);
      expect(answer.text.replace(/<(link|script)[^>]*>/g, '')).not.toMatch(INNARDS);
      expect(answer.text).not.toContain('tags_gone');
      const lines = broken.log.filter((line) => line.includes(id));
      expect(lines.length).toBe(1);
      expect(lines[0]).toMatch(/no such table|does not exist/);
      expect(JSON.parse(lines[0]).err.stack).toMatch(/at /);
    }
  });

  it.each(['warn', 'error'])(
    'about our own mistake is in the log also where only that level is wanted: %s',
    async (level) => {
      const loud = await startApp();
      await using broken = await loud.restart({ settings: { LOG_LEVEL: level } });
      const session = await signedIn(broken, 'alice');
      await broken.db.write((trx) => trx.raw('alter table tags rename to tags_gone'));
      const id = pageOf(await session.get('/users/new')).textOf('#error code');
      expect(broken.log.filter((line) => line.includes(id)).length).toBe(1);
    },
  );

  it('about a bug in a change leaves everything as it was, and writes no event', async () => {
    await using broken = await startApp();
    const session = await signedIn(broken, 'alice');
    await session.get('/credentials');
    await broken.db.write((trx) => trx.raw('alter table links rename to links_gone'));
    const before = await broken.db.read('users').where('name', 'bob').first();
    const audit = await watchAudit(broken);
    const answer = await session.post(pathTo(broken, 'bob', '/deactivation'));
    expect(answer.status).toBe(500);
    expect(await broken.db.read('users').where('name', 'bob').first()).toEqual(before);
    expect(await audit.actions()).toEqual([]);
  });
});

describe('a database that another program keeps busy', () => {
  it('is waited for, while pages are still shown; after five seconds it is said (F12)', async () => {
    await using app = await startApp();
    const alice = await signedIn(app, 'alice');
    await alice.get('/credentials');
    const other = await startWriting(app);

    await other.begin();
    const asked = lockAsked(app, 3);
    let isDone = false;
    const waiting = alice.post(pathTo(app, 'lena', '/access-confirmation')).finally(() => {
      isDone = true;
    });
    const reading = await alice.get('/groups');
    expect(reading.status).toBe(200);
    await asked;
    expect(isDone).toBe(false);
    await other.end();
    expect((await waiting).status).toBe(303);
    await alice.get(pathTo(app, 'lena'));
    expect((await userRow(app, app.people.lena)).access_confirmed_at).not.toBeNull();

    await other.begin();
    const refused = await alice.post(pathTo(app, 'max', '/access-confirmation'));
    await other.end();
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '5']);
    expect(pageOf(refused).textOf('#error p')).toMatch(
      /The database is busy. Nothing was changed; try again in a moment./,
    );
    expect((await userRow(app, app.people.max)).access_confirmed_at).toBeNull();
    expect((await send(alice, refused)).status).toBe(303);
    await alice.get(pathTo(app, 'max'));
    expect((await userRow(app, app.people.max)).access_confirmed_at).not.toBeNull();
    await other.close();
  });

  it('keeps nobody from the sign-in page', async () => {
    await using app = await startApp();
    const other = await startWriting(app);
    await other.begin();
    expect((await new Session(app).get('/session/new')).status).toBe(200);
    await other.end();
    await other.close();
  });
});

describe('a disk that does not give back what was written', () => {
  // About the file of the one database: on the other there is nothing of it to try.
  if (!isOnPostgres)
    it('is said in words, as no mistake of ours, where a page of the database cannot be read (F2)', async () => {
      await using app = await startApp();
      const alice = await signedIn(app, 'alice');
      await app.db.writer.raw('pragma wal_checkpoint(truncate)');
      const file = openSync(join(app.folder, 'roster.sqlite'), 'r+');
      const { size } = fstatSync(file);
      writeSync(file, Buffer.alloc(size - 4_096, 0x5a), 0, size - 4_096, 4_096);
      closeSync(file);
      const page = await alice.get('/groups');
      expect([page.status, page.headers['retry-after']]).toEqual([503, '5']);
      expect(pageOf(page).textOf('#error p')).toMatch(/The disk of this Roster does not answer/);
      expect((await new Session(app).get('/health')).status).toBe(503);
    });
});
