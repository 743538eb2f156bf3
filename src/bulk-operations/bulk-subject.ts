import type { Living } from '../access/activity.ts';
import type { Application } from '../access/rights.ts';
import type { Viewer } from '../access/viewer.ts';
import type { Fields } from '../audit/audit-event.ts';
import type { Day } from '../clock.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { type GroupAction, judgeGroups, performOnGroups } from '../groups/actions/group-life-cycle.ts';
import type { Channel, LinkSettings } from '../one-time-links/one-time-link-store.ts';
import { judge, perform } from '../users/actions/user-life-cycle.ts';
import type { Act } from '../verbs/act.ts';
import type { Refusal } from '../verbs/outcome.ts';
import type { BulkAction, SubjectType } from './bulk-operation.ts';

/** What an operation comes to for one of its subjects. */
export interface BulkOutcome {
  subject: Living & { id: number; name: string };
  refusal?: Refusal;
}

/** How the subjects of one type are judged and changed, and where they are found. */
interface BulkSubject {
  noun: string;
  path: string;
  /** Who may write on it may do operations on them. */
  application: Application;
  /** The columns of an item: of what table, and which of it name the subject. */
  table: string;
  columns: { name: string; email: string | null; order: string };
  judge(db: Reader, viewer: Viewer, action: BulkAction, ids: number[], today: Day): Promise<BulkOutcome[]>;
  /** With what stood in each before, for the report. */
  perform(
    trx: Transaction,
    act: Act,
    action: BulkAction,
    ids: number[],
    links: LinkSettings,
    channel: Channel,
  ): Promise<(BulkOutcome & { before: Fields })[]>;
}

export const BULK_SUBJECTS: Record<SubjectType, BulkSubject> = {
  user: {
    noun: 'user',
    path: '/users',
    application: 'users',
    table: 'users',
    columns: { name: 'name', email: 'email', order: 'sort_name' },
    judge,
    async perform(trx, act, action, ids, links, channel) {
      const outcomes = await perform(trx, act, action, ids, links, channel);
      return outcomes.map((outcome) => {
        const { activity, loginAttempts, lockedUntil, invitationExpiresAt, accessConfirmedAt } = outcome.subject;
        return { ...outcome, before: { activity, loginAttempts, lockedUntil, invitationExpiresAt, accessConfirmedAt } };
      });
    },
  },
  group: {
    noun: 'group',
    path: '/groups',
    application: 'groups',
    table: 'groups',
    columns: { name: 'name', email: null, order: 'name_key' },
    judge: (db, viewer, action, ids, today) => judgeGroups(db, viewer, action as GroupAction, ids, today),
    async perform(trx, act, action, ids) {
      const outcomes = await performOnGroups(trx, act, action as GroupAction, ids);
      return outcomes.map((outcome) => ({ ...outcome, before: { activity: outcome.subject.activity } }));
    },
  },
};
