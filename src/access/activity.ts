/** The only stored state of a life: what is deleted can be restored. */
export type Activity = 'active' | 'deactivated' | 'deleted';
export const ACTIVITIES: readonly Activity[] = ['active', 'deactivated', 'deleted'];

/** As filters and badges say it. */
export const ACTIVITY_LABELS: Record<Activity, string> = {
  active: 'Active',
  deactivated: 'Deactivated',
  deleted: 'Deleted',
};

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
