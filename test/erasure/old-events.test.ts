import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { headFrom, headInWords, moveHead, verifyChain } from '../../src/audit/chain.ts';
import { findEvents } from '../../src/audit/event-list.ts';
import type { Database, Transaction } from '../../src/db/database.ts';
import { migrate } from '../../src/db/migrate.ts';
import { finishErasures } from '../../src/erasure/erasing.ts';
import { keepErasure } from '../../src/erasure/erasure-store.ts';
import { LANDED, openLanded } from '../migrations/landed.ts';

/** As a program wrote them that knew no other form, sealed with this key. */
const FORMER = JSON.parse(readFileSync(join(import.meta.dirname, '../audit/events-of-words.json'), 'utf8'));
const auditKey = 'the key of that time';
const settings = { auditKey, links: { secret: '', lifetime: { invitation: 0, 'password-reset': 0 } } };
const MARIA = 2;

let folder: string;
let db: Database;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'roster-old-events-'));
  db = await openLanded(LANDED.at(-1)!, folder);
  await db.write(async (trx) => {
    for (const trigger of ['update', 'delete']) await trx.raw('drop trigger ??', [`audit_events_refuse_${trigger}`]);
    await trx('audit_events').delete();
    await trx('audit_events').insert(FORMER.events);
    await trx('audit_head').update(FORMER.head);
    for (const trigger of ['update', 'delete'])
      await trx.raw(`create trigger audit_events_refuse_${trigger} before ${trigger} on audit_events
        begin select raise(abort, 'audit events are never changed'); end`);
  });
  await migrate(db);
});
afterEach(async () => {
  await db.close();
  rmSync(folder, { recursive: true, force: true });
});

const verify = (head?: string) => verifyChain(db.read, auditKey, head ? headFrom(head) : undefined);
const countNaming = async () =>
  (await db.read('audit_events')).filter((row) => /\b(?:maria|mia)\b/.test(JSON.stringify(row))).length;

async function eraseMaria(): Promise<void> {
  await db.write((trx) => keepErasure(trx, MARIA, ['maria', 'mia', 'mia@example.com']));
  await finishErasures(db, settings);
}

describe('an event of words that names somebody who was erased', () => {
  it('gives way to a marker with its hash: the chain verifies, and so does a head noted before', async () => {
    const { hash } = await db.read('audit_events').orderBy('id', 'desc').first('hash');
    const head = headInWords({ eventId: 5, hash });
    expect(await countNaming()).toBe(5);
    await eraseMaria();
    expect(await countNaming()).toBe(0);
    expect(await verify(head)).toEqual({ intact: true, events: 6, erased: 5 });
    const [last] = await findEvents(db.read, {}, 1);
    expect(last).toMatchObject({ action: 'audit.erased', after: { events: 5 } });
  });

  it('is found out where the marker was made or changed by somebody without the secret', async () => {
    await eraseMaria();
    const marker = await db.read('audit_events').where('form', 4).first();
    await unguarded((trx) => trx('audit_events').where('id', marker.id).update({ action: 'user.deleted' }));
    expect(await verify()).toEqual({ intact: false, eventId: marker.id, problem: 'was altered' });
  });

  it('is missed where a marker is there of which no event tells', async () => {
    await eraseMaria();
    const told = await db.read('audit_events').orderBy('id', 'desc').first();
    await unguarded(async (trx) => {
      const before = await trx('audit_events')
        .where('id', told.id - 1)
        .first('hash');
      await trx('audit_events').where('id', told.id).delete();
      await moveHead(trx, auditKey, { eventId: told.id - 1, hash: before.hash });
    });
    expect(await verify()).toMatchObject({ intact: false, problem: 'does not tell of all that were erased' });
  });

  it('is all that the database lets be changed of an event', async () => {
    const update = (columns: object, id = 1) =>
      db
        .write((trx) => trx('audit_events').where({ id }).update(columns))
        .then(
          () => 'done',
          (error: Error) => error.message,
        );
    const marker = {
      actor_name: '',
      subject_name: '',
      before: '{}',
      after: '{}',
      address: '',
      request_id: '',
      form: 4,
      seal: 'x',
    };
    for (const change of [
      { actor_name: 'eve' },
      { ...marker, hash: 'another' },
      { ...marker, subject_name: 'eve' },
      { ...marker, seal: null },
      { ...marker, action: 'user.deleted' },
    ])
      expect(await update(change)).toContain('audit events are never changed');
    expect(await update(marker)).toBe('done');
    expect(await update({ form: 1, seal: null })).toContain('audit events are never changed');
  });
});

function unguarded(change: (trx: Transaction) => Promise<unknown>): Promise<void> {
  return db.write(async (trx) => {
    for (const trigger of ['update', 'delete'])
      await trx.raw('drop trigger if exists ??', [`audit_events_refuse_${trigger}`]);
    await change(trx);
  });
}
