import { may, mayAdminister, type Viewer } from '../../../access/viewer.ts';
import type { AppContext } from '../../../app-context.ts';
import { instant, minuteOf } from '../../../clock.ts';
import { findLeaderships } from '../../../groups/leader.ts';
import { ANSWERED_PROGRAMS } from '../../../leaving/actions/answered-programs.ts';
import { LED_GROUPS } from '../../../leaving/actions/led-groups.ts';
import { type LeftInShort, leftInShort } from '../../../leaving/actions/left-in-short.ts';
import { OWN_TOKENS } from '../../../leaving/actions/own-tokens.ts';
import type { Subject } from '../../user.ts';

/** What of it whoever reads users may know; the rest is for who may change this user. */
const FOR_READERS = [LED_GROUPS.name, ANSWERED_PROGRAMS.name];

/** What the user leads, owns and answers for; tokens have a place of their own on the record. */
export async function responsibilities(app: AppContext, viewer: Viewer, user: Subject): Promise<LeftInShort[]> {
  const all = await leftInShort(app.db.read, user.id, instant(app.clock()));
  const isAll = mayAdminister(viewer, user);
  const told = all.filter(({ name }) => name !== OWN_TOKENS.name && (isAll || FOR_READERS.includes(name)));
  return Promise.all(told.map((one) => (one.name === LED_GROUPS.name ? led(app, viewer, one) : one)));
}

/** Whether they can act as a leader is said where they cannot: they may not sign in yet, or not any more. */
async function led({ db, clock }: AppContext, viewer: Viewer, one: LeftInShort): Promise<LeftInShort> {
  const ids = one.things.map(({ id }) => id);
  const leaderships = await findLeaderships(db.read, ids, minuteOf(clock()));
  const things = one.things.map((group) => ({
    ...group,
    path: may(viewer, 'groups', 'read') ? group.path : undefined,
    badge: leaderships.get(group.id) === 'active' ? undefined : 'not active',
  }));
  return { ...one, things };
}
