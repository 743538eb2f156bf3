import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { jobsOf } from '../../src/features.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { pathTo } from '../support/people.ts';
import { type Program, programAs } from '../support/program.ts';
import { type Session, signedIn } from '../support/session.ts';

const DAY = 86_400_000;
const MAILING = { SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'roster@example.com' };

let app: TestApp;
let alice: Session;
let program: Program;

beforeEach(async () => {
  app = await startApp({ ...MAILING, TOKEN_REQUESTS: '1000000' });
  alice = await signedIn(app, 'alice');
  program = await programAs(app, 'robin', ['users:read']);
});
afterEach(() => app.close());

const run = (name: string) =>
  jobsOf(app.context)
    .find((job) => job.name === name)!
    .run();
const mails = () => app.db.read('outbox').where('kind', 'token-ends');

describe('a token that ends', () => {
  it('is told of a week before, once, to whoever answers for it', async () => {
    await programAs(app, 'bob', ['users:read']);
    const tell = () => run('Tell of tokens that end soon');
    app.clock.advance(82 * DAY);
    await tell();
    expect(await mails()).toEqual([]);
    app.clock.advance(DAY + 1);
    await tell();
    await tell();
    const told = (await mails()).map(({ user_id, facts }) => [user_id, JSON.parse(facts).of]);
    expect(told).toEqual([
      [app.people.alice, 'robin'],
      [app.people.bob, 'bob'],
    ]);
  });

  it('is told of to who leads the owner that is gone, or else to the administrators', async () => {
    const tell = async (owner: 'bob' | 'erin') => {
      await app.db.write((trx) =>
        trx('users').where('id', app.people.robin).update({ api_only_owner_id: app.people[owner] }),
      );
      await alice.post(pathTo(app, owner, '/deactivation'));
      await app.db.write((trx) => trx('tokens').update({ told_at: null }));
      await app.db.write((trx) => trx('outbox').where('kind', 'token-ends').delete());
      await run('Tell of tokens that end soon');
      return (await mails()).map(({ user_id }) => user_id).toSorted();
    };
    app.clock.advance(84 * DAY);
    alice = await signedIn(app, 'alice');
    expect(await tell('bob')).toEqual([app.people.lena]);
    expect(await tell('erin')).toEqual([app.people.alice, app.people.ada]);
  });

  it('has ended for good: a clock that is set back revives nothing', async () => {
    app.clock.advance(91 * DAY);
    await run('Remove what has ended');
    app.clock.advance(-91 * DAY);
    expect((await program.get('/users')).status).toBe(401);
  });

  it('is rotated for no longer than any may be good for by now', async () => {
    app = await app.restart({ settings: { ...MAILING, TOKEN_DAYS: '30' } });
    alice = await signedIn(app, 'alice');
    const path = pathTo(app, 'robin', `/tokens/${program.tokenId}/rotation`);
    expect((await alice.post(path, { hours: '0' })).status).toBe(200);
    const [{ expires_at, created_at }] = await app.db.read('tokens').orderBy('id', 'desc').limit(1);
    expect(Date.parse(expires_at) - Date.parse(created_at)).toBe(30 * DAY);
  });

  it('ends with an account that is secured, by somebody else or by themself', async () => {
    for (const [person, end] of [
      ['bob', () => alice.post(pathTo(app, 'bob', '/securing'))],
      ['max', async () => (await signedIn(app, 'max')).post('/credentials/report')],
    ] as const) {
      const theirs = await programAs(app, person, ['users:read']);
      await end();
      expect([person, (await theirs.get('/users')).status]).toEqual([person, 401]);
      expect(await app.db.read('tokens').where({ id: theirs.tokenId }).whereNull('ended_at')).toEqual([]);
    }
  });

  it('lets nothing begin that comes after the end of its user (F17)', async () => {
    const ada = await programAs(app, 'ada', ['users:read']);
    let isOut = false;
    const late: number[] = [];
    const asking = Array.from({ length: 5 }, async () => {
      for (let n = 0; n < 40; n++) {
        const isAfter = isOut;
        const { status } = await ada.get('/users/1');
        if (isAfter) late.push(status);
      }
    });
    await alice.post(pathTo(app, 'ada', '/deactivation'));
    isOut = true;
    await Promise.all(asking);
    expect(late.length).toBeGreaterThan(0);
    expect(new Set(late)).toEqual(new Set([401]));
  });

  it('ends between a request and its change as well (R89)', async () => {
    const writer = await programAs(app, 'alice');
    const meanwhile = app.db.write(async (trx) => {
      await trx('tokens').where('id', writer.tokenId).update({ ended_at: '2026-11-22T12:00:00.000Z' });
      await new Promise((resolve) => setTimeout(resolve, 300));
    });
    const change = writer.send('post', '/groups', { name: 'Late' });
    const [answer] = await Promise.all([change, meanwhile]);
    expect(answer.status).toBe(401);
    expect(await app.db.read('groups').where('name', 'Late')).toEqual([]);
  });
});
