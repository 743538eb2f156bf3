import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { ALL_RIGHTS, type Rights } from '../../src/access/rights.ts';
import { recordChanges } from '../../src/audit/audit-store.ts';
import { verifyChain } from '../../src/audit/chain.ts';
import { findEvents } from '../../src/audit/event-list.ts';
import { shownTo } from '../../src/audit/pages/shown-events.ts';
import type { Database, Transaction } from '../../src/db/database.ts';
import { migrate } from '../../src/db/migrate.ts';
import { LANDED, openLanded } from '../migrations/landed.ts';

/** As a program wrote them that knew no other form, sealed with this key. */
const FORMER = JSON.parse(readFileSync(join(import.meta.dirname, 'events-of-words.json'), 'utf8'));
const auditKey = 'the key of that time';
const links = { secret: '', lifetime: { invitation: 0, 'password-reset': 0 } };

let folder: string;
let db: Database;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'roster-words-'));
  db = await openLanded(LANDED.at(-1)!, folder);
  await tamper(async (trx) => {
    await trx('audit_events').delete();
    await trx('audit_events').insert(FORMER.events);
    await trx('audit_head').update(FORMER.head);
  });
  await migrate(db);
});
afterEach(async () => {
  await db.close();
  rmSync(folder, { recursive: true, force: true });
});

function tamper(change: (trx: Transaction) => Promise<unknown>): Promise<void> {
  return db.write(async (trx) => {
    for (const trigger of ['update', 'delete'])
      await trx.raw('drop trigger if exists ??', [`audit_events_refuse_${trigger}`]);
    await change(trx);
  });
}

const verify = () => verifyChain(db.read, auditKey);
const viewer = (rights: Rights) => ({ id: 1, name: 'alice', rights, noSharedData: false, groupIds: new Set<number>() });

async function shown(rights: Rights) {
  const events = await shownTo(db.read, viewer(rights), (await findEvents(db.read, {}, 10)).reverse());
  return events.map(({ words }) => words.fields.map(({ label, after }) => [label, after]));
}

it('verify by their own rule after an upgrade, and those of ids are chained to them', async () => {
  expect(await verify()).toEqual({ intact: true, events: 5 });
  const by = { id: 1, name: 'alice', rights: {} };
  const act = { by, at: '2026-11-26T12:00:00.000Z', address: '192.0.2.7', requestId: 'r6', auditKey, links };
  const change = { action: 'user.deactivated', subjectType: 'user', subjectId: 2, subjectName: 'maria' } as const;
  await db.write((trx) => recordChanges(trx, act, [change]));
  expect(await verify()).toEqual({ intact: true, events: 6 });
  await tamper((trx) => trx('audit_events').where('id', 4).update({ subject_name: 'GET /users' }));
  expect(await verify()).toEqual({ intact: false, eventId: 4, problem: 'was altered' });
});

it.each([
  ['of another form', { form: 2 }],
  ['of a form that is none', { form: 3 }],
  ['a part of a bulk operation', { operation_id: 1 }],
])('are found altered where one was made %s', async (_, change) => {
  await tamper((trx) => trx('audit_events').where('id', 2).update(change));
  expect(await verify()).toEqual({ intact: false, eventId: 2, problem: 'was altered' });
});

it('are shown with all that they say, and lead to the contacts that they name', async () => {
  const [made, linked, contact, refused, renamed] = await shown(ALL_RIGHTS);
  expect(made).toEqual([
    ['name', { value: 'mia' }],
    ['email', { value: 'mia@example.com' }],
    ['groups', { value: ['Sales'] }],
  ]);
  const name = { name: 'Bob', formerly: 'Bob (the other)', path: '/contacts/3', lead: '', note: ' (customer)' };
  expect(linked).toEqual([['linked contact', { names: [name] }]]);
  expect(contact).toEqual([
    ['company', { names: [{ name: 'Weiß & Söhne', path: '/contacts/1', lead: '', note: '' }] }],
    ['owner', { value: 'private to mia' }],
    // Looks like one and is none.
    ['description', { value: 'Eve (contact 1)' }],
  ]);
  expect([refused, renamed]).toEqual([[], [['name', { value: 'maria' }]]]);
});

it('tell no contact to who may not see it', async () => {
  await db.write((trx) => trx('contacts').whereIn('id', [1, 3]).update({ owner_user_id: 2 }));
  const [, linked, contact] = await shown(ALL_RIGHTS);
  const hidden = { names: [{ name: 'a contact that you may not see', lead: '', note: '' }] };
  expect([linked, contact]).toEqual([[['linked contact', hidden]], []]);
});

it('are found by the name that they have, and by any that its bearer has', async () => {
  const ids = async (filter: object) => (await findEvents(db.read, filter, 10)).map((event) => event.id);
  expect(await ids({ subject: 'mia' })).toEqual([2, 1]);
  expect(await ids({ actor: 'mia' })).toEqual([4]);
  await db.write((trx) => trx('users').where('id', 2).update({ name: 'maria', name_key: 'maria' }));
  expect(await ids({ subject: 'Maria' })).toEqual([5, 2, 1]);
  expect(await ids({ actor: 'maria' })).toEqual([4]);
});
