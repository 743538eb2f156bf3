import { counted } from '../text/text.ts';

/** The only stored state of a life: what is deleted can be restored. */
export type Activity = 'active' | 'deactivated' | 'deleted';

/** What a user or a group carries of its own life. */
export interface Living {
  activity: Activity;
  /** What it was when it was deleted, and is again when it is restored. */
  deletedFrom: Exclude<Activity, 'deleted'> | null;
}

/** What *Activate* makes of it: what was deleted comes back as it was. */
export function activatedTo({ activity, deletedFrom }: Living): Exclude<Activity, 'deleted'> {
  return activity === 'deleted' ? (deletedFrom ?? 'active') : 'active';
}

/** What is said of those whom *Activate* makes no more than what they were; nothing of none. */
export function backAsBefore(subjects: Living[], noun: string): string[] {
  const number = subjects.filter((subject) => activatedTo(subject) !== 'active').length;
  if (number === 0) return [];
  const are = number === 1 ? 'was' : 'were';
  return [`${counted(number, noun)} of them ${are} deactivated before the deletion, and will be again.`];
}
