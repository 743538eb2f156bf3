import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY } from '../../src/clock.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { userRow } from '../support/database.ts';
import { submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { pathTo } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

describe('confirming access', () => {
  let app: TestApp;
  let alice: Session;
  beforeEach(async () => {
    app = await startApp();
    alice = await signedIn(app, 'alice');
  });
  afterEach(() => app.close());

  it('notes who said it and when, shows it in the record, and changes nothing else', async () => {
    expect(pageOf(await alice.get(pathTo(app, 'bob'))).fact('Access confirmed')).toBe('never');
    const before = await userRow(app, app.people.bob);
    const audit = await watchAudit(app);
    const page = pageOf(await alice.get(pathTo(app, 'bob', '/access-confirmation/new')));
    expect(page.texts('main form button, main form a')).toEqual(['Confirm access', 'Cancel']);
    const done = await submit(alice, pathTo(app, 'bob', '/access-confirmation/new'));
    expect(done.status).toBe(303);
    expect(await userRow(app, app.people.bob)).toEqual({
      ...before,
      access_confirmed_at: '2026-11-22T12:00:00.000Z',
      access_confirmed_by: app.people.alice,
    });
    const [event] = await audit.since();
    expect([event.action, event.before, event.after]).toEqual([
      'user.access-confirmed',
      { accessConfirmedAt: null },
      { accessConfirmedAt: '2026-11-22T12:00:00.000Z' },
    ]);
    expect(pageOf(await alice.get(pathTo(app, 'bob'))).fact('Access confirmed')).toBe(
      '22 Nov 2026, 12:00 UTC by alice',
    );
  });

  it('is said again by somebody else, with the new name and time', async () => {
    await alice.post(pathTo(app, 'bob', '/access-confirmation'));
    app.clock.advance(DAY);
    const max = await signedIn(app, 'max');
    await max.post(pathTo(app, 'bob', '/access-confirmation'));
    expect(pageOf(await max.get(pathTo(app, 'bob'))).fact('Access confirmed')).toBe('23 Nov 2026, 12:00 UTC by max');
  });

  it('takes the user off the list of those to be confirmed, until it is due again', async () => {
    const due = async (session: Session) =>
      pageOf(await session.get('/users?state=to-be-confirmed&activity=active&q=bob')).texts('th.name a');
    expect(await due(alice)).toEqual([]);
    // The cast was made thirty days before.
    app.clock.advance(151 * DAY);
    const later = await signedIn(app, 'alice');
    expect(await due(later)).toEqual(['bob']);
    await later.post(pathTo(app, 'bob', '/access-confirmation'));
    expect(await due(later)).toEqual([]);
    app.clock.advance(180 * DAY + 1);
    expect(await due(await signedIn(app, 'alice'))).toEqual(['bob']);
  });

  it('is for active users only', async () => {
    const page = await alice.get(pathTo(app, 'dave', '/access-confirmation/new'));
    expect([page.status, pageOf(page).textOf('#error p:first-child')]).toEqual([409, 'dave is deactivated.']);
    const done = await alice.post(pathTo(app, 'dave', '/access-confirmation'));
    expect(pageOf(await alice.get(done.headers.location)).message()).toBe('Nothing changed: dave is deactivated.');
    expect((await userRow(app, app.people.dave)).access_confirmed_at).toBeNull();
  });
});
