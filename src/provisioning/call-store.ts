import type { Instant } from '../clock.ts';
import type { Reader, Transaction } from '../db/database.ts';
import type { Row } from '../db/tables.ts';

/** What a program asked for, and what became of it, in plain words. */
export interface ProvisioningCall {
  id: number;
  at: Instant;
  /** Method and path. */
  request: string;
  status: number;
  words: string;
  address: string;
}

/** So many of each program are kept. */
const KEPT = 500;

export async function noteCall(
  trx: Transaction,
  provisionerId: number,
  call: Omit<ProvisioningCall, 'id'>,
): Promise<void> {
  await trx('provisioning_calls').insert({ provisioner_id: provisionerId, ...call });
}

/** The newest first. */
export async function findCalls(
  db: Reader,
  provisionerId: number,
  { onlyErrors = false, limit }: { onlyErrors?: boolean; limit: number },
): Promise<ProvisioningCall[]> {
  const query = db('provisioning_calls').where({ provisioner_id: provisionerId }).orderBy('id', 'desc').limit(limit);
  if (onlyErrors) query.where('status', '>=', 400);
  return (await query).map(callOf);
}

/** The programs that ever asked for anything. */
export async function findCallerIds(db: Reader): Promise<number[]> {
  return db('provisioning_calls').distinct('provisioner_id').orderBy('provisioner_id').pluck('provisioner_id');
}

/** Only the newest stay. */
export async function pruneCalls(trx: Transaction): Promise<void> {
  for (const id of await findCallerIds(trx)) {
    const calls = () => trx('provisioning_calls').where({ provisioner_id: id });
    const [last] = await calls().orderBy('id', 'desc').offset(KEPT).limit(1).pluck('id');
    if (last !== undefined)
      await trx('provisioning_calls').where({ provisioner_id: id }).where('id', '<=', last).delete();
  }
}

function callOf({ id, at, request, status, words, address }: Row<'provisioning_calls'>): ProvisioningCall {
  return { id, at, request, status, words, address };
}
