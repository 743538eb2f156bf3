import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { SignInForm } from '../../faults/sign-in-form.ts';
import { isAnyAdministrator } from '../../src/access/administrators.ts';
import { EVERYTHING } from '../../src/access/rights.ts';
import { verifyChain } from '../../src/audit/chain.ts';
import { phaseOf } from '../../src/bulk-operations/bulk-operation.ts';
import { claimOperation, createDraft, findOperation } from '../../src/bulk-operations/bulk-operation-store.ts';
import { instant, MINUTE, SECOND } from '../../src/clock.ts';
import { Jobs } from '../../src/jobs/jobs.ts';
import { createLogger } from '../../src/process/logger.ts';
import { clearLoginAttempts } from '../../src/sessions/lockout-store.ts';
import { keepSetupLink } from '../../src/setup/setup-link-store.ts';
import { ACTIVATION } from '../../src/users/actions/activation.ts';
import { performOnUsers } from '../../src/users/actions/user-actions.ts';
import { actSettings } from '../../src/verbs/act.ts';
import { programAct } from '../../src/verbs/program-act.ts';
import { PASSWORD, startApp, startEmptyApp, type TestApp } from '../support/app.ts';
import { TestClock } from '../support/clock.ts';
import { addCrowd } from '../support/crowd.ts';
import { linkFor, opened } from '../support/links.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import { pathTo } from '../support/people.ts';
import { Session, signedIn } from '../support/session.ts';

let one: TestApp;
let other: TestApp;
let server: MailServer | undefined;

async function start(settings: Record<string, string> = {}): Promise<void> {
  one = await startApp({ TRUST_PROXY: '1', ...settings });
  other = await one.beside();
}
afterEach(async () => {
  await other.close();
  await one.close();
  await server?.close();
  server = undefined;
});

/** Now by the one, now by the other. */
const either = (n: number) => (n % 2 ? one : other);
/** A browser of the one goes on at the other, as behind a proxy that has both. */
function at(app: TestApp, session: Session): Session {
  const same = new Session(app);
  same.agent.jar = session.agent.jar;
  same.isIn();
  return same;
}
const times = <T>(count: number, work: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => work(n));

