import { describe, expect, it } from '@jest/globals';
import type BetterSqlite from 'better-sqlite3';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { userRow } from '../support/database.ts';
import { send } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { Session, signedIn } from '../support/session.ts';

/** More than any page that is there has room for. */
const LONG = 'x'.repeat(4_900);

/** The database can take no further page, as on a disk without room. */
async function setRoom({ db }: TestApp, room: 'none' | 'enough'): Promise<void> {
  const connection: BetterSqlite.Database = await db.writer.client.acquireConnection();
  if (room === 'none') {
    connection.pragma(`max_page_count = ${connection.pragma('page_count', { simple: true })}`);
    // What is left is used up, down to the last place for a session.
    const session = connection.prepare(
      `insert into sessions (id_hash, data, address, agent, created_at, seen_at, expires_at)
       values (hex(randomblob(16)), printf('%.*c', ?, 'x'), '', '', '', '', '9999')`,
    );
    for (const length of [2_000, 200, 1])
      try {
        for (;;) session.run(length);
      } catch {}
  } else connection.pragma('max_page_count = 1000000');
  await db.writer.client.releaseConnection(connection);
}

describe('a full disk', () => {
  it('is said in words where something cannot be kept, while pages are still shown', async () => {
    await using app = await startApp();
    const alice = await signedIn(app, 'alice');
    await alice.get('/users/new');
    await setRoom(app, 'none');

    for (const path of ['/users', '/groups', '/credentials']) expect((await alice.get(path)).status).toBe(200);
    const refused = await alice.post('/users', {
      name: 'zoe',
      email: 'zoe@example.com',
      access: 'copy',
      description: LONG,
    });
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '5']);
    expect(pageOf(refused).textOf('#error p')).toMatch(/The disk of this Roster is full. Nothing was changed/);
    expect(await app.db.read('users').where('name', 'zoe')).toEqual([]);

    await setRoom(app, 'enough');
    // From the page that came in place of the form, as often as it takes.
    expect(pageOf(refused).textOf('.note')).toMatch(/What you sent is kept in this page/);
    const made = await send(alice, refused);
    expect(made.status).toBe(303);
    const zoe = await app.db.read('users').where('name', 'zoe').first();
    expect(zoe).toMatchObject({ email: 'zoe@example.com', description: LONG });

    // A form that is no POST is none the second time either.
    const opened = await alice.get(`/users/${app.people.bob}/edit`);
    await setRoom(app, 'none');
    const unchanged = await send(alice, opened, { description: LONG });
    expect(unchanged.status).toBe(503);
    await setRoom(app, 'enough');
    expect((await send(alice, unchanged)).status).toBe(303);
    expect((await userRow(app, app.people.bob)).description).toBe(LONG);
  });

  it('keeps no password in the page that refuses it', async () => {
    await using app = await startApp();
    const alice = await signedIn(app, 'alice');
    await alice.get('/users/new');
    await setRoom(app, 'none');
    const zoe = { name: 'zoe', email: 'zoe@example.com', access: 'copy', description: LONG };
    const refused = await alice.post('/users', { ...zoe, current: PASSWORD });
    expect(refused.status).toBe(503);
    expect(refused.text).not.toMatch(/herons|kept in this page/);
    expect(pageOf(refused).textOf('.note')).toMatch(/Go back and send it again/);
  });

  it('shows the sign-in page, and answers who signs in', async () => {
    await using app = await startApp();
    const before = new Session(app);
    await before.get('/session/new');
    await setRoom(app, 'none');
    // Looking in writes nothing.
    expect((await new Session(app).get('/session/new')).status).toBe(200);
    const signIn = await before.post('/session', { identifier: 'alice', password: PASSWORD });
    expect(signIn.status).toBe(503);
    expect(pageOf(signIn).textOf('#error p')).toMatch(/The disk of this Roster is full/);
    expect(signIn.text).not.toMatch(/sqlite|insert into|\.ts/i);
    expect(await userRow(app, app.people.alice)).toMatchObject({ activity: 'active' });

    await setRoom(app, 'enough');
    await before.get('/session/new');
    expect((await before.post('/session', { identifier: 'alice', password: PASSWORD })).status).toBe(303);
  });
});
