import { bulkInsert } from '../db/bulk-insert.ts';
import type { Transaction } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import type { Act } from '../verbs/act.ts';
import { type Change, type Fields, namesAny, type Reference, referencesIn } from './audit-event.ts';
import { summarize } from './audit-summaries.ts';
import { Texts } from './audit-texts.ts';
import { chained, findHead, markerSeal, moveHead, START } from './chain.ts';
import { contentsOf, FORM, type Row, rowsOf } from './event-form.ts';

/** A change, and the act that it is a part of. */
export interface Told {
  act: Act;
  change: Change;
}

/**
 * Appends one event per change to the chain, in the transaction of the change itself. Who acts is looked at once more
 * before: what they may not do any more is undone with it.
 */
export async function recordChanges(trx: Transaction, act: Act, changes: Change[]): Promise<void> {
  if (changes.length === 0) return;
  await act.confirm?.(trx);
  await appendEvents(
    trx,
    act.auditKey,
    changes.map((change) => ({ act, change })),
  );
}

/** Appends the events of any number of acts, which were confirmed before. */
export async function appendEvents(trx: Transaction, auditKey: string, told: Told[]): Promise<void> {
  const head = await findHead(trx);
  const first = (head?.eventId ?? 0) + 1;
  const texts = new Texts(trx, first);
  const contents = contentsOf(told, texts);
  await texts.keep();
  const rows = rowsOf(first, contents);
  let hash = head?.hash ?? START;
  for (const row of rows) {
    hash = chained(auditKey, hash, row);
    row.hash = hash;
  }
  await bulkInsert(trx, 'audit_events', rows);
  await moveHead(trx, auditKey, { eventId: first + rows.length - 1, hash });
  await summarize(trx, rows);
  await noteOnTimelines(trx, told, rows);
}

/** Puts a marker in the place of each of these events of words: how many were there to be replaced. */
export async function eraseEvents(trx: Transaction, auditKey: string, ids: number[]): Promise<number> {
  const rows: Row[] = await whereIdIn(trx('audit_events').where('form', FORM.words), 'id', ids);
  for (const row of rows) {
    const previous = await trx('audit_events')
      .where('id', row.id - 1)
      .first('hash');
    const empty = { actor_name: '', subject_name: '', before: '{}', after: '{}', address: '', request_id: '' };
    const seal = markerSeal(auditKey, previous?.hash ?? START, { ...row, ...empty });
    await trx('audit_events')
      .where('id', row.id)
      .update({ ...empty, form: FORM.marker, seal });
  }
  return rows.length;
}

/** The timelines of users, groups and contacts tell as well of events about others that they came to, or were parted from. */
async function noteOnTimelines(trx: Transaction, told: Told[], rows: Row[]): Promise<void> {
  const notes: Record<Reference['type'], Note[]> = { user: [], group: [], contact: [] };
  for (const [n, { change }] of told.entries())
    for (const { type, id } of comersAndGoers(change)) notes[type].push({ id, row: rows[n] });
  for (const [type, noted] of Object.entries(notes)) {
    const kept = type === 'group' ? await onceForEachOperation(trx, noted) : noted;
    const entries = kept.map(({ id, row }) => ({ [`${type}_id`]: id, event_id: row.id }));
    await bulkInsert(trx, `${type}_events`, entries);
  }
}

/** An event that a timeline tells of. */
interface Note {
  id: number;
  row: Row;
}

/** What one operation did to hundreds of its members is told once on the timeline of a group. */
async function onceForEachOperation(trx: Transaction, notes: Note[]): Promise<Note[]> {
  const groupIds = [...new Set(notes.flatMap(({ id, row }) => (row.operation_id === null ? [] : id)))];
  if (groupIds.length === 0) return notes;
  const last: { group_id: number; operation_id: number | null }[] = await trx('audit_events')
    .join('group_events', 'group_events.event_id', 'audit_events.id')
    .whereIn(
      'group_events.event_id',
      whereIdIn(trx('group_events'), 'group_id', groupIds).groupBy('group_id').max('event_id'),
    )
    .select('group_events.group_id', 'operation_id');
  const told = new Set(last.map(({ group_id, operation_id }) => `${group_id} ${operation_id}`));
  return notes.filter(({ id, row }) => {
    if (row.operation_id === null) return true;
    const key = `${id} ${row.operation_id}`;
    const isNew = !told.has(key);
    told.add(key);
    return isNew;
  });
}

/** Whose a contact is stands on its own record alone: that of its owner would tell that they have one. */
function comersAndGoers({ subjectType, before = NO_FIELDS, after = NO_FIELDS }: Change): readonly Reference[] {
  if (subjectType === 'contact' || !(nameAny(before) || nameAny(after))) return NOBODY;
  const [gone, come] = [before, after].map((fields) => Object.values(fields).flatMap(referencesIn));
  const differing = [...without(gone, come), ...without(come, gone)];
  return [...new Map(differing.map((reference) => [`${reference.type} ${reference.id}`, reference])).values()];
}

const NO_FIELDS: Fields = {};
const NOBODY: readonly Reference[] = [];

/** Of many who are all deactivated, or given a tag, nobody is looked at for longer. */
function nameAny(fields: Fields): boolean {
  for (const field in fields) if (namesAny(fields[field])) return true;
  return false;
}

function without(some: Reference[], others: Reference[]): Reference[] {
  return some.filter(({ type, id }) => !others.some((other) => other.type === type && other.id === id));
}
