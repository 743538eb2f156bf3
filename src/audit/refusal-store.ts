import type { Viewer } from '../access/viewer.ts';
import { type Instant, minuteOf } from '../clock.ts';
import type { Transaction } from '../db/database.ts';
import type { Act, ActSettings } from '../verbs/act.ts';
import { programAct } from '../verbs/program-act.ts';
import type { Change } from './audit-event.ts';
import { recordChanges } from './audit-store.ts';

/** Something that somebody asked for and was refused. */
export interface RefusedRequest {
  /** What is alike enough to be told as one; there are few of them, whatever is asked for. */
  kind: string;
  /** Whether something would have been changed. */
  isChange: boolean;
  /** Method and path. */
  request: string;
  reason: string;
}

/** So many of one person within a minute have an event each: each attempt at a change, within reason, and the first of each look. */
const TOLD = { change: 60, look: 1 };

const IN_ORDER = ['minute', 'user_id', 'kind'];

interface Row {
  user_id: number;
  kind: string;
  /** Its beginning. */
  minute: Instant;
  told: number;
  untold: number;
  request: string;
  reason: string;
  address: string;
  request_id: string;
}

/** What somebody signed in tried. */
export type RefusedAct = Act & { by: Viewer & { id: number } };

/**
 * Tells of a refusal at once, or counts it where as many of its kind were told of within the minute: somebody who asks again and
 * again fills no disk (R87). What was counted becomes one event when the minute is over.
 */
export async function recordRefusal(trx: Transaction, act: RefusedAct, refusal: RefusedRequest): Promise<void> {
  const { kind, isChange, request, reason } = refusal;
  const minute = minuteOf(act.at);
  await tellOf(
    trx,
    act,
    act.at,
    await trx('refusals').where('user_id', act.by.id).whereNot({ minute }).orderBy(IN_ORDER),
  );
  const row: Row = (await trx('refusals').where({ user_id: act.by.id, kind }).first()) ?? {
    user_id: act.by.id,
    kind,
    minute,
    told: 0,
    untold: 0,
  };
  const isTold = row.told < (isChange ? TOLD.change : TOLD.look);
  if (isTold) await recordChanges(trx, act, [eventOf(request, { reason })]);
  const last = { request, reason, address: act.address, request_id: act.requestId };
  const counted = isTold ? { told: row.told + 1 } : { untold: row.untold + 1 };
  await trx('refusals')
    .insert({ ...row, ...last, ...counted })
    .onConflict(['user_id', 'kind'])
    .merge();
}

/** Tells of all that was counted in minutes that are over: one event for each person, kind and minute. */
export async function tellRefusals(trx: Transaction, settings: ActSettings, now: Instant): Promise<void> {
  await tellOf(trx, settings, now, await trx('refusals').whereNot('minute', minuteOf(now)).orderBy(IN_ORDER));
}

async function tellOf(trx: Transaction, settings: ActSettings, at: Instant, rows: Row[]): Promise<void> {
  for (const row of rows) {
    await trx('refusals').where({ user_id: row.user_id, kind: row.kind }).delete();
    if (row.untold === 0) continue;
    const { name } = await trx('users').where('id', row.user_id).first('name');
    const { address, request_id: requestId } = row;
    const act = programAct(settings, { id: row.user_id, name, at, address, requestId });
    const { reason, untold, minute } = row;
    await recordChanges(trx, act, [eventOf(row.request, { reason, andMore: untold, minute })]);
  }
}

function eventOf(request: string, after: Change['after']): Change {
  return { action: 'request.refused', subjectType: 'request', subjectId: null, subjectName: request, after };
}
