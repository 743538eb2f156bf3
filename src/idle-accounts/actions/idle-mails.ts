import { recordChanges } from '../../audit/audit-store.ts';
import { DAY, instant, minuteOf } from '../../clock.ts';
import type { Transaction } from '../../db/database.ts';
import { findLeadersOf } from '../../groups/leader.ts';
import { mailNotice } from '../../mail/outbox-store.ts';
import { formatIn } from '../../text/format.ts';
import type { User } from '../../users/user.ts';
import { findUsers } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import type { IdleDays, IdleUser } from '../idle-rule.ts';
import { keepWarning, noteTold } from '../idle-warning-store.ts';

const NAMED = 20;

/** Asks each of them by mail whether it is still they. */
export async function warn(
  trx: Transaction,
  act: Act,
  users: IdleUser[],
  { warnDays, endDays }: IdleDays,
): Promise<void> {
  const left = endDays === null ? undefined : (endDays - warnDays) * DAY;
  for (const { id, email, seenAt } of users) {
    const facts = { since: seenAt, until: left ? instant(endOf(act, seenAt, left, endDays!)) : '' };
    const mailId = await mailNotice(trx, act, 'idle-warning', { userId: id, address: email }, facts);
    if (mailId === undefined) continue;
    await keepWarning(trx, id, { seenAt, address: email!, warnedAt: act.at, mailId });
  }
  await tell(trx, act, users, 'user.idle-warned');
}

/** Never before the span has passed from now on. */
function endOf({ at }: Act, seenAt: string, left: number, endDays: number): number {
  return Math.max(Date.parse(at) + left, Date.parse(seenAt) + endDays * DAY);
}

/** One mail to each leader, with all of their people whom it concerns. */
export async function tellLeaders(trx: Transaction, act: Act, users: IdleUser[], { endDays }: IdleDays): Promise<void> {
  const byId = new Map(users.map((user) => [user.id, user]));
  const led = new Map<number, IdleUser[]>();
  for (const [id, leaders] of await findLeadersOf(trx, [...byId.keys()], minuteOf(act.at)))
    for (const leader of leaders) led.set(leader, [...(led.get(leader) ?? []), byId.get(id)!]);
  for (const leader of await findUsers(trx, [...led.keys()])) {
    const theirs = led.get(leader.id)!;
    const facts = {
      people: inWords(theirs, leader),
      number: String(theirs.length),
      ends: endDays === null ? '' : 'yes',
    };
    await mailNotice(trx, act, 'idle-told', { userId: leader.id, address: leader.email }, facts);
  }
  await noteTold(trx, [...byId.keys()], act.at);
  const told = new Set([...led.values()].flat());
  await tell(
    trx,
    act,
    users.filter((user) => told.has(user)),
    'user.idle-told',
  );
}

/** By the clock that the reader chose. */
function inWords(people: IdleUser[], { timeZone }: User): string {
  const format = formatIn({ zone: timeZone ?? undefined });
  const named = people.slice(0, NAMED).map(({ name, seenAt }) => `${name}, since ${format.day(format.dayOf(seenAt))}`);
  return [...named, ...(people.length > NAMED ? [`${people.length - NAMED} more`] : [])].join('; ');
}

function tell(trx: Transaction, act: Act, users: IdleUser[], action: string): Promise<void> {
  return recordChanges(
    trx,
    act,
    users.map(({ id, name, seenAt }) => ({
      action,
      subjectType: 'user',
      subjectId: id,
      subjectName: name,
      after: { idleSince: seenAt },
    })),
  );
}
