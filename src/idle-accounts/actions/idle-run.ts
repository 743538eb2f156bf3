import { authorOf } from '../../bulk-operations/actions/author.ts';
import { executeOperation } from '../../bulk-operations/actions/execution.ts';
import { createDraft, findOperation } from '../../bulk-operations/bulk-operation-store.ts';
import { AHEAD, type Clock, type Day, HOUR, instant } from '../../clock.ts';
import type { Database, Transaction } from '../../db/database.ts';
import { formatIn } from '../../text/format.ts';
import { IDLE_ENDING } from '../../users/actions/operations/idle-ending.ts';
import type { Act, ActSettings } from '../../verbs/act.ts';
import type { IdleMoment, IdlePlan } from '../idle-plan.ts';
import { planIdle, stillDue } from '../idle-plan.ts';
import type { IdleRule, IdleUser, Step } from '../idle-rule.ts';
import { findIdleRule, noteDone, noteLook } from '../idle-rule-store.ts';
import { forgetPastWarnings, forgetWarnings, settleDeliveries } from '../idle-warning-store.ts';
import { tellLeaders, warn } from './idle-mails.ts';
import { pause } from './idle-rule-setting.ts';

/** What the rule for idle accounts is carried out by. */
export interface IdleSources {
  db: Database;
  clock: Clock;
  settings: ActSettings;
  /** There is an operation to go on with. */
  wake(): void;
}

/** A jump of the clock, by the moment to which it jumped. */
export interface Jump {
  words: string;
  at: number;
}

export const LOOKS_EVERY = HOUR;
/** So many are warned, told of, and deactivated on one day: those who are left follow on the next. */
export const MOST_A_DAY = 1_000;
const MORNING = '07:00';

const NOBODY_ANSWERS = 'Whoever switched it on may not do it any more.';
const SET_BACK = 'The clock was set back.';

/**
 * Looks what became of warnings, and once a day, from the morning on, does what is due. However often it is looked, and by however many
 * processes, each day is done once. Without mail, and while it is off or paused, nobody is touched.
 */
export async function lookAfterIdle(parts: IdleSources, jump?: Jump): Promise<void> {
  const { db, clock, settings } = parts;
  const rule = await db.write((trx) => look(trx, parts, jump));
  if (!rule || !settings.sendsMail) return;
  const moment = { now: clock(), ranSeconds: rule.ranSeconds };
  const today = dayToDo(rule, moment.now);
  if (today === undefined) return;
  const plan = await planIdle(db.read, rule, moment, { most: MOST_A_DAY });
  const became = await db.write((trx) => doDay(trx, parts, { rule, moment, today, plan }));
  if (became === 'begun') parts.wake();
}

/** Time is counted, and what passed is noted. The rule, where it acts. */
async function look(trx: Transaction, { clock, settings }: IdleSources, jump?: Jump): Promise<IdleRule | undefined> {
  const now = clock();
  await forgetPastWarnings(trx);
  const rule = await findIdleRule(trx);
  if (!rule.isOn) return undefined;
  const since = now - Date.parse(rule.lookedAt);
  // A longer gap is one in which nothing ran.
  const ran = Math.max(0, Math.min(since, 2 * LOOKS_EVERY));
  const ranSeconds = rule.ranSeconds + Math.floor(ran / 1_000);
  await noteLook(trx, { lookedAt: instant(now), ranSeconds });
  await settleDeliveries(trx, now, ranSeconds);
  if (rule.pausedFor) return undefined;
  const isNew = jump && jump.at >= Date.parse(rule.setAt);
  const why = since < -AHEAD ? SET_BACK : isNew ? jump.words : undefined;
  if (why) await pause(trx, settings, { at: instant(now), why });
  return why ? undefined : { ...rule, ranSeconds };
}

/** The day by the clock of whoever answers for the rule, where its morning has come and it was not done. */
function dayToDo({ zone, doneOn }: IdleRule, now: number): Day | undefined {
  const format = formatIn({ zone });
  const today = format.dayOf(instant(now));
  return doneOn < today && format.momentAt(today, MORNING) <= instant(now) ? today : undefined;
}

interface Meant {
  rule: IdleRule;
  moment: IdleMoment;
  today: Day;
  plan: IdlePlan;
}

/** All in one transaction; whoever came in meanwhile is left alone. */
async function doDay(trx: Transaction, parts: IdleSources, { rule, moment, today, plan }: Meant) {
  const current = await findIdleRule(trx);
  // Another process did it, or somebody said something else.
  if (current.version !== rule.version || current.pausedFor || current.doneOn >= today) return undefined;
  const act = await actFor(trx, parts, rule);
  if (!act) {
    await pause(trx, parts.settings, { at: instant(parts.clock()), why: NOBODY_ANSWERS });
    return undefined;
  }
  await noteDone(trx, today);
  const due = async (step: Step): Promise<IdleUser[]> => {
    const still = await stillDue(trx, plan[step], rule, moment);
    return still.flatMap(({ user, standing }) => (standing === step ? [user] : []));
  };
  await warn(trx, act, await due('warn'), rule);
  await tellLeaders(trx, act, await due('tell'), rule);
  return end(trx, act, await due('end'));
}

/** Whoever switched it on, with what they may do by now. */
async function actFor(
  trx: Transaction,
  { settings, clock }: IdleSources,
  { setBy }: IdleRule,
): Promise<Act | undefined> {
  const at = instant(clock());
  const by = await authorOf(trx, { createdBy: setBy, tokenId: null }, { application: 'users', level: 'write', at });
  return by && { ...settings, by, at, address: '', channel: 'mail', requestId: 'idle-rule' };
}

/** One operation a day. If somebody brings them back, they are warned anew before they go again. */
async function end(trx: Transaction, act: Act, users: IdleUser[]) {
  if (users.length === 0) return undefined;
  const ids = users.map(({ id }) => id);
  const id = await createDraft(trx, act, { subjectType: 'user', action: IDLE_ENDING.name, ids });
  await forgetWarnings(trx, ids);
  return executeOperation(trx, act, await findOperation(trx, id));
}
