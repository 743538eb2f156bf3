import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DAY } from '../../src/clock.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { pathTo } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

const BOBS = ['user.updated', 'password.chosen', 'user.created'];

interface Shown {
  actor: string;
  action: string;
  subject: string;
  /** What the subject was called then, where that was something else. */
  formerly?: string;
  at: string;
}

/** The events of a page, in the order in which they stand there. */
function eventsOf(response: { text: string }): Shown[] {
  const page = pageOf(response);
  return page
    .$('.timeline .event')
    .toArray()
    .map((li) => {
      const event = page.$(li);
      return {
        actor: event.find('strong').first().text().trim(),
        action: event.attr('data-action')!,
        subject: event.find('p').first().find('bdi').not('strong bdi, .note bdi').text().trim(),
        formerly: event.find('p').first().find('> .note bdi').text() || undefined,
        at: event.find('time').first().attr('datetime')!,
      };
    });
}

describe('reading the audit', () => {
  let app: TestApp;
  let rita: Session;
  beforeAll(async () => {
    app = await startApp();
    const alice = await signedIn(app, 'alice');
    await submit(alice, pathTo(app, 'bob', '/edit'), {
      name: 'robert',
      tags: '',
      noSharedData: 'yes',
      leavesAt: '2027-01-31',
    });
    app.clock.advance(DAY / 2 - 1);
    const ada = await signedIn(app, 'ada');
    await ada.post(pathTo(app, 'lena', '/access-confirmation'));
    app.clock.advance(1);
    await ada.post(pathTo(app, 'dave', '/deletion'));
    rita = await signedIn(app, 'rita');
    await rita.post(pathTo(app, 'bob', '/deletion'));
  });
  afterAll(() => app.close());

  const read = async (query = '') => eventsOf(await rita.get(`/audit${query}`));

  it('shows the newest first, with who, what, whom, when and from where', async () => {
    const page = pageOf(await rita.get('/audit'));
    expect(page.texts('header nav a[aria-current]')).toEqual(['Audit']);
    const [first] = page.$('.timeline .event').toArray();
    expect(page.$(first).text().replace(/\s+/g, ' ')).toMatch(
      /00:00 rita was refused a change at \/users\/\d+\/deletion .*You may look at users but not change them\. from 127\.0\.0\.1, request [\w-]+/,
    );
    const events = await read();
    expect(events.slice(0, 4).map((event) => [event.actor, event.action, event.subject])).toEqual([
      ['rita', 'request.refused', `a change at ${pathTo(app, 'bob', '/deletion')}`],
      ['ada', 'user.deleted', 'dave'],
      ['ada', 'user.access-confirmed', 'lena'],
      ['alice', 'user.updated', 'robert'],
    ]);
  });

  it('says of a change what each field was and is', async () => {
    const page = pageOf(await rita.get('/audit?action=user.updated'));
    expect(page.texts('.fields li')).toEqual([
      'name: bob → robert',
      'tags: Berlin, part-time → none',
      'leaves on: nothing → 31 Jan 2027 (UTC)',
      'no shared data: no → yes',
    ]);
  });

  it.each([
    ['who did it', '?actor=ada', ['user.deleted', 'user.access-confirmed']],
    ['whom it was done to', '?subject=lena&action=user.access-confirmed', ['user.access-confirmed']],
    ['what they are called now', '?subject=robert', BOBS],
    ['what they were called once', '?subject=bob', BOBS],
    ['what was done', '?action=user.deleted', ['user.deleted']],
    ['who and what', '?actor=ada&action=user.deleted', ['user.deleted']],
    ['who and whom', '?actor=ada&subject=lena', ['user.access-confirmed']],
    ['the first day', '?from=2026-11-23', ['request.refused', 'user.deleted']],
    ['the last day, which is included', '?from=2026-11-22&to=2026-11-22&actor=ada', ['user.access-confirmed']],
    ['one day alone', '?from=2026-11-23&to=2026-11-23', ['request.refused', 'user.deleted']],
    ['nobody who exists', '?actor=nobody', []],
    ['nobody who exists, said twice', '?actor=nobody&actor=ada', []],
    ['a name in another case', '?actor=ADA&subject=Lena', ['user.access-confirmed']],
    ['a part of a name, which is not enough', '?actor=ad', []],
    ['days the wrong way round', '?from=2026-11-23&to=2026-11-22', []],
    ['a statement', "?actor=' or 1=1 --", []],
    ['a percent sign', '?actor=%25', []],
  ])('is narrowed by %s', async (_, query, actions) => {
    const events = (await read(query)).map((event) => event.action);
    expect(events).toEqual(actions);
  });

  it('keeps what was asked for in the form, and offers to clear it', async () => {
    const page = pageOf(
      await rita.get('/audit?actor=ada&subject=lena&action=user.deleted&from=2026-11-01&to=2026-11-30'),
    );
    expect(page.typed()).toEqual({
      actor: 'ada',
      subject: 'lena',
      action: 'user.deleted',
      from: '2026-11-01',
      to: '2026-11-30',
    });
    expect(page.$('main form a').attr('href')).toBe('/audit');
    expect(page.textOf('.empty')).toMatch(/^Nothing matches/);
    expect(page.$('#action option').length).toBeGreaterThan(5);
  });

  it('keeps and tells an action of which there is no event', async () => {
    const page = pageOf(await rita.get('/audit?action=user.danced'));
    expect(page.typed()).toMatchObject({ action: 'user.danced' });
    expect(page.textOf('.empty')).toBe('Nothing matches: there is no event “user.danced”.');
  });

  it('says which date does not exist, and filters by the rest', async () => {
    const answer = await rita.get('/audit?from=2026-02-30&actor=ada');
    expect(answer.status).toBe(422);
    expect(pageOf(answer).errors()).toEqual({ from: 'Enter a date that exists, as YYYY-MM-DD.' });
    expect(pageOf(answer).typed()).toMatchObject({ from: '2026-02-30', actor: 'ada' });
    expect(new Set(eventsOf(answer).map((event) => event.actor))).toEqual(new Set(['ada']));
  });

  it.each([
    ['actor=a&actor=b', 200],
    ['actor[]=a', 200],
    [`actor=${'x'.repeat(5_000)}`, 200],
    ['before=x', 200],
    ['before=-1', 200],
    ['before=1e99', 200],
    ['actor=%00', 200],
    ['from=%ff', 422],
  ])('answers %s with a page (R75)', async (query, status) => {
    const answer = await rita.get(`/audit?${query}`);
    expect([answer.status, pageOf(answer).heading()]).toEqual([status, 'Audit']);
  });

  it('goes back page by page to the very first event, each once', async () => {
    const alice = await signedIn(app, 'alice');
    for (let n = 0; n < 70; n++) await alice.post(pathTo(app, 'lena', '/access-confirmation'));
    const all: Shown[] = [];
    let path: string | undefined = '/audit';
    let pages = 0;
    while (path) {
      const answer = await rita.get(path);
      all.push(...eventsOf(answer));
      path = pageOf(answer)
        .$('main a')
        .toArray()
        .find((a) => pageOf(answer).$(a).text() === 'Older events')?.attribs.href;
      if (++pages > 10) throw new Error('the pages do not end');
    }
    const expected = await app.db.read('audit_events').orderBy('id', 'desc').select('action');
    expect(all.map((event) => event.action)).toEqual(expected.map((event) => event.action));
    const some = await rita.get('/audit?actor=alice&action=user.access-confirmed');
    const older = pageOf(some).$('main a[href*="before="]').attr('href')!;
    expect(new Set(eventsOf(await rita.get(older)).map((event) => event.actor))).toEqual(new Set(['alice']));
  });

  it('is part of each record: its own events and no others', async () => {
    const own = eventsOf(await rita.get(pathTo(app, 'dave')));
    expect(own.map((event) => event.action)).toEqual([
      'user.deleted',
      'user.deactivated',
      'password.chosen',
      'user.created',
    ]);
    expect(new Set(own.map((event) => event.subject))).toEqual(new Set(['dave']));
    // Also what happened under another name.
    const robert = eventsOf(await rita.get(pathTo(app, 'bob')));
    expect(robert.map(({ subject, formerly }) => [subject, formerly])).toEqual([
      ['robert', undefined],
      ['robert', 'bob'],
      ['robert', 'bob'],
    ]);
  });

  it('tells by no name that there is a contact which its reader may not see (R86)', async () => {
    const alice = await signedIn(app, 'alice');
    const fields = { name: 'Paula Private', owner: 'private', phones: '555 0100' };
    expect((await submit(alice, '/contacts/new?kind=person', fields)).status).toBe(303);
    const of = async (reader: Session) => eventsOf(await reader.get('/audit?subject=Paula+Private'));
    expect((await of(alice)).map((event) => event.subject)).toEqual(['Paula Private']);
    expect(await of(rita)).toEqual([]);
    const [newest] = await read('?action=contact.created');
    expect([newest.actor, newest.subject]).toEqual(['alice', 'a contact that you may not see']);
    expect((await rita.get('/audit')).text).not.toContain('555 0100');
  });

  it('shows hostile text as text', async () => {
    const alice = await signedIn(app, 'alice');
    const name = '<img src=x onerror=alert(1)>';
    await submit(alice, '/users/new', { name, email: 'n@example.com', description: '</ins><script>alert(1)</script>' });
    const page = pageOf(await rita.get(`/audit?subject=${encodeURIComponent(name)}`));
    expect(page.$('main img, main script').length).toBe(0);
    expect(page.textOf('.timeline')).toContain(name);
  });
});
