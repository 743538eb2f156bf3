import { differences, type Fields } from '../../audit/audit-event.ts';
import { recordChanges } from '../../audit/audit-store.ts';
import type { Instant } from '../../clock.ts';
import type { Transaction } from '../../db/database.ts';
import type { Act, ActSettings } from '../../verbs/act.ts';
import { programAct } from '../../verbs/program-act.ts';
import { Conflict } from '../../verbs/refusals.ts';
import type { IdleDays, IdleRule } from '../idle-rule.ts';
import { findIdleRule, pauseIdleRule, setIdleRule } from '../idle-rule-store.ts';
import { forgetAllWarnings } from '../idle-warning-store.ts';

/** What somebody says of the rule, who saw it as it was in a version. */
export interface Said {
  /** Left out where it does not matter: whoever stops it stops it. */
  version?: number;
  /** Of whoever says it. */
  zone: string;
  days?: IdleDays;
  isOn?: boolean;
}

/**
 * Whoever changes it answers for it from then on; switched on or off, it is not paused any more. What was mailed before it was off, or
 * paused, counts for nothing: everybody is warned anew. Throws Conflict.
 */
export async function sayIdleRule(trx: Transaction, act: Act, { version, zone, days, isOn }: Said): Promise<void> {
  await act.confirm?.(trx);
  const before = await findIdleRule(trx);
  if (version !== undefined && before.version !== version)
    throw new Conflict('Somebody changed the rule meanwhile: look at it again.');
  const after = {
    ...before,
    ...days,
    isOn: isOn ?? before.isOn,
    pausedFor: isOn === undefined ? before.pausedFor : '',
  };
  if (!after.isOn || !before.isOn || before.pausedFor !== after.pausedFor) await forgetAllWarnings(trx);
  await setIdleRule(trx, after, { ...after, zone, by: act.by.id, at: act.at });
  const changed = differences(facts(before), facts(after));
  if (changed) await recordChanges(trx, act, [{ ...OF_ROSTER, action: 'idle-rule.set', ...changed }]);
}

/** It stays where it is until somebody has looked at it. */
export async function pause(
  trx: Transaction,
  settings: ActSettings,
  { at, why }: { at: Instant; why: string },
): Promise<void> {
  await pauseIdleRule(trx, why);
  const act = programAct(settings, { name: 'Roster', at });
  await recordChanges(trx, act, [{ ...OF_ROSTER, action: 'idle-rule.paused', after: { pausedFor: why } }]);
}

const OF_ROSTER = { subjectType: 'system', subjectId: null, subjectName: 'Roster' } as const;

function facts({ isOn, warnDays, tellDays, endDays, pausedFor }: IdleRule): Fields {
  return { isOn, warnDays, tellDays, endDays, isPaused: pausedFor !== '' };
}
