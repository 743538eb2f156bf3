import { type Instant, minuteOf } from '../../clock.ts';
import type { Transaction } from '../../db/database.ts';
import { findLeadersOf } from '../../groups/leader.ts';
import type { MailFacts } from '../../mail/mail.ts';
import { mailNotice } from '../../mail/outbox-store.ts';
import { shortened } from '../../text/text.ts';
import type { User } from '../../users/user.ts';
import { findUsers } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import { ANSWERED_PROGRAMS } from './answered-programs.ts';
import type { Step } from './decisions.ts';
import { LED_GROUPS } from './led-groups.ts';
import { PRIVATE_CONTACTS } from './private-contacts.ts';

/** So many are named in a mail. */
const NAMED = 10;

/**
 * Tells who takes over what is theirs, or will be from that moment on, and the leaders of whoever goes that they do. Whoever says so knows. A
 * leader is told nothing but that: what somebody answers for is not for everybody who leads them.
 */
export async function tellOfLeaving(
  trx: Transaction,
  act: Act,
  leaver: User,
  { steps, from }: { steps: Step[]; from?: Instant },
): Promise<void> {
  if (!act.sendsMail) return;
  const gains = gainsOf(steps);
  const leaders = (await findLeadersOf(trx, [leaver.id], minuteOf(act.at))).get(leaver.id) ?? [];
  // Who goes already went where they are not active any more.
  const isNews = leaver.activity === 'active';
  const told = new Set([...gains.keys(), ...(isNews ? leaders : [])]);
  told.delete(act.by.id ?? 0);
  told.delete(leaver.id);
  const common: MailFacts = { who: leaver.name, by: act.by.name, ...(from !== undefined && { from }) };
  for (const { id, email } of await findUsers(trx, [...told])) {
    const gained = gains.get(id);
    const to = { userId: id, address: email };
    if (gained) await mailNotice(trx, act, 'handed-over', to, { ...common, ...gained });
    else await mailNotice(trx, act, 'person-leaves', to, common);
  }
}

/** By whoever gets something, what it is: of private contacts only how many. */
function gainsOf(steps: Step[]): Map<number, MailFacts> {
  const gains = new Map<number, MailFacts>();
  for (const { kind, shares } of steps) {
    const fact = FACTS[kind.name];
    if (!fact) continue;
    for (const [id, those] of Map.groupBy(shares, ({ to }) => to.id)) {
      const names = those.map(({ thing }) => thing.name);
      gains.set(id, { ...gains.get(id), [fact]: names[0] === '' ? String(names.length) : shortened(names, NAMED) });
    }
  }
  return gains;
}

const FACTS: Record<string, string> = {
  [LED_GROUPS.name]: 'groups',
  [ANSWERED_PROGRAMS.name]: 'programs',
  [PRIVATE_CONTACTS.name]: 'contacts',
};
