import type { Instant } from '../clock.ts';
import type { Reader, Transaction } from '../db/database.ts';
import type { Row } from '../db/tables.ts';

/** By what somebody who was here before is the one whom a program wants to make. */
export type ClashReason = Row<'provisioning_clashes'>['reason'];
export type Kind = Row<'provisioning_clashes'>['kind'];

/** A user or group of whom a program says that it is its own, and that was here before. */
export interface Clash {
  id: number;
  provisionerId: number;
  kind: Kind;
  subjectId: number;
  /** What the program calls it. */
  name: string;
  externalId: string | null;
  reason: ClashReason;
  times: number;
  firstAt: Instant;
  lastAt: Instant;
  decision: 'confirmed' | 'declined' | null;
  decidedAt: Instant | null;
  decidedBy: number | null;
}

export async function findClash(db: Reader, id: number): Promise<Clash | undefined> {
  const row = await db('provisioning_clashes').where({ id }).first();
  return row && clashOf(row);
}

/** The newest first: those that wait for somebody to decide, or those that were decided. */
export async function findClashes(
  db: Reader,
  provisionerId: number,
  { decided, limit }: { decided: boolean; limit: number },
): Promise<Clash[]> {
  const query = db('provisioning_clashes').where({ provisioner_id: provisionerId }).orderBy('id', 'desc').limit(limit);
  const rows = await (decided ? query.whereNotNull('decision') : query.whereNull('decision'));
  return rows.map(clashOf);
}

export async function countOpenClashes(db: Reader, provisionerId: number): Promise<number> {
  const found = await db('provisioning_clashes')
    .where({ provisioner_id: provisionerId })
    .whereNull('decision')
    .count('* as number')
    .first();
  return Number(found?.number);
}

type Met = Pick<Clash, 'provisionerId' | 'kind' | 'subjectId' | 'name' | 'externalId' | 'reason'>;

/** It was met, perhaps once more; what somebody decided stands. */
export async function noteClash(trx: Transaction, met: Met, at: Instant): Promise<void> {
  const named = { name: met.name, external_id: met.externalId, reason: met.reason, last_at: at };
  const known = await trx('provisioning_clashes')
    .where({ provisioner_id: met.provisionerId, kind: met.kind, subject_id: met.subjectId })
    .update(named)
    .increment('times');
  if (known > 0) return;
  await trx('provisioning_clashes').insert({
    provisioner_id: met.provisionerId,
    kind: met.kind,
    subject_id: met.subjectId,
    ...named,
    first_at: at,
  });
}

export async function decideClash(
  trx: Transaction,
  id: number,
  { decision, at, by }: { decision: 'confirmed' | 'declined'; at: Instant; by: number | null },
): Promise<void> {
  await trx('provisioning_clashes').where({ id }).update({ decision, decided_at: at, decided_by: by });
}

function clashOf(row: Row<'provisioning_clashes'>): Clash {
  return {
    id: row.id,
    provisionerId: row.provisioner_id,
    kind: row.kind,
    subjectId: row.subject_id,
    name: row.name,
    externalId: row.external_id,
    reason: row.reason,
    times: row.times,
    firstAt: row.first_at,
    lastAt: row.last_at,
    decision: row.decision,
    decidedAt: row.decided_at,
    decidedBy: row.decided_by,
  };
}
