import type { Reader, Transaction } from '../db/database.ts';
import { prepared } from '../db/prepared.ts';
import { findAlteredTexts } from './audit-texts.ts';
import { digestsIn, FORM, type Row } from './event-form.ts';
import { keyedHash } from './keyed-hash.ts';

const READ_AT_ONCE = 1_000;
export const START = '';
/** Tells how many events were replaced by markers. */
export const ERASED_EVENTS = 'audit.erased';

/** The last event and its hash: written down elsewhere, they show whether the audit was set back. */
export interface Head {
  eventId: number;
  hash: string;
}

/** As one writes it down. */
export function headInWords({ eventId, hash }: Head): string {
  return `${eventId}:${hash}`;
}

/** What was written down; undefined where it is no head. */
export function headFrom(text: string): Head | undefined {
  const [, eventId, hash] = /^([1-9]\d{0,14}):([\w-]{43})$/.exec(text.trim()) ?? [];
  return hash === undefined ? undefined : { eventId: Number(eventId), hash };
}

export async function findHead(db: Reader): Promise<Head | undefined> {
  const [head] = await selectHead(db, {});
  return head && { eventId: head.event_id, hash: head.hash };
}

const selectHead = prepared<object, { event_id: number; hash: string }>((db) =>
  db('audit_head').select('event_id', 'hash'),
);

export async function moveHead(trx: Transaction, auditKey: string, { eventId, hash }: Head): Promise<void> {
  await keepHead(trx, { event_id: eventId, hash, seal: seal(auditKey, eventId, hash) });
}

const keepHead = prepared<{ event_id: number; hash: string; seal: string }, never>((db, { event_id, hash, seal }) =>
  db('audit_head').insert({ only: 1, event_id, hash, seal }).onConflict('only').merge(),
);

/** How many there are, and how many of these are erased, if any: markers stand in their place. */
export interface Intact {
  intact: true;
  events: number;
  erased?: number;
}

export type Verification = Intact | { intact: false; eventId: number; problem: string };

/**
 * Walks the whole chain and names the first row that is missing or was altered, itself or in a text of it; a text that was
 * deleted is no fault, and neither is an event that was erased, as long as its marker is sealed. With a head that was written down elsewhere it finds as well whether the whole was set back, or made
 * anew, since then.
 */
export async function verifyChain(db: Reader, auditKey: string, noted?: Head): Promise<Verification> {
  const verified = await verifyRows(db, auditKey);
  if (!verified.intact || !noted) return verified;
  const found = await db('audit_events').where('id', noted.eventId).first('hash');
  if (!found)
    return { intact: false, eventId: noted.eventId, problem: 'was there and is missing: the audit was set back' };
  if (found.hash !== noted.hash)
    return { intact: false, eventId: noted.eventId, problem: 'is another than it was: the audit was made anew' };
  return verified;
}

async function verifyRows(db: Reader, auditKey: string): Promise<Verification> {
  const altered = await findAlteredTexts(db);
  let last = { id: 0, hash: START };
  let erased = 0;
  let told = 0;
  for (;;) {
    const rows: Row[] = await db('audit_events').where('id', '>', last.id).orderBy('id').limit(READ_AT_ONCE);
    for (const row of rows) {
      if (row.id !== last.id + 1) return { intact: false, eventId: last.id + 1, problem: 'is missing' };
      if (!isAsWritten(auditKey, last.hash, row)) return { intact: false, eventId: row.id, problem: 'was altered' };
      if (altered.size > 0 && digestsIn(row).some((digest) => altered.has(digest)))
        return { intact: false, eventId: row.id, problem: 'has a text that was altered' };
      if (row.form === FORM.marker) erased++;
      if (row.action === ERASED_EVENTS) told += JSON.parse(row.after).events;
      last = row;
    }
    if (rows.length < READ_AT_ONCE) break;
  }
  if (erased > told) return { intact: false, eventId: last.id, problem: 'does not tell of all that were erased' };
  const head = await db('audit_head').first();
  if (!head) {
    // Nobody comes to be without an event.
    const isNew = last.id === 0 && (await db('users').first('id')) === undefined;
    return isNew ? { intact: true, events: 0 } : { intact: false, eventId: last.id + 1, problem: 'is missing' };
  }
  if (head.seal !== seal(auditKey, head.event_id, head.hash))
    return { intact: false, eventId: head.event_id, problem: 'has a forged head' };
  if (head.event_id > last.id) return { intact: false, eventId: last.id + 1, problem: 'is missing' };
  if (head.event_id < last.id || head.hash !== last.hash)
    return { intact: false, eventId: last.id, problem: 'was added past the head' };
  return { intact: true, events: last.id, ...(erased > 0 && { erased }) };
}

function isAsWritten(key: string, previous: string, row: Row): boolean {
  if (row.form === FORM.marker) return row.seal === markerSeal(key, previous, row);
  return isKnownForm(row) && !row.seal && chained(key, previous, row) === row.hash;
}

/** Of what stands where an event was erased: it keeps the hash of the event, and so its place in the chain. */
export function markerSeal(key: string, previous: string, row: Row): string {
  const { id, at, actor_id, action, subject_type, subject_id, operation_id, token_id, hash } = row;
  const named = [row.actor_name, row.subject_name, row.before, row.after, row.address, row.request_id];
  const content = [
    previous,
    id,
    at,
    actor_id,
    action,
    subject_type,
    subject_id,
    operation_id,
    token_id,
    hash,
    ...named,
  ];
  return keyedHash(key, `erased ${JSON.stringify(content)}`);
}

/** What a form has no place for does not stand in its hash either: an event of words is of no bulk operation, and only those of tokens name one. */
function isKnownForm({ form, operation_id, token_id }: Row): boolean {
  if (form === FORM.token) return token_id !== null;
  return token_id === null && (form === FORM.ids || (form === FORM.words && operation_id === null));
}

/** Each row by the rule of its form. */
export function chained(key: string, previous: string, row: Omit<Row, 'hash'>): string {
  const { id, at, actor_id, actor_name, action, subject_type, subject_id, subject_name, before, after } = row;
  const content: unknown[] = [previous, id, at, actor_id, actor_name, action, subject_type, subject_id, subject_name];
  content.push(before, after, row.address, row.request_id);
  if (row.form !== FORM.words) content.push(row.form, row.operation_id);
  if (row.form === FORM.token) content.push(row.token_id);
  return keyedHash(key, JSON.stringify(content));
}

function seal(key: string, id: number, hash: string): string {
  return keyedHash(key, `head ${id} ${hash}`);
}
