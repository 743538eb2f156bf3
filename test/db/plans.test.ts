import { expect, it } from '@jest/globals';
import type { Knex } from 'knex';
import { runsDirectly } from '../../src/db/prepared.ts';
import { jobsOf } from '../../src/features.ts';
import { startApp } from '../support/app.ts';
import { addCrowd } from '../support/crowd.ts';
import { submit } from '../support/form.ts';
import { signedIn } from '../support/session.ts';

const PAGES = [
  ...[
    '/users',
    '/users?q=an',
    '/users?q=a,b@example.com,#3',
    '/users/2',
    '/users/2/edit',
    '/users/new',
    '/users/groups',
    '/users/tags',
    '/groups/tags',
    '/contacts/tags',
  ],
  ...[
    '/users/2/permissions',
    '/users/2/timeline',
    '/groups',
    '/groups/1',
    '/contacts',
    '/contacts?q=ber',
    '/contacts/1',
  ],
  ...[
    '/audit',
    '/audit?actor=alice',
    '/audit?subject=bob',
    '/audit?actor=alice&subject=bob',
    '/invitations',
    '/invitations?q=an',
    '/search?q=an',
    '/installation',
    '/credentials',
    '/credentials/sign-ins',
    '/users/2/sign-ins',
    '/security',
    '/overview',
    '/idle-accounts',
    '/me',
  ],
  ...['/bulk-operations', '/applications', '/preferences', '/saved-views', '/health'],
];

/** Tables with a row for each of very many. */
const LARGE = /^SCAN (users|contacts|links|memberships|audit_events|outbox|twin|older|user_tags|contact_tags)( |$)/;

/** Indexes of a part of a table that stays small: what is open, what waits, who has a twin. */
const OF_FEW = /USING (COVERING )?INDEX (links_one_open|outbox_due|\w+_twins)$/;

/** Whoever looks for one value there finds very many: they are for an order, and to go on from a place in it. */
const OF_AN_ORDER = /INDEX users_by_(password_age|last_login|groups|no_shared_data|contact|expiry) \(\w+=\?\)/;

it('goes through no large table for a page, a change, or what it looks after by itself', async () => {
  await using app = await startApp();
  await addCrowd(app, 300);
  const asked = new Map<string, unknown[]>();
  const note = ({ sql, bindings }: { sql: string; bindings: unknown[] }) => asked.set(sql, bindings);
  for (const side of [app.db.read, app.db.writer]) side.on('query', note);
  const direct = runsDirectly(app.db.read.client, undefined);
  try {
    const alice = await signedIn(app, 'alice');
    for (const path of PAGES) expect([path, (await alice.get(path)).status]).toEqual([path, 200]);
    await submit(alice, '/users/new', { name: 'new person', email: 'new@dot.example', access: 'later' });
    await submit(alice, '/users/3/edit', { name: 'renamed person', email: 'renamed@dot.example' });
    await alice.post('/users/4/deactivation');
    await alice.post('/users/5/deletion');
    await alice.post('/bulk-operations', { ids: ['7', '8'], action: 'deactivate' });
    await app.context.troubles.look();
    for (const job of jobsOf(app.context)) if (job.name !== 'backup') await job.run();
  } finally {
    runsDirectly(app.db.read.client, direct);
  }
  expect(asked.size).toBeGreaterThan(140);
  const scanned: string[] = [];
  for (const [sql, bindings] of asked)
    if (isLooked(sql)) scanned.push(...(await scansOf(app.db.writer, sql, bindings)));
  expect(scanned).toEqual([]);
});

it('writes no index anew for whoever is deactivated', async () => {
  await using app = await startApp();
  const alice = await signedIn(app, 'alice');
  const asked = new Map<string, unknown[]>();
  app.db.writer.on('query', ({ sql, bindings }: { sql: string; bindings: unknown[] }) => asked.set(sql, bindings));
  await alice.post(`/users/${app.people.bob}/deactivation`);
  const change = [...asked.keys()].find((sql) => /^update `users` set `activity`/.test(sql))!;
  const steps: { addr: number; opcode: string; p2: number }[] = await app.db.writer.raw(
    `explain ${change}`,
    asked.get(change) as Knex.RawBinding[],
  );
  // What triggers would do stands behind the statement itself, counted from nought again.
  const own = steps.slice(
    0,
    steps.findIndex(({ addr }, n) => n > 0 && addr === 0),
  );
  const written = own.filter(({ opcode }) => opcode === 'OpenWrite').map(({ p2 }) => p2);
  const names = await app.db
    .writer('sqlite_schema')
    .where('tbl_name', 'users')
    .whereIn('rootpage', written)
    .pluck('name');
  expect(names).toEqual(['users']);
});

/** Of nobody nothing is read. */
function isLooked(sql: string): boolean {
  return /^(select|update|delete|with)/i.test(sql) && !/where 1 = \?$/.test(sql);
}

async function scansOf(db: Knex, sql: string, bindings: unknown[]): Promise<string[]> {
  const plan: { detail: string }[] = await db.raw(`explain query plan ${sql}`, bindings as Knex.RawBinding[]);
  const isWhole = (detail: string) => (LARGE.test(detail) && !OF_FEW.test(detail)) || OF_AN_ORDER.test(detail);
  // A walk along an order ends with its page, unless all are gathered to be sorted.
  if (/limit \?/.test(sql) && !plan.some(({ detail }) => detail.startsWith('USE TEMP B-TREE FOR ORDER BY'))) return [];
  return plan.filter(({ detail }) => isWhole(detail)).map(({ detail }) => `${detail}: ${sql}`);
}
