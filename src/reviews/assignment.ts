import { findAdministratorIds } from '../access/administrators.ts';
import { type Instant, minuteOf } from '../clock.ts';
import type { Reader } from '../db/database.ts';
import { findLeads } from '../groups/leader.ts';
import type { NewQuestion } from './question-store.ts';
import type { Asks } from './review.ts';

/** Whom a review is about, and who is to be asked. */
export interface Asking {
  ids: number[];
  asks: Asks;
  named: number[];
  /** Only the leaders of these groups; empty for those of all. */
  groupIds: number[];
  /** Who began it, and is asked first where nobody else can be. */
  createdBy: number | null;
}

type Assigned = Omit<NewQuestion, 'reviewId'>;

/** Who is asked about whom. Nobody is asked about themself; where nobody else can be asked, an administrator is. */
export async function assignedBy(db: Reader, asking: Asking, now: Instant): Promise<Assigned[]> {
  const { ids, asks, named, groupIds } = asking;
  const assigned = asks === 'named' ? toNamed(ids, named) : await toLeaders(db, ids, groupIds, now);
  const asked = new Set(assigned.map(({ userId }) => userId));
  const administrators = await administratorsFor(db, asking.createdBy, now);
  const rest = ids
    .filter((id) => !asked.has(id))
    .flatMap((userId) => {
      const reviewerId = administrators.find((one) => one !== userId);
      return reviewerId === undefined ? [] : { userId, reviewerId, groupIds: [], isPassed: true };
    });
  return [...assigned, ...rest];
}

/** Those who may stand in for who cannot be asked: first whoever began it. */
export async function administratorsFor(db: Reader, createdBy: number | null, now: Instant): Promise<number[]> {
  const all = await findAdministratorIds(db, minuteOf(now));
  return all.toSorted((one, other) => Number(other === createdBy) - Number(one === createdBy));
}

function toNamed(ids: number[], named: number[]): Assigned[] {
  return ids.flatMap((userId) =>
    named
      .filter((reviewerId) => reviewerId !== userId)
      .map((reviewerId) => ({ userId, reviewerId, groupIds: [], isPassed: false })),
  );
}

async function toLeaders(db: Reader, ids: number[], groupIds: number[], now: Instant): Promise<Assigned[]> {
  const meant = (groupId: number) => groupIds.length === 0 || groupIds.includes(groupId);
  const led = (await findLeads(db, ids, minuteOf(now))).filter(({ groupId }) => meant(groupId));
  return [...Map.groupBy(led, ({ userId, leaderId }) => `${userId} ${leaderId}`).values()].map((those) => ({
    userId: those[0].userId,
    reviewerId: those[0].leaderId,
    groupIds: those.map(({ groupId }) => groupId),
    isPassed: false,
  }));
}
