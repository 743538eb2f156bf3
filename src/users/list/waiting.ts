import { may } from '../../access/viewer.ts';
import type { Decider } from '../../asking/access-request.ts';
import { findWaiting } from '../../asking/deciding.ts';
import type { Instant } from '../../clock.ts';
import type { Reader } from '../../db/database.ts';
import { countStuckMails } from '../../mail/stuck-mails.ts';
import { reviewsWaiting } from '../../reviews/review-waiting.ts';
import { counted, grouped } from '../../text/text.ts';
import { type ListQuery, readListPath } from './user-list-query.ts';

/** What waits for whoever maintains users, each as the list of those whom it is about: what presses most comes first. */
const WAITING: { path: string; words: (number: number) => string }[] = [
  { path: '/users?state=locked', words: (number) => `${grouped(number)} locked` },
  { path: '/users?state=not-delivered', words: (number) => `${counted(number, 'invitation')} not delivered` },
  { path: '/users?state=invitation-expired', words: (number) => `${counted(number, 'invitation')} expired` },
  { path: '/users?leaves=7', words: (number) => `${counted(number, 'leaves', 'leave')} within 7 days` },
  { path: '/users?starts=7', words: (number) => `${counted(number, 'starts', 'start')} within 7 days` },
  { path: '/users?state=orphaned', words: (number) => `${counted(number, 'program')} without an owner` },
  { path: '/users?state=review-due', words: (number) => `${counted(number, 'program')} due for review` },
  { path: '/users?state=to-be-confirmed', words: (number) => `${grouped(number)} to be confirmed` },
];

/** Something that waits for whoever reads, and where it is found. */
export interface Waiting {
  words: string;
  path: string;
}

/** The views to count. */
export const WAITING_VIEWS: readonly ListQuery[] = WAITING.map(({ path }) => readListPath(path));

/** All of it, where the views were counted. */
export async function findAllWaiting(
  db: Reader,
  viewer: Decider & { id: number },
  { counts, now }: { counts: number[]; now: Instant },
): Promise<Waiting[]> {
  return [
    ...(await askedOf(db, viewer)),
    ...(await mailOf(db, viewer)),
    ...waitingOf(counts),
    ...(await reviewsWaiting(db, viewer.id, now)),
  ];
}

/** Mails that do not go out; whoever looks after the installation is told above every page. */
async function mailOf(db: Reader, viewer: Decider): Promise<Waiting[]> {
  const number = may(viewer, 'settings', 'read') ? 0 : await countStuckMails(db);
  return number > 0 ? [{ path: '/invitations', words: `${counted(number, 'mail')} not sent yet` }] : [];
}

/** Who asks for access that the viewer may decide about. */
export async function askedOf(db: Reader, viewer: Decider): Promise<Waiting[]> {
  const number = (await findWaiting(db, viewer)).requests.length;
  return number > 0 ? [{ path: '/access-requests', words: `${counted(number, 'asks', 'ask')} for access` }] : [];
}

/** What of it there is, by how many there are in each of the views. */
function waitingOf(counts: number[]): Waiting[] {
  return WAITING.flatMap(({ path, words }, n) => (counts[n] > 0 ? [{ path, words: words(counts[n]) }] : []));
}
