import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { startApp, startEmptyApp } from '../support/app.ts';
import { everything } from '../support/database.ts';
import { startWriting } from '../support/line.ts';
import { isOnPostgres } from '../support/postgres.ts';
import { Session } from '../support/session.ts';

/** For what measures how long ago something was. */
function letSecondPass(): void {
  const now = performance.now.bind(performance);
  jest.spyOn(performance, 'now').mockImplementation(() => now() + 1_000);
}

describe('the state of the program', () => {
  it('is well while the database can be read and written, and says so as JSON', async () => {
    for (const start of [startApp, startEmptyApp]) {
      await using app = await start();
      const answer = await new Session(app).get('/health');
      expect([answer.status, answer.body]).toEqual([200, { status: 'ok', database: 'ok' }]);
      expect(answer.type).toBe('application/json');
    }
  });

  it('is looked at without a session, a cookie or a trace', async () => {
    await using app = await startApp();
    // But for the moment of the last look, which is what it writes to know that it can.
    const traces = async () => ({ ...(await everything(app)), heartbeat: [] });
    const before = await traces();
    for (let n = 0; n < 3; n++) {
      const answer = await new Session(app).get('/health');
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
    expect((await new Session(app).agent.head('/health')).status).toBe(200);
    expect(await traces()).toEqual(before);
  });

  it('is looked for once a second at most, however many ask', async () => {
    await using app = await startApp();
    jest.spyOn(performance, 'now').mockReturnValue(0);
    const write = jest.spyOn(app.db, 'write');
    const ask = async () => (await new Session(app).get('/health')).status;
    expect(await Promise.all(Array.from({ length: 20 }, ask))).toEqual(Array(20).fill(200));
    expect([await ask(), write.mock.calls.length]).toEqual([200, 1]);
    jest.spyOn(performance, 'now').mockReturnValue(1_000);
    expect([await ask(), write.mock.calls.length]).toEqual([200, 2]);
  });

  it.each([
    ['be read', 'alter table users rename to users_gone'],
    ['be written', 'alter table heartbeat rename to heartbeat_gone'],
  ])('is bad while the database cannot %s, and says nothing of why', async (_, statement) => {
    await using app = await startApp();
    await app.db.write((trx) => trx.raw(statement));
    const answer = await new Session(app).get('/health');
    expect([answer.status, answer.body]).toEqual([503, { status: 'failing', database: 'failing' }]);
    expect(app.log.some((line) => line.includes('the database does not answer'))).toBe(true);
  });

  it('is bad while the disk takes nothing more, though the log of the database has room in itself', async () => {
    await using app = await startApp();
    const { dataDir } = app.config;
    app.config.dataDir = '/dev/null';
    expect((await new Session(app).get('/health')).status).toBe(503);
    expect(app.log.some((line) => line.includes('the disk takes nothing more'))).toBe(true);
    app.config.dataDir = dataDir;
    letSecondPass();
    expect((await new Session(app).get('/health')).status).toBe(200);
  });

  // About the file of the one database: on the other there is nothing of it to try.
  if (!isOnPostgres)
    it('is bad at once when the database is taken away, though it was well a moment ago', async () => {
      await using app = await startApp();
      expect((await new Session(app).get('/health')).status).toBe(200);
      renameSync(join(app.folder, 'roster.sqlite'), join(app.folder, 'elsewhere'));
      expect((await new Session(app).get('/health')).status).toBe(503);
    });

  it('is told as it was found last while a look waits for somebody else who writes', async () => {
    await using app = await startApp();
    const ask = async () => (await new Session(app).get('/health')).status;
    expect(await ask()).toBe(200);
    letSecondPass();
    const other = await startWriting(app);
    await other.begin();
    expect(await ask()).toBe(200);
    await other.end();
    await other.close();
  });

  it('is bad once a look has waited too long for somebody else who writes', async () => {
    await using app = await startApp();
    const ask = async () => (await new Session(app).get('/health')).status;
    const other = await startWriting(app);
    await other.begin();
    expect(await ask()).toBe(503);
    await other.end();
    await other.close();
    letSecondPass();
    expect(await ask()).toBe(200);
  }, 15_000);
});