describe('two processes', () => {
  beforeEach(() => start());

  it('evaluate no more guesses than the limit between them, and let all right ones in (R16, R17)', async () => {
    const forms = await Promise.all([one, other].map((app) => SignInForm.open(app.url)));
    const evaluated = () => one.context.hasher.count.own + other.context.hasher.count.own;
    for (let round = 0; round < 2; round++) {
      const before = evaluated();
      const wrong = await Promise.all(times(60, (n) => forms[n % 2].send('bob', 'not the password at all')));
      expect(new Set(wrong.map(({ status }) => status))).toEqual(new Set([422]));
      expect(evaluated() - before).toBe(5);
      await one.db.write((trx) => clearLoginAttempts(trx, [one.people.bob]));
      // Four wrong ones before them: two that are counted at once would lock the account.
      for (let n = 0; n < 4; n++) await forms[n % 2].send('bob', 'not the password at all');
      const fresh = await Promise.all(times(20, (n) => SignInForm.open(either(n).url)));
      const right = await Promise.all(fresh.map((form) => form.send('bob', PASSWORD)));
      expect(right.map(({ status }) => status)).toEqual(times(20, () => 303));
    }
  });

  it('keep nobody out for ever whose turn the other has and stands still', async () => {
    const { processes } = one.db;
    const alone = processes.alone.bind(processes);
    const names: string[] = [];
    const turns = jest.spyOn(processes, 'alone').mockImplementation((name, work, until) => {
      names.push(name);
      // As if so long had gone by.
      return alone(name, work, until! - MINUTE);
    });
    const form = await SignInForm.open(one.url);
    expect((await form.send('bob', 'not the password at all')).status).toBe(422);
    const stands = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const standing = other.db.processes.alone(names[0], async () => {
      begun.resolve();
      await stands.promise;
    });
    await begun.promise;
    expect((await form.send('bob', PASSWORD)).status).toBe(503);
    turns.mockRestore();
    stands.resolve();
    await standing;
    expect((await form.send('bob', PASSWORD)).status).toBe(303);
  });

  it('let no more than one use a link, of fifty at once (R32)', async () => {
    const link = await linkFor(one, 'bob', 'password-reset');
    const browsers = await Promise.all(times(50, (n) => opened(either(n), link)));
    const answers = await Promise.all(
      browsers.map((browser, n) => {
        const password = `nine slow tractors hum ${n}`;
        return browser.post('/passwords/acceptance', { password, repeated: password });
      }),
    );
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
    const audit = one.db.read('audit_events').where({ action: 'password.reset' });
    expect(await audit).toHaveLength(1);
  });

  it('keep one of the last two administrators, whoever removes the other', async () => {
    const act = programAct(actSettings(one.config), { name: 'test', rights: EVERYTHING, requestId: 'test' });
    for (let round = 0; round < 5; round++) {
      const [alice, ada] = [await signedIn(either(round), 'alice'), await signedIn(either(round + 1), 'ada')];
      await Promise.all([
        alice.post(pathTo(one, 'ada', '/deactivation')),
        ada.post(pathTo(one, 'alice', '/deactivation')),
      ]);
      expect(await isAnyAdministrator(one.db.read, instant(Date.now()))).toBe(true);
      expect(
        await one.db.read('users').whereIn('id', [one.people.alice, one.people.ada]).where('activity', 'active'),
      ).toHaveLength(1);
      await one.db.write((trx) => performOnUsers(trx, act, ACTIVATION, [one.people.alice, one.people.ada]));
    }
    expect(await verifyChain(one.db.read, one.config.secrets.audit)).toMatchObject({ intact: true });
  });

  it('know at the next request who signed in or out, and who may (R51)', async () => {
    const bob = await signedIn(one, 'bob');
    expect((await at(other, bob).get('/credentials')).status).toBe(200);
    await at(other, bob).send('delete', '/session');
    expect((await bob.get('/credentials')).status).toBe(303);

    const [lena, alice] = [await signedIn(one, 'lena'), await signedIn(other, 'alice')];
    expect((await lena.get('/credentials')).status).toBe(200);
    await alice.post(pathTo(one, 'lena', '/deactivation'));
    expect((await lena.get('/credentials')).status).toBe(303);
    expect((await at(one, alice).get('/users?activity=deactivated')).text).toContain('lena');
  });

  it('run what is for all in one of them, until that ends', async () => {
    const ran: string[] = [];
    const jobs = [one, other].map(({ db, clock }, n) => {
      const all = new Jobs({ processes: db.processes, logger: createLogger('silent'), clock: clock.now });
      const run = async () => void ran.push(`all ${n}`);
      const each = async () => void ran.push(`each ${n}`);
      const often = { firstAfter: 1, every: 10 };
      all.start([
        { name: 'for all', ...often, byOne: true, run },
        { name: 'each', ...often, run: each },
      ]);
      return all;
    });
    const known = () => jobs.every((all) => all.list()[0].isElsewhere !== undefined);
    await until(() => known() && ran.includes('each 0') && ran.includes('each 1') && ran.length > 8);
    await until(() => ran.some((name) => name.startsWith('all')));
    const chosen = ran.find((name) => name.startsWith('all'));
    expect(new Set(ran)).toEqual(new Set(['each 0', 'each 1', chosen]));
    const left = chosen === 'all 0' ? 1 : 0;
    expect(jobs[left].list().map(({ isElsewhere }) => isElsewhere)).toEqual([true, false]);
    jobs[1 - left].stop();
    await one.db.read.raw(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    await until(() => ran.includes(`all ${left}`));
    jobs[left].stop();
  });
});

describe('two processes with large operations', () => {
  beforeEach(async () => {
    await start();
    await addCrowd(one, 1_000);
    for (const app of [one, other]) app.context.operations.follow();
  });

  /** Begins it as one that is too large to be done while somebody waits, with so many from there on. */
  async function begin(n: number, action: string, from: number): Promise<number> {
    const everybody: number[] = await one.db.read('users').whereNot('activity', 'deleted').orderBy('id').pluck('id');
    // Whoever begins them goes on.
    const ids = everybody.slice(from + 20, from + 620);
    const { db, context, people } = either(n);
    const by = { id: people[n % 2 ? 'ada' : 'alice'], name: 'test', rights: EVERYTHING };
    const act = { ...programAct(context.actSettings, { name: '', rights: {}, requestId: 'test' }), by };
    const id = await db.write(async (trx) => {
      const made = await createDraft(trx, act, { subjectType: 'user', action, ids });
      await claimOperation(trx, await findOperation(trx, made), act);
      return made;
    });
    context.operations.wake();
    return id;
  }
  const phases = async (ids: number[]) =>
    Promise.all(ids.map(async (id) => phaseOf(await findOperation(one.db.read, id))));

  it('do overlapping ones in their order, each piece once, and know which are under way', async () => {
    const ids = [];
    for (const [n, action] of ['deactivate', 'confirm-access', 'activate', 'delete'].entries())
      ids.push(await begin(n, action, 100 * n));
    await until(() => one.context.operations.underWay.length + other.context.operations.underWay.length > 2);
    for (const app of [one, other]) await app.context.operations.idle();
    expect(await phases(ids)).toEqual(ids.map(() => 'done'));

    // And go on for one that is gone.
    ids.push(await begin(0, 'deactivate', 300));
    await one.context.operations.stop();
    other.context.operations.look();
    await other.context.operations.idle();
    expect(await phases(ids)).toEqual(ids.map(() => 'done'));
    expect(await unexplained(ids)).toEqual([]);
  });

  async function unexplained(ids: number[]): Promise<string[]> {
    const problems: string[] = [];
    const activity = new Map<number, string>();
    const done = new Set<string>();
    for (const event of await one.db.read('audit_events').where('subject_type', 'user').orderBy('id')) {
      const [before, after] = [JSON.parse(event.before), JSON.parse(event.after)];
      const known = activity.get(event.subject_id);
      if (after.activity && before.activity && known && known !== before.activity)
        problems.push(`event ${event.id} found ${before.activity}, and ${known} was left`);
      if (after.activity) activity.set(event.subject_id, after.activity);
      if (!ids.includes(event.operation_id)) continue;
      const once = `${event.operation_id} ${event.subject_id}`;
      if (done.has(once)) problems.push(`twice: ${once}`);
      done.add(once);
    }
    for (const id of ids) {
      const items = await one.db.read('bulk_operation_items').where('operation_id', id);
      const { size, tally } = await findOperation(one.db.read, id);
      if (items.length !== size || tally.judged !== size) problems.push(`${id}: ${items.length}, ${tally.judged}`);
    }
    const audit = await verifyChain(one.db.read, one.config.secrets.audit);
    return audit.intact ? problems : [...problems, 'the audit is broken'];
  }
});

describe('two processes that send mail', () => {
  const fill = (count: number) => {
    const row = {
      kind: 'test-mail',
      user_id: one.people.bob,
      address: 'bob@example.com',
      facts: '{}',
      created_at: new Date(one.clock.now()).toISOString(),
      try_until: '2099-01-01T00:00:00.000Z',
      next_at: new Date(one.clock.now()).toISOString(),
    };
    return one.db.write((trx) => trx('outbox').insert(times(count, (n) => ({ ...row, address: `${n}@example.com` }))));
  };

  it('leave one alone that is being sent, also where the clock of one is five minutes ahead', async () => {
    let isHeld = false;
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    server = await startMailServer({
      onReceived: () => {
        isHeld = true;
        return held;
      },
    });
    await start({ SMTP_URL: server.url, MAIL_FROM: 'Roster <roster@example.com>' });
    await other.close();
    const ahead = new TestClock();
    ahead.advance(5 * MINUTE + SECOND);
    other = await one.beside(ahead);
    await fill(1);
    const sending = one.context.mail!.round();
    await until(() => isHeld);
    await other.context.mail!.round();
    release();
    await sending;
    await other.context.mail!.round();
    expect(server.mails).toHaveLength(1);
    expect((await one.db.read('outbox').first('sent_at')).sent_at).not.toBeNull();
  });

  it('send each once', async () => {
    server = await startMailServer();
    await start({ SMTP_URL: server.url, MAIL_FROM: 'Roster <roster@example.com>' });
    await fill(40);
    await Promise.all([one, other].map(({ context }) => context.mail!.round()));
    const to = server.mails.map((mail) => mail.recipients);
    expect([to.length, new Set(to.map(String)).size]).toEqual([40, 40]);
  });
});

describe('two processes that begin', () => {
  it('open the setup page by the newest link that either printed', async () => {
    one = await startEmptyApp();
    other = await one.beside();
    for (const { db, context } of [one, other]) await db.write((trx) => keepSetupLink(trx, context.setupToken));
    const open = async (app: TestApp, token: string) => (await new Session(app).get(`/setup/${token}`)).status;
    for (const app of [one, other]) {
      expect(await open(app, other.context.setupToken)).toBe(303);
      expect(await open(app, one.context.setupToken)).toBe(410);
    }
  });
});

async function until(isTrue: () => boolean): Promise<void> {
  for (let n = 0; n < 500 && !isTrue(); n++) await sleep(10);
  expect(isTrue()).toBe(true);
}
