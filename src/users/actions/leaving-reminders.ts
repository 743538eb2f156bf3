import { findAdministratorIds } from '../../access/administrators.ts';
import { maySignIn } from '../../access/admission.ts';
import { DAY, instant, minuteOf } from '../../clock.ts';
import type { Transaction } from '../../db/database.ts';
import { findLeadersOf } from '../../groups/leader.ts';
import { mailNotice } from '../../mail/outbox-store.ts';
import { formatIn } from '../../text/format.ts';
import type { ActSettings } from '../../verbs/act.ts';
import { programAct } from '../../verbs/program-act.ts';
import { findLeavingToTell, findWhoWantToBeTold, type Leaving, noteLeavingTold } from '../leaving-reminder-store.ts';
import type { User } from '../user.ts';
import { findUsers } from '../user-store.ts';

/** So many days before the end, as long as it is not much nearer: whoever sets an end that is near knows of it. */
const REMINDERS = [
  { days: 14, notBefore: 11 },
  { days: 3, notBefore: 0 },
];
const AT_ONCE = 200;
const NAMED = 20;

/** Tells those who lead people who leave soon, and the administrators, in one mail for each of them; without mail nobody is told. */
export async function remindOfLeaving(trx: Transaction, settings: ActSettings, now: number): Promise<void> {
  if (!settings.sendsMail) return;
  for (const { days, notBefore } of REMINDERS) {
    const span = { after: instant(now + notBefore * DAY), upTo: instant(now + days * DAY) };
    const leaving = await findLeavingToTell(trx, { ...span, days, limit: AT_ONCE });
    await tell(trx, settings, now, leaving);
    await tellThemselves(trx, settings, now, leaving);
    await noteLeavingTold(trx, leaving, days);
  }
}

async function tell(trx: Transaction, settings: ActSettings, now: number, leaving: Leaving[]): Promise<void> {
  if (leaving.length === 0) return;
  const act = programAct(settings, { name: 'Roster', at: instant(now) });
  const ids = leaving.map(({ id }) => id);
  const people = await findUsers(trx, ids);
  const led = new Map<number, User[]>();
  for (const [id, leaders] of await findLeadersOf(trx, ids, minuteOf(now)))
    for (const leader of leaders)
      led.set(leader, [...(led.get(leader) ?? []), people.find((person) => person.id === id)!]);
  const administrators = new Set(await findAdministratorIds(trx, act.at));
  for (const reader of await findUsers(trx, [...new Set([...administrators, ...led.keys()])])) {
    const told = (administrators.has(reader.id) ? people : led.get(reader.id)!).filter(({ id }) => id !== reader.id);
    if (told.length === 0) continue;
    const path = administrators.has(reader.id) ? pathFor(told) : '';
    const facts = { people: inWords(told, reader), number: String(told.length), path };
    await mailNotice(trx, act, 'people-leave', { userId: reader.id, address: reader.email }, facts);
  }
}

/** Those who asked to be told, each of their own end. */
async function tellThemselves(trx: Transaction, settings: ActSettings, now: number, leaving: Leaving[]): Promise<void> {
  const act = programAct(settings, { name: 'Roster', at: instant(now) });
  const ids = await findWhoWantToBeTold(
    trx,
    leaving.map(({ id }) => id),
  );
  for (const user of await findUsers(trx, ids)) {
    if (!maySignIn(user, minuteOf(now))) continue;
    await mailNotice(trx, act, 'you-leave', { userId: user.id, address: user.email }, { leavesAt: user.leavesAt! });
  }
}

/** By the clock that the reader chose. */
function inWords(people: User[], { timeZone }: User): string {
  const format = formatIn({ zone: timeZone ?? undefined });
  const named = people.slice(0, NAMED).map(({ name, leavesAt }) => `${name} on ${format.end(leavesAt!)}`);
  return [...named, ...(people.length > NAMED ? [`${people.length - NAMED} more`] : [])].join('; ');
}

/** Nothing is done by opening it. */
function pathFor(people: User[]): string {
  return people.length === 1 ? `/users/${people[0].id}/extension/new` : '/users?leaves=30';
}
