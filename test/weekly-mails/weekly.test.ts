import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Person } from '../../seeds/cast.ts';
import { DAY } from '../../src/clock.ts';
import { mailWhatWaits } from '../../src/weekly-mails/actions/weekly-mailing.ts';
import type { TestApp } from '../support/app.ts';
import { holdReading } from '../support/held-reading.ts';
import { type Mailing, startMailing } from '../support/mailing.ts';
import { pageOf } from '../support/page.ts';
import { signedIn } from '../support/session.ts';

let mailing: Mailing;
let app: TestApp;
beforeEach(async () => {
  mailing = await startMailing();
  app = mailing.app;
});
afterEach(() => mailing.close());

const wants = async (name: Person, zone: string | null = null) => {
  await app.db.write((trx) => trx('users').where({ name }).update({ time_zone: zone }));
  await (await signedIn(app, name)).send('patch', '/preferences/weekly-mail', { weekly: 'on' });
};
const goTo = (moment: string) => app.clock.advance(Date.parse(moment) - app.clock.now());
/** Somebody is locked for a year, so that something waits. */
const letWait = () => app.db.write((trx) => trx('lockouts').update({ locked_until: '2028-01-01T00:00:00.000Z' }));
const mailedAt = async (moment: string) => {
  goTo(moment);
  await mailWhatWaits(app.context);
  await mailing.deliver();
  const mails = mailing.server.mails.splice(0).filter(({ subject }) => subject?.includes('waits'));
  return mails.map(({ recipients: [to], text }) => [to, /\d locked/.test(text ?? '')]);
};
const ALICE = ['alice@example.com', true];
const ADA = ['ada@example.com', true];

describe('the weekly mail of what waits', () => {
  it('comes on Monday at seven by the clock of its reader, once, and to who wants it alone', async () => {
    await letWait();
    goTo('2026-11-24T12:00:00Z');
    await wants('alice', 'Pacific/Auckland');
    await wants('ada', 'America/Los_Angeles');
    expect(await mailedAt('2026-11-29T17:59:00Z')).toEqual([]);
    expect(await mailedAt('2026-11-29T18:00:00Z')).toEqual([ALICE]);
    expect(await mailedAt('2026-11-30T14:59:00Z')).toEqual([]);
    expect(await mailedAt('2026-11-30T15:00:00Z')).toEqual([ADA]);
    expect(await mailedAt('2026-12-02T15:00:00Z')).toEqual([]);
    // The clock is set back, and comes to it again; and somebody moves to where it was not Monday yet.
    expect(await mailedAt('2026-11-29T18:00:00Z')).toEqual([]);
    await app.db.write((trx) => trx('users').where('name', 'alice').update({ time_zone: 'Pacific/Honolulu' }));
    expect(await mailedAt('2026-11-30T17:00:00Z')).toEqual([]);
    expect(await mailedAt('2026-12-07T17:00:00Z')).toEqual([ALICE, ADA]);
  });

  it('comes however long it takes to read what waits', async () => {
    await wants('alice');
    goTo('2026-12-17T10:00:00Z');
    const alice = await signedIn(app, 'alice');
    await app.context.index.refreshWholly();
    const goOn = holdReading(app.context.index);
    await letWait();
    const mailed = mailWhatWaits(app.context);
    mailed.catch(() => {});
    expect((await alice.get('/overview')).status).toBe(503);
    goOn();
    await mailed;
    await mailing.deliver();
    expect(mailing.server.mails.filter(({ subject }) => subject?.includes('waits')).length).toBe(1);
  });

  it('comes at seven on both sides of a change of clocks', async () => {
    await letWait();
    goTo('2027-03-16T12:00:00Z');
    await wants('alice', 'Europe/Berlin');
    expect(await mailedAt('2027-03-22T05:59:00Z')).toEqual([]);
    expect(await mailedAt('2027-03-22T06:00:00Z')).toEqual([ALICE]);
    expect(await mailedAt('2027-03-29T04:59:00Z')).toEqual([]);
    expect(await mailedAt('2027-03-29T05:00:00Z')).toEqual([ALICE]);
  });

  it('comes later in the week after a Monday on which no server ran, and once after many', async () => {
    await letWait();
    await wants('alice');
    expect(await mailedAt('2026-12-17T10:00:00Z')).toEqual([ALICE]);
    expect(await mailedAt('2026-12-18T10:00:00Z')).toEqual([]);
  });

  it('comes again after a clock that was ahead for a year, and not twice', async () => {
    await letWait();
    await wants('alice');
    expect(await mailedAt('2027-11-22T10:00:00Z')).toEqual([ALICE]);
    expect(await mailedAt('2026-11-24T10:00:00Z')).toEqual([]);
    expect(await mailedAt('2026-11-30T06:59:00Z')).toEqual([]);
    expect(await mailedAt('2026-11-30T07:00:00Z')).toEqual([ALICE]);
    expect(await mailedAt('2026-11-30T08:00:00Z')).toEqual([]);
  });

  it('does not come where nothing waits, nor in the week in which it was asked for', async () => {
    await letWait();
    await wants('alice');
    expect(await mailedAt('2026-11-22T13:00:00Z')).toEqual([]);
    await app.db.write((trx) => trx('lockouts').delete());
    expect(await mailedAt('2026-11-23T12:00:00Z')).toEqual([]);
    await letWait();
  });

  it('goes to nobody who may not act any more, is not let in, or has switched it off', async () => {
    await letWait();
    await wants('alice');
    await wants('ada');
    const admins = app.db.read('groups').where('name', 'Administrators').select('id');
    await app.db.write((trx) =>
      trx('memberships').where('user_id', app.people.ada).whereIn('group_id', admins).delete(),
    );
    expect(await mailedAt('2026-11-23T08:00:00Z')).toEqual([ALICE]);
    const alice = await signedIn(app, 'alice');
    expect(
      pageOf(await alice.get('/preferences'))
        .$('input[name="weekly"]')
        .attr('checked'),
    ).toBe('checked');
    await alice.send('patch', '/preferences/weekly-mail');
    expect(await mailedAt('2026-11-30T08:00:00Z')).toEqual([]);
  });

  it('is offered to nobody who may not write users', async () => {
    const rita = await signedIn(app, 'rita');
    expect(pageOf(await rita.get('/preferences')).$('input[name="weekly"]').length).toBe(0);
    expect((await rita.send('patch', '/preferences/weekly-mail', { weekly: 'on' })).status).toBeGreaterThan(399);
    expect(await app.db.read('weekly_mails')).toEqual([]);
  });

  it('is written once by two processes at the same moment', async () => {
    await letWait();
    await wants('alice');
    goTo('2026-11-23T08:00:00Z');
    app.clock.advance(7 * DAY);
    await Promise.all([mailWhatWaits(app.context), mailWhatWaits(app.context)]);
    expect(await app.db.read('outbox').where('kind', 'what-waits')).toHaveLength(1);
  });
});
