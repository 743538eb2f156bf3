import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Person } from '../../seeds/cast.ts';
import { HOUR, MINUTE } from '../../src/clock.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { groupId, pathTo } from '../support/people.ts';
import { signedIn } from '../support/session.ts';

const TODAY = '2026-11-22';
const YESTERDAY = '2026-11-21';

describe('a membership with an end', () => {
  let app: TestApp;
  beforeEach(async () => {
    app = await startApp({ SESSION_IDLE: '1440' });
  });
  afterEach(() => app.close());

  async function endsOn(person: Person, until_on: string | null) {
    await app.db.write((trx) => trx('memberships').where('user_id', app.people[person]).update({ until_on }));
  }

  it('gives what the group grants through its last day, and nothing from the first request after it', async () => {
    await endsOn('rita', TODAY);
    const rita = await signedIn(app, 'rita');
    app.clock.advance(12 * HOUR - MINUTE);
    expect((await rita.get('/users')).status).toBe(200);
    app.clock.advance(MINUTE);
    expect((await rita.get('/users')).status).toBe(404);
    expect((await rita.get('/credentials')).status).toBe(200);
  });

  it('protects its member like any other until it is over, and no longer (R61)', async () => {
    const max = await signedIn(app, 'max');
    await endsOn('rita', TODAY);
    expect((await max.post(pathTo(app, 'rita', '/password-reset'))).status).toBe(403);
    await endsOn('rita', YESTERDAY);
    expect((await max.post(pathTo(app, 'rita', '/password-reset'))).status).toBe(303);
  });

  it('makes nobody an administrator who would have to remain', async () => {
    await endsOn('ada', '2030-12-31');
    const ada = await signedIn(app, 'ada');
    const answer = await ada.post(pathTo(app, 'alice', '/deactivation'));
    expect([answer.status, answer.text]).toEqual([403, expect.stringContaining('is the last administrator')]);
    await endsOn('ada', null);
    expect((await ada.post(pathTo(app, 'alice', '/deactivation'))).status).toBe(303);
  });

  it('says in the record and in the form until when it counts, and that it is over', async () => {
    const alice = await signedIn(app, 'alice');
    await endsOn('bob', TODAY);
    const section = 'section:has(#memberships)';
    const counting = pageOf(await alice.get(pathTo(app, 'bob')));
    expect(counting.texts(`${section} li .note`)).toEqual([
      expect.stringMatching(/by the program, until 22 Nov 2026 \(UTC\)$/),
    ]);
    expect(counting.texts(`${section} li .badge`)).toEqual([]);
    await endsOn('bob', YESTERDAY);
    expect(pageOf(await alice.get(pathTo(app, 'bob'))).texts(`${section} li .badge`)).toEqual(['ended']);
    const form = pageOf(await alice.get(pathTo(app, 'bob', '/edit')));
    expect(form.textOf('#groups .picked .note')).toBe('ended 21 Nov 2026 (UTC)');
    const bob = await signedIn(app, 'bob');
    expect(pageOf(await bob.get('/credentials')).fact('Groups')).toBe('none');
  });

  it('that is over is marked in the list, which sorts by what it shows and counts what counts', async () => {
    await endsOn('bob', YESTERDAY);
    const list = pageOf(await (await signedIn(app, 'alice')).get('/users?q=bob'));
    expect(list.texts('tbody p a')).toEqual(['Support, ended']);
    expect(list.texts('#fold-group li').find((text) => text.startsWith('Support'))).toBe('Support 0');
  });

  it('keeps its end when its member is edited', async () => {
    await endsOn('bob', TODAY);
    const alice = await signedIn(app, 'alice');
    expect((await submit(alice, pathTo(app, 'bob', '/edit'), { description: 'x' })).status).toBe(303);
    const membership = await app.db.read('memberships').where('user_id', app.people.bob).first();
    expect(membership.until_on).toBe(TODAY);
  });

  it('that is over does not end the links of its member when they are edited', async () => {
    const alice = await signedIn(app, 'alice');
    await submit(alice, pathTo(app, 'carol', '/edit'), { groups: await groupId(app, 'Auditors') });
    await endsOn('carol', YESTERDAY);
    await alice.post(pathTo(app, 'carol', '/invitation'));
    await submit(alice, pathTo(app, 'carol', '/edit'), { description: 'x' });
    const open = await app.db.read('links').where('user_id', app.people.carol).whereNull('ended_at');
    expect(open.length).toBe(1);
  });
});
