import { maySignIn } from '../../access/admission.ts';
import { findRights } from '../../access/granted-rights.ts';
import { may, type Viewer } from '../../access/viewer.ts';
import { type Clock, type Day, instant, minuteOf } from '../../clock.ts';
import type { Database, Reader } from '../../db/database.ts';
import { findLedIds } from '../../groups/leader.ts';
import { mailNotice } from '../../mail/outbox-store.ts';
import { formatIn } from '../../text/format.ts';
import type { UserIndex } from '../../users/list/user-index.ts';
import { countViews } from '../../users/list/view-selection.ts';
import { findAllWaiting, WAITING_VIEWS } from '../../users/list/waiting.ts';
import type { User } from '../../users/user.ts';
import { stateLimits } from '../../users/user-state.ts';
import { findUsers } from '../../users/user-store.ts';
import type { ActSettings } from '../../verbs/act.ts';
import { lastMonday, weekAfter } from '../week.ts';
import {
  claimWeek,
  findSubscribers,
  type Subscriber,
  setBackWeek,
  subscribe,
  unsubscribe,
} from '../weekly-mail-store.ts';

/** What is asked what waits, and mailed by. */
export interface MailingSources {
  db: Database;
  index: UserIndex;
  clock: Clock;
  config: { staleDays: number; confirmDays: number };
  actSettings: ActSettings;
}

/**
 * Mails what waits to each who wants it, on Monday morning by their clock, or when a server runs again in that week; where nothing
 * waits, nothing. Once for each week, however often it is looked, by however many processes, and wherever the clock goes.
 */
export async function mailWhatWaits(sources: MailingSources): Promise<void> {
  if (!sources.actSettings.sendsMail) return;
  const all = await findSubscribers(sources.db.read);
  const users = await findUsers(
    sources.db.read,
    all.map(({ userId }) => userId),
  );
  const byId = new Map(users.map((user) => [user.id, user]));
  for (const one of all) await mailOne(sources, byId.get(one.userId)!, one);
}

async function mailOne(sources: MailingSources, user: User, { sentFor }: Subscriber): Promise<void> {
  const { db, clock, actSettings } = sources;
  const monday = lastMonday(clock(), formatIn({ zone: user.timeZone ?? undefined }));
  if (sentFor > weekAfter(monday)) return db.write((trx) => setBackWeek(trx, user.id, monday));
  if (sentFor >= monday) return;
  const viewer = await viewerOf(db.read, user, clock());
  const waits = viewer ? await whatWaits(sources, viewer) : [];
  await db.write(async (trx) => {
    if (!(await claimWeek(trx, user.id, monday))) return;
    // They may have lost what let them read it while it was read.
    if (waits.length === 0 || !(await viewerOf(trx, user, clock()))) return;
    const act = { sendsMail: actSettings.sendsMail, at: instant(clock()) };
    await mailNotice(trx, act, 'what-waits', { userId: user.id, address: user.email }, { waits: waits.join('\n') });
  });
}

/** With what they may do now; only who may write users has something to do. */
async function viewerOf(db: Reader, { id }: User, now: number): Promise<Viewer | undefined> {
  const [user] = await findUsers(db, [id]);
  if (!user.hasPassword || !maySignIn(user, minuteOf(now))) return undefined;
  const viewer = { id, name: user.name, rights: await findRights(db, id, minuteOf(now)) };
  return may(viewer, 'users', 'write') ? viewer : undefined;
}

async function whatWaits({ db, index, clock, config }: MailingSources, viewer: Viewer): Promise<string[]> {
  const limits = stateLimits({ clock, config });
  // Nobody waits for it.
  await index.refreshWholly();
  const counts = await countViews(db.read, index, { queries: WAITING_VIEWS, limits, viewer });
  const now = clock();
  const leads = await findLedIds(db.read, viewer.id!, minuteOf(now));
  const asking = { ...viewer, id: viewer.id!, leads };
  return (await findAllWaiting(db.read, asking, { counts, now: instant(now) })).map(({ words }) => words);
}

/** Whether somebody is mailed from the next Monday on, or not any more. */
export async function setWeeklyMail(
  db: Database,
  { id, timeZone }: Pick<User, 'id' | 'timeZone'>,
  { isOn, now }: { isOn: boolean; now: number },
): Promise<void> {
  const sentFor: Day = lastMonday(now, formatIn({ zone: timeZone ?? undefined }));
  await db.write(async (trx) => (isOn ? subscribe(trx, { userId: id, sentFor }) : unsubscribe(trx, id)));
}
