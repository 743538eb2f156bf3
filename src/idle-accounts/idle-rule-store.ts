import { DAY, dayOf, type Instant } from '../clock.ts';
import type { Reader, Transaction } from '../db/database.ts';
import type { Row } from '../db/tables.ts';
import { type IdleDays, type IdleRule, USUAL_DAYS } from './idle-rule.ts';

/** As it was set; until then as it usually is, and off. */
export async function findIdleRule(db: Reader): Promise<IdleRule> {
  const row: Row<'idle_rule'> | undefined = await db('idle_rule').first();
  if (!row) return NEVER_SET;
  return {
    isOn: Boolean(row.is_on),
    warnDays: row.warn_days,
    tellDays: row.tell_days,
    endDays: row.end_days,
    zone: row.zone,
    setBy: row.set_by,
    setAt: row.set_at,
    version: row.version,
    pausedFor: row.paused_for,
    doneOn: row.done_on,
    lookedAt: row.looked_at,
    ranSeconds: row.ran_seconds,
  };
}

const NEVER_SET: IdleRule = {
  ...USUAL_DAYS,
  isOn: false,
  zone: 'UTC',
  setBy: null,
  setAt: '',
  version: 0,
  pausedFor: '',
  doneOn: '',
  lookedAt: '',
  ranSeconds: 0,
};

/** What somebody says of it. */
export async function setIdleRule(
  trx: Transaction,
  { warnDays, tellDays, endDays }: IdleDays,
  {
    isOn,
    zone,
    by,
    at,
    pausedFor = '',
  }: { isOn: boolean; zone: string; by: number | null; at: Instant; pausedFor?: string },
): Promise<void> {
  const { version, doneOn } = await findIdleRule(trx);
  // One that is still to come was done by a clock that was ahead; a day is begun a day earlier somewhere.
  const isAhead = doneOn > dayOf(Date.parse(at) + DAY);
  const said = {
    is_on: isOn,
    warn_days: warnDays,
    tell_days: tellDays,
    end_days: endDays,
    zone,
    set_by: by,
    set_at: at,
    version: version + 1,
    paused_for: pausedFor,
    looked_at: at,
    ...(isAhead && { done_on: '' }),
  };
  await trx('idle_rule')
    .insert({ only: 1, ...said })
    .onConflict('only')
    .merge(said);
}

export async function noteLook(
  trx: Transaction,
  { lookedAt, ranSeconds }: Pick<IdleRule, 'lookedAt' | 'ranSeconds'>,
): Promise<void> {
  await trx('idle_rule').update({ looked_at: lookedAt, ran_seconds: ranSeconds });
}

export async function noteDone(trx: Transaction, doneOn: IdleRule['doneOn']): Promise<void> {
  await trx('idle_rule').update({ done_on: doneOn });
}

/** It does nothing any more until somebody has looked at it. */
export async function pauseIdleRule(trx: Transaction, why: string): Promise<void> {
  await trx('idle_rule').where({ is_on: true, paused_for: '' }).update({ paused_for: why });
}
