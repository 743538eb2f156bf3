import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import express from 'express';
import { loggedError } from '../../src/process/logger.ts';
import { errorHandler } from '../../src/web/error-handler.ts';
import { startApp } from '../support/app.ts';
import { isOnPostgres } from '../support/postgres.ts';
import { Session, signedIn } from '../support/session.ts';
import { refuseBefore } from '../support/triggers.ts';

const HASH = 'what nobody may read';

describe('the log', () => {
  it('has one line per request: from where, by whom, and what came of a sign-in', async () => {
    await using app = await startApp();
    const bob = await signedIn(app, 'bob');
    await bob.get('/credentials');
    await new Session(app).signIn('bob', 'not the password of bob');
    await new Session(app).signIn('a name that is a password', 'whatever it is');
    const lines = app.log.map((line) => JSON.parse(line));
    const signIns = lines
      .filter(({ outcome }) => outcome)
      .map(({ outcome, userId, address }) => [outcome, userId, address]);
    expect(signIns).toEqual([
      ['signed in', app.people.bob, '127.0.0.1'],
      ['sign-in refused', app.people.bob, '127.0.0.1'],
      ['sign-in refused', null, '127.0.0.1'],
    ]);
    expect(lines.find(({ req }) => req.path === '/credentials')).toMatchObject({ userId: app.people.bob });
    expect(app.log.join('')).not.toContain('a name that');
  });

  it('has none of what is asked for all the time', async () => {
    await using app = await startApp();
    const page = await new Session(app).get('/session/new');
    await new Session(app).get(/href="(\/assets\/[^"]+)"/.exec(page.text)![1]);
    await new Session(app).get('/health');
    expect(app.log.map((line) => JSON.parse(line).req.path)).toEqual(['/session/new']);
  });

  it('tells an error in a line of less than a kilobyte, with no value of the statement that failed (R91)', async () => {
    await using app = await startApp();
    await refuseBefore(app.db.writer, 'insert on tags', 'not today');
    const error = await app.db
      .write((trx) => trx('tags').insert({ name: HASH, name_key: HASH }))
      .catch((failure) => failure);
    app.log.length = 0;
    app.context.logger.error({ err: error }, 'it failed');
    expect(app.log).toHaveLength(1);
    expect(app.log[0].length).toBeLessThan(1_000);
    expect(JSON.parse(app.log[0]).err).toMatchObject({
      code: isOnPostgres ? 'P0001' : 'SQLITE_CONSTRAINT_TRIGGER',
      message: expect.stringMatching(/not today$/),
    });
    // Wherever else it goes: a library may print it on its own.
    expect(String(error.stack) + error.message).not.toContain(HASH);
  });

  it('tells an error after the answer had begun, and nobody else prints it', async () => {
    await using app = await startApp();
    const broken = express();
    broken.get('/', (_req, res) => {
      res.write('half');
      throw Object.assign(new Error('halfway'), { detail: HASH });
    });
    broken.use(errorHandler({ logger: app.context.logger, recordRefusal: async () => {}, showSignIn: async () => {} }));
    const server = createServer(broken);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const printed: unknown[] = [];
    const print = console.error;
    console.error = (...words) => printed.push(words);
    try {
      const { port } = server.address() as AddressInfo;
      await expect(fetch(`http://127.0.0.1:${port}/`).then((answer) => answer.text())).rejects.toThrow();
    } finally {
      console.error = print;
      server.close();
    }
    expect(printed).toEqual([]);
    expect(app.log.map((line) => JSON.parse(line)).at(-1)).toMatchObject({
      err: { message: 'halfway' },
      msg: 'an answer broke off',
    });
    expect(app.log.join('')).not.toContain(HASH);
  });

  it('tells whatever is thrown', () => {
    for (const thrown of [undefined, null, 'text', 7, {}, Object.create(null), { message: 3, stack: {} }])
      expect(JSON.stringify(loggedError(thrown)).length).toBeLessThan(1_000);
    const long = loggedError(new Error('x'.repeat(100_000)));
    expect(JSON.stringify(long).length).toBeLessThan(1_000);
  });
});

describe('a proxy that is set up wrongly', () => {
  it.each([
    ['says nothing of TLS', {}, /does not say how the browser came: let it send X-Forwarded-Proto/],
    ['is not trusted', { 'X-Forwarded-Proto': 'https' }, /is not among those that TRUST_PROXY names/],
  ])('and %s is told on the page, and once in the log', async (_, headers, words) => {
    await using app = await startApp({ BASE_URL: 'https://roster.example', TRUST_PROXY: '10.0.0.1' });
    for (let n = 0; n < 3; n++) {
      const page = await new Session(app).get('/session/new', { Host: 'roster.example', ...headers });
      expect([page.status, page.text]).toEqual([503, expect.stringMatching(words)]);
      expect(page.headers['set-cookie']).toBeUndefined();
    }
    expect(app.log.filter((line) => words.test(line))).toHaveLength(1);
  });

  it('and loses the port is told once in the log', async () => {
    await using app = await startApp({ BASE_URL: 'http://roster.example:8080' });
    for (let n = 0; n < 3; n++)
      expect((await new Session(app).get('/session/new', { Host: 'roster.example' })).status).toBe(421);
    expect(app.log.filter((line) => line.includes('$http_host'))).toHaveLength(1);
  });
});
