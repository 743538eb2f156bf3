import type { Request } from 'express';
import { mayAdminister } from '../../../access/viewer.ts';
import type { AppContext } from '../../../app-context.ts';
import { actionOf } from '../../../bulk-operations/actions/bulk-subjects.ts';
import { findOperation } from '../../../bulk-operations/bulk-operation-store.ts';
import { findScheduledFor } from '../../../bulk-operations/schedule-store.ts';
import { type Instant, instant } from '../../../clock.ts';
import type { Membership } from '../../../memberships/membership-store.ts';
import { findOpenAbout } from '../../../reviews/question-store.ts';
import type { Format } from '../../../text/format.ts';
import { formatOf } from '../../../web/reader/reader-format.ts';
import type { Subject } from '../../user.ts';

/** Something that is to come for somebody. */
export interface Coming {
  at: Instant;
  /** As it is told: an end may be a day. */
  when: string;
  what: string;
  note?: string;
  /** Why it was not done although it was due. */
  waitsFor?: string;
  /** Where it is moved or cancelled, for whoever may. */
  path?: string;
}

/** What is to come for this user, in its order; what waits although it was due is among it. */
export async function comingFor(
  app: AppContext,
  req: Request,
  user: Subject,
  memberships: Membership[],
): Promise<Coming[]> {
  if (user.activity === 'deleted') return [];
  const format = formatOf(req);
  const now = instant(app.clock());
  const mayChange = mayAdminister(req.viewer!, user);
  const own = [...datesOf(user, format), ...memberships.flatMap((one) => endOf(one, user, format))];
  const ahead = own.filter(({ at }) => at > now).map((one) => (mayChange ? one : { ...one, path: undefined }));
  const scheduled = await scheduledFor(app, user, format);
  const reviews = await reviewsOf(app, user, format, now);
  return [...ahead, ...scheduled, ...reviews].toSorted((one, other) => (one.at < other.at ? -1 : 1));
}

function datesOf(user: Subject, format: Format): Coming[] {
  const { id, startsAt, leavesAt, apiOnlyReviewOn } = user;
  const edit = `/users/${id}/edit`;
  return [
    ...(startsAt ? [{ at: startsAt, when: format.start(startsAt), what: 'starts', path: `${edit}#startsAt` }] : []),
    ...(leavesAt ? [{ at: leavesAt, when: format.end(leavesAt), what: 'leaves', path: `${edit}#leavesAt` }] : []),
    ...(user.apiOnly && apiOnlyReviewOn
      ? [
          {
            at: `${apiOnlyReviewOn}T00:00:00.000Z`,
            when: format.day(apiOnlyReviewOn),
            what: 'review is due',
            path: `${edit}#apiOnlyReviewOn`,
          },
        ]
      : []),
  ];
}

function endOf({ groupId, groupName, untilAt }: Membership, { id }: Subject, format: Format): Coming[] {
  if (untilAt === null) return [];
  const path = `/groups/${groupId}/members/edit?ids=${id}`;
  return [{ at: untilAt, when: format.end(untilAt), what: `membership in ${groupName} ends`, path }];
}

/** What is asked of them in reviews, and nobody has said yet. */
async function reviewsOf(app: AppContext, { id }: Subject, format: Format, now: Instant): Promise<Coming[]> {
  const open = await findOpenAbout(app.db.read, id);
  return open.map((review) => ({
    at: review.dueAt,
    when: format.end(review.dueAt),
    what: 'review is due',
    note: review.question,
    waitsFor: review.dueAt <= now ? 'not answered yet' : undefined,
    path: `/reviews/${review.id}`,
  }));
}

async function scheduledFor(app: AppContext, user: Subject, format: Format): Promise<Coming[]> {
  const coming: Coming[] = [];
  for (const { operationId, dueAt, waitsFor } of await findScheduledFor(app.db.read, user.id)) {
    const operation = await findOperation(app.db.read, operationId);
    const label = await actionOf(app.db.read, operation, [], format).then(
      (action) => action.label,
      () => operation.action,
    );
    const others = operation.size - 1;
    coming.push({
      at: dueAt,
      when: format.moment(dueAt),
      what: label,
      note: others > 0 ? `with ${format.counted(others, 'other')}` : undefined,
      waitsFor: waitsFor || undefined,
      path: `/bulk-operations/${operationId}`,
    });
  }
  return coming;
}
