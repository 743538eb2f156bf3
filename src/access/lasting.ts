import type { Instant } from '../clock.ts';
import type { Reader } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { prepared } from '../db/prepared.ts';
import { whereNotOver } from './granted-rights.ts';
import type { Level, Rights } from './rights.ts';
import type { Viewer } from './viewer.ts';

/** Until when somebody holds each right that they hold now, by application and level; null for good. */
export type Ends = ReadonlyMap<string, Instant | null>;

/** Why somebody is refused who would escape an end that others set. */
export const LONGER = 'is yourself: nobody makes what they may do last longer than it was given to them';

const NO_ENDS: Ends = new Map();

const keyOf = (application: string, level: Level) => `${application} ${level}`;

/** Of those of these users who are in a group until a moment that is to come; whoever is missing holds all that they hold for good. */
export async function findEnds(db: Reader, userIds: number[], now: Instant): Promise<Map<number, Ends>> {
  const ending = await selectEnding(db, { userIds, now });
  if (ending.length === 0) return new Map();
  const found = new Map<number, Map<string, Instant | null>>();
  const rows = await selectHeld(db, { userIds: ending.map(({ id }) => id), now });
  for (const { user_id, application, level, until_at } of rows) {
    const ends = found.get(user_id) ?? new Map<string, Instant | null>();
    found.set(user_id, ends);
    for (const held of level === 'write' ? (['read', 'write'] as const) : (['read'] as const)) {
      const key = keyOf(application, held);
      const known = ends.get(key);
      ends.set(key, known === undefined ? until_at : later(known, until_at));
    }
  }
  return found;
}

export async function findOwnEnds(db: Reader, by: Viewer, now: Instant): Promise<Ends> {
  if (by.id === null) return NO_ENDS;
  return (await findEnds(db, [by.id], now)).get(by.id) ?? NO_ENDS;
}

/** When they would lose one of these rights as it is now, that they would hold for longer with a membership until then. */
export function outlasted(ends: Ends, rights: Rights, untilAt: Instant | null): Instant | undefined {
  const earlier = Object.entries(rights).flatMap(([application, level]) => {
    const end = level && ends.get(keyOf(application, level));
    return end && later(end, untilAt) !== end ? end : [];
  });
  return earlier.sort().at(0);
}

function later(one: Instant | null, other: Instant | null): Instant | null {
  if (one === null || other === null) return null;
  return one > other ? one : other;
}

type Held = { user_id: number; application: string; level: Level; until_at: Instant | null };

const selectEnding = prepared<{ userIds: number[]; now: Instant }, { id: number }>((db, { userIds, now }) =>
  whereIdIn(db('memberships').where('until_at', '>', now), 'user_id', userIds).distinct('user_id as id'),
);

const selectHeld = prepared<{ userIds: number[]; now: Instant }, Held>((db, { userIds, now }) => {
  const held = db('memberships')
    .join('groups', 'groups.id', 'memberships.group_id')
    .join('group_permissions', 'group_permissions.group_id', 'groups.id')
    .where('groups.activity', 'active')
    .select('memberships.user_id', 'memberships.until_at', 'group_permissions.application', 'group_permissions.level');
  return whereNotOver(whereIdIn(held, 'memberships.user_id', userIds), now);
});
