import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Person } from '../../seeds/cast.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { asked } from '../support/asking.ts';
import { submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { groupId, pathTo } from '../support/people.ts';
import { EVERY_SCOPE, programAs } from '../support/program.ts';
import { beginReview } from '../support/reviews.ts';
import { type Session, signedIn } from '../support/session.ts';

const MINUTES = 60_000;
const LATER = '2027-06-30';
let app: TestApp;
let alice: Session;
let support: string;

beforeEach(async () => {
  app = await startApp();
  alice = await signedIn(app, 'alice');
  support = await groupId(app, 'Support');
  await demand(true);
});
afterEach(() => app.close());

const demand = (requires_factor: boolean) =>
  app.db.write((trx) => trx('groups').where({ id: support }).update({ requires_factor }));
const isAsked = (answer: { text: string }) => pageOf(answer).heading() === 'Confirm it is you';
const ids = (person: Person) => [String(app.people[person])];
const members = () => app.db.read('memberships').where({ group_id: support }).orderBy('user_id');
const lastOperation = async () =>
  (await app.db.read('bulk_operations').whereNotNull('executed_at').orderBy('id', 'desc').first('id')).id as number;

async function execute(fields: Record<string, string | string[]>, choices?: Record<string, string>) {
  const { headers } = await alice.post('/bulk-operations', fields);
  if (choices) await alice.post(`${headers.location}/choices`, choices);
  return alice.post(`${headers.location}/execution`);
}

/** Each way out of the group, as far as it asks nothing by itself. */
const waysOut: [name: string, (session: Session) => Promise<{ text: string; status: number }>][] = [
  ['the page of the group', () => alice.send('delete', `/groups/${support}/members`, { ids: ids('bob') })],
  ['an end', () => alice.send('patch', `/groups/${support}/members`, { ids: ids('bob'), untilAt: LATER })],
  ['the form of the user', () => submit(alice, pathTo(app, 'bob', '/edit'), { groups: [] })],
  ['an operation', () => execute({ ids: ids('bob'), action: 'remove-from-group' }, { group: support })],
  ['the leader', (lena) => lena.send('delete', `/led-groups/${support}/members`, { ids: ids('bob') })],
  [
    'an end by the leader',
    (lena) => lena.send('patch', `/led-groups/${support}/members`, { ids: ids('bob'), untilAt: LATER }),
  ],
  ['what the leader says in a review', async (lena) => sayRemove(lena, await reviewed())],
  ['what somebody else says in a review', async () => sayRemove(alice, await reviewed(app.people.alice))],
  [
    'an earlier end than was asked for',
    async () => {
      const known = await app.db.read('access_requests').first('id');
      const path = known ? `/access-requests/${known.id}` : await asked(app, 'bob', { group_id: Number(support) });
      return alice.post(`${path}/decision`, { answer: 'give', untilAt: LATER });
    },
  ],
];

/** The one review that there is, in which this one is asked. */
async function reviewed(reviewer_id = app.people.lena): Promise<number> {
  const id = (await app.db.read('reviews').first('id'))?.id ?? (await beginReview(app));
  await app.db.write((trx) => trx('review_questions').update({ reviewer_id, group_ids: '[]' }));
  return id;
}

function sayRemove(session: Session, review: number) {
  const said = { ids: ids('bob'), [`answer-${app.people.bob}`]: `remove-${support}` };
  return session.post(`/reviews/${review}/answers`, said);
}

describe('taking somebody out of a group that demands a second factor (R54)', () => {
  it.each(waysOut)('is asked about: by %s', async (_name, leave) => {
    const lena = await signedIn(app, 'lena');
    app.clock.advance(5 * MINUTES);
    const before = await members();
    expect(isAsked(await leave(lena))).toBe(true);
    expect(await members()).toEqual(before);
    await demand(false);
    expect(isAsked(await leave(lena))).toBe(false);
    expect(await members()).not.toEqual(before);
  });

  it('is asked about where it takes an addition back, or gives an end again', async () => {
    await execute({ ids: ids('erin'), action: 'add-to-group' }, { group: support });
    const added = await lastOperation();
    await alice.send('patch', `/groups/${support}/members`, { ids: ids('bob'), untilAt: LATER });
    await alice.send('patch', `/groups/${support}/members`, { ids: ids('bob'), untilAt: '' });
    const unended = await lastOperation();
    app.clock.advance(5 * MINUTES);
    for (const from of [added, unended])
      expect(isAsked(await execute({ from: String(from), action: 'undo' }))).toBe(true);
    await demand(false);
    expect(isAsked(await execute({ from: String(added), action: 'undo' }))).toBe(false);
  });

  it('is asked about where a leader takes an addition back', async () => {
    const lena = await signedIn(app, 'lena');
    await lena.post(`/led-groups/${support}/members`, { emails: 'erin@example.com' });
    app.clock.advance(5 * MINUTES);
    const undo = `/led-operations/${await lastOperation()}/undo`;
    expect(isAsked(await lena.post(undo))).toBe(true);
    await demand(false);
    expect(isAsked(await lena.post(undo))).toBe(false);
  });

  it('asks nothing about who comes, stays without an end, or comes back', async () => {
    const lena = await signedIn(app, 'lena');
    await alice.send('delete', `/groups/${support}/members`, { ids: ids('bob') });
    const removed = await lastOperation();
    app.clock.advance(5 * MINUTES);
    for (const answer of [
      await execute({ ids: ids('erin'), action: 'add-to-group' }, { group: support }),
      await alice.send('patch', `/groups/${support}/members`, { ids: ids('carol'), untilAt: '' }),
      await submit(alice, pathTo(app, 'carol', '/edit'), { description: 'her' }),
      await execute({ from: String(removed), action: 'undo' }),
      await lena.send('patch', `/led-groups/${support}/members`, { ids: ids('carol'), untilAt: '' }),
    ])
      expect(isAsked(answer)).toBe(false);
    expect((await members()).map((one) => one.user_id)).toEqual(expect.arrayContaining([app.people.bob]));
  });

  it('needs the scope confirm of a program', async () => {
    const without = await programAs(
      app,
      'alice',
      EVERY_SCOPE.filter((scope) => scope !== 'confirm'),
    );
    const bob = `/users/${app.people.bob}`;
    const before = await members();
    for (const [method, path, body] of [
      ['delete', `${bob}/groups/${support}`, {}],
      ['put', `${bob}/groups/${support}`, { until: '2027-06-30T00:00:00Z' }],
      ['patch', bob, { groups: [] }],
    ] as const)
      expect((await without.send(method, path, body, { 'If-Match': '*' })).status).toBe(403);
    expect(await members()).toEqual(before);
    expect((await without.send('put', `${bob}/groups/${support}`, { until: null })).status).toBe(200);
    await demand(false);
    expect((await without.send('delete', `${bob}/groups/${support}`, {})).status).toBe(200);
  });
});
