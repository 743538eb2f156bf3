import type { Database } from '../../db/database.ts';
import { planIdle } from '../../idle-accounts/idle-plan.ts';
import type { Standing } from '../../idle-accounts/idle-rule.ts';
import { findIdleRule } from '../../idle-accounts/idle-rule-store.ts';
import { counted } from '../../text/text.ts';
import type { Result } from '../command.ts';

const LISTED = 5_000;

const WORDS: Record<Standing, string> = {
  warn: 'would be asked by mail',
  tell: 'whose leaders would be told',
  end: 'would be deactivated',
  waits: 'was asked and has time',
  undelivered: 'the mail did not reach them',
  'without email': 'has no email to be asked by',
};

/** Whom the rule would touch now, whether it is on or not; nobody is changed. */
export async function listIdle({ read }: Database): Promise<Result> {
  const rule = await findIdleRule(read);
  const moment = { now: Date.now(), ranSeconds: rule.ranSeconds };
  const { isWhole, ...plan } = await planIdle(read, rule, moment, { most: LISTED });
  const steps = Object.entries(plan) as [Standing, { name: string; seenAt: string }[]][];
  const state = rule.isOn ? (rule.pausedFor ? 'paused' : 'on') : 'off';
  const all = steps.reduce((sum, [, users]) => sum + users.length, 0);
  return {
    lines: [
      `The rule of idle accounts is ${state}: ${counted(all, 'idle account')}${isWhole ? '' : ', and more'}.`,
      ...steps.flatMap(([step, users]) => users.map(({ name, seenAt }) => `${name}\t${seenAt}\t${WORDS[step]}`)),
    ],
    data: {
      rule: state,
      users: steps.flatMap(([step, users]) => users.map(({ name, seenAt }) => ({ name, lastThere: seenAt, step }))),
    },
    exitCode: 0,
  };
}
