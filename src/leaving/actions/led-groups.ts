import { isOver } from '../../access/granted-rights.ts';
import { minuteOf } from '../../clock.ts';
import { changeGroups } from '../../groups/actions/changing-groups.ts';
import { mayAppoint, mayChange } from '../../groups/group.ts';
import { findGroups } from '../../groups/group-store.ts';
import { findActiveGroupsLedBy } from '../../groups/leader.ts';
import { findMemberships } from '../../memberships/membership-store.ts';
import { shortened } from '../../text/text.ts';
import type { Written } from '../../verbs/action.ts';
import { heirsIn } from '../heirs.ts';
import { idsOf, type LeftKind, type Share, writtenOf } from '../left-kind.ts';
import { LEADS } from './facts-left.ts';

const NAMED = 5;

export const LED_GROUPS: LeftKind = {
  name: 'groups',
  noun: 'group',
  label: 'Groups led',
  deeds: { 'hand-over': 'Hand over', end: 'Let nobody lead them', keep: 'Leave it: they are not led meanwhile' },
  heir: 'Who leads them from then on',
  unfit: 'is no member, and only a member leads a group',
  async find(db, userIds) {
    const groups = await findActiveGroupsLedBy(db, userIds);
    return groups.map(({ id, name, leaderId }) => ({ id, name, of: leaderId, path: `/groups/${id}` }));
  },
  async refusal(db, { by }, things) {
    const groups = await findGroups(db, idsOf(things));
    const others = mayAppoint(by) ? groups.filter((group) => !mayChange(by, group)) : groups;
    if (others.length === 0) return undefined;
    return `You may not say who leads ${shortened(
      others.map(({ name }) => name),
      NAMED,
    )}: that stays as it is.`;
  },
  async fits(db, { at }, heir, things) {
    const memberships = await findMemberships(db, [heir.id]);
    const memberOf = new Set(memberships.filter((one) => !isOver(one, minuteOf(at))).map((one) => one.groupId));
    return things.filter(({ id }) => memberOf.has(id));
  },
  async propose(db, { at }, leaver, things) {
    const shares: Share[] = [];
    for (const thing of things) {
      const [to] = await heirsIn(db, thing.id, leaver.id, minuteOf(at));
      if (to) shares.push({ thing, to });
    }
    return shares;
  },
  async handOver(trx, act, leaver, shares) {
    const all: Written = { before: {}, after: {} };
    for (const [to, those] of Map.groupBy(shares, (share) => share.to.id)) {
      const ids = those.map(({ thing }) => thing.id);
      const { written } = await changeGroups(trx, act, ids, { leaderId: to });
      const { before, after } = writtenOf(LEADS.fact, [...written.keys()], leaver.id, to);
      Object.assign(all.before, before);
      Object.assign(all.after, after);
    }
    return all;
  },
  async end(trx, act, leaver, things) {
    const { written } = await changeGroups(trx, act, idsOf(things), { leaderId: null });
    return writtenOf(LEADS.fact, [...written.keys()], leaver.id, null);
  },
};
