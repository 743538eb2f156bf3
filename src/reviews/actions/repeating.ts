import type { Viewer } from '../../access/viewer.ts';
import { authorOf } from '../../bulk-operations/actions/author.ts';
import { type Clock, type Instant, instant } from '../../clock.ts';
import type { Database, Reader } from '../../db/database.ts';
import { FieldErrors } from '../../forms/form.ts';
import { formatIn } from '../../text/format.ts';
import type { UserIndex } from '../../users/list/user-index.ts';
import { findUsers } from '../../users/user-store.ts';
import type { ActSettings } from '../../verbs/act.ts';
import { programAct } from '../../verbs/program-act.ts';
import { administratorsFor } from '../assignment.ts';
import { nextQuarter } from '../quarter.ts';
import type { Review } from '../review.ts';
import { claimNext, findOpenReviewIds, findReview, findToRepeat, setNext } from '../review-store.ts';
import { closeReview } from './closing.ts';
import { lookAfter } from './looking-after.ts';
import { meantBy } from './meant-people.ts';
import { startReview } from './starting.ts';

/** What is asked whom the next one is about, and begun by. */
export interface ReviewSources {
  db: Database;
  index: UserIndex;
  clock: Clock;
  settings: ActSettings;
  config: { staleDays: number; confirmDays: number };
}

/**
 * All that reviews do by themselves. However often it is looked, and by however many processes, nothing is done twice. While the clock is in doubt
 * none begins: it would close the one before, and ask everybody.
 */
export async function lookAfterReviews(sources: ReviewSources, isClockInDoubt = false): Promise<void> {
  const { db, clock, settings } = sources;
  if (!isClockInDoubt)
    for (const review of await findToRepeat(db.read, instant(clock()))) await repeat(sources, review);
  for (const id of await findOpenReviewIds(db.read)) await db.write((trx) => lookAfter(trx, settings, id, clock()));
}

/**
 * The next one begins, as the one before was meant, over whom its view means by now; after quarters that no server saw it begins once. The
 * one before is closed by it. Somebody who may maintain users no more is followed by an administrator.
 */
async function repeat({ db, index, clock, settings, config }: ReviewSources, { id }: Review): Promise<void> {
  const review = await findReview(db.read, id);
  const at = instant(clock());
  const by = await answererFor(db.read, review, at);
  if (!by || review.nextAt === null || review.nextAt > at) return;
  const meant = await meantBy(db.read, index, { view: review.view, by, limits: { ...config, now: clock() } });
  const [user] = await findUsers(db.read, [by.id!]);
  const nextAt = nextQuarter(at, formatIn({ zone: user.timeZone ?? undefined }));
  const span = Date.parse(review.dueAt) - Date.parse(review.createdAt);
  const act = programAct(settings, { name: 'Roster', at });
  await db.write(async (trx) => {
    if (!(await claimNext(trx, review))) return;
    const createdBy = authorAfter(review, by.id);
    const start = { ...review, ...meant, createdBy, dueAt: instant(Date.parse(at) + span), nextAt };
    try {
      await startReview(trx, act, start);
      await closeReview(trx, act, review);
    } catch (error) {
      if (!(error instanceof FieldErrors)) throw error;
      // There is nobody whom it would be about: perhaps in a quarter.
      await setNext(trx, id, nextAt);
    }
  });
}

/** Whoever takes the author's place named nobody of those who are asked, and so lends them nothing (R61). */
function authorAfter({ createdBy, asks }: Review, answererId: number | null): number | null {
  return asks === 'named' && answererId !== createdBy ? null : answererId;
}

async function answererFor(db: Reader, { createdBy }: Review, at: Instant): Promise<Viewer | undefined> {
  const asked = { application: 'users', level: 'write', at } as const;
  for (const id of [createdBy, ...(await administratorsFor(db, createdBy, at))]) {
    const author = id === null ? undefined : await authorOf(db, { createdBy: id, tokenId: null }, asked);
    if (author) return author;
  }
  return undefined;
}
