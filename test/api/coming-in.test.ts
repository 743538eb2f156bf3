import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import supertest from 'supertest';
import { newSecret } from '../../src/tokens/token-secret.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { factsBesideAudit } from '../support/database.ts';
import { pathTo } from '../support/people.ts';
import { isOnPostgres } from '../support/postgres.ts';
import { Program, programAs } from '../support/program.ts';
import { signedIn } from '../support/session.ts';

describe('a program comes in', () => {
  let app: TestApp;
  let program: Program;
  beforeAll(async () => {
    app = await startApp({ TOKEN_REQUESTS: '30' });
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    program = await programAs(app, 'alice', ['users:read']);
  });

  it('by the header alone: in an address, as a password or as a cookie a token opens nothing (R56, R57)', async () => {
    const ask = (path = '/api/v1/users') => supertest(app.url).get(path);
    const basic = Buffer.from(`alice:${program.secret}`).toString('base64');
    const answers = {
      none: await ask(),
      basic: await ask().set('Authorization', `Basic ${basic}`),
      cookie: await ask().set('Cookie', `roster=${program.secret}; token=${program.secret}`),
      unknown: await ask().set('Authorization', `Bearer ${newSecret()}`),
      mistyped: await ask().set('Authorization', `Bearer ${program.secret}x`),
    };
    for (const [how, answer] of Object.entries(answers))
      expect([how, answer.status, answer.type]).toEqual([how, 401, 'application/problem+json']);
    expect(answers.none.headers['www-authenticate']).toMatch(/^Bearer/);
    for (const query of [`?token=${program.secret}`, `?q=${program.secret.replace('_', '%5F')}`]) {
      const answer = await ask(`/api/v1/users${query}`).set('Authorization', `Bearer ${program.secret}`);
      expect([query, answer.status]).toEqual([query, 400]);
    }
    expect(app.log.join('\n')).not.toContain(program.secret.slice(8));
    const session = await signedIn(app, 'alice');
    expect((await session.get('/api/v1/users')).status).toBe(401);
    const page = await supertest(app.url).get('/users').set('Authorization', `Bearer ${program.secret}`);
    expect(page.headers.location).toMatch(/^\/session\/new/);
  });

  it('without a cookie and a session, and is told how often it may ask', async () => {
    const answer = await program.get('/users?per=25');
    expect(answer.status).toBe(200);
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(answer.headers['ratelimit-policy']).toBe('"token";q=30;w=60');
    expect(answer.headers.ratelimit).toBe('"token";r=29;t=60');
    const all = await Promise.all(Array.from({ length: 35 }, () => program.get('/users/1')));
    expect(all.filter(({ status }) => status === 429).length).toBe(6);
    const refused = all.find(({ status }) => status === 429)!;
    expect(refused.headers['retry-after']).toMatch(/^\d+$/);
    expect(refused.headers.ratelimit).toBe('"token";r=0;t=60');
    app.clock.advance(60_001);
    expect((await program.get('/users/1')).status).toBe(200);
  });

  it('with no more than its token opens, and no more than its user may at this moment (R58)', async () => {
    const change = await program.send('post', '/groups', { name: 'New' });
    expect([change.status, change.body.title]).toEqual([403, 'Not allowed']);
    const audit = await watchAudit(app);
    expect((await program.send('post', '/users', { name: 'n', email: 'n@example.com' })).status).toBe(403);
    expect((await audit.since()).map(({ action, actorName }) => [action, actorName])).toEqual([
      ['request.refused', 'alice'],
    ]);
    expect((await program.get('/groups')).status).toBe(403);
    const bob = await programAs(app, 'bob');
    expect((await bob.get('/users')).status).toBe(403);
    const max = await programAs(app, 'max', ['users:write']);
    expect((await max.get('/users')).status).toBe(200);
    await app.db.write((trx) => trx('memberships').where('user_id', app.people.max).delete());
    expect((await max.get('/users')).status).toBe(403);
  });

  it('not from elsewhere, not after its end, and not when its user is out (R51)', async () => {
    const elsewhere = await programAs(app, 'alice', ['users:read'], ['10.0.0.0/8']);
    expect((await elsewhere.get('/users')).status).toBe(403);
    expect((await (await programAs(app, 'alice', ['users:read'], ['127.0.0.1'])).get('/users')).status).toBe(200);
    const alice = await signedIn(app, 'alice');
    for (const out of ['/deactivation', '/deletion']) {
      const ada = await programAs(app, 'ada', ['users:read']);
      expect((await ada.get('/users')).status).toBe(200);
      await alice.post(pathTo(app, 'ada', out));
      expect([out, (await ada.get('/users')).status]).toEqual([out, 401]);
      await alice.send('delete', pathTo(app, 'ada', '/deactivation'));
      // What ended does not come back.
      expect([out, (await ada.get('/users')).status]).toEqual([out, 401]);
    }
    await app.db.write((trx) => trx('users').where('id', app.people.max).update({ expires_on: '2026-11-01' }));
    expect((await (await programAs(app, 'max')).get('/users')).status).toBe(401);
    app.clock.advance(91 * 86_400_000);
    expect((await program.get('/users')).status).toBe(401);
  });

  if (isOnPostgres)
    it('as often as it may, at whichever process it asks', async () => {
      const other = await app.beside();
      const beside = new Program(other, program.tokenId, program.secret);
      const asked = await Promise.all(Array.from({ length: 80 }, (_, n) => (n % 2 ? program : beside).get('/users/1')));
      expect(asked.filter(({ status }) => status === 200)).toHaveLength(30);
      app.clock.advance(60_001);
      expect([(await program.get('/users/1')).status, (await beside.get('/users/1')).status]).toEqual([200, 200]);
      await other.close();
    });

  it('to the figures of the machine, by the scope for them, as its user may read settings', async () => {
    const read = (secret: string) => supertest(app.url).get('/metrics').set('Authorization', `Bearer ${secret}`);
    const figures = await read((await programAs(app, 'alice', ['metrics:read'])).secret);
    expect([figures.status, figures.type]).toEqual([200, 'text/plain']);
    expect(figures.text).toMatch(/^roster_database_bytes \d+$/m);
    expect(figures.headers['ratelimit-policy']).toBe('"token";q=30;w=60');
    const audit = await watchAudit(app);
    for (const [person, scopes, status] of [
      ['alice', ['settings:write', 'users:read'], 403],
      ['bob', ['metrics:read'], 403],
    ] as const) {
      const answer = await read((await programAs(app, person, [...scopes])).secret);
      expect([person, answer.status, answer.type]).toEqual([person, status, 'application/problem+json']);
    }
    expect(await audit.actions()).toEqual(['request.refused', 'request.refused']);
    expect((await read(newSecret())).status).toBe(401);
    expect((await read('something else')).status).toBe(404);
  });

  it('and is seen: when it was used last, and from where', async () => {
    const fresh = await programAs(app, 'alice', ['users:read']);
    await fresh.get('/users/1');
    const row = await app.db.read('tokens').where('id', fresh.tokenId).first();
    expect(row.last_used_from).toMatch(/127\.0\.0\.1$/);
    expect(Date.parse(row.last_used_at)).toBe(app.clock.now());
    const before = await factsBesideAudit(app);
    await fresh.get('/users');
    expect(await factsBesideAudit(app)).toEqual(before);
  });
});
