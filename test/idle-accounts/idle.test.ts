import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Person } from '../../seeds/cast.ts';
import { DAY, HOUR, instant } from '../../src/clock.ts';
import { type Jump, lookAfterIdle } from '../../src/idle-accounts/actions/idle-run.ts';
import { endWhatActs } from '../../src/installation/backups/old-data.ts';
import { programAct } from '../../src/verbs/program-act.ts';
import type { TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { rosterBeside } from '../support/command-line.ts';
import { type Mailing, startMailing } from '../support/mailing.ts';
import { pageOf } from '../support/page.ts';
import { Session, signedIn } from '../support/session.ts';

let mailing: Mailing;
let app: TestApp;
beforeEach(async () => {
  mailing = await startMailing();
  app = mailing.app;
  const long = { last_login_at: '2026-06-01T00:00:00.000Z', last_activity_at: '2026-06-01T00:00:00.000Z' };
  await app.db.write((trx) => trx('users').whereNot('activity', 'deleted').whereNotNull('password_hash').update(long));
  await seen('max', '2026-11-20T00:00:00.000Z');
  await seen('rita', '2026-11-20T00:00:00.000Z');
  await seen('erin', '2026-11-20T00:00:00.000Z');
  await seen('lena', '2026-11-20T00:00:00.000Z');
  await seen('alice', '2026-11-20T00:00:00.000Z');
});
afterEach(() => mailing.close());

const seen = (name: Person, moment: string) =>
  app.db.write((trx) => trx('users').where({ name }).update({ last_login_at: moment, last_activity_at: moment }));
const activityOf = async (name: Person) => (await app.db.read('users').where({ name }).first()).activity;
const look = (jump?: Jump, on = app) =>
  lookAfterIdle(
    { db: on.db, clock: on.clock.now, settings: on.context.actSettings, wake: () => on.context.operations.wake() },
    jump,
  );
const switchOn = async (days: Record<string, string> = {}) => {
  const alice = await signedIn(app, 'alice');
  if (Object.keys(days).length > 0) await alice.send('patch', '/idle-accounts', { ...days, version: '0' });
  const { version } = pageOf(await alice.get('/idle-accounts')).typed();
  return alice.post('/idle-accounts/activation', { version: String(version) });
};
/** As a server that runs and looks each hour, of which one look a day is enough here. */
async function live(days: number) {
  for (let day = 0; day < days; day++) {
    app.clock.advance(DAY);
    const looked = { looked_at: instant(app.clock.now()) };
    await app.db.write((trx) =>
      trx('idle_rule')
        .update(looked)
        .increment('ran_seconds', DAY / 1_000),
    );
    await look();
    await mailing.deliver();
  }
}
const mails = () =>
  mailing.server.mails
    .splice(0)
    .map(({ recipients: [to], subject }) => `${to}: ${subject}`)
    .filter((one) => /Still you|whom you lead/.test(one));
const days = { warnDays: '60', tellDays: '65', endDays: '74' };

describe('the rule of idle accounts', () => {
  it('touches nobody while it is off, and shows whom it would touch: neither administrators nor programs', async () => {
    await look();
    await mailing.deliver();
    expect(mails()).toEqual([]);
    const page = pageOf(await (await signedIn(app, 'alice')).get('/idle-accounts'));
    expect(page.texts('section[aria-labelledby="warn"] li a')).toEqual(['bob']);
    expect(page.textOf('section[aria-labelledby="rule"]')).toContain('Off.');
    const { code, output } = await rosterBeside(app, ['idle']);
    expect([code, output]).toEqual([0, expect.stringMatching(/is off: .*bob\t2026-06-01\S+\twould be asked by mail/s)]);
    expect(output).not.toContain('ada');
  });

  it('asks by mail, tells the leader, and deactivates as one operation that can be taken back; each step is audited', async () => {
    await switchOn(days);
    const audit = await watchAudit(app);
    await look();
    await mailing.deliver();
    expect(mails()).toEqual(['bob@example.com: Still you? Sign in to Roster']);
    await live(4);
    expect(mails()).toEqual([]);
    await live(2);
    expect(mails()).toEqual(['lena@example.com: 1 person whom you lead at Roster was not there for long']);
    await live(7);
    expect(await activityOf('bob')).toBe('active');
    await live(2);
    expect(await activityOf('bob')).toBe('deactivated');
    expect(await activityOf('ada')).toBe('active');
    expect(
      (await audit.since()).filter(({ subjectName }) => subjectName === 'bob').map(({ action }) => action),
    ).toEqual(['user.idle-warned', 'user.idle-told', 'user.deactivated']);
    const operations = await app.db.read('bulk_operations').where('action', 'deactivate-idle');
    expect(operations.map(({ size, created_by }) => [size, created_by])).toEqual([[1, app.people.alice]]);
    const alice = await signedIn(app, 'alice');
    const report = await alice.get(`/bulk-operations/${operations[0].id}`);
    expect(pageOf(report).textOf('main')).toContain('1 user was deactivated by the rule of idle accounts');
    const undo = await alice.post('/bulk-operations', { action: 'undo', from: String(operations[0].id) });
    await alice.post(`${undo.headers.location}/execution`);
    expect(await activityOf('bob')).toBe('active');
    mails();
    await live(2);
    expect([await activityOf('bob'), mails()]).toEqual(['active', ['bob@example.com: Still you? Sign in to Roster']]);
  });

  it('lets whoever signs in begin anew', async () => {
    await switchOn(days);
    await live(13);
    await new Session(app).signIn('bob');
    await live(10);
    expect([await activityOf('bob'), (await app.db.read('idle_warnings')).length]).toEqual(['active', 0]);
  });

  it('leaves alone who comes in while it goes through them, and acts once for two processes at a moment', async () => {
    await switchOn(days);
    let written = 0;
    const write: typeof app.db.write = async (work) => {
      if (++written === 2) await seen('bob', instant(app.clock.now()));
      return app.db.write(work);
    };
    const db = Object.create(app.db, { write: { value: write } });
    await lookAfterIdle({ db, clock: app.clock.now, settings: app.context.actSettings, wake: () => {} });
    expect([written, (await app.db.read('outbox').where('kind', 'idle-warning')).length]).toEqual([2, 0]);
    await seen('bob', '2026-06-01T00:00:00.000Z');
    app.clock.advance(DAY);
    await Promise.all([look(), look()]);
    expect(await app.db.read('outbox').where('kind', 'idle-warning')).toHaveLength(1);
  });

  it('takes a confirmation of the access for a sign of life, after which a mail of before counts no more', async () => {
    const confirmed = () =>
      app.db.write((trx) =>
        trx('users')
          .where('name', 'bob')
          .update({ access_confirmed_at: instant(app.clock.now()) }),
      );
    const asked = () => mails().filter((one) => one.startsWith('bob')).length;
    await confirmed();
    await switchOn(days);
    await live(1);
    expect(asked()).toBe(0);
    await live(60);
    expect(asked()).toBe(1);
    await confirmed();
    await live(59);
    expect(asked()).toBe(0);
    await live(2);
    expect([await activityOf('bob'), asked()]).toEqual(['active', 1]);
  });

  it('deactivates nobody whose own warning did not arrive, or went to another address', async () => {
    await switchOn(days);
    await look();
    await app.db.write((trx) =>
      trx('outbox')
        .where('kind', 'idle-warning')
        .update({ failed_at: instant(app.clock.now()), answer: 'no' }),
    );
    await live(5);
    const page = pageOf(await (await signedIn(app, 'alice')).get('/idle-accounts'));
    expect(page.texts('section[aria-labelledby="undelivered"] li a')).toEqual(['bob']);
    expect(mails()).toEqual([]);
    // After a week it is tried again, and counts from then on.
    await live(2);
    expect(mails()).toEqual(['bob@example.com: Still you? Sign in to Roster']);
    await live(13);
    expect(await activityOf('bob')).toBe('active');
    mails();
    await app.db.write((trx) =>
      trx('users').where('name', 'bob').update({ email: 'b@example.com', email_key: 'b@example.com' }),
    );
    await live(1);
    expect(mails()).toEqual(['b@example.com: Still you? Sign in to Roster']);
  });

  it('does not count the time in which no server ran, and acts once however late it is', async () => {
    await switchOn(days);
    await live(2);
    app.clock.advance(30 * DAY);
    await look();
    await mailing.deliver();
    expect(await activityOf('bob')).toBe('active');
    await live(11);
    expect(await activityOf('bob')).toBe('active');
    await live(3);
    expect(await activityOf('bob')).toBe('deactivated');
  });

  it('asks once a day at most, from the morning on by the clock of whoever switched it on, over a change of clocks', async () => {
    await app.db.write((trx) => trx('users').where('name', 'alice').update({ time_zone: 'Europe/Berlin' }));
    // The night in which clocks are put forward in Berlin.
    app.clock.advance(Date.parse('2027-03-28T00:30:00Z') - app.clock.now());
    await seen('alice', '2027-03-27T00:00:00.000Z');
    await switchOn(days);
    const askedAt = async (moment: string) => {
      app.clock.advance(Date.parse(moment) - app.clock.now());
      await look();
      return (await app.db.read('outbox').where('kind', 'idle-warning').pluck('user_id')).length;
    };
    expect(await askedAt('2027-03-28T04:59:00Z')).toBe(0);
    const asked = await askedAt('2027-03-28T05:00:00Z');
    expect(asked).toBeGreaterThan(0);
    await app.db.write((trx) => trx('idle_warnings').delete());
    expect(await askedAt('2027-03-28T21:59:00Z')).toBe(asked);
    expect(await askedAt('2027-03-29T05:00:00Z')).toBe(2 * asked);
  });

  it('pauses where the clock jumped or was set back, until somebody lets it go on; then everybody is asked anew', async () => {
    await switchOn(days);
    await live(3);
    await look({ words: 'The clock jumped.', at: app.clock.now() });
    const troubles = async () => {
      await app.context.troubles.look();
      return app.context.troubles.found.filter((one) => one.includes('idle accounts'));
    };
    expect(await troubles()).toHaveLength(1);
    const { version } = await app.db.read('idle_rule').first();
    await (await signedIn(app, 'alice')).send('patch', '/idle-accounts', { ...days, version: String(version) });
    expect(await troubles()).toHaveLength(1);
    await live(14);
    expect(await activityOf('bob')).toBe('active');
    mails();
    await switchOn();
    expect(await troubles()).toEqual([]);
    await look({ words: 'The clock jumped.', at: app.clock.now() - 15 * DAY });
    await mailing.deliver();
    expect(mails()).toEqual(['bob@example.com: Still you? Sign in to Roster']);
    app.clock.advance(-2 * HOUR);
    await look();
    expect((await app.db.read('idle_rule').first()).paused_for).toBe('The clock was set back.');
  });

  it('goes on after a clock that was ahead by years', async () => {
    await switchOn(days);
    app.clock.advance(1_000 * DAY);
    await look();
    app.clock.advance(-1_000 * DAY);
    await look();
    await app.db.write((trx) => trx('outbox').delete());
    await switchOn();
    await live(1);
    expect(mails()).toEqual(['bob@example.com: Still you? Sign in to Roster']);
  });

  it('is paused by a restore, and acts for nobody who may not do it any more', async () => {
    await switchOn(days);
    const why = { mails: '', operations: 'a backup was restored', webhooks: '' };
    const act = programAct(app.context.actSettings, { name: 'Roster', at: instant(app.clock.now()) });
    await app.db.write((trx) => endWhatActs(trx, act, 'ended', why));
    await live(1);
    expect(mails()).toEqual([]);
    await switchOn();
    await app.db.write((trx) => trx('users').where('name', 'alice').update({ activity: 'deactivated' }));
    await live(1);
    expect(mails()).toEqual([]);
    expect((await app.db.read('idle_rule').first()).paused_for).toContain('may not do it any more');
  });

  it('is set only by who may write users and settings, by numbers that fit each other', async () => {
    const alice = await signedIn(app, 'alice');
    const say = (typed: Record<string, string>) => alice.send('patch', '/idle-accounts', { version: '0', ...typed });
    const bad = await say({ warnDays: 'x', tellDays: '1', endDays: '2' });
    expect([bad.status, pageOf(bad).$('#warnDays').attr('value')]).toEqual([422, 'x']);
    for (const [typed, field] of [
      [{ warnDays: '60', tellDays: '59', endDays: '90' }, 'tellDays'],
      [{ warnDays: '60', tellDays: '', endDays: '73' }, 'endDays'],
      [{ warnDays: '', tellDays: '', endDays: '' }, 'warnDays'],
    ] as const) {
      const answer = await say(typed);
      expect([field, pageOf(answer).$(`#${field}`).attr('aria-invalid')]).toEqual([field, 'true']);
    }
    expect(await app.db.read('idle_rule')).toEqual([]);
    const { version } = pageOf(await alice.get('/idle-accounts')).typed();
    await alice.post('/idle-accounts/activation', { version: String(version) });
    expect((await alice.post('/idle-accounts/activation', { version: String(version) })).status).toBe(409);
  });
});

describe('without mail', () => {
  it('the rule only lists, even whoever was asked before', async () => {
    await switchOn(days);
    await live(10);
    const audit = await watchAudit(app);
    const without = { ...app.context.actSettings, sendsMail: false };
    for (let day = 0; day < 10; day++) {
      app.clock.advance(DAY);
      await app.db.write((trx) => trx('idle_rule').increment('ran_seconds', DAY / 1_000));
      await lookAfterIdle({ db: app.db, clock: app.clock.now, settings: without, wake: () => {} });
    }
    expect([await activityOf('bob'), await audit.actions()]).toEqual(['active', []]);
    await live(1);
    expect(await activityOf('bob')).toBe('deactivated');
  });
});
