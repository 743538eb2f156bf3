import { recordChanges } from '../audit/audit-store.ts';
import { type Instant, instant, MINUTE } from '../clock.ts';
import type { Transaction } from '../db/database.ts';
import type { Row } from '../db/tables.ts';
import type { Act, ActSettings } from '../verbs/act.ts';
import { programAct } from '../verbs/program-act.ts';
import type { KindName } from './exportable.ts';

/** What the audit tells of an export beside how it went. */
export interface ExportFacts {
  fileFormat: string;
  /** The address of the list that was exported. */
  view?: string;
  /** Or how many records were named one by one. */
  named?: number;
  /** Whether the contacts of others were in it. */
  withPrivate?: true;
}

/** An export that is not seen for so long was cut off with its process. It is seen more often, however slow its reader. */
const LONGEST_UNSEEN = 10 * MINUTE;

/** Noted before anything is handed out, so that the audit tells of it whatever becomes of the process. Returns the id. */
export async function begin(trx: Transaction, act: Act, kind: KindName, facts: ExportFacts): Promise<number> {
  const row: Omit<Row<'running_exports'>, 'id'> = {
    kind,
    facts: JSON.stringify(facts),
    actor_id: act.by.id,
    actor_name: act.by.name,
    address: act.address,
    request_id: act.requestId,
    rows: 0,
    seen_at: act.at,
  };
  const [{ id }] = await trx('running_exports').insert(row).returning('id');
  return id;
}

/** It still goes on, and has come so far. */
export async function noteProgress(trx: Transaction, id: number, rows: number, at: Instant): Promise<void> {
  await trx('running_exports').where({ id }).update({ rows, seen_at: at });
}

/** Its one event: it is done, or was broken off by something. */
export async function end(
  trx: Transaction,
  act: Act,
  id: number,
  { rows, brokenOff }: { rows: number; brokenOff?: string },
): Promise<void> {
  const row: Row<'running_exports'> | undefined = await trx('running_exports').where({ id }).first();
  // It was told already: nobody had seen it for long.
  if (!row) return;
  await trx('running_exports').where({ id }).delete();
  const after = { ...JSON.parse(row.facts), rows, ...(brokenOff && { brokenOff }) };
  await recordChanges(trx, act, [
    { action: 'records.exported', subjectType: 'system', subjectId: null, subjectName: row.kind, after },
  ]);
}

/** Tells of those whose process ended before they did. */
export async function tellCutOff(trx: Transaction, settings: ActSettings, now: number): Promise<void> {
  const rows: Row<'running_exports'>[] = await trx('running_exports').where(
    'seen_at',
    '<',
    instant(now - LONGEST_UNSEEN),
  );
  for (const row of rows) {
    const { id, actor_name: name, address, request_id: requestId, rows: seen } = row;
    const act = programAct(settings, { id: row.actor_id ?? undefined, name, at: instant(now), address, requestId });
    await end(trx, act, id, { rows: seen, brokenOff: 'Roster was stopped meanwhile' });
  }
}
