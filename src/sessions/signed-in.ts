import { rightsOf } from '../access/granted-rights.ts';
import { union } from '../access/rights.ts';
import type { Viewer } from '../access/viewer.ts';
import type { Instant } from '../clock.ts';
import type { Reader } from '../db/database.ts';
import { rowsAsJson } from '../db/ids.ts';
import { prepared } from '../db/prepared.ts';
import type { Row } from '../db/tables.ts';
import { ledBy } from '../groups/leader.ts';
import type { DateStyle } from '../text/format.ts';
import type { User } from '../users/user.ts';

/** As much of somebody's own record as each of their pages goes by. */
export type OwnUser = Pick<
  User,
  | 'id'
  | 'name'
  | 'email'
  | 'activity'
  | 'apiOnly'
  | 'startsAt'
  | 'leavesAt'
  | 'passwordSetAt'
  | 'lastActivityAt'
  | 'timeZone'
> & {
  /** The one that they chose; null where that of the browser holds. */
  theme: string | null;
  /** How they want dates written; null where the browser says. */
  dateOrder: DateStyle | null;
  /** By the name of a list, which columns they want of it. */
  listColumns: Record<string, unknown>;
  /** The ids of the saved views that they have pinned, of which some may be gone. */
  pinnedViews: number[];
};

/** A signed-in viewer. */
export interface SignedIn extends Viewer {
  id: number;
  user: OwnUser;
  /** The ids of the groups that they lead. */
  leads: number[];
}

/** The user of a session, with what they may do and which groups they lead, in one statement: every request asks it. */
export async function findSignedIn(db: Reader, userId: number, now: Instant): Promise<SignedIn | undefined> {
  const [row] = await selectSignedIn(db, { userId, now });
  if (!row) return undefined;
  const { id, name, email, activity } = row;
  const user: OwnUser = {
    id,
    name,
    email,
    activity,
    apiOnly: Boolean(row.api_only),
    startsAt: row.starts_at,
    leavesAt: row.leaves_at,
    passwordSetAt: row.password_set_at,
    lastActivityAt: row.last_activity_at,
    timeZone: row.time_zone,
    theme: row.theme,
    dateOrder: row.date_order,
    listColumns: JSON.parse(row.list_columns ?? '{}'),
    pinnedViews: JSON.parse(row.pinned_views ?? '[]'),
  };
  const rights = union(JSON.parse(row.rights).map(([application, level]: string[]) => ({ [application]: level })));
  return { id, name, rights, user, leads: JSON.parse(row.leads).flat() };
}

const COLUMNS = [
  'id',
  'name',
  'email',
  'activity',
  'api_only',
  'starts_at',
  'leaves_at',
  'password_set_at',
  'last_activity_at',
  'time_zone',
  'theme',
  'date_order',
  'list_columns',
  'pinned_views',
] as const;

type Found = Pick<Row<'users'>, (typeof COLUMNS)[number]> & { rights: string; leads: string };

const selectSignedIn = prepared<{ userId: number; now: Instant }, Found>((db, { userId, now }) => {
  const leads = ledBy(db, userId, now).select('groups.id');
  return db('users')
    .where({ id: userId })
    .select(...COLUMNS)
    .select({
      rights: rowsAsJson(db, rightsOf(db, userId, now), ['application', 'level']),
      leads: rowsAsJson(db, leads, ['id']),
    });
});
